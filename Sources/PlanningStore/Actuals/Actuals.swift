import GRDB
package import Planning

/// The rows of `actual` as the import reads them.
package struct Actuals: Subject {
  let session: StoreSession

  /// Rows that somebody typed or edited get the origin `manual` (rules 57, 58); an edit that was taken back leaves it.
  package func markManualRows() throws {
    try db.execute(
      sql: """
        UPDATE actual SET imported_origin = origin, origin = 'manual' WHERE is_manual = 1 AND origin <> 'manual';
        UPDATE actual SET origin = imported_origin, imported_origin = NULL
        WHERE imported_origin IS NOT NULL AND is_manual = 0;
        """)
  }

  /// Cells with a row typed by hand.
  package func manualCells() throws -> Set<Cell> {
    var cells: Set<Cell> = []
    try statement("SELECT person_id, project_id, date FROM actual WHERE is_manual = 1").forEach {
      cells.insert($0.cell(0))
    }
    return cells
  }

  /// All actuals of the person from one date through another.
  package func rows(of person: PersonID, from: CalendarDay, through: CalendarDay) throws -> [ActualRow] {
    var found: [ActualRow] = []
    let rows = try statement(
      """
      SELECT person_id, project_id, date, role_id, billable_minutes, nonbillable_minutes, origin, is_manual
      FROM actual WHERE person_id = ?1 AND date >= ?2 AND date <= ?3
      """
    ).bind(1, person).bind(2, from.description).bind(3, through.description)
    try rows.forEach { found.append($0.actual()) }
    return found
  }

  /// The oldest zero of each person, from a date on.
  package func oldestZeros(from: CalendarDay) throws -> [PersonID: CalendarDay] {
    var oldest: [PersonID: CalendarDay] = [:]
    let rows = try statement(
      "SELECT person_id, min(date) FROM actual WHERE origin = 'autofill' AND date >= ?1 GROUP BY person_id"
    ).bind(1, from.description)
    try rows.forEach { row in oldest[row.int64(0)] = row.day(1) }
    return oldest
  }

  package func isEmpty() throws -> Bool {
    let row = try statement("SELECT NOT EXISTS (SELECT 1 FROM actual)")
    defer { row.reset() }
    return try row.step() && row.int(0) == 1
  }

  /// Minutes of the imported rows that nobody edited, and how many buckets they are.
  package func importedTotals() throws -> (minutes: Int, buckets: Int) {
    let row = try statement(
      """
      SELECT ifnull(sum(billable_minutes + nonbillable_minutes), 0) - (
          SELECT ifnull(sum(billable_minutes + nonbillable_minutes), 0) FROM actual INDEXED BY actual_manual
          WHERE is_manual = 1 AND origin = 'clockify'),
        count(*) * 2 FROM actual WHERE origin = 'clockify'
      """)
    defer { row.reset() }
    return try row.step() ? (minutes: row.int(0), buckets: row.int(1)) : (0, 0)
  }

  /// Runs `body` without the check of new actuals, for which SQLite would open a journal of its own for each row: what
  /// the import writes names items that are there.
  package func withoutCheck<Value>(_ body: () throws -> Value) throws -> Value {
    try without("type = 'trigger' AND name = 'actual_sound_insert'", body)
  }

  /// The same, also without indexes, which are cheaper built at the end of a first run.
  package func inBulk<Value>(_ body: () throws -> Value) throws -> Value {
    try without(
      "(type = 'trigger' AND name = 'actual_sound_insert') OR (type = 'index' AND tbl_name = 'actual')", body)
  }
}

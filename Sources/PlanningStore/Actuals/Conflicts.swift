import GRDB
import Planning

package struct Conflict: Hashable, Sendable {
  package let cell: Cell
  package let manual: Int
  package let imported: Int
  package let source: Int
}

/// Cells where people typed hours and Clockify has time too (rules 57 to 59).
package struct Conflicts: Subject {
  let session: StoreSession

  /// Both figures of each cell with hours typed by hand, where Clockify has time too (rules 57, 58).
  ///
  /// `source`: minutes of every entry that belongs to the cell, placed or held back; 0 where the entries that the row was
  /// made of are gone or count no more. `imported`: as the import wrote them.
  package func computed() throws -> [Conflict] {
    var conflicts: [Conflict] = []
    var manual: [Cell: (manual: Int, imported: Int)] = [:]
    let rows = try statement(
      """
      SELECT a.person_id, a.project_id, a.date, a.billable_minutes + a.nonbillable_minutes, a.is_manual,
        ifnull(a.written_billable, 0) + ifnull(a.written_nonbillable, 0)
      FROM actual a JOIN (SELECT DISTINCT person_id, project_id, date FROM actual WHERE is_manual = 1) m
        ON m.person_id = a.person_id AND m.project_id = a.project_id AND m.date = a.date
      """)
    try rows.forEach { row in
      var sums = manual[row.cell(0)] ?? (0, 0)
      if row.int(4) == 1 { sums.manual += row.int(3) }
      sums.imported += row.int(5)
      manual[row.cell(0)] = sums
    }
    for (cell, sums) in manual.sorted(by: { $0.key < $1.key }) {
      guard let source = try source(of: cell) else { continue }
      conflicts.append(Conflict(cell: cell, manual: sums.manual, imported: sums.imported, source: source))
    }
    return conflicts
  }

  /// The same of one cell; nil: there is none.
  package func computed(of cell: Cell) throws -> Conflict? {
    let row = try statement(
      """
      SELECT sum(iif(is_manual, billable_minutes + nonbillable_minutes, 0)), sum(is_manual),
        sum(ifnull(written_billable, 0) + ifnull(written_nonbillable, 0))
      FROM actual WHERE person_id = ?1 AND project_id = ?2 AND date = ?3
      """
    ).bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description)
    defer { row.reset() }
    guard try row.step(), row.int(1) > 0, let source = try source(of: cell) else { return nil }
    return Conflict(cell: cell, manual: row.int(0), imported: row.int(2), source: source)
  }

  /// Minutes that Clockify has in a cell; nil: nothing of it was ever there.
  private func source(of cell: Cell) throws -> Int? {
    let source = try statement(
      """
      SELECT sum((billable + 30) / 60 + (nonbillable + 30) / 60) FROM (
        SELECT sum(CASE WHEN is_billable THEN counts ELSE 0 END) AS billable,
          sum(CASE WHEN is_billable THEN 0 ELSE counts END) AS nonbillable
        FROM (
          SELECT role_id, is_billable,
            CASE WHEN state = 'placed' OR reason IN ('manual_present', 'locked', 'sync_off', 'person_archived')
              THEN seconds ELSE 0 END AS counts
          FROM placement_row WHERE person_id = ?1 AND project_id = ?2 AND day = ?3
            AND (state = 'placed' OR reason = 'manual_present' OR counted IS NOT NULL))
        GROUP BY role_id)
      """
    ).bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.number)
    defer { source.reset() }
    return try source.step() && !source.isNull(0) ? source.int(0) : nil
  }

  /// Writes only what differs.
  ///
  /// - Parameter cells: those that were looked at; nil: all.
  package func set(_ wanted: [Conflict], run: Int64, of cells: Set<Cell>? = nil) throws {
    var stored: Set<Conflict> = []
    try statement(
      "SELECT person_id, project_id, date, manual_minutes, imported_minutes, source_minutes FROM actual_conflict"
    ).forEach { row in
      let conflict = Conflict(cell: row.cell(0), manual: row.int(3), imported: row.int(4), source: row.int(5))
      if cells?.contains(conflict.cell) ?? true { stored.insert(conflict) }
    }
    for gone in stored.subtracting(wanted) {
      try statement("DELETE FROM actual_conflict WHERE person_id = ? AND project_id = ? AND date = ?")
        .bind(1, gone.cell.person).bind(2, gone.cell.project).bind(3, gone.cell.day.description).run()
    }
    for new in Set(wanted).subtracting(stored) {
      try statement("INSERT INTO actual_conflict VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(1, new.cell.person).bind(2, new.cell.project).bind(3, new.cell.day.description).bind(4, new.manual)
        .bind(5, new.imported).bind(6, new.source).bind(7, run).run()
    }
  }

  /// Rule 59: what was typed gives way. Rows that were edited get back what the import wrote; the next import writes
  /// Clockify's figure.
  ///
  /// - Throws: `PlanRefusal` if there is no such conflict or the date is locked.
  package func takeSource(_ cell: Cell) throws {
    _ = try conflictSource(cell)
    try session.locks.refuse(cell)
    try session.writer.restoreImported(cell)
    try db.execute(
      sql: "INSERT OR IGNORE INTO cell_change VALUES (?, ?, ?)",
      arguments: [cell.person, cell.project, cell.day.description])
    try forget(cell)
  }

  /// Rule 59: what was typed stays, and the conflict is settled until Clockify's figure changes.
  ///
  /// - Throws: `PlanRefusal` if there is no such conflict.
  package func keepLocal(_ cell: Cell) throws {
    let source = try conflictSource(cell)
    try forget(cell)
    try db.execute(
      sql: "INSERT INTO conflict_settlement VALUES (?, ?, ?, ?)",
      arguments: [cell.person, cell.project, cell.day.description, source])
  }

  private func conflictSource(_ cell: Cell) throws -> Int {
    let source = try Int.fetchOne(
      db, sql: "SELECT source_minutes FROM actual_conflict WHERE person_id = ? AND project_id = ? AND date = ?",
      arguments: [cell.person, cell.project, cell.day.description])
    guard let source else {
      throw PlanRefusal.noConflict
    }
    return source
  }

  private func forget(_ cell: Cell) throws {
    for table in ["actual_conflict", "conflict_settlement"] {
      try db.execute(
        sql: "DELETE FROM \(table) WHERE person_id = ? AND project_id = ? AND date = ?",
        arguments: [cell.person, cell.project, cell.day.description])
    }
  }

  /// Cells whose conflict was settled, with the figure that was settled against.
  package func settled() throws -> [Cell: Int] {
    var settled: [Cell: Int] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT * FROM conflict_settlement") {
      guard let day = CalendarDay(row["date"] as String) else { continue }
      settled[Cell(person: row["person_id"], project: row["project_id"], day: day)] = row["source_minutes"]
    }
    return settled
  }
}

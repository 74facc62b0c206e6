import GRDB
package import Planning

/// A row of `actual`, minutes.
package struct ActualRow: Hashable, Sendable {
  package var cell: Cell
  package var role: RoleID
  package var billable: Int
  package var nonbillable: Int
  package var origin: String
  package var isManual: Bool

  package init(cell: Cell, role: RoleID, billable: Int, nonbillable: Int, origin: String, isManual: Bool = false) {
    self.cell = cell
    self.role = role
    self.billable = billable
    self.nonbillable = nonbillable
    self.origin = origin
    self.isManual = isManual
  }

  package var minutes: Int { billable + nonbillable }
}

/// Seconds of the placed entries of one cell in one role.
package struct PlacedSeconds: Sendable {
  package let cell: Cell
  package let role: RoleID
  package let billable: Int
  package let nonbillable: Int
}

extension StoreSession {
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

  package func peopleWithWork() throws -> [PersonID] {
    try PersonID.fetchAll(db, sql: "SELECT DISTINCT person_id FROM work_cell ORDER BY person_id")
  }

  /// What the placed entries of the person's cells at work add up to, in key order.
  package func placedSeconds(of person: PersonID) throws -> [PlacedSeconds] {
    var sums: [PlacedSeconds] = []
    let rows = try statement(
      """
      SELECT p.person_id, p.project_id, p.date, p.role_id,
        sum(CASE WHEN p.is_billable THEN p.seconds ELSE 0 END), sum(CASE WHEN p.is_billable THEN 0 ELSE p.seconds END)
      FROM work_cell w
      CROSS JOIN placement p INDEXED BY placement_by_cell
        ON p.person_id = w.person_id AND p.project_id = w.project_id AND p.date = w.date
      WHERE w.person_id = ?1 AND p.state = 'placed'
      GROUP BY p.person_id, p.project_id, p.date, p.role_id
      """
    ).bind(1, person)
    try rows.forEach { row in
      sums.append(PlacedSeconds(cell: row.cell(0), role: row.int64(3), billable: row.int(4), nonbillable: row.int(5)))
    }
    return sums
  }

  /// The actuals that stand in the person's cells at work.
  package func actualsAtWork(of person: PersonID) throws -> [ActualRow] {
    var found: [ActualRow] = []
    let rows = try statement(
      """
      SELECT a.person_id, a.project_id, a.date, a.role_id, a.billable_minutes, a.nonbillable_minutes, a.origin, a.is_manual
      FROM work_cell w
      CROSS JOIN actual a INDEXED BY actual_by_person_date
        ON a.person_id = w.person_id AND a.date = w.date AND a.project_id = w.project_id
      WHERE w.person_id = ?1
      """
    ).bind(1, person)
    try rows.forEach { found.append($0.actual()) }
    return found
  }

  /// All actuals of the person from one date through another.
  package func actuals(of person: PersonID, from: CalendarDay, through: CalendarDay) throws -> [ActualRow] {
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

  /// Writes a row whose key is free. Apart from `setActual`, because SQLite keeps a journal of its own for each upsert.
  package func addActual(_ row: ActualRow, run: Int64, at now: Instant) throws {
    try bind(
      row, run, now,
      to: statement(
        """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin,
          import_run_id, updated_at, written)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
          ?1 || '/' || ?2 || '/' || ?3 || '/' || ?4 || '/' || ?5 || '/' || ?6)
        """))
  }

  /// Writes a row over what may stand under its key.
  package func setActual(_ row: ActualRow, run: Int64, at now: Instant) throws {
    try bind(
      row, run, now,
      to: statement(
        """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin,
          import_run_id, updated_at, written)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
          ?1 || '/' || ?2 || '/' || ?3 || '/' || ?4 || '/' || ?5 || '/' || ?6)
        ON CONFLICT (person_id, project_id, role_id, date) DO UPDATE SET
          billable_minutes = ?5, nonbillable_minutes = ?6, origin = ?7, import_run_id = ?8, updated_at = ?9,
          written = excluded.written, imported_origin = NULL
        """))
  }

  private func bind(_ row: ActualRow, _ run: Int64, _ now: Instant, to write: FastStatement) throws {
    try write.bind(1, row.cell.person).bind(2, row.cell.project).bind(3, row.role).bind(4, row.cell.day.description)
      .bind(5, row.billable).bind(6, row.nonbillable).bind(7, row.origin).bind(8, run).bind(9, now.description).run()
  }

  package func deleteActual(_ row: ActualRow) throws {
    try statement("DELETE FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?")
      .bind(1, row.cell.person).bind(2, row.cell.project).bind(3, row.role).bind(4, row.cell.day.description).run()
  }

  /// The dates on which each Clockify user has held time, from a date on (rule 70).
  package func heldDays(from: CalendarDay) throws -> [String: Set<CalendarDay>] {
    var days: [String: Set<CalendarDay>] = [:]
    let rows = try statement(
      """
      SELECT DISTINCT b.user_id, p.date FROM placement p
      JOIN placement_basis b ON b.pair_key = p.pair_key
      WHERE p.state = 'held' AND p.date >= ?1
      """
    ).bind(1, from.description)
    try rows.forEach { row in row.day(1).map { _ = days[row.text(0), default: []].insert($0) } }
    return days
  }

  // MARK: Frozen cells and conflicts

  package func frozenCellsAtWork(_ isFrozen: (Cell) -> Bool) throws -> Set<Cell> {
    var cells: Set<Cell> = []
    try statement("SELECT person_id, project_id, date FROM work_cell").forEach { row in
      let cell = row.cell(0)
      if isFrozen(cell) { cells.insert(cell) }
    }
    return cells
  }

  package func deferredCells() throws -> Set<Cell> {
    var cells: Set<Cell> = []
    try statement("SELECT person_id, project_id, date FROM deferred_cell").forEach { cells.insert($0.cell(0)) }
    return cells
  }

  package func setDeferredCells(_ wanted: Set<Cell>) throws {
    let stored = try deferredCells()
    for cell in stored.subtracting(wanted) {
      try statement("DELETE FROM deferred_cell WHERE person_id = ? AND project_id = ? AND date = ?")
        .bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description).run()
    }
    for cell in wanted.subtracting(stored) {
      try statement("INSERT INTO deferred_cell VALUES (?, ?, ?)")
        .bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description).run()
    }
  }

  /// Frozen cells of which the ledger wants something else than stands there: with time that a lock holds back, or whose
  /// entries changed or left since (rules 47, 55).
  ///
  /// - Returns: each with the minutes that would be added; 0: other roles or buckets only.
  package func lateChanges(where isFrozen: (Cell) -> Bool) throws -> [(cell: Cell, minutes: Int)] {
    var cells: Set<Cell> = []
    try statement(
      """
      SELECT person_id, project_id, date FROM placement
      WHERE state = 'held' AND reason = 'locked' AND person_id IS NOT NULL
      UNION SELECT person_id, project_id, date FROM deferred_cell
      """
    ).forEach { if isFrozen($0.cell(0)) { cells.insert($0.cell(0)) } }
    return try cells.sorted().map { cell in
      let row = try statement(
        """
        SELECT ifnull((
            SELECT sum((billable + 30) / 60 + (nonbillable + 30) / 60) FROM (
              SELECT sum(CASE WHEN is_billable THEN seconds ELSE 0 END) AS billable,
                sum(CASE WHEN is_billable THEN 0 ELSE seconds END) AS nonbillable
              FROM placement WHERE person_id = ?1 AND project_id = ?2 AND date = ?3
                AND (state = 'placed' OR (state = 'held' AND reason = 'locked')
                  OR (counted IS NOT NULL AND reason IN ('sync_off', 'person_archived')))
              GROUP BY role_id)), 0)
          - ifnull((
            SELECT sum(billable_minutes + nonbillable_minutes) FROM actual
            WHERE person_id = ?1 AND project_id = ?2 AND date = ?3), 0)
        """
      ).bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description)
      defer { row.reset() }
      return (cell: cell, minutes: try row.step() ? row.int(0) : 0)
    }
  }

  package struct Conflict: Hashable, Sendable {
    package let cell: Cell
    package let manual: Int
    package let imported: Int
    package let source: Int
  }

  /// Both figures of each cell with hours typed by hand, where Clockify has time too (rules 57, 58).
  ///
  /// `source`: minutes of every entry that belongs to the cell, placed or held back; 0 where the entries that the row was
  /// made of are gone or count no more. `imported`: as the import wrote them.
  package func computedConflicts() throws -> [Conflict] {
    var conflicts: [Conflict] = []
    var manual: [Cell: (manual: Int, imported: Int)] = [:]
    let rows = try statement(
      """
      SELECT a.person_id, a.project_id, a.date, a.billable_minutes + a.nonbillable_minutes, a.is_manual, a.written
      FROM actual a JOIN (SELECT DISTINCT person_id, project_id, date FROM actual WHERE is_manual = 1) m
        ON m.person_id = a.person_id AND m.project_id = a.project_id AND m.date = a.date
      """)
    try rows.forEach { row in
      var sums = manual[row.cell(0)] ?? (0, 0)
      if row.int(4) == 1 { sums.manual += row.int(3) }
      let written = row.optionalText(5)?.split(separator: "/").suffix(2).compactMap { Int($0) } ?? []
      sums.imported += written.reduce(0, +)
      manual[row.cell(0)] = sums
    }
    for (cell, sums) in manual.sorted(by: { $0.key < $1.key }) {
      let source = try statement(
        """
        SELECT sum((billable + 30) / 60 + (nonbillable + 30) / 60) FROM (
          SELECT sum(CASE WHEN is_billable THEN counts ELSE 0 END) AS billable,
            sum(CASE WHEN is_billable THEN 0 ELSE counts END) AS nonbillable
          FROM (
            SELECT role_id, is_billable,
              CASE WHEN state = 'placed' OR reason IN ('manual_present', 'locked', 'sync_off', 'person_archived')
                THEN seconds ELSE 0 END AS counts
            FROM placement WHERE person_id = ?1 AND project_id = ?2 AND date = ?3
              AND (state = 'placed' OR reason = 'manual_present' OR counted IS NOT NULL))
          GROUP BY role_id)
        """
      ).bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description)
      defer { source.reset() }
      guard try source.step(), !source.isNull(0) else { continue }
      conflicts.append(Conflict(cell: cell, manual: sums.manual, imported: sums.imported, source: source.int(0)))
    }
    return conflicts
  }

  /// Writes only what differs.
  package func setConflicts(_ wanted: [Conflict], run: Int64) throws {
    var stored: Set<Conflict> = []
    try statement(
      "SELECT person_id, project_id, date, manual_minutes, imported_minutes, source_minutes FROM actual_conflict"
    ).forEach { stored.insert(Conflict(cell: $0.cell(0), manual: $0.int(3), imported: $0.int(4), source: $0.int(5))) }
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

  /// Rule 81, read back from the tables: minutes of the imported rows and seconds of the placed entries in the cells at
  /// work that hold no row typed by hand, and how many keys and buckets there are.
  package func settledTotals(excluding frozen: Set<Cell>) throws -> (minutes: Int, seconds: Int, buckets: Int) {
    var totals = (minutes: 0, seconds: 0, buckets: 0)
    try statement(
      """
      SELECT w.person_id, w.project_id, w.date, a.billable_minutes, a.nonbillable_minutes FROM work_cell w
      CROSS JOIN actual a INDEXED BY actual_by_person_date
        ON a.person_id = w.person_id AND a.date = w.date AND a.project_id = w.project_id
      WHERE a.origin = 'clockify' AND a.is_manual = 0
      """
    ).forEach { row in
      if frozen.isEmpty || !frozen.contains(row.cell(0)) {
        totals.minutes += row.int(3) + row.int(4)
        totals.buckets += 2
      }
    }
    try statement(
      """
      SELECT w.person_id, w.project_id, w.date, sum(p.seconds) FROM work_cell w
      CROSS JOIN placement p INDEXED BY placement_by_cell
        ON p.person_id = w.person_id AND p.project_id = w.project_id AND p.date = w.date
      WHERE p.state = 'placed' GROUP BY 1, 2, 3
      """
    ).forEach { row in
      if frozen.isEmpty || !frozen.contains(row.cell(0)) { totals.seconds += row.int(3) }
    }
    return totals
  }
}

extension FastStatement {
  /// A cell of three columns: person, project, date.
  func cell(_ column: Int32) -> Cell {
    Cell(
      person: int64(column), project: int64(column + 1),
      day: day(column + 2) ?? CalendarDay(number: 0))
  }

  /// nil where there is no person or no project.
  func optionalCell(_ column: Int32) -> Cell? {
    isNull(column) || isNull(column + 1) ? nil : cell(column)
  }

  fileprivate func actual() -> ActualRow {
    ActualRow(
      cell: cell(0), role: int64(3), billable: int(4), nonbillable: int(5), origin: text(6), isManual: int(7) == 1)
  }
}

import GRDB
package import Planning

/// The one place that writes rows of `actual`.
package struct ActualWriter: Subject {
  let session: StoreSession

  /// Writes a row whose key is free. Apart from `set`, because SQLite keeps a journal of its own for each upsert.
  package func add(_ row: ActualRow, run: Int64, at now: Instant) throws {
    try bind(
      row, run, now,
      to: statement(
        """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin,
          import_run_id, updated_at, written, written_billable, written_nonbillable)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?5, ?6)
        """))
  }

  /// Where no actuals stand: what the whole ledger places, in one pass over its cells, rounded as everywhere (rule 39).
  ///
  /// - Returns: how many rows.
  package func addEverything(run: Int64, at now: Instant) throws -> Int {
    // What is to be published is noted once, not row by row.
    let rows = try without("type = 'trigger' AND name = 'actual_publish_insert'") {
      try insertEverything(run: run, at: now)
    }
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO publish_dirty
        SELECT DISTINCT 'actual', iif(date >= '0', substr(date, 1, 7), 'undated') FROM actual
        """)
    return rows
  }

  private func insertEverything(run: Int64, at now: Instant) throws -> Int {
    // +state: else SQLite does not see that the index has the rows in this very order.
    try db.execute(
      sql: """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin,
          import_run_id, updated_at, written, written_billable, written_nonbillable)
        SELECT person_id, project_id, role_id, date(day * 86400, 'unixepoch'), billable, nonbillable, 'clockify', ?1, ?2,
          \(Written.sqlKey(day: "day")), billable, nonbillable
        FROM (
          SELECT person_id, project_id, role_id, day,
            (sum(CASE WHEN is_billable THEN seconds ELSE 0 END) + 30) / 60 AS billable,
            (sum(CASE WHEN is_billable THEN 0 ELSE seconds END) + 30) / 60 AS nonbillable
          FROM placement_row INDEXED BY placement_by_cell WHERE person_id IS NOT NULL AND +state = 'placed'
          GROUP BY person_id, project_id, day, state, role_id)
        """, arguments: [run, now.description])
    return db.changesCount
  }

  /// Writes a row over what may stand under its key.
  package func set(_ row: ActualRow, run: Int64, at now: Instant) throws {
    try bind(
      row, run, now,
      to: statement(
        """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin,
          import_run_id, updated_at, written, written_billable, written_nonbillable)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?5, ?6)
        ON CONFLICT (person_id, project_id, role_id, date) DO UPDATE SET
          billable_minutes = ?5, nonbillable_minutes = ?6, origin = ?7, import_run_id = ?8, updated_at = ?9,
          written = ?10, written_billable = ?5, written_nonbillable = ?6, imported_origin = NULL
        """))
  }

  private func bind(_ row: ActualRow, _ run: Int64, _ now: Instant, to write: FastStatement) throws {
    try write.bind(1, row.cell.person).bind(2, row.cell.project).bind(3, row.role).bind(4, row.cell.day.description)
      .bind(5, row.billable).bind(6, row.nonbillable).bind(7, row.origin.rawValue).bind(8, run).bind(9, now.description)
      .bind(10, Written.key(row.cell, row.role)).run()
  }

  package func delete(_ row: ActualRow) throws {
    try statement("DELETE FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?")
      .bind(1, row.cell.person).bind(2, row.cell.project).bind(3, row.role).bind(4, row.cell.day.description).run()
  }

  /// Writes hours as if typed into the table: they are manual, and the import leaves the cell alone.
  ///
  /// - Parameter minutes: nil takes what was typed away; the next import writes what Clockify has.
  /// - Throws: `PlanRefusal` on a locked date, or if nothing was typed there.
  package func type(
    _ cell: Cell, role: RoleID, minutes: (billable: Int, nonbillable: Int)?, at now: Instant
  ) throws {
    try session.locks.refuse(cell)
    let key: StatementArguments = [cell.person, cell.project, role, cell.day.description]
    guard let minutes else {
      try db.execute(
        sql: """
          DELETE FROM actual
          WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ? AND is_manual = 1
          """, arguments: key)
      if db.changesCount == 0 { throw PlanRefusal.nothingTyped }
      return
    }
    try db.execute(
      sql: """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (person_id, project_id, role_id, date) DO UPDATE SET billable_minutes = ?5, nonbillable_minutes = ?6,
          origin = 'manual', imported_origin = NULL, updated_at = ?7
        """, arguments: key + [minutes.billable, minutes.nonbillable, now.description])
  }
  /// What was typed there goes, and what the import last wrote comes back, where that was of this key (rule 59).
  func restoreImported(_ cell: Cell) throws {
    let rows = try Row.fetchAll(
      db, sql: "SELECT * FROM actual WHERE person_id = ? AND project_id = ? AND date = ? AND is_manual = 1",
      arguments: [cell.person, cell.project, cell.day.description]
    ).map(StoredActual.init)
    for row in rows {
      guard let minutes = row.importedMinutes else {
        try delete(row.key)
        continue
      }
      try db.execute(
        sql: """
          UPDATE actual SET billable_minutes = ?5, nonbillable_minutes = ?6, origin = 'clockify', imported_origin = NULL
          WHERE person_id = ?1 AND project_id = ?2 AND role_id = ?3 AND date = ?4
          """, arguments: row.key.arguments + [minutes.billable, minutes.nonbillable])
    }
  }

  // MARK: Merges and their undoing

  /// Writes a whole row, and notes its cell for the next import. A row typed by hand keeps what the import had written.
  ///
  /// - Parameter isCombined: the row takes the place of the one that stands under its key.
  func put(_ actual: StoredActual, isCombined: Bool) throws {
    if isCombined { try delete(actual.key) }
    let written =
      actual.isManual
      ? actual.written
      : Written(
        key: Written.key(actual.cell, actual.role), billable: actual.billable, nonbillable: actual.nonbillable)
    try db.execute(
      sql: """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin,
          import_run_id, updated_at, written, written_billable, written_nonbillable, imported_origin)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        actual.person, actual.project, actual.role, actual.date, actual.billable, actual.nonbillable,
        actual.origin.rawValue, actual.run, actual.updatedAt, written?.key, written?.billable, written?.nonbillable,
        actual.importedOrigin,
      ])
    try db.execute(
      sql: "INSERT OR IGNORE INTO cell_change VALUES (?, ?, ?)",
      arguments: [actual.person, actual.project, actual.date])
  }

  /// Puts a row in again as the journal of a merge kept it: a JSON object of its columns.
  func insert(image: String) throws {
    let all = try MergeJournal(session: session).columns(of: "actual").all
    let values = all.map { "json_extract(?1, '$.\($0)')" }.joined(separator: ", ")
    try db.execute(
      sql: "INSERT INTO actual (\(all.joined(separator: ", "))) SELECT \(values)", arguments: [image])
  }

  func delete(_ key: StoredActual.Key) throws {
    try db.execute(
      sql: "DELETE FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?",
      arguments: key.arguments)
  }
}

/// What the import wrote in a row: its key, mixed into one number, and minutes. A row that says otherwise was edited by hand
/// (rules 57, 58); the schema computes `is_manual` from it.
struct Written {
  let key: Int64
  let billable: Int
  let nonbillable: Int

  /// As the schema mixes it (`m0013_lean_rows`). Two keys that are one number differ by thousands in several columns.
  static func key(_ cell: Cell, _ role: RoleID) -> Int64 {
    cell.person &* 68_719_476_731 &+ cell.project &* 41_538_374_867 &+ role &* 26_738_688_403
      &+ Int64(cell.day.number)
  }

  /// The same in SQL, of a row with the columns of the key.
  ///
  /// - Parameter day: SQL of its days since 1970.
  static func sqlKey(day: String) -> String {
    "person_id * 68719476731 + project_id * 41538374867 + role_id * 26738688403 + \(day)"
  }
}

extension StoredActual {
  /// Minutes as the import wrote them, where it wrote this very key.
  fileprivate var importedMinutes: (billable: Int, nonbillable: Int)? {
    guard let written, written.key == Written.key(cell, role) else { return nil }
    return (written.billable, written.nonbillable)
  }
}

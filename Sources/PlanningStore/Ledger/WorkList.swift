import GRDB
package import Planning

/// The entries to place and the cells to settle, for one transaction.
///
/// CROSS JOIN keeps the small list of work the outer loop: without it SQLite scans the whole ledger for a handful of changes.
package struct WorkList: Subject {
  let session: StoreSession

  /// An empty list of entries to place and of cells to settle, for this transaction.
  package func open() throws {
    try db.execute(
      sql: """
        CREATE TEMP TABLE IF NOT EXISTS work_entry (entry_key INTEGER PRIMARY KEY);
        CREATE TEMP TABLE IF NOT EXISTS work_cell (
          person_id INTEGER, project_id INTEGER, day INTEGER, date TEXT, PRIMARY KEY (person_id, project_id, day))
          WITHOUT ROWID;
        DELETE FROM work_entry;
        DELETE FROM work_cell;
        """)
  }

  /// Everything whose mirror row is newer than its placement, and what must be tried again each night (rule 8).
  package func addChangesAndWaiting() throws {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO work_entry SELECT entry_key FROM entry_change;
        INSERT OR IGNORE INTO work_entry SELECT entry_key FROM placement_row
          WHERE state = 'held' AND reason IN ('future', 'locked', 'manual_present', 'delete_brake');
        INSERT OR IGNORE INTO work_entry
          SELECT p.entry_key FROM deferred_cell d
          CROSS JOIN placement_row p INDEXED BY placement_by_cell
            ON p.person_id = d.person_id AND p.project_id = d.project_id AND p.day = unixepoch(d.date) / 86400;
        """)
    try addChangedCells()
  }

  /// Frozen cells to look at again, and those whose rows somebody removed.
  package func addChangedCells() throws {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO work_cell
          SELECT person_id, project_id, unixepoch(date) / 86400, date FROM deferred_cell;
        INSERT OR IGNORE INTO work_cell
          SELECT person_id, project_id, unixepoch(date) / 86400, date FROM cell_change;
        """)
  }

  package func add(pair key: Int) throws {
    try statement("INSERT OR IGNORE INTO work_entry SELECT entry_key FROM placement_row WHERE pair_key = ?")
      .bind(1, key).run()
  }

  package func add(entry key: Int) throws {
    try statement("INSERT OR IGNORE INTO work_entry VALUES (?)").bind(1, key).run()
  }

  package func add(_ cell: Cell) throws {
    try statement("INSERT OR IGNORE INTO work_cell VALUES (?, ?, ?, ?)")
      .bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.number).bind(4, cell.day.description).run()
  }

  /// Every cell with placed time is at work.
  package func addAllPlacedCells() throws {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO work_cell SELECT DISTINCT person_id, project_id, day, date(day * 86400, 'unixepoch')
        FROM placement_row INDEXED BY placement_by_cell WHERE person_id IS NOT NULL AND state = 'placed'
        """)
  }

  /// The next entries to place, in order of key, at most `limit`.
  package func rows(after key: Int, limit: Int) throws -> [LedgerRow] {
    let rows = try statement(
      """
      SELECT e.entry_key, e.user, ifnull(e.project, 0), e.billable, e.type, e.start, e."end", e.time_zone, e.content_hash,
        p.pair_key, p.state, p.reason, p.zone, p.day, p.seconds, p.is_billable, p.person_id, p.project_id, p.role_id,
        p.role_step, p.counted, p.pinned
      FROM work_entry w
      CROSS JOIN clockify_time_entry_row e ON e.entry_key = w.entry_key
      LEFT JOIN placement_row p ON p.entry_key = w.entry_key
      WHERE w.entry_key > ?1
      ORDER BY w.entry_key LIMIT ?2
      """
    ).bind(1, key).bind(2, limit)
    return try read(rows, limit: limit) { $0.isNull(9) ? nil : try $0.placement(from: 9, session.texts) }
  }

  /// The next of all entries, none of which was ever placed, in order of key, at most `limit`.
  package func unplaced(after key: Int, limit: Int) throws -> [LedgerRow] {
    let rows = try statement(
      """
      SELECT entry_key, user, ifnull(project, 0), billable, type, start, "end", time_zone, content_hash
      FROM clockify_time_entry_row WHERE entry_key > ?1 ORDER BY entry_key LIMIT ?2
      """
    ).bind(1, key).bind(2, limit)
    return try read(rows, limit: limit) { _ in nil }
  }

  private func read(
    _ rows: FastStatement, limit: Int, placement: (FastStatement) throws -> Placement?
  ) throws -> [LedgerRow] {
    let texts = session.texts
    var found: [LedgerRow] = []
    found.reserveCapacity(limit)
    try rows.forEach { row in
      let key = row.int(0)
      guard let start = row.moment(5) else {
        throw StoreError(.damagedEntry(try session.entries.id(of: key)), path: "")
      }
      found.append(
        LedgerRow(
          key: key, source: LedgerRow.Source(user: row.int(1), project: row.int(2)),
          billable: row.optionalInt(3).map { $0 != 0 }, type: try texts.optionalText(row.optionalInt(4)), start: start,
          end: row.moment(6), timeZone: try texts.optionalText(row.optionalInt(7)), contentHash: row.int64(8),
          placement: try placement(row)))
    }
    return found
  }

  /// Changes that are placed now leave the queue; those that a brake holds back stay in it (rule 53).
  ///
  /// - Parameter all: every entry of the mirror was at work, also what the queue does not name.
  package func clearChanges(keeping kept: Set<Int>, all: Bool) throws {
    guard !all else {
      try db.execute(sql: "DELETE FROM entry_change; DELETE FROM cell_change")
      for key in kept { try statement("INSERT INTO entry_change VALUES (?, 1)").bind(1, key).run() }
      return
    }
    if kept.isEmpty {
      try db.execute(sql: "DELETE FROM entry_change WHERE entry_key IN (SELECT entry_key FROM work_entry)")
    } else {
      try db.execute(
        sql: "CREATE TEMP TABLE IF NOT EXISTS kept_entry (entry_key INTEGER PRIMARY KEY); DELETE FROM kept_entry;")
      for key in kept { try statement("INSERT INTO kept_entry VALUES (?)").bind(1, key).run() }
      try db.execute(
        sql: """
          DELETE FROM entry_change WHERE entry_key IN (SELECT entry_key FROM work_entry)
            AND entry_key NOT IN (SELECT entry_key FROM kept_entry)
          """)
    }
    try db.execute(sql: "DELETE FROM cell_change")
  }

  /// The same where only some of the queue was looked at: nothing else leaves it.
  package func clearPlaced(keeping kept: Set<Int>) throws {
    try db.execute(
      sql: "DELETE FROM work_entry WHERE entry_key IN (SELECT value FROM json_each(?))", arguments: [json(kept)])
    try db.execute(
      sql: """
        DELETE FROM entry_change WHERE entry_key IN (SELECT entry_key FROM work_entry);
        DELETE FROM cell_change WHERE (person_id, project_id, date) IN (SELECT person_id, project_id, date FROM work_cell)
        """)
  }

  package func people() throws -> [PersonID] {
    try PersonID.fetchAll(db, sql: "SELECT DISTINCT person_id FROM work_cell ORDER BY person_id")
  }

  /// What the placed entries of the person's cells at work add up to, in key order.
  package func placedSeconds(of person: PersonID) throws -> [PlacedSeconds] {
    var sums: [PlacedSeconds] = []
    let rows = try statement(
      """
      SELECT p.person_id, p.project_id, p.day, p.role_id,
        sum(CASE WHEN p.is_billable THEN p.seconds ELSE 0 END), sum(CASE WHEN p.is_billable THEN 0 ELSE p.seconds END)
      FROM work_cell w
      CROSS JOIN placement_row p INDEXED BY placement_by_cell
        ON p.person_id = w.person_id AND p.project_id = w.project_id AND p.day = w.day
      WHERE w.person_id = ?1 AND p.state = 'placed'
      GROUP BY w.person_id, w.project_id, w.day, p.role_id
      """
    ).bind(1, person)
    try rows.forEach { row in
      sums.append(PlacedSeconds(cell: row.cell(0), role: row.int64(3), billable: row.int(4), nonbillable: row.int(5)))
    }
    return sums
  }

  /// The actuals that stand in the person's cells at work.
  package func actuals(of person: PersonID) throws -> [ActualRow] {
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

  package func frozenCells(_ isFrozen: (Cell) -> Bool) throws -> Set<Cell> {
    var cells: Set<Cell> = []
    try statement("SELECT person_id, project_id, day FROM work_cell").forEach { row in
      let cell = row.cell(0)
      if isFrozen(cell) { cells.insert(cell) }
    }
    return cells
  }

  /// Rule 81, read back from the tables: minutes of the imported rows and seconds of the placed entries in the cells at
  /// work that hold no row typed by hand, and how many keys and buckets there are.
  package func settledTotals(excluding frozen: Set<Cell>) throws -> (minutes: Int, seconds: Int, buckets: Int) {
    var totals = (minutes: 0, seconds: 0, buckets: 0)
    try statement(
      """
      SELECT w.person_id, w.project_id, w.day, a.billable_minutes, a.nonbillable_minutes FROM work_cell w
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
      SELECT w.person_id, w.project_id, w.day, sum(p.seconds) FROM work_cell w
      CROSS JOIN placement_row p INDEXED BY placement_by_cell
        ON p.person_id = w.person_id AND p.project_id = w.project_id AND p.day = w.day
      WHERE p.state = 'placed' GROUP BY w.person_id, w.project_id, w.day
      """
    ).forEach { row in
      if frozen.isEmpty || !frozen.contains(row.cell(0)) { totals.seconds += row.int(3) }
    }
    return totals
  }
}

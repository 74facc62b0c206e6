import GRDB
package import Planning

extension StoreSession {
  // MARK: Pairs

  package struct StoredPair: Sendable {
    package let key: Int
    package let fingerprint: Int64?
  }

  package func pairs() throws -> [Pair: StoredPair] {
    var pairs: [Pair: StoredPair] = [:]
    let rows = try statement("SELECT pair_key, user_id, clockify_project_id, fingerprint FROM placement_basis")
    try rows.forEach { row in
      pairs[Pair(user: row.text(1), project: row.text(2))] = StoredPair(
        key: row.int(0), fingerprint: row.optionalInt64(3))
    }
    return pairs
  }

  package func addPair(_ pair: Pair, fingerprint: Int64) throws -> Int {
    try statement("INSERT INTO placement_basis (user_id, clockify_project_id, fingerprint) VALUES (?, ?, ?)")
      .bind(1, pair.user).bind(2, pair.project).bind(3, fingerprint).run()
    return Int(db.lastInsertedRowID)
  }

  /// - Parameter fingerprint: nil: the next run places the pair's entries again, whatever it finds.
  package func setFingerprint(_ fingerprint: Int64?, ofPair key: Int) throws {
    try statement("UPDATE placement_basis SET fingerprint = ? WHERE pair_key = ?")
      .bind(1, fingerprint).bind(2, key).run()
  }

  // MARK: What is to be placed again
  //
  // CROSS JOIN here and in StoreSession+Actuals keeps the small list of work the outer loop: without it SQLite scans the
  // whole ledger for a handful of changes.

  /// An empty list of entries to place and of cells to settle, for this transaction.
  package func openWorkList() throws {
    try db.execute(
      sql: """
        CREATE TEMP TABLE IF NOT EXISTS work_entry (entry_key INTEGER PRIMARY KEY);
        CREATE TEMP TABLE IF NOT EXISTS work_cell (
          person_id INTEGER, project_id INTEGER, date TEXT, PRIMARY KEY (person_id, project_id, date)) WITHOUT ROWID;
        DELETE FROM work_entry;
        DELETE FROM work_cell;
        """)
  }

  /// Everything whose mirror row is newer than its placement, and what must be tried again each night (rule 8).
  package func workOnChangesAndWaiting() throws {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO work_entry SELECT entry_key FROM entry_change;
        INSERT OR IGNORE INTO work_entry SELECT entry_key FROM placement
          WHERE state = 'held' AND reason IN ('future', 'locked', 'manual_present', 'delete_brake');
        INSERT OR IGNORE INTO work_entry
          SELECT p.entry_key FROM deferred_cell d
          CROSS JOIN placement p INDEXED BY placement_by_cell
            ON p.person_id = d.person_id AND p.project_id = d.project_id AND p.date = d.date;
        INSERT OR IGNORE INTO work_cell SELECT person_id, project_id, date FROM deferred_cell;
        INSERT OR IGNORE INTO work_cell SELECT person_id, project_id, date FROM cell_change;
        """)
  }

  /// Calls `body` with key, cell and seconds of each placed entry of a pair.
  package func forEachPlaced(ofPair key: Int, _ body: (Int, Cell, Int) throws -> Void) throws {
    let rows = try statement(
      """
      SELECT entry_key, seconds, person_id, project_id, date FROM placement INDEXED BY placement_by_pair
      WHERE pair_key = ?1 AND state = 'placed'
      """
    ).bind(1, key)
    try rows.forEach { try body($0.int(0), $0.cell(2), $0.int(1)) }
  }

  /// Of all placed entries.
  package func placedSeconds() throws -> Int {
    let row = try statement("SELECT ifnull(sum(seconds), 0) FROM placement WHERE state = 'placed'")
    defer { row.reset() }
    return try row.step() ? row.int(0) : 0
  }

  package func work(onPair key: Int) throws {
    try statement("INSERT OR IGNORE INTO work_entry SELECT entry_key FROM placement WHERE pair_key = ?")
      .bind(1, key).run()
  }

  package func work(onEntry key: Int) throws {
    try statement("INSERT OR IGNORE INTO work_entry VALUES (?)").bind(1, key).run()
  }

  package func work(on cell: Cell) throws {
    try statement("INSERT OR IGNORE INTO work_cell VALUES (?, ?, ?)")
      .bind(1, cell.person).bind(2, cell.project).bind(3, cell.day.description).run()
  }

  /// The pairs of entries to place that have no row of their own yet.
  package func newPairsAtWork() throws -> [Pair] {
    var pairs: [Pair] = []
    let rows = try statement(
      """
      SELECT DISTINCT e.user_id, ifnull(e.project_id, '') FROM work_entry w
      CROSS JOIN clockify_time_entry e ON e.entry_key = w.entry_key
      WHERE NOT EXISTS (
        SELECT 1 FROM placement_basis b
        WHERE b.user_id = e.user_id AND b.clockify_project_id = ifnull(e.project_id, ''))
      """)
    try rows.forEach { pairs.append(Pair(user: $0.text(0), project: $0.text(1))) }
    return pairs
  }

  /// The next entries to place, in order of key, at most `limit`.
  package func workRows(after key: Int, limit: Int) throws -> [LedgerRow] {
    var found: [LedgerRow] = []
    found.reserveCapacity(limit)
    let rows = try statement(
      """
      SELECT e.entry_key, e.id, e.user_id, e.project_id, e.billable, e.type, e.start, e."end", e.time_zone,
        e.content_hash, p.pair_key, p.state, p.reason, p.zone, p.date, p.seconds, p.is_billable, p.person_id,
        p.project_id, p.role_id, p.role_step, p.counted, p.pinned
      FROM work_entry w
      CROSS JOIN clockify_time_entry e ON e.entry_key = w.entry_key
      LEFT JOIN placement p ON p.entry_key = w.entry_key
      WHERE w.entry_key > ?1
      ORDER BY w.entry_key LIMIT ?2
      """
    ).bind(1, key).bind(2, limit)
    try rows.forEach { row in
      guard let start = row.instant(6) else {
        throw StoreError(.damaged, "time entry \(row.text(1)) has no readable start in the mirror")
      }
      let entry = MirrorEntry(
        id: row.text(1), userID: row.text(2), projectID: row.optionalText(3), taskID: nil, description: nil,
        billable: row.optionalInt(4).map { $0 != 0 }, type: row.optionalText(5), start: start,
        end: row.instant(7), timeZone: row.optionalText(8), contentHash: row.int64(9),
        detailHash: 0)
      found.append(LedgerRow(key: row.int(0), entry: entry, placement: row.isNull(10) ? nil : placement(row, from: 10)))
    }
    return found
  }

  private func placement(_ row: FastStatement, from column: Int32) -> Placement {
    var placement = Placement(
      pair: row.int(column), state: Placement.State(rawValue: row.text(column + 1)) ?? .held,
      reason: row.optionalText(column + 2), zone: row.text(column + 3),
      day: row.day(column + 4) ?? CalendarDay(number: 0), seconds: row.int(column + 5),
      isBillable: row.int(column + 6) != 0, pinned: row.int64(column + 12))
    placement.person = row.optionalInt64(column + 7)
    placement.project = row.optionalInt64(column + 8)
    placement.role = row.optionalInt64(column + 9)
    placement.roleStep = row.optionalText(column + 10)
    placement.counted = row.optionalInt64(column + 11)
    return placement
  }

  package func setPlacement(_ placement: Placement, of key: Int, isNew: Bool) throws {
    try statement(
      isNew
        ? "INSERT INTO placement VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        : """
        UPDATE placement SET pair_key = ?2, state = ?3, reason = ?4, zone = ?5, date = ?6, seconds = ?7,
          is_billable = ?8, person_id = ?9, project_id = ?10, role_id = ?11, role_step = ?12, counted = ?13, pinned = ?14
        WHERE entry_key = ?1
        """
    ).bind(1, key).bind(2, placement.pair).bind(3, placement.state.rawValue).bind(4, placement.reason)
      .bind(5, placement.zone).bind(6, placement.day.description).bind(7, placement.seconds)
      .bind(8, placement.isBillable ? 1 : 0).bind(9, placement.person).bind(10, placement.project)
      .bind(11, placement.role).bind(12, placement.roleStep).bind(13, placement.counted).bind(14, placement.pinned)
      .run()
  }

  // MARK: Bulk

  /// Whether nothing was ever placed: then indexes are cheaper built at the end than kept row by row.
  package func isFirstPlacing() throws -> Bool {
    let row = try statement("SELECT NOT EXISTS (SELECT 1 FROM placement)")
    defer { row.reset() }
    return try row.step() && row.int(0) == 1
  }

  /// Runs `body` without the indexes of `placement`, and builds them again.
  package func withoutPlacementIndexes<Value>(_ body: () throws -> Value) throws -> Value {
    try without("type = 'index' AND tbl_name = 'placement'", body)
  }

  /// Runs `body` without the check of new actuals, for which SQLite would open a journal of its own for each row: what
  /// the import writes names items that are there.
  package func withoutActualChecks<Value>(_ body: () throws -> Value) throws -> Value {
    try without("type = 'trigger' AND name = 'actual_sound_insert'", body)
  }

  /// Nobody else sees the schema without them: all is one transaction.
  private func without<Value>(_ chosen: String, _ body: () throws -> Value) throws -> Value {
    let parts = try Row.fetchAll(
      db, sql: "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND \(chosen)")
    for part in parts { try db.execute(sql: "DROP \(part["type"] as String) \(part["name"] as String)") }
    let value = try body()
    for part in parts { try db.execute(sql: part["sql"]) }
    return value
  }

  /// Every cell with placed time is at work.
  package func workOnAllPlacedCells() throws {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO work_cell SELECT DISTINCT person_id, project_id, date
        FROM placement INDEXED BY placement_by_cell WHERE person_id IS NOT NULL AND state = 'placed'
        """)
  }

  /// Clockify's word that an id is gone, or that it is back.
  package func setDeleted(_ key: Int, at now: Instant?) throws {
    try statement(
      "UPDATE clockify_time_entry SET deleted_at = ?2 WHERE entry_key = ?1 AND (deleted_at IS NULL) <> (?2 IS NULL)"
    ).bind(1, key).bind(2, now?.description).run()
  }

  package func placementState(of key: Int) throws -> Placement? {
    let rows = try statement(
      """
      SELECT pair_key, state, reason, zone, date, seconds, is_billable, person_id, project_id, role_id, role_step,
        counted, pinned FROM placement WHERE entry_key = ?
      """
    ).bind(1, key)
    defer { rows.reset() }
    return try rows.step() ? placement(rows, from: 0) : nil
  }

  /// Changes that are placed now leave the queue; those that a brake holds back stay in it (rule 53).
  package func clearChanges(keeping kept: Set<Int>) throws {
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

  // MARK: Removal plans (rule 53)

  package func replaceDeletePlan(_ keys: [Int], run: Int64) throws {
    try db.execute(sql: "DELETE FROM delete_plan")
    for key in keys { try statement("INSERT INTO delete_plan VALUES (?, ?)").bind(1, run).bind(2, key).run() }
  }

  package func deletePlan() throws -> (run: Int64, keys: Set<Int>)? {
    var run: Int64?
    var keys: Set<Int> = []
    try statement("SELECT import_run_id, entry_key FROM delete_plan").forEach { row in
      run = row.int64(0)
      keys.insert(row.int(1))
    }
    return run.map { (run: $0, keys: keys) }
  }
}

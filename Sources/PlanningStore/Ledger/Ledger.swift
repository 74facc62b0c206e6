import GRDB
package import Planning

package struct StoredPair: Sendable {
  package let key: Int
  package let fingerprint: Int64?
}

/// Where each entry of the mirror is placed, and why.
package struct Ledger: Subject {
  let session: StoreSession

  package func pairs() throws -> [Pair: StoredPair] {
    var pairs: [Pair: StoredPair] = [:]
    let rows = try statement("SELECT pair_key, user_id, clockify_project_id, fingerprint FROM placement_basis")
    try rows.forEach { row in
      pairs[Pair(user: row.text(1), project: row.text(2))] = StoredPair(
        key: row.int(0), fingerprint: row.optionalInt64(3))
    }
    return pairs
  }

  /// The stored ones of these pairs.
  package func stored(of pairs: Set<Pair>) throws -> [Pair: StoredPair] {
    var found: [Pair: StoredPair] = [:]
    for pair in pairs {
      let row = try statement(
        "SELECT pair_key, fingerprint FROM placement_basis WHERE user_id = ? AND clockify_project_id = ?"
      ).bind(1, pair.user).bind(2, pair.project)
      defer { row.reset() }
      if try row.step() { found[pair] = StoredPair(key: row.int(0), fingerprint: row.optionalInt64(1)) }
    }
    return found
  }

  /// Those of all pairs with one of these users, or of these projects.
  package func pairs(ofUsers users: Set<String>, projects: Set<String>) throws -> [Pair: StoredPair] {
    var found: [Pair: StoredPair] = [:]
    let rows = try statement(
      """
      SELECT pair_key, user_id, clockify_project_id, fingerprint FROM placement_basis
      WHERE user_id IN (SELECT value FROM json_each(?1)) OR clockify_project_id IN (SELECT value FROM json_each(?2))
      """
    ).bind(1, json(users)).bind(2, json(projects))
    try rows.forEach { row in
      found[Pair(user: row.text(1), project: row.text(2))] = StoredPair(
        key: row.int(0), fingerprint: row.optionalInt64(3))
    }
    return found
  }

  /// The pair of a key.
  package func pair(of key: Int) throws -> Pair? {
    let row = try statement("SELECT user_id, clockify_project_id FROM placement_basis WHERE pair_key = ?").bind(1, key)
    defer { row.reset() }
    return try row.step() ? Pair(user: row.text(0), project: row.text(1)) : nil
  }

  package func nextPairKey() throws -> Int {
    let row = try statement("SELECT ifnull(max(pair_key), 0) + 1 FROM placement_basis")
    defer { row.reset() }
    return try row.step() ? row.int(0) : 1
  }

  /// Whether a pair has time in the actuals.
  package func hasPlaced(ofPair key: Int) throws -> Bool {
    let row = try statement("SELECT EXISTS (SELECT 1 FROM placement_row WHERE pair_key = ?1 AND state = 'placed')")
      .bind(1, key)
    defer { row.reset() }
    return try row.step() && row.int(0) == 1
  }

  /// Seconds that the ledger has of a Clockify user from a date on, gone ones left out.
  package func seconds(of user: String, from day: CalendarDay) throws -> Int {
    let row = try statement(
      """
      SELECT ifnull(sum(p.seconds), 0) FROM placement_basis b
      CROSS JOIN placement_row p INDEXED BY placement_by_pair ON p.pair_key = b.pair_key
      WHERE b.user_id = ?1 AND p.day >= ?2 AND p.state NOT IN ('missing', 'deleted')
      """
    ).bind(1, user).bind(2, day.number)
    defer { row.reset() }
    return try row.step() ? row.int(0) : 0
  }

  package func addPair(_ pair: Pair, key: Int, fingerprint: Int64) throws {
    try statement("INSERT INTO placement_basis VALUES (?, ?, ?, ?)")
      .bind(1, key).bind(2, pair.user).bind(3, pair.project).bind(4, fingerprint).run()
  }

  /// - Parameter fingerprint: nil: the next run places the pair's entries again, whatever it finds.
  package func setFingerprint(_ fingerprint: Int64?, ofPair key: Int) throws {
    try statement("UPDATE placement_basis SET fingerprint = ? WHERE pair_key = ?")
      .bind(1, fingerprint).bind(2, key).run()
  }

  /// Calls `body` with key, cell and seconds of each placed entry of a pair.
  package func forEachPlaced(ofPair key: Int, _ body: (Int, Cell, Int) throws -> Void) throws {
    let rows = try statement(
      """
      SELECT entry_key, seconds, person_id, project_id, day FROM placement_row INDEXED BY placement_by_pair
      WHERE pair_key = ?1 AND state = 'placed'
      """
    ).bind(1, key)
    try rows.forEach { try body($0.int(0), $0.cell(2), $0.int(1)) }
  }

  /// The pair of an entry's source, by Clockify's ids.
  package func pair(_ source: LedgerRow.Source) throws -> Pair {
    Pair(
      user: try session.texts.text(source.user),
      project: source.project == 0 ? "" : try session.texts.text(source.project))
  }

  /// Of all placed entries.
  package func placedSeconds() throws -> Int {
    let row = try statement("SELECT ifnull(sum(seconds), 0) FROM placement_row WHERE state = 'placed'")
    defer { row.reset() }
    return try row.step() ? row.int(0) : 0
  }

  package func setPlacement(_ placement: Placement, of key: Int, isNew: Bool) throws {
    try statement(
      isNew
        ? "INSERT INTO placement_row VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
        : """
        UPDATE placement_row SET pair_key = ?2, state = ?3, reason = ?4, zone = ?5, day = ?6, seconds = ?7,
          is_billable = ?8, person_id = ?9, project_id = ?10, role_id = ?11, role_step = ?12, counted = ?13, pinned = ?14
        WHERE entry_key = ?1
        """
    ).bind(1, key).bind(2, placement.pair).bind(3, placement.state.rawValue).bind(4, placement.reason?.rawValue)
      .bind(5, session.texts.key(adding: placement.zone)).bind(6, placement.day.number).bind(7, placement.seconds)
      .bind(8, placement.isBillable ? 1 : 0).bind(9, placement.person).bind(10, placement.project)
      .bind(11, placement.role).bind(12, placement.roleStep?.rawValue).bind(13, placement.counted).bind(
        14, placement.pinned
      )
      .run()
    if isNew { session.dirtyMonths.note(.ledger, day: placement.day.number) }
  }

  package func placement(of key: Int) throws -> Placement? {
    let rows = try statement(
      """
      SELECT pair_key, state, reason, zone, day, seconds, is_billable, person_id, project_id, role_id, role_step,
        counted, pinned FROM placement_row WHERE entry_key = ?
      """
    ).bind(1, key)
    defer { rows.reset() }
    return try rows.step() ? rows.placement(from: 0, session.texts) : nil
  }

  /// Clockify's word that an id is gone, or that it is back.
  package func setDeleted(_ key: Int, at now: Instant?) throws {
    try statement(
      "UPDATE clockify_time_entry_row SET deleted_at = ?2 WHERE entry_key = ?1 AND (deleted_at IS NULL) <> (?2 IS NULL)"
    ).bind(1, key).bind(2, now?.description).run()
  }

  /// Nothing was ever placed.
  package func isEmpty() throws -> Bool {
    let row = try statement("SELECT NOT EXISTS (SELECT 1 FROM placement_row)")
    defer { row.reset() }
    return try row.step() && row.int(0) == 1
  }

  /// Runs `body` without the indexes of the ledger, and builds them again: for a first run that is cheaper than keeping
  /// them row by row.
  package func withoutIndexes<Value>(_ body: () throws -> Value) throws -> Value {
    try without("type = 'index' AND tbl_name = 'placement_row'", body)
  }

  /// The dates on which each Clockify user has held time, from a date on (rule 70).
  package func heldDays(from: CalendarDay) throws -> [String: Set<CalendarDay>] {
    var days: [String: Set<CalendarDay>] = [:]
    let rows = try statement(
      """
      SELECT DISTINCT b.user_id, p.day FROM placement_row p
      JOIN placement_basis b ON b.pair_key = p.pair_key
      WHERE p.state = 'held' AND p.day >= ?1
      """
    ).bind(1, from.number)
    try rows.forEach { row in row.day(1).map { _ = days[row.text(0), default: []].insert($0) } }
    return days
  }

  /// Lets go of zone and date of entries, so that the next import decides them anew.
  ///
  /// - Parameters: what is nil does not narrow the choice; dates as the entries have them now, both included.
  /// - Returns: how many entries.
  package func unpin(person: PersonID?, from: CalendarDay?, through: CalendarDay?) throws -> Int {
    let chosen = """
      SELECT entry_key FROM placement_row JOIN placement_basis b USING (pair_key)
      WHERE (?1 IS NULL OR b.user_id IN (
          SELECT external_id FROM external_reference WHERE kind = 'person' AND planning_id = ?1))
        AND (?2 IS NULL OR day >= ?2) AND (?3 IS NULL OR day <= ?3)
      """
    let arguments: StatementArguments = [person, from?.number, through?.number]
    try db.execute(sql: "INSERT OR IGNORE INTO entry_change (entry_key) \(chosen)", arguments: arguments)
    try db.execute(sql: "UPDATE placement_row SET pinned = 0 WHERE entry_key IN (\(chosen))", arguments: arguments)
    return db.changesCount
  }
}

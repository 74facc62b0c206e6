package import Planning

/// One entry of the ledger in a stretch of time that was read, for finding out what did not come back (rule 49).
package struct ReadBack: Sendable {
  package let key: Int
  package let id: String
  package let userID: String
  package let projectID: String?
  /// Seconds as the ledger has them; nil: not placed, skipped or held yet, or gone.
  package let ledgerSeconds: Int?
  /// Seconds as the mirror has them now.
  package let mirrorSeconds: Int
  /// Already `missing` or `deleted`.
  package let isGone: Bool
}

/// Time entries as Clockify sent them, and what came back or did not.
package struct Entries: Subject {
  let session: StoreSession

  /// Merges one entry into the mirror and notes it for placing when its content changed (rule 2).
  ///
  /// - Parameters:
  ///   - keepsNew: false leaves an id alone that the mirror does not have (padding of a window, rule 81).
  ///   - gone: entries that the ledger calls missing or deleted: one that arrives is back, also unchanged (rule 56).
  /// - Returns: the entry's key, or nil if it was left alone.
  package func merge(
    _ entry: MirrorEntry, workspace: String, run: Int64, keepsNew: Bool, gone: Set<Int>
  ) throws -> Int? {
    let find = try statement(
      "SELECT entry_key, content_hash, detail_hash FROM clockify_time_entry WHERE id = ?"
    ).bind(1, entry.id)
    let isKnown = try find.step()
    let key = isKnown ? find.int(0) : 0
    let (content, detail) = isKnown ? (find.int64(1), find.int64(2)) : (0, 0)
    find.reset()
    if isKnown, content == entry.contentHash, detail == entry.detailHash {
      if gone.contains(key) { try noteArrival(of: key) }
      return key
    }
    guard isKnown || keepsNew else { return nil }
    let write = try statement(
      isKnown
        ? """
        UPDATE clockify_time_entry SET workspace_id = ?2, user_id = ?3, project_id = ?4, task_id = ?5, description = ?6,
          billable = ?7, type = ?8, start = ?9, "end" = ?10, time_zone = ?11, content_hash = ?12, detail_hash = ?13
        WHERE id = ?1
        """
        : """
        INSERT INTO clockify_time_entry (id, workspace_id, user_id, project_id, task_id, description, billable, type,
          start, "end", time_zone, content_hash, detail_hash, first_seen_run)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        """)
    write.bind(1, entry.id).bind(2, workspace).bind(3, entry.userID).bind(4, entry.projectID).bind(5, entry.taskID)
      .bind(6, entry.description).bind(7, entry.billable.map { $0 ? 1 : 0 }).bind(8, entry.type)
      .bind(9, entry.start.description).bind(10, entry.end?.description).bind(11, entry.timeZone)
      .bind(12, entry.contentHash).bind(13, entry.detailHash)
    if !isKnown { write.bind(14, run) }
    try write.run()
    let written = isKnown ? key : Int(db.lastInsertedRowID)
    if !isKnown {
      // Apart from `noteArrival`, because SQLite keeps a journal of its own for each upsert.
      try statement("INSERT OR IGNORE INTO entry_change VALUES (?, 1)").bind(1, written).run()
    } else if content != entry.contentHash || gone.contains(written) {
      try noteArrival(of: written)
    }
    return written
  }

  private func noteArrival(of key: Int) throws {
    try statement(
      "INSERT INTO entry_change VALUES (?1, 1) ON CONFLICT (entry_key) DO UPDATE SET arrived = 1 WHERE arrived = 0"
    ).bind(1, key).run()
  }

  /// Entries that the ledger calls missing or deleted.
  package func gone() throws -> Set<Int> {
    var keys: Set<Int> = []
    try statement("SELECT entry_key FROM placement WHERE state = 'missing' OR state = 'deleted'")
      .forEach { keys.insert($0.int(0)) }
    return keys
  }

  /// Those of them that Clockify has sent since (rule 56).
  package func returned() throws -> Set<Int> {
    var keys: Set<Int> = []
    try statement(
      """
      SELECT c.entry_key FROM entry_change c CROSS JOIN placement p ON p.entry_key = c.entry_key
      WHERE c.arrived = 1 AND (p.state = 'missing' OR p.state = 'deleted')
      """
    ).forEach { keys.insert($0.int(0)) }
    return keys
  }

  /// The workspace that an entry is of.
  package func workspace(of key: Int) throws -> String {
    let row = try statement("SELECT workspace_id FROM clockify_time_entry WHERE entry_key = ?").bind(1, key)
    defer { row.reset() }
    return try row.step() ? row.text(0) : ""
  }

  /// Every mirrored entry that starts in the stretch, in order of start.
  package func forEach(
    in workspace: String, from: Instant, to: Instant, _ body: (ReadBack) throws -> Void
  ) throws {
    let rows = try statement(
      """
      SELECT e.entry_key, e.id, e.user_id, p.seconds, p.state, e.start, e."end", e.project_id
      FROM clockify_time_entry e LEFT JOIN placement p ON p.entry_key = e.entry_key
      WHERE e.start >= ?1 AND e.start < ?2 AND e.workspace_id = ?3
      """
    ).bind(1, from.description).bind(2, to.description).bind(3, workspace)
    try rows.forEach { try body(ReadBack($0)) }
  }

  /// Those of them that `isRead` does not know: asks the index for the keys, and the tables only for what is left.
  package func started(
    in workspace: String, from: Instant, to: Instant, unless isRead: (Int) -> Bool
  ) throws -> [ReadBack] {
    var keys: [Int] = []
    try statement("SELECT entry_key FROM clockify_time_entry WHERE start >= ?1 AND start < ?2")
      .bind(1, from.description).bind(2, to.description).forEach { if !isRead($0.int(0)) { keys.append($0.int(0)) } }
    var found: [ReadBack] = []
    for key in keys {
      let row = try statement(
        """
        SELECT e.entry_key, e.id, e.user_id, p.seconds, p.state, e.start, e."end", e.project_id
        FROM clockify_time_entry e LEFT JOIN placement p ON p.entry_key = e.entry_key
        WHERE e.entry_key = ?1 AND e.workspace_id = ?2
        """
      ).bind(1, key).bind(2, workspace)
      try row.forEach { found.append(ReadBack($0)) }
    }
    return found
  }

  package func hasAny() throws -> Bool {
    let row = try statement("SELECT EXISTS (SELECT 1 FROM clockify_time_entry)")
    defer { row.reset() }
    return try row.step() && row.int(0) == 1
  }

  /// Entries that were missing in earlier runs and are not proven deleted (rule 49), oldest knowledge first.
  package func missing(in workspace: String, limit: Int) throws -> [(key: Int, id: String)] {
    var found: [(key: Int, id: String)] = []
    let rows = try statement(
      """
      SELECT p.entry_key, e.id FROM placement p JOIN clockify_time_entry e ON e.entry_key = p.entry_key
      WHERE p.state = 'missing' AND e.workspace_id = ?1 ORDER BY p.entry_key LIMIT ?2
      """
    ).bind(1, workspace).bind(2, limit)
    try rows.forEach { found.append((key: $0.int(0), id: $0.text(1))) }
    return found
  }
}

extension ReadBack {
  fileprivate init(_ row: FastStatement) {
    isGone = ["missing", "deleted"].contains(row.optionalText(4))
    key = row.int(0)
    id = row.text(1)
    userID = row.text(2)
    projectID = row.optionalText(7)
    ledgerSeconds = isGone ? nil : row.optionalInt(3)
    let end = row.instant(6)
    mirrorSeconds = row.instant(5).map { MirrorEntry.countedSeconds(from: $0, to: end) } ?? 0
  }
}

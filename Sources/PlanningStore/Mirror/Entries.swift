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

/// What the ledger said before a run began to read.
package struct LedgerBefore: Sendable {
  /// Nothing was ever placed: whatever the mirror has is placed by the next run that gets as far.
  package fileprivate(set) var isEmpty = false
  /// Missing or deleted.
  package fileprivate(set) var gone: Set<Int> = []
  /// What of it Clockify had sent again before this run, which no run has placed yet (rule 56).
  package fileprivate(set) var returned: Set<Int> = []

  package init() {}
}

/// An entry that is in the mirror now.
package struct Merged: Sendable {
  package let key: Int
  package let isNew: Bool
}

/// Time entries as Clockify sent them, and what came back or did not.
package struct Entries: Subject {
  let session: StoreSession

  /// Merges one entry into the mirror and notes it for placing when its content changed (rule 2).
  ///
  /// - Parameters:
  ///   - keepsNew: false leaves an id alone that the mirror does not have (padding of a window, rule 81).
  ///   - before: what the ledger said before this run: an entry that it calls missing or deleted and that arrives is back,
  ///     also unchanged (rule 56).
  ///   - expectsNew: most of what comes now is new: inserted first, looked up only where that fails.
  /// - Returns: nil if it was left alone.
  package func merge(
    _ entry: MirrorEntry, workspace: String, run: Int64, keepsNew: Bool, before: LedgerBefore, expectsNew: Bool = false
  ) throws -> Merged? {
    if expectsNew, keepsNew, let key = try add(entry, workspace: workspace, run: run, before: before) {
      return Merged(key: key, isNew: true)
    }
    let find = try statement(
      "SELECT entry_key, content_hash, detail_hash FROM clockify_time_entry_row WHERE id = ?"
    ).bind(1, entry.id)
    guard try find.step() else {
      guard keepsNew, let key = try add(entry, workspace: workspace, run: run, before: before) else { return nil }
      return Merged(key: key, isNew: true)
    }
    let (key, content, detail) = (find.int(0), find.int64(1), find.int64(2))
    find.reset()
    if content != entry.contentHash || detail != entry.detailHash {
      try bind(
        entry, workspace,
        to: statement(
          """
          UPDATE clockify_time_entry_row SET workspace = ?2, user = ?3, project = ?4, task = ?5, description = ?6,
            billable = ?7, type = ?8, start = ?9, "end" = ?10, time_zone = ?11, content_hash = ?12, detail_hash = ?13,
            is_locked = ifnull(?14, is_locked)
          WHERE id = ?1
          """)
      ).bind(14, entry.isLocked.map { $0 ? 1 : 0 }).run()
      if let source = entry.source { try write(entry.details ?? .none, from: source, of: key, isNew: false) }
    }
    if content != entry.contentHash || before.gone.contains(key) { try noteArrival(of: key, before) }
    return Merged(key: key, isNew: false)
  }

  /// - Returns: nil if the id is there already.
  private func add(_ entry: MirrorEntry, workspace: String, run: Int64, before: LedgerBefore) throws -> Int? {
    try bind(
      entry, workspace,
      to: statement(
        """
        INSERT INTO clockify_time_entry_row (id, workspace, user, project, task, description, billable, type, start, "end",
          time_zone, content_hash, detail_hash, first_seen_run, is_locked)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (id) DO NOTHING
        """)
    ).bind(14, run).bind(15, entry.isLocked.map { $0 ? 1 : 0 }).run()
    guard db.changesCount > 0 else { return nil }
    let key = Int(db.lastInsertedRowID)
    session.dirtyMonths.note(.entries, day: entry.start.seconds.flooredDivision(86_400))
    if let source = entry.source, let details = entry.details { try write(details, from: source, of: key, isNew: true) }
    if !before.isEmpty {
      // Apart from `noteArrival`, because SQLite keeps a journal of its own for each upsert.
      try statement("INSERT OR IGNORE INTO entry_change VALUES (?, 1)").bind(1, key).run()
    }
    return key
  }

  private func bind(_ entry: MirrorEntry, _ workspace: String, to write: FastStatement) throws -> FastStatement {
    let texts = session.texts
    return try write.bind(1, entry.id).bind(2, texts.key(adding: workspace)).bind(3, texts.key(adding: entry.userID))
      .bind(4, texts.optionalKey(adding: entry.projectID)).bind(5, texts.optionalKey(adding: entry.taskID))
      .bind(6, entry.description).bind(7, entry.billable.map { $0 ? 1 : 0 }).bind(
        8, texts.optionalKey(adding: entry.type)
      )
      .bind(9, entry.start.seconds).bind(10, entry.end?.seconds).bind(11, texts.optionalKey(adding: entry.timeZone))
      .bind(12, entry.contentHash).bind(13, entry.detailHash)
  }

  private func noteArrival(of key: Int, _ before: LedgerBefore) throws {
    // Nothing was ever placed: everything is placed next, with or without a note.
    if before.isEmpty { return }
    try statement(
      "INSERT INTO entry_change VALUES (?1, 1) ON CONFLICT (entry_key) DO UPDATE SET arrived = 1 WHERE arrived = 0"
    ).bind(1, key).run()
  }

  /// What the ledger says before a run reads.
  package func ledgerBefore() throws -> LedgerBefore {
    var before = LedgerBefore()
    before.isEmpty = try session.ledger.isEmpty()
    try statement("SELECT entry_key FROM placement_row WHERE state = 'missing' OR state = 'deleted'")
      .forEach { before.gone.insert($0.int(0)) }
    try statement(
      """
      SELECT c.entry_key FROM entry_change c CROSS JOIN placement_row p ON p.entry_key = c.entry_key
      WHERE c.arrived = 1 AND (p.state = 'missing' OR p.state = 'deleted')
      """
    ).forEach { before.returned.insert($0.int(0)) }
    return before
  }

  /// The workspace that an entry is of.
  package func workspace(of key: Int) throws -> String {
    let row = try statement("SELECT workspace FROM clockify_time_entry_row WHERE entry_key = ?").bind(1, key)
    defer { row.reset() }
    return try row.step() ? session.texts.text(row.int(0)) : ""
  }

  /// Clockify's id of an entry.
  package func id(of key: Int) throws -> String {
    let row = try statement("SELECT id FROM clockify_time_entry_row WHERE entry_key = ?").bind(1, key)
    defer { row.reset() }
    return try row.step() ? row.text(0) : "\(key)"
  }

  /// Every mirrored entry that starts in the stretch, in order of start.
  package func forEach(
    in workspace: String, from: Instant, to: Instant, _ body: (ReadBack) throws -> Void
  ) throws {
    guard let workspace = try session.texts.key(of: workspace) else { return }
    let rows = try statement(
      """
      SELECT e.entry_key, e.id, e.user, p.seconds, p.state, e.start, e."end", e.project
      FROM clockify_time_entry_row e LEFT JOIN placement_row p ON p.entry_key = e.entry_key
      WHERE e.start >= ?1 AND e.start < ?2 AND e.workspace = ?3
      """
    ).bind(1, from.seconds).bind(2, to.seconds).bind(3, workspace)
    try rows.forEach { try body(ReadBack($0, session.texts)) }
  }

  /// Those of them that `isRead` does not know: asks the index for the keys, and the tables only for what is left.
  package func started(
    in workspace: String, from: Instant, to: Instant, unless isRead: (Int) -> Bool
  ) throws -> [ReadBack] {
    guard let workspace = try session.texts.key(of: workspace) else { return [] }
    var keys: [Int] = []
    try statement("SELECT entry_key FROM clockify_time_entry_row WHERE start >= ?1 AND start < ?2")
      .bind(1, from.seconds).bind(2, to.seconds).forEach { if !isRead($0.int(0)) { keys.append($0.int(0)) } }
    var found: [ReadBack] = []
    for key in keys {
      let row = try statement(
        """
        SELECT e.entry_key, e.id, e.user, p.seconds, p.state, e.start, e."end", e.project
        FROM clockify_time_entry_row e LEFT JOIN placement_row p ON p.entry_key = e.entry_key
        WHERE e.entry_key = ?1 AND e.workspace = ?2
        """
      ).bind(1, key).bind(2, workspace)
      try row.forEach { found.append(try ReadBack($0, session.texts)) }
    }
    return found
  }

  package func hasAny() throws -> Bool {
    let row = try statement("SELECT EXISTS (SELECT 1 FROM clockify_time_entry_row)")
    defer { row.reset() }
    return try row.step() && row.int(0) == 1
  }

  /// Entries that were missing in earlier runs and are not proven deleted (rule 49), oldest knowledge first.
  package func missing(in workspace: String, limit: Int) throws -> [(key: Int, id: String)] {
    guard let workspace = try session.texts.key(of: workspace) else { return [] }
    var found: [(key: Int, id: String)] = []
    let rows = try statement(
      """
      SELECT p.entry_key, e.id FROM placement_row p JOIN clockify_time_entry_row e ON e.entry_key = p.entry_key
      WHERE p.state = 'missing' AND e.workspace = ?1 ORDER BY p.entry_key LIMIT ?2
      """
    ).bind(1, workspace).bind(2, limit)
    try rows.forEach { found.append((key: $0.int(0), id: $0.text(1))) }
    return found
  }
}

extension ReadBack {
  fileprivate init(_ row: FastStatement, _ texts: Texts) throws {
    isGone = ["missing", "deleted"].contains(row.optionalText(4))
    key = row.int(0)
    id = row.text(1)
    userID = try texts.text(row.int(2))
    projectID = try texts.optionalText(row.optionalInt(7))
    ledgerSeconds = isGone ? nil : row.optionalInt(3)
    let end = row.moment(6)
    mirrorSeconds = row.moment(5).map { MirrorEntry.countedSeconds(from: $0, to: end) } ?? 0
  }
}

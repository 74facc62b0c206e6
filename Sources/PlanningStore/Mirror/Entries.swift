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

/// What is known of an entry before it is asked for.
package struct KnownEntry: Sendable {
  package let key: Int
  package let user: String
  /// On its own clock; nil: it has no date.
  package let day: CalendarDay?
  /// As the ledger has them.
  package let seconds: Int
  /// nil: not decided yet.
  package let state: Placement.State?
}

/// An entry that is in the mirror now.
package struct Merged: Sendable {
  package let key: Int
  package let isNew: Bool
  /// Its row, or the list of what is to be placed, was written.
  package let isWritten: Bool
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
  ///   - leavesDetails: one that differs only in what does not decide where its time goes is left as it is: read by its id
  ///     it has fewer of them than in a report.
  /// - Returns: nil if it was left alone.
  package func merge(
    _ entry: MirrorEntry, workspace: String, run: Int64, keepsNew: Bool, before: LedgerBefore, expectsNew: Bool = false,
    leavesDetails: Bool = false
  ) throws -> Merged? {
    if expectsNew, keepsNew, let key = try add(entry, workspace: workspace, run: run, before: before) {
      return Merged(key: key, isNew: true, isWritten: true)
    }
    let find = try statement(
      "SELECT entry_key, content_hash, detail_hash FROM clockify_time_entry_row WHERE id = ?"
    ).bind(1, entry.id)
    guard try find.step() else {
      guard keepsNew, let key = try add(entry, workspace: workspace, run: run, before: before) else { return nil }
      return Merged(key: key, isNew: true, isWritten: true)
    }
    let (key, content, detail) = (find.int(0), find.int64(1), find.int64(2))
    find.reset()
    let isOther = content != entry.contentHash || (detail != entry.detailHash && !leavesDetails)
    if isOther {
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
    let isBack = before.gone.contains(key)
    if content != entry.contentHash || isBack { try noteArrival(of: key, before) }
    return Merged(key: key, isNew: false, isWritten: isOther || isBack)
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

  /// The same of some entries only.
  package func ledgerBefore(of ids: some Sequence<String>) throws -> LedgerBefore {
    var before = LedgerBefore()
    for id in ids {
      let row = try statement(
        """
        SELECT e.entry_key, c.arrived FROM clockify_time_entry_row e
        CROSS JOIN placement_row p ON p.entry_key = e.entry_key
        LEFT JOIN entry_change c ON c.entry_key = e.entry_key
        WHERE e.id = ?1 AND (p.state = 'missing' OR p.state = 'deleted')
        """
      ).bind(1, id)
      try row.forEach { row in
        before.gone.insert(row.int(0))
        if row.optionalInt(1) == 1 { before.returned.insert(row.int(0)) }
      }
    }
    return before
  }

  /// What the mirror has of an id, in one workspace; nil: nothing.
  package func known(_ id: String, in workspace: String) throws -> KnownEntry? {
    guard let workspace = try session.texts.key(of: workspace) else { return nil }
    let row = try statement(
      """
      SELECT e.entry_key, e.user, p.day, p.seconds, p.state, e.start
      FROM clockify_time_entry_row e LEFT JOIN placement_row p ON p.entry_key = e.entry_key
      WHERE e.id = ?1 AND e.workspace = ?2
      """
    ).bind(1, id).bind(2, workspace)
    defer { row.reset() }
    guard try row.step() else { return nil }
    let state = row.optionalText(4).flatMap(Placement.State.init)
    return KnownEntry(
      key: row.int(0), user: try session.texts.text(row.int(1)),
      day: row.day(2) ?? row.moment(5)?.utcDay, seconds: row.optionalInt(3) ?? 0, state: state)
  }

  /// A person's newest placed entries in a workspace, newest first; of nobody in particular where `user` is nil.
  package func newestPlaced(of user: String?, in workspace: String, limit: Int) throws -> [String] {
    guard let workspace = try session.texts.key(of: workspace) else { return [] }
    var ids: [String] = []
    guard let user else {
      let rows = try statement(
        """
        SELECT e.id FROM clockify_time_entry_row e INDEXED BY clockify_time_entry_by_start
        CROSS JOIN placement_row p ON p.entry_key = e.entry_key
        WHERE e.workspace = ?1 AND p.state = 'placed' ORDER BY e.start DESC LIMIT ?2
        """
      ).bind(1, workspace).bind(2, limit)
      try rows.forEach { ids.append($0.text(0)) }
      return ids
    }
    let rows = try statement(
      """
      SELECT e.id FROM placement_basis b
      CROSS JOIN placement_row p INDEXED BY placement_by_pair ON p.pair_key = b.pair_key
      CROSS JOIN clockify_time_entry_row e ON e.entry_key = p.entry_key
      WHERE b.user_id = ?1 AND p.state = 'placed' AND e.workspace = ?2 ORDER BY p.day DESC, e.start DESC LIMIT ?3
      """
    ).bind(1, user).bind(2, workspace).bind(3, limit)
    try rows.forEach { ids.append($0.text(0)) }
    return ids
  }

  /// The workspace that an entry is of.
  package func workspace(of key: Int) throws -> String {
    let row = try statement("SELECT workspace FROM clockify_time_entry_row WHERE entry_key = ?").bind(1, key)
    defer { row.reset() }
    return try row.step() ? session.texts.text(row.int(0)) : ""
  }

  /// Whose time an entry is, and on which project.
  package func pair(of key: Int) throws -> Pair? {
    let row = try statement("SELECT user, project FROM clockify_time_entry_row WHERE entry_key = ?").bind(1, key)
    defer { row.reset() }
    guard try row.step() else { return nil }
    return Pair(
      user: try session.texts.text(row.int(0)), project: try session.texts.optionalText(row.optionalInt(1)) ?? "")
  }

  /// Seconds that the ledger has of everybody from a date on, gone ones left out.
  package func seconds(from day: CalendarDay) throws -> Int {
    let row = try statement(
      """
      SELECT ifnull(sum(p.seconds), 0) FROM clockify_time_entry_row e INDEXED BY clockify_time_entry_by_start
      CROSS JOIN placement_row p ON p.entry_key = e.entry_key
      WHERE e.start >= ?1 AND p.state NOT IN ('missing', 'deleted')
      """
    ).bind(1, Instant(startOf: day).seconds)
    defer { row.reset() }
    return try row.step() ? row.int(0) : 0
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

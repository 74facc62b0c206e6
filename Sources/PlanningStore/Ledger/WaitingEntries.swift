package import Planning

/// A finished entry that is not placed, or not as it is now (rule 90).
package struct WaitingEntry: Sendable {
  package let key: Int
  package let pair: Pair
  package let workspace: String
  package let start: Instant
  package let timeZone: String?
  /// Zone and date as they were decided (rule 35); nil: not yet.
  package let pinned: (zone: String, day: CalendarDay)?
  /// The cell whose actuals hold what the entry was before.
  package let counted: Cell?
}

/// Finished entries that are not placed, or not as they are now (rule 90).
package struct WaitingEntries: Subject {
  let session: StoreSession

  /// Every one that could be somebody's working time, of these Clockify users or of these projects ("" = no project),
  /// whenever it was read.
  package func entries(
    users: Set<String>, projects: Set<String>, _ body: (WaitingEntry) throws -> Void
  ) throws {
    guard !users.isEmpty || !projects.isEmpty else { return }
    let texts = session.texts
    let regular = try texts.key(of: "REGULAR")
    let userKeys = try json(users.compactMap { try texts.key(of: $0) })
    // 0: no project; keys begin at 1.
    let projectKeys = try json(projects.compactMap { $0.isEmpty ? 0 : try texts.key(of: $0) })
    func visit(_ rows: FastStatement) throws {
      try rows.bind(1, userKeys).bind(2, projectKeys).bind(3, regular)
        .forEach { row in if let entry = try WaitingEntry(row, texts) { try body(entry) } }
    }
    if try session.ledger.isEmpty() {
      return try visit(
        statement(
          """
          SELECT e.user, e.project, e.workspace, e.start, e."end", e.time_zone, NULL, NULL, NULL, NULL, NULL,
            e.entry_key, NULL
          FROM clockify_time_entry_row e
          WHERE (e.user IN (SELECT value FROM json_each(?1)) OR ifnull(e.project, 0) IN (SELECT value FROM json_each(?2)))
            AND e."end" > e.start AND (e.type IS NULL OR e.type = ?3)
          """))
    }
    try visit(
      statement(
        """
        SELECT e.user, e.project, e.workspace, e.start, e."end", e.time_zone, NULL, p.counted, p.person_id, p.project_id,
          p.day, e.entry_key, p.zone
        FROM entry_change c
        CROSS JOIN clockify_time_entry_row e ON e.entry_key = c.entry_key
        LEFT JOIN placement_row p ON p.entry_key = c.entry_key
        WHERE (e.user IN (SELECT value FROM json_each(?1)) OR ifnull(e.project, 0) IN (SELECT value FROM json_each(?2)))
          AND e."end" > e.start AND (e.type IS NULL OR e.type = ?3)
          AND (c.arrived = 1 OR p.state IS NULL OR p.state NOT IN ('missing', 'deleted'))
        """))
    let waiting = try statement(
      """
      SELECT e.user, e.project, e.workspace, e.start, e."end", e.time_zone, p.day, p.counted, p.person_id, p.project_id,
        p.day, e.entry_key, p.zone
      FROM placement_basis b
      CROSS JOIN placement_row p INDEXED BY placement_by_pair ON p.pair_key = b.pair_key
      CROSS JOIN clockify_time_entry_row e ON e.entry_key = p.entry_key
      WHERE (b.user_id IN (SELECT value FROM json_each(?1))
          OR b.clockify_project_id IN (SELECT value FROM json_each(?2)))
        AND (p.state = 'skipped' OR p.state = 'held') AND p.seconds > 0 AND (e.type IS NULL OR e.type = ?3)
        AND NOT EXISTS (SELECT 1 FROM entry_change c WHERE c.entry_key = p.entry_key)
      """
    ).bind(1, json(users)).bind(2, json(projects)).bind(3, regular)
    try waiting.forEach { row in if let entry = try WaitingEntry(row, texts) { try body(entry) } }
  }
}

extension WaitingEntry {
  /// nil: nothing that counts (rules 32, 93).
  fileprivate init?(_ row: FastStatement, _ texts: Texts) throws {
    guard let start = row.moment(3), MirrorEntry.countedSeconds(from: start, to: row.moment(4)) > 0 else {
      return nil
    }
    self.start = start
    key = row.int(11)
    pair = Pair(user: try texts.text(row.int(0)), project: try texts.optionalText(row.optionalInt(1)) ?? "")
    workspace = try texts.text(row.int(2))
    timeZone = try texts.optionalText(row.optionalInt(5))
    pinned = try row.day(6).map { (try texts.text(row.int(12)), $0) }
    counted = row.isNull(7) ? nil : row.optionalCell(8)
  }
}

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
    let (users, projects) = (try json(users), try json(projects))
    let changed = try statement(
      """
      SELECT e.user_id, ifnull(e.project_id, ''), e.workspace_id, e.start, e."end", e.time_zone, NULL, p.counted,
        p.person_id, p.project_id, p.date, e.entry_key, p.zone
      FROM entry_change c
      CROSS JOIN clockify_time_entry e ON e.entry_key = c.entry_key
      LEFT JOIN placement p ON p.entry_key = c.entry_key
      WHERE (e.user_id IN (SELECT value FROM json_each(?1))
          OR ifnull(e.project_id, '') IN (SELECT value FROM json_each(?2)))
        AND e."end" > e.start AND (e.type IS NULL OR e.type = 'REGULAR')
        AND (c.arrived = 1 OR p.state IS NULL OR p.state NOT IN ('missing', 'deleted'))
      """
    ).bind(1, users).bind(2, projects)
    try changed.forEach { row in if let entry = WaitingEntry(row) { try body(entry) } }
    let waiting = try statement(
      """
      SELECT e.user_id, ifnull(e.project_id, ''), e.workspace_id, e.start, e."end", e.time_zone, p.date, p.counted,
        p.person_id, p.project_id, p.date, e.entry_key, p.zone
      FROM placement_basis b
      CROSS JOIN placement p INDEXED BY placement_by_pair ON p.pair_key = b.pair_key
      CROSS JOIN clockify_time_entry e ON e.entry_key = p.entry_key
      WHERE (b.user_id IN (SELECT value FROM json_each(?1))
          OR b.clockify_project_id IN (SELECT value FROM json_each(?2)))
        AND (p.state = 'skipped' OR p.state = 'held') AND p.seconds > 0 AND (e.type IS NULL OR e.type = 'REGULAR')
        AND NOT EXISTS (SELECT 1 FROM entry_change c WHERE c.entry_key = p.entry_key)
      """
    ).bind(1, users).bind(2, projects)
    try waiting.forEach { row in if let entry = WaitingEntry(row) { try body(entry) } }
  }
}

extension WaitingEntry {
  /// nil: nothing that counts (rules 32, 93).
  fileprivate init?(_ row: FastStatement) {
    guard let start = row.instant(3), MirrorEntry.countedSeconds(from: start, to: row.instant(4)) > 0 else {
      return nil
    }
    self.start = start
    key = row.int(11)
    pair = Pair(user: row.text(0), project: row.text(1))
    workspace = row.text(2)
    timeZone = row.optionalText(5)
    pinned = row.day(6).map { (row.text(12), $0) }
    counted = row.isNull(7) ? nil : row.optionalCell(8)
  }
}

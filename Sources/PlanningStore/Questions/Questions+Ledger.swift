import GRDB
package import Planning

/// A time entry and where its time is. Instants are UTC.
package struct EntryRow: TabularRow, Decodable {
  package let entryID: String
  package let startedAt: String
  /// nil: it runs.
  package let endedAt: String?
  package let seconds: Int
  package let billable: Bool
  /// As Clockify says.
  package let type: String?
  /// The one that decided the date.
  package let zone: String
  package let date: CalendarDay
  package let state: Placement.State
  package let reason: String?
  package let role: String?
  package let roleStep: RoleChoice.Step?
  package let description: String?
  package let firstSeenRun: Int64?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case entryID = "entry_id"
    case startedAt = "started_at"
    case endedAt = "ended_at"
    case seconds, billable, type, zone, date, state, reason, role
    case roleStep = "role_step"
    case description
    case firstSeenRun = "first_seen_run"
  }
}

/// Time of one date that is not counted, for one state and reason.
package struct NotPlacedRow: Decodable, Sendable {
  package let date: CalendarDay
  package let state: Placement.State
  package let reason: String?
  /// How many.
  package let entries: Int
  package let seconds: Int
}

/// A time entry that is not counted anywhere.
package struct NotPlacedEntry: TabularRow, Decodable {
  package let entryID: String
  /// UTC.
  package let startedAt: String
  /// nil: it runs.
  package let endedAt: String?
  package let seconds: Int
  /// The one that decided the date.
  package let zone: String
  package let date: CalendarDay
  package let state: Placement.State
  package let reason: String?
  /// As Clockify calls it.
  package let project: String?
  package let description: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case entryID = "entry_id"
    case startedAt = "started_at"
    case endedAt = "ended_at"
    case seconds, zone, date, state, reason, project, description
  }
}

/// Time held now, for one reason.
package struct HeldRow: TabularRow, Decodable {
  package let reason: String?
  /// How many.
  package let entries: Int
  package let seconds: Int

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case reason, entries, seconds
  }
}

extension Questions {
  /// Every entry that has to do with a cell: placed there, held or skipped there, or gone from it.
  package func entries(of cell: Cell, users: [String], projects: [String]) throws -> [EntryRow] {
    try rows(
      """
      SELECT l.entry_id, l.started_at, l.ended_at, l.seconds, l.billable, l.type, l.zone, l.date, l.state, l.reason,
        role.name AS role, l.role_step, e.description, e.first_seen_run
      FROM ledger l JOIN clockify_time_entry e ON e.id = l.entry_id LEFT JOIN role ON role.id = l.role_id
      WHERE l.entry_id IN (\(Self.candidates(
          users: "?4",
          where: "b.clockify_project_id IN (SELECT value FROM json_each(?5)) AND p.day = ?6"))
          UNION SELECT e.id FROM placement_row p JOIN clockify_time_entry_row e USING (entry_key)
          WHERE p.person_id = ?1 AND p.project_id = ?2 AND p.day = ?6)
        AND ((l.person_id = ?1 AND l.project_id = ?2 AND l.date = ?3)
        OR (l.date = ?3 AND l.user_id IN (SELECT value FROM json_each(?4))
          AND (l.clockify_project_id IN (SELECT value FROM json_each(?5))
            OR (l.clockify_project_id IS NULL AND l.type = 'BREAK'))))
      ORDER BY l.started_at
      """, [cell.person, cell.project, cell.day.description, json(users), json(projects + [""]), cell.day.number])
  }

  /// SQL of the ids of entries that may be of these Clockify users, found by index: the ledger's pairs, and what is not
  /// placed anew yet.
  ///
  /// - Parameter users: the argument that lists them.
  private static func candidates(users: String, where condition: String) -> String {
    """
    SELECT e.id FROM placement_basis b
    CROSS JOIN placement_row p INDEXED BY placement_by_pair ON p.pair_key = b.pair_key
    CROSS JOIN clockify_time_entry_row e ON e.entry_key = p.entry_key
    WHERE b.user_id IN (SELECT value FROM json_each(\(users))) AND \(condition)
    UNION SELECT e.id FROM entry_change c CROSS JOIN clockify_time_entry_row e ON e.entry_key = c.entry_key
    """
  }

  /// What stands behind one person and project and is not counted, by date, state and reason.
  package func notPlaced(
    person: PersonID, project: ProjectID, users: [String], projects: [String], in days: ClosedRange<CalendarDay>
  ) throws -> [NotPlacedRow] {
    try rows(
      """
      SELECT date, state, reason, count(*) AS entries, sum(seconds) AS seconds FROM ledger
      WHERE state <> 'placed' AND date BETWEEN ?3 AND ?4
        AND entry_id IN (\(Self.candidates(users: "?5", where: "p.state <> 'placed'"))
          UNION SELECT e.id FROM placement_row p JOIN clockify_time_entry_row e USING (entry_key)
          WHERE p.person_id = ?1 AND p.project_id = ?2 AND p.state <> 'placed')
        AND ((person_id = ?1 AND project_id = ?2)
          OR (user_id IN (SELECT value FROM json_each(?5)) AND clockify_project_id IN (SELECT value FROM json_each(?6))))
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      """,
      [person, project, days.lowerBound.description, days.upperBound.description, json(users), json(projects)])
  }

  private static let ofDays = "p.day BETWEEN ?4 AND ?5 AND p.state IN ('skipped', 'held')"

  /// What a person worked in some days and is not counted anywhere, by date, state and reason.
  ///
  /// - Parameter users: the person's Clockify ids.
  package func notPlaced(users: [String], in days: ClosedRange<CalendarDay>) throws -> [NotPlacedRow] {
    try rows(
      """
      SELECT date, state, reason, count(*) AS entries, sum(seconds) AS seconds FROM ledger
      WHERE state IN ('skipped', 'held') AND date BETWEEN ?1 AND ?2 AND user_id IN (SELECT value FROM json_each(?3))
        AND entry_id IN (\(Self.candidates(users: "?3", where: Self.ofDays)))
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      """,
      [
        days.lowerBound.description, days.upperBound.description, json(users), days.lowerBound.number,
        days.upperBound.number,
      ])
  }

  /// The entries of some days that are not counted anywhere, as they were worked.
  ///
  /// - Parameters:
  ///   - users: whose, by Clockify id.
  ///   - reason: nil: for any.
  package func notPlacedEntries(
    users: [String], reason: String?, in days: ClosedRange<CalendarDay>, limit: Int
  ) throws -> [NotPlacedEntry] {
    try rows(
      """
      SELECT l.entry_id, l.started_at, l.ended_at, l.seconds, l.zone, l.date, l.state, l.reason, p.name AS project,
        e.description
      FROM ledger l JOIN clockify_time_entry e ON e.id = l.entry_id
      LEFT JOIN clockify_project p ON p.workspace_id = l.workspace_id AND p.id = l.clockify_project_id
      WHERE l.state IN ('skipped', 'held') AND l.date BETWEEN ?1 AND ?2
        AND l.user_id IN (SELECT value FROM json_each(?3)) AND (?6 IS NULL OR l.reason = ?6)
        AND l.entry_id IN (\(Self.candidates(users: "?3", where: Self.ofDays)))
      ORDER BY l.started_at, l.entry_id LIMIT ?7
      """,
      [
        days.lowerBound.description, days.upperBound.description, json(users), days.lowerBound.number,
        days.upperBound.number, reason, limit,
      ])
  }

  /// The last run that read a whole day of one person's time from Clockify.
  ///
  /// - Parameters:
  ///   - day: as a day of UTC, padded by fourteen hours either way, so that it holds in any zone.
  ///   - users: the person's Clockify ids.
  package func lastRunThatRead(_ day: CalendarDay, users: [String]) throws -> Int64? {
    let (from, to) = (Zone.utc.start(of: day) + -14 * 3600, Zone.utc.start(of: day + 1) + 14 * 3600)
    return try rawRows(
      """
      SELECT import_run_id FROM read_slice
      WHERE is_complete AND from_instant < ?1 AND to_instant > ?2
        AND (user_id IS NULL OR user_id IN (SELECT value FROM json_each(?3)))
      ORDER BY import_run_id DESC LIMIT 1
      """, [to.description, from.description, json(users)]
    ).first?["import_run_id"]
  }

  /// Seconds held now for one reason, by Clockify's project.
  package func held(_ reason: String) throws -> [String: Int] {
    let rows = try rawRows(
      """
      SELECT b.clockify_project_id AS id, sum(p.seconds) AS seconds
      FROM placement_row p JOIN placement_basis b USING (pair_key)
      WHERE p.state = 'held' AND p.reason = ? GROUP BY 1
      """, [reason])
    return Dictionary(uniqueKeysWithValues: rows.map { ($0["id"], $0["seconds"]) })
  }

  /// Seconds held now, by reason, over the whole ledger.
  package func held() throws -> [HeldRow] {
    try rows(
      "SELECT reason, count(*) AS entries, sum(seconds) AS seconds FROM placement_row WHERE state = 'held' GROUP BY reason"
    )
  }
}

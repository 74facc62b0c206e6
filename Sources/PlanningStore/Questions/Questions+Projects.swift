import GRDB
package import Planning

/// What somebody worked on a project on a date in one role.
package struct ProjectActual: Decodable, Sendable {
  package let day: CalendarDay
  package let personID: PersonID
  package let roleID: RoleID
  package let minutes: Int
  /// `manual` also where somebody edited what was imported.
  package let origin: Origin

  private enum CodingKeys: String, CodingKey {
    case day = "date"
    case personID = "person_id"
    case roleID = "role_id"
    case minutes, origin
  }
}

extension Questions {
  /// Person by person and role by role, each by the table's own order: the cost follows what the project has, not what all have.
  package func actuals(of project: ProjectID, in days: ClosedRange<CalendarDay>) throws -> [ProjectActual] {
    try rows(
      """
      SELECT a.date, a.person_id, a.role_id, a.billable_minutes + a.nonbillable_minutes AS minutes,
        CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin
      FROM person CROSS JOIN role
      CROSS JOIN actual a ON a.person_id = person.id AND a.project_id = ?1 AND a.role_id = role.id
      WHERE a.date BETWEEN ?2 AND ?3
      """, [project, days.lowerBound.description, days.upperBound.description])
  }

  /// The dates of the first and the last actual of a project, zeros apart; nil: it has none.
  package func worked(on project: ProjectID) throws -> ClosedRange<CalendarDay>? {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT min(a.date) AS first, max(a.date) AS last
        FROM person CROSS JOIN actual a ON a.person_id = person.id AND a.project_id = ?1
        WHERE a.billable_minutes + a.nonbillable_minutes > 0
        """, arguments: [project])
    guard let first = (row?["first"] as String?).flatMap({ CalendarDay($0) }),
      let last = (row?["last"] as String?).flatMap({ CalendarDay($0) }), first <= last
    else { return nil }
    return first...last
  }

  /// Where a time entry is; nil: there is none of this id.
  package func place(of entryID: String) throws -> EntryPlace? {
    try
      (rows(
        """
        SELECT entry_id, date, person_id, project_id, user_id, state, reason FROM ledger
        WHERE entry_id = (SELECT id FROM clockify_time_entry WHERE id = ?)
        """, [entryID]) as [EntryPlace]).first
  }
}

/// A time entry and where its time is.
package struct EntryPlace: Decodable, Sendable {
  package let entryID: String
  package let date: CalendarDay?
  package let personID: PersonID?
  package let projectID: ProjectID?
  package let userID: String
  package let state: Placement.State
  package let reason: String?

  private enum CodingKeys: String, CodingKey {
    case entryID = "entry_id"
    case date
    case personID = "person_id"
    case projectID = "project_id"
    case userID = "user_id"
    case state, reason
  }
}

/// A time entry that belongs to a project, placed there or kept out of it.
package struct ProjectEntry: TabularRow, Decodable {
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
  package let personID: PersonID
  package let person: String
  package let role: String?
  package let description: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case entryID = "entry_id"
    case startedAt = "started_at"
    case endedAt = "ended_at"
    case seconds, zone, date, state, reason
    case personID = "person_id"
    case person, role, description
  }
}

extension Questions {
  /// The entries of a project in some days, by date and person.
  ///
  /// - Parameters:
  ///   - person: nil: everybody's.
  ///   - role: nil: in any.
  package func entries(
    on project: ProjectID, person: PersonID?, role: RoleID?, in days: ClosedRange<CalendarDay>, limit: Int
  ) throws -> [ProjectEntry] {
    try rows(
      """
      SELECT e.id AS entry_id, e.start AS started_at, e."end" AS ended_at, p.seconds,
        (SELECT text FROM clockify_text WHERE text_key = p.zone) AS zone, date(p.day * 86400, 'unixepoch') AS date,
        p.state, p.reason, person.id AS person_id, person.name AS person, role.name AS role, e.description
      FROM person CROSS JOIN placement_row p ON p.person_id = person.id AND p.project_id = ?1 AND p.day BETWEEN ?2 AND ?3
      CROSS JOIN clockify_time_entry e ON e.entry_key = p.entry_key
      LEFT JOIN role ON role.id = p.role_id
      WHERE (?4 IS NULL OR person.id = ?4) AND (?5 IS NULL OR p.role_id = ?5)
      ORDER BY p.day, person.name COLLATE NOCASE, e.start LIMIT ?6
      """, [project, days.lowerBound.number, days.upperBound.number, person, role, limit])
  }
}

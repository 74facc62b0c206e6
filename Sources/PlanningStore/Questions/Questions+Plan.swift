import GRDB
package import Planning

/// A contract, for a list.
package struct ContractRow: TabularRow, Decodable {
  package let id: Int64
  package let person: String
  package let role: String
  /// Dates are as stored: rows from before they were checked may hold what is none.
  package let startsOn: String?
  package let endsOn: String?
  package let minutesPerDay: Int
  package let workingDays: String

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, person, role
    case startsOn = "starts_on"
    case endsOn = "ends_on"
    case minutesPerDay = "minutes_per_day"
    case workingDays = "working_days"
  }
}

/// A public holiday, for a list.
package struct HolidayRow: TabularRow, Decodable {
  package let id: Int64
  /// As stored: may be no date.
  package let date: String
  package let name: String
  package let holidayGroup: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, date, name
    case holidayGroup = "holiday_group"
  }
}

/// A role, for a list.
package struct RoleRow: TabularRow, Decodable {
  package let id: RoleID
  package let name: String
  package let isSystem: Bool
  /// How many have a contract in it.
  package let people: Int

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, name
    case isSystem = "is_system"
    case people
  }
}

/// An assignment, for a list.
package struct AssignmentRow: TabularRow, Decodable {
  package let id: Int64
  package let person: String
  package let project: String
  package let role: String
  /// Dates are as stored: may be none.
  package let startsOn: String
  package let endsOn: String
  package let minutesPerDay: Int
  package let isNonWorkingDay: Bool

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, person, project, role
    case startsOn = "starts_on"
    case endsOn = "ends_on"
    case minutesPerDay = "minutes_per_day"
    case isNonWorkingDay = "is_non_working_day"
  }
}

/// An absence, for a list.
package struct TimeOffRow: TabularRow, Decodable {
  package let id: Int64
  package let person: String
  /// Dates are as stored: may be none.
  package let startsOn: String
  package let endsOn: String
  /// nil: the whole day.
  package let minutesPerDay: Int?
  package let kind: String

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, person
    case startsOn = "starts_on"
    case endsOn = "ends_on"
    case minutesPerDay = "minutes_per_day"
    case kind
  }
}

/// A day of one person on one project in one role: planned beside worked.
package struct WeekRow: TabularRow, Decodable {
  package let client: String
  package let projectID: ProjectID
  package let project: String
  package let role: String
  /// As stored.
  package let date: String
  /// By rule 63.
  package let scheduledMinutes: Int
  /// nil: no row.
  package let actualMinutes: Int?
  package let origin: Origin?

  /// nil: what is stored is no date.
  package var day: CalendarDay? { CalendarDay(date) }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case client
    case projectID = "project_id"
    case project, role, date
    case scheduledMinutes = "scheduled_minutes"
    case actualMinutes = "actual_minutes"
    case origin
  }
}

/// Until when nothing is written.
package struct LockRow: TabularRow, Decodable {
  /// nil: all projects.
  package let projectID: ProjectID?
  /// Or "all projects".
  package let project: String
  /// As stored.
  package let lockedUntil: String

  /// nil: what is stored is no date, and locks nothing.
  package var day: CalendarDay? { CalendarDay(lockedUntil) }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case projectID = "project_id"
    case project
    case lockedUntil = "locked_until"
  }
}

extension Questions {
  /// - Parameter person: nil: everybody's.
  package func contracts(of person: PersonID?) throws -> [ContractRow] {
    try rows(
      """
      SELECT contract.id, person.name AS person, role.name AS role, starts_on, ends_on, minutes_per_day, working_days
      FROM contract JOIN role ON role.id = role_id JOIN person ON person.id = person_id
      WHERE ?1 IS NULL OR person_id = ?1 ORDER BY person.name COLLATE NOCASE, person_id, starts_on
      """, [person])
  }

  package func holidays() throws -> [HolidayRow] {
    try rows("SELECT id, date, name, holiday_group FROM holiday ORDER BY date, id")
  }

  package func roles() throws -> [RoleRow] {
    try rows(
      """
      SELECT role.id, role.name, role.is_system,
        (SELECT count(DISTINCT person_id) FROM contract WHERE contract.role_id = role.id) AS people
      FROM role ORDER BY role.name COLLATE NOCASE
      """)
  }

  /// - Parameters: what is nil does not narrow the choice; dates that an assignment has a day of, both included.
  package func assignments(
    person: PersonID?, project: ProjectID?, from: CalendarDay? = nil, through: CalendarDay? = nil
  ) throws -> [AssignmentRow] {
    try rows(
      """
      SELECT a.id, person.name AS person, project.name AS project, role.name AS role, a.starts_on, a.ends_on,
        a.minutes_per_day, a.is_non_working_day
      FROM assignment a JOIN person ON person.id = a.person_id JOIN project ON project.id = a.project_id
      JOIN role ON role.id = a.role_id
      WHERE (?1 IS NULL OR a.person_id = ?1) AND (?2 IS NULL OR a.project_id = ?2)
        AND (?3 IS NULL OR a.ends_on >= ?3) AND (?4 IS NULL OR a.starts_on <= ?4)
      ORDER BY a.starts_on, a.id
      """, [person, project, from?.description, through?.description])
  }

  package func timeOff(person: PersonID?) throws -> [TimeOffRow] {
    try rows(
      """
      SELECT t.id, person.name AS person, t.starts_on, t.ends_on, t.minutes_per_day, t.kind
      FROM time_off t JOIN person ON person.id = t.person_id WHERE ?1 IS NULL OR t.person_id = ?1
      ORDER BY t.starts_on, t.id
      """, [person])
  }

  package func week(of person: PersonID, from monday: CalendarDay) throws -> [WeekRow] {
    try rows(
      """
      SELECT client.name AS client, v.project_id, v.project, v.role, v.date, v.scheduled_minutes, v.actual_minutes, v.origin
      FROM plan_vs_actual v JOIN project ON project.id = v.project_id JOIN client ON client.id = project.client_id
      WHERE v.person_id = ?1 AND v.date BETWEEN ?2 AND ?3 ORDER BY v.project, v.role, v.date
      """, [person, monday.description, (monday + 6).description])
  }

  /// What a person is away for in the week from a date on, in few words: the kind of time off, or the holiday's name.
  package func absences(of person: PersonID, from monday: CalendarDay) throws -> [CalendarDay: String] {
    var words: [CalendarDay: String] = [:]
    for day in (0..<7).map({ monday + $0 }) {
      words[day] = try rawRows(
        """
        SELECT CASE WHEN minutes_per_day IS NULL THEN kind ELSE '½ ' || kind END FROM time_off
        WHERE person_id = ?1 AND ?2 BETWEEN starts_on AND ends_on
        UNION ALL
        SELECT h.name FROM holiday h JOIN person ON person.id = ?1
        WHERE h.date = ?2 AND (h.holiday_group IS NULL OR h.holiday_group = person.holiday_group)
        UNION ALL
        SELECT 'no contr' WHERE NOT EXISTS (
          SELECT 1 FROM contract
          WHERE person_id = ?1 AND ifnull(starts_on, '0000') <= ?2 AND ?2 <= ifnull(ends_on, '9999'))
        """, [person, day.description]
      ).first?[0]
    }
    return words
  }

  package func locks() throws -> [LockRow] {
    try rows(
      """
      SELECT project_id, ifnull(project.name, 'all projects') AS project, locked_until
      FROM timesheet_lock LEFT JOIN project ON project.id = project_id ORDER BY project_id IS NOT NULL, project.name
      """)
  }
}

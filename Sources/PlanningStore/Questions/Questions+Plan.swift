import GRDB
package import Planning

extension Questions {
  /// - Parameter person: nil: everybody's.
  package func contracts(of person: PersonID?) throws -> Table {
    try table(
      """
      SELECT contract.id, person.name AS person, role.name AS role, starts_on, ends_on, minutes_per_day, working_days
      FROM contract JOIN role ON role.id = role_id JOIN person ON person.id = person_id
      WHERE ?1 IS NULL OR person_id = ?1 ORDER BY person.name COLLATE NOCASE, person_id, starts_on
      """, [person])
  }

  package func holidays() throws -> Table {
    try table("SELECT id, date, name, holiday_group FROM holiday ORDER BY date, id")
  }

  package func roles() throws -> Table {
    try table(
      """
      SELECT role.id, role.name, role.is_system,
        (SELECT count(DISTINCT person_id) FROM contract WHERE contract.role_id = role.id) AS people
      FROM role ORDER BY role.name COLLATE NOCASE
      """)
  }

  /// - Parameters: what is nil does not narrow the choice; dates that an assignment has a day of, both included.
  package func assignments(
    person: PersonID?, project: ProjectID?, from: CalendarDay? = nil, through: CalendarDay? = nil
  ) throws -> Table {
    try table(
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

  package func timeOff(person: PersonID?) throws -> Table {
    try table(
      """
      SELECT t.id, person.name AS person, t.starts_on, t.ends_on, t.minutes_per_day, t.kind
      FROM time_off t JOIN person ON person.id = t.person_id WHERE ?1 IS NULL OR t.person_id = ?1
      ORDER BY t.starts_on, t.id
      """, [person])
  }

  package func week(of person: PersonID, from monday: CalendarDay) throws -> Table {
    try table(
      """
      SELECT client.name AS client, v.project, v.role, v.date, v.scheduled_minutes, v.actual_minutes, v.origin
      FROM plan_vs_actual v JOIN project ON project.id = v.project_id JOIN client ON client.id = project.client_id
      WHERE v.person_id = ?1 AND v.date BETWEEN ?2 AND ?3 ORDER BY v.project, v.role, v.date
      """, [person, monday.description, (monday + 6).description])
  }

  /// What a person is away for in the week from a date on, in few words: the kind of time off, or the holiday's name.
  package func absences(of person: PersonID, from monday: CalendarDay) throws -> [CalendarDay: String] {
    var words: [CalendarDay: String] = [:]
    for day in (0..<7).map({ monday + $0 }) {
      let rows = try table(
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
        """, [person, day.description])
      if let first = rows.rows.first { words[day] = first[0].description }
    }
    return words
  }

  package func locks() throws -> Table {
    try table(
      """
      SELECT project_id, ifnull(project.name, 'all projects') AS project, locked_until
      FROM timesheet_lock LEFT JOIN project ON project.id = project_id ORDER BY project_id IS NOT NULL, project.name
      """)
  }
}

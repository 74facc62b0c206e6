import GRDB
package import Planning

/// The lists that commands print.
extension StoreSession {
  package func peopleTable(unknownOnly: Bool = false) throws -> Table {
    try table(
      """
      SELECT person.id, person.name, person.email,
        (SELECT group_concat(DISTINCT role.name) FROM contract JOIN role ON role.id = contract.role_id
          WHERE contract.person_id = person.id) AS role,
        person.time_zone, person.is_archived,
        (SELECT group_concat(external_id) FROM external_reference r
          WHERE r.kind = 'person' AND r.planning_id = person.id) AS clockify_id
      FROM person
      WHERE ?1 = 0 OR person.id IN (\(Self.anyUnknownPeople))
      ORDER BY person.name COLLATE NOCASE, person.id
      """, [unknownOnly])
  }

  /// Rule 24: not archived, not ignored, and with the role Unknown or without any contract.
  private static let unknownPeople = "\(anyUnknownPeople) AND p.is_archived = 0"

  /// Archived people are among them while hours of theirs stand under Unknown: those are nobody's in a report by role.
  private static let anyUnknownPeople = """
    SELECT p.id FROM person p
    WHERE (p.is_archived = 0 OR EXISTS (
        SELECT 1 FROM actual a JOIN role ON role.id = a.role_id WHERE a.person_id = p.id AND role.is_system = 1))
      AND (NOT EXISTS (SELECT 1 FROM contract c WHERE c.person_id = p.id)
        OR EXISTS (SELECT 1 FROM contract c JOIN role ON role.id = c.role_id WHERE c.person_id = p.id AND role.is_system = 1))
      AND NOT EXISTS (
        SELECT 1 FROM external_reference r JOIN ignored_reference i USING (system, kind, external_id)
        WHERE r.kind = 'person' AND r.planning_id = p.id)
    """

  /// - Parameter withArchived: also archived people with hours under Unknown, for whom the gate does not wait.
  package func peopleWithUnknownRole(withArchived: Bool = false) throws -> [(id: PersonID, name: String)] {
    let people = withArchived ? Self.anyUnknownPeople : Self.unknownPeople
    return try table("SELECT id, name FROM person WHERE id IN (\(people)) ORDER BY name COLLATE NOCASE").rows.map {
      row in
      guard case .int(let id) = row[0] else { return (0, "") }
      return (id, row[1].description)
    }
  }

  /// - Parameter person: nil: everybody's.
  package func contractsTable(of person: PersonID?) throws -> Table {
    try table(
      """
      SELECT contract.id, person.name AS person, role.name AS role, starts_on, ends_on, minutes_per_day, working_days
      FROM contract JOIN role ON role.id = role_id JOIN person ON person.id = person_id
      WHERE ?1 IS NULL OR person_id = ?1 ORDER BY person.name COLLATE NOCASE, person_id, starts_on
      """, [person])
  }

  package func holidaysTable() throws -> Table {
    try table("SELECT id, date, name, holiday_group FROM holiday ORDER BY date, id")
  }

  /// - Parameter client: nil: everybody's.
  package func projectsTable(of client: ClientID? = nil) throws -> Table {
    try table(
      """
      SELECT project.id, project.name, client.name AS client, project.is_billable, project.is_archived,
        (SELECT group_concat(tag) FROM project_tag t WHERE t.project_id = project.id) AS tags,
        (SELECT group_concat(external_id) FROM external_reference r
          WHERE r.kind = 'project' AND r.planning_id = project.id) AS clockify_id
      FROM project JOIN client ON client.id = project.client_id
      WHERE ?1 IS NULL OR project.client_id = ?1
      ORDER BY client.name COLLATE NOCASE, project.name COLLATE NOCASE, project.id
      """, [client])
  }

  package func clientsTable() throws -> Table {
    try table(
      """
      SELECT client.id, client.name, client.is_archived,
        (SELECT group_concat(tag) FROM client_tag t WHERE t.client_id = client.id) AS tags,
        (SELECT count(*) FROM project WHERE project.client_id = client.id) AS projects,
        (SELECT group_concat(external_id) FROM external_reference r
          WHERE r.kind = 'client' AND r.planning_id = client.id) AS clockify_id
      FROM client ORDER BY client.name COLLATE NOCASE, client.id
      """)
  }

  package func rolesTable() throws -> Table {
    try table(
      """
      SELECT role.id, role.name, role.is_system,
        (SELECT count(DISTINCT person_id) FROM contract WHERE contract.role_id = role.id) AS people
      FROM role ORDER BY role.name COLLATE NOCASE
      """)
  }

  /// - Parameters: what is nil does not narrow the choice; dates that an assignment has a day of, both included.
  package func assignmentsTable(
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

  package func timeOffTable(person: PersonID?) throws -> Table {
    try table(
      """
      SELECT t.id, person.name AS person, t.starts_on, t.ends_on, t.minutes_per_day, t.kind
      FROM time_off t JOIN person ON person.id = t.person_id WHERE ?1 IS NULL OR t.person_id = ?1
      ORDER BY t.starts_on, t.id
      """, [person])
  }

  package func referencesTable(kind: String?) throws -> Table {
    try table(
      """
      SELECT r.kind, r.planning_id,
        CASE r.kind WHEN 'client' THEN (SELECT name FROM client WHERE id = r.planning_id)
          WHEN 'project' THEN (SELECT name FROM project WHERE id = r.planning_id)
          ELSE (SELECT name FROM person WHERE id = r.planning_id) END AS name,
        r.external_id, r.source_missing_since,
        EXISTS (SELECT 1 FROM ignored_reference i WHERE i.kind = r.kind AND i.external_id = r.external_id) AS is_ignored
      FROM external_reference r WHERE ?1 IS NULL OR r.kind = ?1
      UNION ALL
      SELECT i.kind, NULL, i.note, i.external_id, NULL, 1 FROM ignored_reference i
      WHERE (?1 IS NULL OR i.kind = ?1) AND NOT EXISTS (
        SELECT 1 FROM external_reference r WHERE r.kind = i.kind AND r.external_id = i.external_id)
      ORDER BY 1, 3
      """, [kind])
  }

  package func actualsTable(
    from: CalendarDay, through: CalendarDay, person: PersonID?, project: ProjectID?
  ) throws -> Table {
    try table(
      """
      SELECT a.date, person.name AS person, project.name AS project, role.name AS role, a.billable_minutes,
        a.nonbillable_minutes, CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin
      FROM person
      CROSS JOIN actual a INDEXED BY actual_by_person_date ON a.person_id = person.id AND a.date BETWEEN ?1 AND ?2
      JOIN project ON project.id = a.project_id JOIN role ON role.id = a.role_id
      WHERE (?3 IS NULL OR person.id = ?3) AND (?4 IS NULL OR a.project_id = ?4)
      ORDER BY a.date, person.name, project.name, role.name
      """, [from.description, through.description, person, project])
  }

  /// Newest first.
  package func runsTable(
    limit: Int, status: String? = nil, trigger: String? = nil, since: CalendarDay? = nil
  ) throws -> Table {
    try table(
      """
      SELECT id, trigger, scope, status, started_at, window_from, window_to, requests, entries_read, seconds_read,
        seconds_placed, seconds_skipped, seconds_held
      FROM import_run
      WHERE (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR trigger = ?3) AND (?4 IS NULL OR started_at >= ?4)
      ORDER BY id DESC LIMIT ?1
      """, [limit, status, trigger, since?.description])
  }

  /// What one run read, slice by slice.
  package func slicesTable(of run: Int64) throws -> Table {
    try table(
      """
      SELECT workspace_id, user_id, from_instant, to_instant, entries, seconds, is_complete FROM read_slice
      WHERE import_run_id = ? ORDER BY from_instant, user_id
      """, [run])
  }

  /// Every name and e-mail address, ours and Clockify's, with what may stand for it: kind and id.
  package func knownNames() throws -> [(name: String, mask: String)] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT name, 'person ' || id AS mask FROM person UNION SELECT email, 'person ' || id || ' (e-mail)' FROM person
        UNION SELECT name, 'project ' || id FROM project UNION SELECT name, 'client ' || id FROM client
        UNION SELECT name, 'user ' || id FROM clockify_user UNION SELECT email, 'user ' || id || ' (e-mail)' FROM clockify_user
        UNION SELECT name, 'project ' || id FROM clockify_project UNION SELECT name, 'client ' || id FROM clockify_client
        UNION SELECT name, 'workspace ' || id FROM clockify_workspace
        """
    ).compactMap { row in
      (row["name"] as String?).flatMap { $0.isEmpty ? nil : (name: $0, mask: row["mask"]) }
    }
  }

  package func weekTable(of person: PersonID, from monday: CalendarDay) throws -> Table {
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

  /// Seconds held now, by reason, over the whole ledger.
  package func heldTable() throws -> Table {
    try table(
      "SELECT reason, count(*) AS entries, sum(seconds) AS seconds FROM placement WHERE state = 'held' GROUP BY reason")
  }

  /// Seconds held now for one reason, over the whole ledger.
  package func held(_ reason: String) throws -> Int {
    try Int.fetchOne(
      db, sql: "SELECT sum(seconds) FROM placement WHERE state = 'held' AND reason = ?", arguments: [reason]) ?? 0
  }

  package func databaseTable() throws -> Table {
    try table(
      """
      SELECT (SELECT count(*) FROM grdb_migrations) AS schema, (SELECT count(*) FROM client) AS clients,
        (SELECT count(*) FROM project) AS projects, (SELECT count(*) FROM person) AS people,
        (SELECT count(*) FROM clockify_time_entry) AS time_entries, (SELECT count(*) FROM actual) AS actuals,
        (SELECT count(*) FROM import_run) AS runs, (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) AS bytes
      """)
  }

  package func isIntact() throws -> Bool {
    try table("PRAGMA quick_check").rows.first?.first == .text("ok")
  }
}

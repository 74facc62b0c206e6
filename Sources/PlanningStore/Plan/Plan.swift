import GRDB
package import Planning

/// The plan as the import sees it, and what the import creates in it (rules 10, 17 to 19, 23).
package struct Plan: Subject {
  let session: StoreSession

  /// All of it. A connection that only reads keeps it until somebody else commits.
  package func snapshot() throws -> PlanSnapshot {
    guard let kept = session.keptPlan else { return try read() }
    let version = try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0
    if let plan = kept.plan(of: version) { return plan }
    let plan = try read()
    kept.keep(plan, of: version)
    return plan
  }

  /// Row by row: a row that is copied looks its columns up anew each time.
  private func each(_ sql: String, _ body: (Row) throws -> Void) throws {
    let rows = try Row.fetchCursor(db, sql: sql)
    while let row = try rows.next() { try body(row) }
  }

  private func read() throws -> PlanSnapshot {
    var plan = PlanSnapshot()
    try each("SELECT * FROM role") { row in
      plan.roles[row["id"]] = row["name"]
      if row["is_system"] { plan.unknownRole = row["id"] }
    }
    let clients = """
      SELECT client.*,
        EXISTS (SELECT 1 FROM client_tag t WHERE t.client_id = client.id AND t.tag = 'sync_off' COLLATE NOCASE)
        AS is_sync_off
      FROM client
      """
    try each(clients) { row in
      plan.clients[row["id"]] = PlanSnapshot.Client(
        id: row["id"], name: row["name"], isArchived: row["is_archived"], isSyncOff: row["is_sync_off"])
    }
    let projects = """
      SELECT project.*,
        EXISTS (SELECT 1 FROM project_tag t WHERE t.project_id = project.id AND t.tag = 'sync_off' COLLATE NOCASE)
        OR EXISTS (SELECT 1 FROM client_tag t WHERE t.client_id = project.client_id AND t.tag = 'sync_off' COLLATE NOCASE)
        AS is_sync_off
      FROM project
      """
    try each(projects) { row in
      let archivedBy: String? = row["archived_by"]
      let actualsFrom: String? = row["actuals_from"]
      plan.projects[row["id"]] = PlanSnapshot.Project(
        id: row["id"], clientID: row["client_id"], name: row["name"], isBillable: row["is_billable"],
        isArchived: row["is_archived"], archivedByImport: archivedBy != nil,
        actualsFrom: actualsFrom.flatMap { CalendarDay($0) }, isSyncOff: row["is_sync_off"])
    }
    try readPeople(into: &plan)
    try each("SELECT * FROM external_reference") { row in
      guard let kind = PlanSnapshot.Kind(rawValue: row["kind"]) else { return }
      plan.references[kind, default: [:]][row["external_id"]] = PlanSnapshot.Reference(planningID: row["planning_id"])
    }
    try each("SELECT kind, external_id FROM ignored_reference") { row in
      guard let kind = PlanSnapshot.Kind(rawValue: row["kind"]) else { return }
      plan.ignored[kind, default: []].insert(row["external_id"])
    }
    try each("SELECT project_id, locked_until FROM timesheet_lock") { row in
      guard let day = CalendarDay(row["locked_until"] as String) else { return }
      if let project = row["project_id"] as ProjectID? {
        plan.projectLockedUntil[project] = day
      } else {
        plan.lockedUntil = day
      }
    }
    return plan
  }

  private func readPeople(into plan: inout PlanSnapshot) throws {
    func day(_ text: String?) -> CalendarDay? { text.flatMap { CalendarDay($0) } }
    var groups: [PersonID: String] = [:]
    try each("SELECT * FROM person") { row in
      let archivedBy: String? = row["archived_by"]
      plan.people[row["id"]] = PlanSnapshot.Person(
        id: row["id"], name: row["name"], email: row["email"], timeZone: row["time_zone"],
        isArchived: row["is_archived"], archivedByImport: archivedBy != nil, actualsFrom: day(row["actuals_from"]))
      groups[row["id"]] = row["holiday_group"]
    }
    try each("SELECT * FROM contract ORDER BY person_id, starts_on") { row in
      plan.people[row["person_id"]]?.plan.contracts.append(
        Contract(
          role: row["role_id"], startsOn: day(row["starts_on"]), endsOn: day(row["ends_on"]),
          minutesPerDay: row["minutes_per_day"],
          workingDays: WorkingDays(row["working_days"] as String) ?? .mondayToFriday))
    }
    try each("SELECT * FROM assignment ORDER BY id") { row in
      guard let from = day(row["starts_on"]), let to = day(row["ends_on"]) else { return }
      plan.people[row["person_id"]]?.plan.assignments.append(
        Assignment(
          project: row["project_id"], role: row["role_id"], startsOn: from, endsOn: to,
          minutesPerDay: row["minutes_per_day"], isNonWorkingDay: row["is_non_working_day"]))
    }
    try each("SELECT * FROM time_off") { row in
      guard let from = day(row["starts_on"]), let to = day(row["ends_on"]) else { return }
      plan.people[row["person_id"]]?.plan.timeOff.append(
        TimeOff(startsOn: from, endsOn: to, minutesPerDay: row["minutes_per_day"]))
    }
    let holidays = try Row.fetchAll(db, sql: "SELECT date, holiday_group FROM holiday")
    for id in plan.people.keys {
      let own = holidays.filter { row in
        let group = row["holiday_group"] as String?
        return group == nil || group == groups[id]
      }
      plan.people[id]?.plan.holidays = Set(own.compactMap { day($0["date"]) })
    }
  }

  package func createUnknownRole() throws -> RoleID {
    if let id = try RoleID.fetchOne(db, sql: "SELECT id FROM role WHERE is_system = 1") { return id }
    try db.execute(
      sql: """
        INSERT INTO role (name, is_system) VALUES ('Unknown', 1) ON CONFLICT (name) DO UPDATE SET is_system = 1
        """)
    return try RoleID.fetchOne(db, sql: "SELECT id FROM role WHERE is_system = 1")!
  }

  package func createClient(name: String, isArchived: Bool, at now: Instant) throws -> ClientID {
    try db.execute(
      sql: "INSERT INTO client (name, is_archived, origin, created_at) VALUES (?, ?, 'clockify', ?)",
      arguments: [name, isArchived, now.description])
    return db.lastInsertedRowID
  }

  package func createProject(
    client: ClientID, name: String, isBillable: Bool, isArchived: Bool, at now: Instant
  ) throws -> ProjectID {
    try db.execute(
      sql: """
        INSERT INTO project (client_id, name, is_billable, is_archived, archived_by, origin, created_at)
        VALUES (?, ?, ?, ?, ?, 'clockify', ?)
        """, arguments: [client, name, isBillable, isArchived, isArchived ? "import" : nil, now.description])
    return db.lastInsertedRowID
  }

  package func createPerson(
    name: String, email: String?, isArchived: Bool, role: RoleID, minutesPerDay: Int, workingDays: WorkingDays,
    at now: Instant
  ) throws -> PersonID {
    try db.execute(
      sql: """
        INSERT INTO person (name, email, is_archived, archived_by, origin, created_at)
        VALUES (?, ?, ?, ?, 'clockify', ?)
        """, arguments: [name, email, isArchived, isArchived ? "import" : nil, now.description])
    let id = db.lastInsertedRowID
    try db.execute(
      sql: "INSERT INTO contract (person_id, role_id, minutes_per_day, working_days) VALUES (?, ?, ?, ?)",
      arguments: [id, role, minutesPerDay, workingDays.description])
    return id
  }
}

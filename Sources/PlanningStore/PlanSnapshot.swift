import GRDB
package import Planning

/// What planners own, as far as an import needs it. Small beside the time: read whole in each run.
package struct PlanSnapshot: Sendable {
  package struct Person: Sendable {
    package var id: PersonID
    package var name: String
    package var email: String?
    package var timeZone: String?
    package var isArchived: Bool
    package var archivedByImport: Bool
    package var actualsFrom: CalendarDay?
    package var plan = PersonPlan()
    /// Archived by a planner: rule 21.
    package var isFrozen: Bool { isArchived && !archivedByImport }
  }

  package struct Project: Sendable {
    package var id: ProjectID
    package var clientID: ClientID
    package var name: String
    package var isBillable: Bool
    package var isArchived: Bool
    package var archivedByImport: Bool
    package var actualsFrom: CalendarDay?
    /// Tagged `sync_off` itself or through its client (rule 20).
    package var isSyncOff: Bool
  }

  package struct Client: Sendable {
    package var id: ClientID
    package var name: String
    package var isArchived: Bool
    package var isSyncOff: Bool
  }

  package struct Reference: Sendable {
    package var planningID: Int64

    package init(planningID: Int64) {
      self.planningID = planningID
    }
  }

  package enum Kind: String, Sendable, CaseIterable { case client, project, person }

  package var people: [PersonID: Person] = [:]
  package var projects: [ProjectID: Project] = [:]
  package var clients: [ClientID: Client] = [:]
  package var roles: [RoleID: String] = [:]
  package var unknownRole: RoleID?
  /// Clockify id → planning item.
  package var references: [Kind: [String: Reference]] = [:]
  package var ignored: [Kind: Set<String>] = [:]
  package var lockedUntil: CalendarDay?
  package var projectLockedUntil: [ProjectID: CalendarDay] = [:]

  /// An empty plan.
  package init() {}

  package func planningID(_ kind: Kind, _ externalID: String) -> Int64? {
    references[kind]?[externalID]?.planningID
  }

  /// The Clockify ids that an item is linked to, in no order.
  package func clockifyIDs(_ kind: Kind, of item: Int64) -> [String] {
    (references[kind] ?? [:]).filter { $0.value.planningID == item }.map(\.key)
  }

  /// The items that have a link.
  package func linkedItems(_ kind: Kind) -> Set<Int64> { Set((references[kind] ?? [:]).values.map(\.planningID)) }

  package func isIgnored(_ kind: Kind, _ externalID: String) -> Bool {
    ignored[kind]?.contains(externalID) ?? false
  }

  /// Rule 55. A project that is not there yet has only the lock of all projects.
  package func isLocked(_ day: CalendarDay, on project: ProjectID?) -> Bool {
    if let lockedUntil, day <= lockedUntil { return true }
    return project.flatMap { projectLockedUntil[$0] }.map { day <= $0 } ?? false
  }

  /// What freezes a cell (rule 47), hours typed by hand apart.
  package enum Freeze: Sendable { case personArchived, syncOff, locked }

  package func freeze(of cell: Cell) -> Freeze? {
    if people[cell.person]?.isFrozen ?? false { return .personArchived }
    if projects[cell.project]?.isSyncOff ?? false { return .syncOff }
    return isLocked(cell.day, on: cell.project) ? .locked : nil
  }

  package func isFrozen(_ cell: Cell) -> Bool { freeze(of: cell) != nil }
}

extension StoreSession {
  package func planSnapshot() throws -> PlanSnapshot {
    var plan = PlanSnapshot()
    for row in try Row.fetchAll(db, sql: "SELECT * FROM role") {
      plan.roles[row["id"]] = row["name"]
      if row["is_system"] { plan.unknownRole = row["id"] }
    }
    let clients = """
      SELECT client.*,
        EXISTS (SELECT 1 FROM client_tag t WHERE t.client_id = client.id AND t.tag = 'sync_off' COLLATE NOCASE)
        AS is_sync_off
      FROM client
      """
    for row in try Row.fetchAll(db, sql: clients) {
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
    for row in try Row.fetchAll(db, sql: projects) {
      let archivedBy: String? = row["archived_by"]
      let actualsFrom: String? = row["actuals_from"]
      plan.projects[row["id"]] = PlanSnapshot.Project(
        id: row["id"], clientID: row["client_id"], name: row["name"], isBillable: row["is_billable"],
        isArchived: row["is_archived"], archivedByImport: archivedBy != nil,
        actualsFrom: actualsFrom.flatMap { CalendarDay($0) }, isSyncOff: row["is_sync_off"])
    }
    try readPeople(into: &plan)
    for row in try Row.fetchAll(db, sql: "SELECT * FROM external_reference") {
      guard let kind = PlanSnapshot.Kind(rawValue: row["kind"]) else { continue }
      plan.references[kind, default: [:]][row["external_id"]] = PlanSnapshot.Reference(planningID: row["planning_id"])
    }
    for row in try Row.fetchAll(db, sql: "SELECT kind, external_id FROM ignored_reference") {
      guard let kind = PlanSnapshot.Kind(rawValue: row["kind"]) else { continue }
      plan.ignored[kind, default: []].insert(row["external_id"])
    }
    for row in try Row.fetchAll(db, sql: "SELECT project_id, locked_until FROM timesheet_lock") {
      guard let day = CalendarDay(row["locked_until"] as String) else { continue }
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
    for row in try Row.fetchAll(db, sql: "SELECT * FROM person") {
      let archivedBy: String? = row["archived_by"]
      plan.people[row["id"]] = PlanSnapshot.Person(
        id: row["id"], name: row["name"], email: row["email"], timeZone: row["time_zone"],
        isArchived: row["is_archived"], archivedByImport: archivedBy != nil, actualsFrom: day(row["actuals_from"]))
      groups[row["id"]] = row["holiday_group"]
    }
    for row in try Row.fetchAll(db, sql: "SELECT * FROM contract ORDER BY person_id, starts_on") {
      plan.people[row["person_id"]]?.plan.contracts.append(
        Contract(
          role: row["role_id"], startsOn: day(row["starts_on"]), endsOn: day(row["ends_on"]),
          minutesPerDay: row["minutes_per_day"],
          workingDays: WorkingDays(row["working_days"] as String) ?? .mondayToFriday))
    }
    for row in try Row.fetchAll(db, sql: "SELECT * FROM assignment ORDER BY id") {
      guard let from = day(row["starts_on"]), let to = day(row["ends_on"]) else { continue }
      plan.people[row["person_id"]]?.plan.assignments.append(
        Assignment(
          project: row["project_id"], role: row["role_id"], startsOn: from, endsOn: to,
          minutesPerDay: row["minutes_per_day"], isNonWorkingDay: row["is_non_working_day"]))
    }
    for row in try Row.fetchAll(db, sql: "SELECT * FROM time_off") {
      guard let from = day(row["starts_on"]), let to = day(row["ends_on"]) else { continue }
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

  // MARK: What the import creates (rules 10, 17 to 19, 23)

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

  package func link(
    _ kind: PlanSnapshot.Kind, planningID: Int64, externalID: String, workspace: String?
  ) throws {
    try db.execute(
      sql: "INSERT INTO external_reference (kind, planning_id, external_id, workspace_id) VALUES (?, ?, ?, ?)",
      arguments: [kind.rawValue, planningID, externalID, workspace])
  }

  /// Remembers what Clockify says now for links that have no baseline yet, so that later changes are drift (rule 11).
  package func setBaselines() throws {
    try db.execute(
      sql: """
        UPDATE external_reference SET baseline = (
          SELECT json_object('name', c.name, 'archived', c.archived) FROM clockify_client c
          WHERE c.id = external_id)
        WHERE baseline IS NULL AND kind = 'client' AND external_id IN (SELECT id FROM clockify_client);
        UPDATE external_reference SET baseline = (
          SELECT json_object('name', p.name, 'archived', p.archived, 'client_id', p.client_id, 'billable', p.billable)
          FROM clockify_project p WHERE p.id = external_id)
        WHERE baseline IS NULL AND kind = 'project' AND external_id IN (SELECT id FROM clockify_project);
        UPDATE external_reference SET baseline = (
          SELECT json_object('name', u.name, 'email', u.email, 'archived', u.is_archived)
          FROM clockify_account u WHERE u.id = external_id AND u.is_listed = 1)
        WHERE baseline IS NULL AND kind = 'person'
          AND external_id IN (SELECT id FROM clockify_account WHERE is_listed = 1);
        """)
  }

  /// Rule 16: the link of an item that a complete list no longer has is marked with the day; one that is back is cleared.
  ///
  /// - Returns: what has become missing, or still is.
  package func markSourceMissing(on day: CalendarDay) throws -> [(
    kind: String, externalID: String, planningID: Int64
  )] {
    let gone = """
      EXISTS (SELECT 1 FROM clockify_client m JOIN clockify_workspace w ON w.id = m.workspace_id AND w.is_named = 1
        WHERE external_reference.kind = 'client' AND m.id = external_id AND m.deleted_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM clockify_project m JOIN clockify_workspace w ON w.id = m.workspace_id AND w.is_named = 1
        WHERE external_reference.kind = 'project' AND m.id = external_id AND m.deleted_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM clockify_account m
        WHERE external_reference.kind = 'person' AND m.id = external_id AND m.is_gone)
      """
    try db.execute(
      sql: "UPDATE external_reference SET source_missing_since = ? WHERE source_missing_since IS NULL AND (\(gone))",
      arguments: [day.description])
    try db.execute(
      sql:
        "UPDATE external_reference SET source_missing_since = NULL WHERE source_missing_since IS NOT NULL AND NOT (\(gone))"
    )
    return try Row.fetchAll(
      db,
      sql: """
        SELECT kind, external_id, planning_id FROM external_reference WHERE source_missing_since IS NOT NULL
        ORDER BY kind, external_id
        """
    ).map { (kind: $0["kind"], externalID: $0["external_id"], planningID: $0["planning_id"]) }
  }
}

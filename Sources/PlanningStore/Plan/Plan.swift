import GRDB
package import Planning

/// The plan as the import sees it, and what the import creates in it (rules 10, 17 to 19, 23).
package struct Plan: Subject {
  let session: StoreSession

  /// All of it. A connection that only reads keeps it until somebody else commits.
  package func snapshot() throws -> PlanSnapshot {
    guard let kept = session.keptPlan else { return try read() }
    let version = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
    if let plan = kept.plan(of: version) { return plan }
    let plan = try read()
    kept.keep(plan, of: version)
    return plan
  }

  private func read() throws -> PlanSnapshot {
    var plan = PlanSnapshot()
    try statement("SELECT id, name, is_system FROM role").forEach { row in
      plan.roles[row.int64(0)] = row.text(1)
      if row.int(2) == 1 { plan.unknownRole = row.int64(0) }
    }
    try statement(
      """
      SELECT id, name, is_archived,
        EXISTS (SELECT 1 FROM client_tag t WHERE t.client_id = client.id AND t.tag = 'sync_off' COLLATE NOCASE)
      FROM client
      """
    ).forEach { row in
      plan.clients[row.int64(0)] = PlanSnapshot.Client(
        id: row.int64(0), name: row.text(1), isArchived: row.int(2) == 1, isSyncOff: row.int(3) == 1)
    }
    try statement(
      """
      SELECT id, client_id, name, is_billable, is_archived, archived_by, actuals_from,
        EXISTS (SELECT 1 FROM project_tag t WHERE t.project_id = project.id AND t.tag = 'sync_off' COLLATE NOCASE)
        OR EXISTS (SELECT 1 FROM client_tag t WHERE t.client_id = project.client_id AND t.tag = 'sync_off' COLLATE NOCASE)
      FROM project
      """
    ).forEach { row in
      plan.projects[row.int64(0)] = PlanSnapshot.Project(
        id: row.int64(0), clientID: row.int64(1), name: row.text(2), isBillable: row.int(3) == 1,
        isArchived: row.int(4) == 1, archivedByImport: !row.isNull(5), actualsFrom: row.day(6),
        isSyncOff: row.int(7) == 1)
    }
    try readPeople(into: &plan)
    try statement("SELECT kind, external_id, planning_id FROM external_reference").forEach { row in
      guard let kind = PlanSnapshot.Kind(rawValue: row.text(0)) else { return }
      plan.references[kind, default: [:]][row.text(1)] = PlanSnapshot.Reference(planningID: row.int64(2))
    }
    try statement("SELECT kind, external_id FROM ignored_reference").forEach { row in
      guard let kind = PlanSnapshot.Kind(rawValue: row.text(0)) else { return }
      plan.ignored[kind, default: []].insert(row.text(1))
    }
    try statement("SELECT project_id, locked_until FROM timesheet_lock").forEach { row in
      guard let day = row.day(1) else { return }
      if let project = row.optionalInt64(0) {
        plan.projectLockedUntil[project] = day
      } else {
        plan.lockedUntil = day
      }
    }
    return plan
  }

  /// Dates that are none are as if they were not there; a row that needs one is left out.
  private func readPeople(into plan: inout PlanSnapshot) throws {
    var plans: [PersonID: PersonPlan] = [:]
    // Many have the same.
    var workingDays: [String: WorkingDays] = [:]
    try statement(
      """
      SELECT person_id, role_id, starts_on, ends_on, minutes_per_day, working_days FROM contract
      ORDER BY person_id, starts_on
      """
    ).forEach { row in
      let text = row.text(5)
      let days = workingDays[text] ?? WorkingDays(text) ?? .mondayToFriday
      workingDays[text] = days
      plans[row.int64(0), default: PersonPlan()].contracts.append(
        Contract(
          role: row.int64(1), startsOn: row.day(2), endsOn: row.day(3), minutesPerDay: row.int(4), workingDays: days))
    }
    try statement(
      """
      SELECT person_id, project_id, role_id, starts_on, ends_on, minutes_per_day, is_non_working_day FROM assignment
      ORDER BY id
      """
    ).forEach { row in
      guard let from = row.day(3), let to = row.day(4) else { return }
      plans[row.int64(0), default: PersonPlan()].assignments.append(
        Assignment(
          project: row.int64(1), role: row.int64(2), startsOn: from, endsOn: to, minutesPerDay: row.int(5),
          isNonWorkingDay: row.int(6) == 1))
    }
    try statement("SELECT person_id, starts_on, ends_on, minutes_per_day FROM time_off").forEach { row in
      guard let from = row.day(1), let to = row.day(2) else { return }
      plans[row.int64(0), default: PersonPlan()].timeOff.append(
        TimeOff(startsOn: from, endsOn: to, minutesPerDay: row.optionalInt(3)))
    }
    var holidays: [String?: Set<CalendarDay>] = [:]
    try statement("SELECT date, holiday_group FROM holiday").forEach { row in
      row.day(0).map { _ = holidays[row.optionalText(1), default: []].insert($0) }
    }
    let forAll = holidays[nil] ?? []
    try statement(
      "SELECT id, name, email, time_zone, is_archived, archived_by, actuals_from, holiday_group FROM person"
    )
    .forEach { row in
      var own = plans[row.int64(0)] ?? PersonPlan()
      own.holidays = row.optionalText(7).flatMap { holidays[$0] }.map { forAll.union($0) } ?? forAll
      plan.people[row.int64(0)] = PlanSnapshot.Person(
        id: row.int64(0), name: row.text(1), email: row.optionalText(2), timeZone: row.optionalText(3),
        isArchived: row.int(4) == 1, archivedByImport: !row.isNull(5), actualsFrom: row.day(6), plan: own)
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

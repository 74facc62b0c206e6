import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore
import RotaTesting

extension ImaginedWorld {
  /// What planners do between two imports: mostly plain SQL.
  func editPlan() throws {
    for _ in 0..<random.below(5) {
      let plan = try prepare()
      switch random.below(13) {
      case 0...2 where troubles.has(.edits): try editRoles(plan)
      case 3...4 where troubles.has(.freezes): try freeze(plan)
      case 5 where troubles.has(.freezes): try thaw(plan)
      case 6 where troubles.has(.edits): try editActuals(plan)
      case 7...8 where troubles.has(.merges): try merge(plan)
      case 9 where troubles.has(.ignoring): try letGo(plan)
      case 10 where troubles.has(.deletions) && chance(2): try delete(plan)
      case 11: try steer(plan)
      case 12 where troubles.has(.pushes): try leavePush(plan)
      default: break
      }
    }
  }

  private func sql(_ text: String) throws {
    log.append("sql: \(text)")
    try world.sql(text)
  }

  private func someDay() -> String { dayText(dayNumber(localDay(world.now.seconds, "UTC")) - random.below(60)) }

  // MARK: Roles

  private func editRoles(_ plan: PlanTables) throws {
    guard let person = pick(orNil: plan.people.keys.sorted()), let project = pick(orNil: plan.projects.keys.sorted())
    else { return }
    let role = pick(plan.roles.keys.sorted())
    let from = someDay()
    let to = dayText(dayNumber(from) + random.below(12))
    switch random.below(6) {
    case 0, 1, 2:
      try sql(
        "INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day) VALUES (\(person), \(project), \(role), '\(from)', '\(to)', \(60 * (1 + random.below(4))))"
      )
    case 3: try sql("DELETE FROM assignment WHERE person_id = \(person)")
    case 4: try sql("UPDATE contract SET role_id = \(role) WHERE person_id = \(person)")
    default:
      try sql(
        "DELETE FROM contract WHERE person_id = \(person); INSERT INTO contract (person_id, role_id, ends_on) VALUES (\(person), \(role), '\(from)'); INSERT INTO contract (person_id, role_id, starts_on) VALUES (\(person), \(pick(plan.roles.keys.sorted())), '\(dayText(dayNumber(to) + 1))')"
      )
    }
  }

  // MARK: Freezing and thawing (rule 47)

  private func freeze(_ plan: PlanTables) throws {
    guard let person = pick(orNil: plan.people.keys.sorted()), let project = pick(orNil: plan.projects.keys.sorted())
    else { return }
    switch random.below(5) {
    case 0: try sql("INSERT OR IGNORE INTO project_tag VALUES (\(project), '\(pick(["sync_off", "SYNC_OFF"]))')")
    case 1: try sql("INSERT OR IGNORE INTO client_tag VALUES (\(plan.projects[project]!.client), 'sync_off')")
    case 2: try sql("UPDATE person SET is_archived = 1 WHERE id = \(person)")
    case 3: try sql("UPDATE project SET is_archived = 1 WHERE id = \(project)")
    default:
      try sql(
        "INSERT OR REPLACE INTO timesheet_lock VALUES (\(chance(2) ? "NULL" : "\(project)"), '\(someDay())')")
    }
  }

  private func thaw(_ plan: PlanTables) throws {
    switch random.below(4) {
    case 0: try sql("DELETE FROM project_tag")
    case 1: try sql("DELETE FROM client_tag")
    case 2: try sql("UPDATE person SET is_archived = 0 WHERE is_archived = 1 AND archived_by IS NULL")
    default: try sql("DELETE FROM timesheet_lock")
    }
  }

  // MARK: Hours by hand (rules 57 and 58)

  private func editActuals(_ plan: PlanTables) throws {
    guard let person = pick(orNil: plan.people.keys.sorted()), let project = pick(orNil: plan.projects.keys.sorted())
    else { return }
    let rows = plan.actuals.filter { row in
      row.origin != "autofill" && !plan.isLocked(row.cell.day, row.cell.project) && !plan.isSyncOff(row.cell.project)
        && !plan.isArchivedByPlanner(row.cell.person) && !plan.manualCells.contains(row.cell)
    }
    let row = pick(orNil: rows.sorted { "\($0)" < "\($1)" })
    let cell = row?.cell
    let place = cell.map {
      "person_id = \($0.person) AND project_id = \($0.project) AND date = '\($0.day)' AND role_id = \(row!.role)"
    }
    switch random.below(6) {
    case 0:
      try sql(
        "INSERT OR IGNORE INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES (\(person), \(project), \(pick(plan.roles.keys.sorted())), '\(someDay())', \(random.below(300)))"
      )
    case 1:
      guard let cell else { return }
      try sql(
        "INSERT OR IGNORE INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES (\(cell.person), \(cell.project), \(pick(plan.roles.keys.sorted())), '\(cell.day)', 30)"
      )
    case 2: if let place { try sql("UPDATE actual SET billable_minutes = billable_minutes + 7 WHERE \(place)") }
    case 3: if let place { try sql("DELETE FROM actual WHERE \(place)") }
    case 4: if let place { try sql("UPDATE OR IGNORE actual SET date = date(date, '+1 day') WHERE \(place)") }
    default: try sql("DELETE FROM actual WHERE is_manual = 1 AND date > '\(someDay())'")
    }
  }

  // MARK: Pushing (rule 86)

  /// A push died: its row stands, and what it was to make is in Clockify or not.
  private func leavePush(_ plan: PlanTables) throws {
    let lists = world.clockify.read { $0.workspaces }
    let workspace = pick(lists)
    let clients = workspace.clients.filter { plan.links["client"]![$0.id] != nil }
    guard let client = pick(orNil: clients), let here = plan.links["client"]![client.id], plan.clients[here] != nil
    else { return }
    copies += 1
    let name = "Pushed \(copies)"
    try world.database.write { session in
      let item = try session.plan.createProject(
        client: Int64(here), name: name, isBillable: true, isArchived: false, at: world.now)
      try session.pushes.add(
        PendingPush(
          kind: .project, planningID: item, workspace: workspace.id, name: name, clientID: client.id,
          startedAt: Instant(seconds: Int(Date().timeIntervalSince1970))))
    }
    let isMade = !chance(3)
    let id = "6b0b0000000000000000" + String(repeating: "0", count: 4 - "\(copies)".count) + "\(copies)"
    if isMade {
      world.clockify.change { state in
        guard let at = state.workspaces.firstIndex(where: { $0.id == workspace.id }) else { return }
        state.workspaces[at].projects.append(.init(id: id, name: name, clientID: client.id))
      }
    }
    log.append("a push of \(name) (client \(here)) died, \(isMade ? "\(id) is made" : "nothing is made")")
  }

  // MARK: Merging (rules 76 and 95)

  private func merge(_ plan: PlanTables) throws {
    if !plan.openMerges.isEmpty, chance(2), troubles.has(.undos) {
      _ = try undo(pick(plan.openMerges), plan)
      return
    }
    let kind = pick(["project", "project", "person", "client"])
    let ids = (kind == "project" ? plan.projects : kind == "person" ? plan.people : plan.clients).keys.sorted()
    guard ids.count > 3 else { return }
    let keep = pick(ids)
    let drop = pick(ids.filter { $0 != keep })
    if kind == "project", let all = world.settings.catchAllProject, Int(all) == drop { return }
    let planKind: PlanSnapshot.Kind = kind == "project" ? .project : kind == "person" ? .person : .client
    log.append("merge \(kind) \(drop) into \(keep)")
    do {
      let report = try world.database.write {
        try $0.merging.merge(planKind, keep: Int64(keep), drop: Int64(drop), at: world.now)
      }
      noteMerge(report.merge, kind, keep, drop)
      try doubtFrozen(keep, drop, kind)
    } catch let refusal as PlanRefusal {
      log[log.count - 1] += " → \((refusal))"
    } catch {
      throw Differs(words: ["76: the merge neither happened nor was refused: \(error)"])
    }
  }

  private func noteMerge(_ id: Int64, _ kind: String, _ keep: Int, _ drop: Int) {
    var moved: Set<String> = []
    for (entry, home) in oracle.homes {
      if kind == "person", home.cell.person == drop {
        oracle.homes[entry]!.cell.person = keep
        moved.insert(entry)
      }
      if kind == "project", home.cell.project == drop {
        oracle.homes[entry]!.cell.project = keep
        moved.insert(entry)
      }
    }
    merged[id] = MovedEntries(kind: kind, kept: keep, dropped: drop, entries: moved)
  }

  /// - Returns: whether it was undone.
  @discardableResult
  func undo(_ id: Int, _ plan: PlanTables) throws -> Bool {
    log.append("undo merge \(id)")
    do {
      _ = try world.database.write { try $0.undo.merge(Int64(id), at: world.now) }
    } catch let refusal as PlanRefusal {
      log[log.count - 1] += " → \((refusal))"
      return false
    } catch {
      throw Differs(words: ["76: the undo neither happened nor was refused: \(error)"])
    }
    if let moved = merged[Int64(id)] {
      try doubtFrozen(moved.kept, moved.dropped, moved.kind)
      for entry in moved.entries {
        if moved.kind == "person", oracle.homes[entry]?.cell.person == moved.kept {
          oracle.homes[entry]!.cell.person = moved.dropped
        }
        if moved.kind == "project", oracle.homes[entry]?.cell.project == moved.kept {
          oracle.homes[entry]!.cell.project = moved.dropped
        }
      }
      try doubtFrozen(moved.kept, moved.dropped, moved.kind)
    }
    return true
  }

  /// Of frozen cells that a merge or its undo touches the rules do not say which entries stay in the row.
  private func doubtFrozen(_ keep: Int, _ drop: Int, _ kind: String) throws {
    let plan = try PlanTables(world)
    let manual = plan.manualCells
    for (entry, home) in oracle.homes {
      let cell = home.cell
      let isTouched =
        kind == "person"
        ? [keep, drop].contains(cell.person)
        : kind == "project"
          ? [keep, drop].contains(cell.project)
          : [keep, drop].contains(plan.projects[cell.project]?.client ?? 0)
      let isFrozen =
        manual.contains(cell) || plan.isSyncOff(cell.project) || plan.isArchivedByPlanner(cell.person)
        || plan.isLocked(cell.day, cell.project)
      if isTouched, isFrozen { oracle.unsureEntries.insert(entry) }
    }
  }

  // MARK: Unlinking, ignoring, deleting (rules 15 and 77)

  private func letGo(_ plan: PlanTables) throws {
    let kind = pick(["project", "person"])
    guard let (id, item) = pick(orNil: plan.links[kind]!.sorted { $0.key < $1.key }) else { return }
    switch random.below(5) {
    case 0: try sql("DELETE FROM external_reference WHERE kind = '\(kind)' AND planning_id = \(item)")
    case 1: try sql("INSERT OR IGNORE INTO ignored_reference (kind, external_id) VALUES ('\(kind)', '\(id)')")
    case 2:
      try sql(
        "INSERT OR IGNORE INTO ignored_reference (kind, external_id) SELECT kind, external_id FROM external_reference WHERE kind = '\(kind)' AND planning_id = \(item); DELETE FROM external_reference WHERE kind = '\(kind)' AND planning_id = \(item)"
      )
    default: try sql("DELETE FROM ignored_reference WHERE external_id > '\(id)'")
    }
  }

  private func delete(_ plan: PlanTables) throws {
    if chance(2) {
      guard let person = pick(orNil: plan.people.keys.sorted()) else { return }
      try sql("DELETE FROM person WHERE id = \(person)")
    } else {
      guard let project = pick(orNil: plan.projects.keys.sorted()), Int64(project) != world.settings.catchAllProject
      else { return }
      try sql("DELETE FROM project WHERE id = \(project)")
    }
  }

  // MARK: Settings

  private func steer(_ plan: PlanTables) throws {
    switch random.below(5) {
    case 0...1 where troubles.has(.filters): changeFilter(plan)
    case 2 where troubles.has(.catchAll):
      if world.settings.catchAllProject != nil, chance(2) {
        world.settings.catchAllProject = nil
      } else {
        try sql(
          "INSERT INTO project (client_id, name) SELECT id, 'Unassigned' FROM client WHERE NOT EXISTS (SELECT 1 FROM project WHERE name = 'Unassigned') LIMIT 1"
        )
        world.settings.catchAllProject = Int64(
          try world.sql("SELECT id FROM project WHERE name = 'Unassigned' LIMIT 1"))
      }
      log.append("catch-all is \(world.settings.catchAllProject.map { "\($0)" } ?? "none")")
    case 3 where troubles.has(.dropped) && hasWorkspaces:
      let all = world.clockify.read { $0.workspaces.map(\.id) }
      oracle.named = oracle.named.count == 2 ? [all[0]] : all
      world.settings.workspaces = oracle.named.count == 2 ? ["all"] : oracle.named
      log.append("workspaces: \(world.settings.workspaces)")
    case 4 where troubles.has(.zones):
      guard let person = pick(orNil: plan.people.keys.sorted()) else { return }
      let zone = chance(3) ? nil : pick(["Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo"])
      for (user, item) in plan.links["person"]! where item == person {
        if let zone { oracle.zonesEver[user, default: []].insert(zone) }
      }
      try sql("UPDATE person SET time_zone = \(zone.map { "'\($0)'" } ?? "NULL") WHERE id = \(person)")
    default: break
    }
  }

  private func changeFilter(_ plan: PlanTables) {
    let states = world.clockify.read(\.workspaces).filter { oracle.named.contains($0.id) }
    let workspace = pick(states)
    var (include, exclude) = (world.settings.include, world.settings.exclude)
    let (users, projects) = (workspace.users.map(\.id), workspace.projects.map(\.id))
    switch random.below(11) {
    case 0: exclude.users = [pick(users)]
    case 1, 6: exclude.groups = Set([pick(orNil: workspace.groups.map(\.id))].compactMap { $0 })
    case 7: include.groups = Set(workspace.groups.map(\.id))
    case 2: exclude.projects = [pick(projects)]
    case 3: exclude.clients = [pick(workspace.clients.map(\.id))]
    case 4: include.users = Set(users.filter { _ in !chance(4) })
    case 5: include.projects = Set(projects.filter { _ in !chance(4) })
    default: (include, exclude) = (ImportFilter(), ImportFilter())
    }
    world.settings.include = include
    world.settings.exclude = exclude
    func words(_ filter: ImportFilter) -> String {
      [filter.users, filter.groups, filter.clients, filter.projects].map { ids in
        ids.map { String($0.suffix(3)) }.sorted().joined(separator: ",")
      }.joined(separator: "/")
    }
    log.append("include \(words(include)), exclude \(words(exclude)) (users/groups/clients/projects)")
  }
}

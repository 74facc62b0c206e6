import ClockifySimulator
import Planning
import PlanningStore

extension ImaginedWorld {
  // MARK: Time

  private func moment() -> Int {
    let today = world.now.seconds / 86_400 * 86_400
    let daysAgo = chance(3) ? random.below(100) : random.below(25)
    if chance(30) { return today + 86_400 * (1 + random.below(3)) + random.below(40_000) }
    return max(
      Instant(ImaginedWorld.since + "T00:00:00Z")!.seconds + 10 * 86_400,
      today - daysAgo * 86_400 + random.below(86_400))
  }

  func track() {
    let states = world.clockify.read(\.workspaces)
    let number = chance(3) ? states.count - 1 : 0
    let workspace = states[number]
    let plain = !troubles.has(.unused)
    let users = workspace.users.filter { user in
      (!plain || isPlain(user)) && (chance(4) || isPlain(user))
    }
    let projects = workspace.projects.filter { project in
      (!plain || isPlain(project)) && (chance(3) || isPlain(project))
    }
    let (user, project) = (pick(users.isEmpty ? [workspace.users[0]] : users), pick(orNil: projects))
    let start = moment()
    var seconds: Int? = 60 * random.below(500) + (chance(2) ? random.below(60) : 0)
    if chance(18) { seconds = nil }
    if troubles.has(.absurd), chance(40) { seconds = pick([-100, 0, 40 * 86_400, 26 * 3600]) }
    let type = chance(14) ? pick(["BREAK", "TIME_OFF", "HOLIDAY"]) : chance(12) ? nil : "REGULAR"
    let id = world.track(
      userID: user.id, projectID: chance(9) ? nil : project?.id, Instant(seconds: start).description,
      minutes: seconds.map { $0 / 60 },
      seconds: (seconds ?? 0) % 60, billable: chance(20) ? nil : !chance(4), type: type, workspace: number)
    note("track", id)
  }

  private func isPlain(_ user: SimulatedWorkspace.User) -> Bool {
    user.membershipStatus == "ACTIVE" && user.status == "ACTIVE" && !user.isRemoved
  }

  private func isPlain(_ project: SimulatedWorkspace.Project) -> Bool {
    !project.archived && project.clientID != nil && !project.template && !project.isDeleted
  }

  private func note(_ verb: String, _ id: String) {
    for workspace in world.clockify.read(\.workspaces) {
      guard let entry = workspace.entries.first(where: { $0.id == id }) else { continue }
      log.append("\(verb) \(id.suffix(4)) in \(workspace.name): \(EntryVersion(entry))")
    }
  }

  func editClockify() {
    for _ in 0..<random.below(9) { editEntry() }
    if world.replica != nil { editReplica() }
    if chance(2) { editLists() }
    if troubles.has(.brakes), chance(12) { removeMany() }
    if chance(2) { for _ in 0..<random.below(6) { track() } }
  }

  func editEntry() {
    let states = world.clockify.read(\.workspaces)
    let number = random.below(states.count)
    let workspace = states[number]
    if chance(8), let back = pick(orNil: removed) {
      removed.removeAll { $0.entry.id == back.entry.id }
      world.clockify.change { $0.workspaces[back.workspace].add(back.entry) }
      return note("restore", back.entry.id)
    }
    guard !chance(3), let entry = pick(orNil: workspace.entries) else { return track() }
    let shift = random.below(600_000) - 300_000
    let user = pick(
      workspace.users.filter { !troubles.has(.unused) ? isPlain($0) : chance(3) || isPlain($0) } + [workspace.users[0]])
    let projects = workspace.projects.filter { !troubles.has(.unused) ? isPlain($0) : chance(3) || isPlain($0) }
    let project = chance(10) ? nil : pick(orNil: projects)
    switch random.below(9) {
    case 0:
      removed.append((number, entry))
      log.append("remove \(entry.id.suffix(4))")
      return world.remove(entry.id)
    case 1, 2: world.edit(entry.id) { $0.projectID = project?.id }
    case 3: world.edit(entry.id) { $0.userID = user.id }
    case 4, 5:
      world.edit(entry.id) { entry in
        entry.start += shift
        entry.end = entry.end.map { $0 + shift }
      }
    case 6: world.edit(entry.id) { $0.end = $0.start + abs(shift) % 30_000 }
    case 7: world.edit(entry.id) { $0.billable = $0.billable == false }
    default: world.edit(entry.id) { $0.type = $0.type == "BREAK" ? "REGULAR" : "BREAK" }
    }
    note("edit", entry.id)
  }

  /// Enough to close the brake (rule 53).
  private func removeMany() {
    let states = world.clockify.read(\.workspaces)
    let number = random.below(states.count)
    let count = 21 + random.below(15)
    let entries = states[number].entries.filter { _ in !chance(4) }.prefix(count)
    guard entries.count > 20 else { return }
    log.append("remove many: \(entries.map { $0.id.suffix(4) }.joined(separator: " "))")
    for entry in entries {
      removed.append((number, entry))
      world.remove(entry.id)
    }
  }

  // MARK: Lists

  private func editLists() {
    let number = random.below(world.clockify.read(\.workspaces.count))
    let workspace = world.clockify.read { $0.workspaces[number] }
    let (user, project, client) = (
      random.below(workspace.users.count), random.below(workspace.projects.count), random.below(workspace.clients.count)
    )
    let row = workspace.users[user]
    switch random.below(11) {
    case 0...1 where troubles.has(.unused):
      log.append(
        "\(workspace.name): project \(workspace.projects[project].name) archived \(!workspace.projects[project].archived)"
      )
      world.clockify.change { $0.workspaces[number].projects[project].archived.toggle() }
    case 2 where troubles.has(.unused):
      log.append(
        "\(workspace.name): client \(workspace.clients[client].name) archived \(!workspace.clients[client].archived)")
      world.clockify.change { $0.workspaces[number].clients[client].archived.toggle() }
    case 3 where troubles.has(.unused) && user > 0 && row.membershipStatus != "PENDING":
      let status = row.membershipStatus == "ACTIVE" ? "INACTIVE" : "ACTIVE"
      log.append("\(workspace.name): user \(row.name ?? "?") \(status)")
      world.clockify.change { $0.workspaces[number].users[user].membershipStatus = status }
    case 4 where troubles.has(.unused) && user > 0 && row.membershipStatus != "PENDING":
      log.append("\(workspace.name): user \(row.name ?? "?") removed \(!row.isRemoved)")
      world.clockify.change { $0.workspaces[number].users[user].isRemoved.toggle() }
    case 5 where troubles.has(.unused):
      log.append(
        "\(workspace.name): project \(workspace.projects[project].name) deleted \(!workspace.projects[project].isDeleted)"
      )
      world.clockify.change { $0.workspaces[number].projects[project].isDeleted.toggle() }
    case 6:
      guard let orphan = workspace.projects.firstIndex(where: { $0.clientID == nil }) else { return }
      log.append("\(workspace.name): project \(workspace.projects[orphan].name) gets a client")
      world.clockify.change { $0.workspaces[number].projects[orphan].clientID = workspace.clients[0].id }
    case 7 where troubles.has(.unused):
      guard let pending = workspace.users.firstIndex(where: { $0.membershipStatus == "PENDING" }) else { return }
      log.append("\(workspace.name): user \(workspace.users[pending].name ?? "?") joins")
      world.clockify.change { $0.workspaces[number].users[pending].membershipStatus = "ACTIVE" }
    case 8 where troubles.has(.zones) && row.timeZone != nil:
      let zone = pick(["Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo"])
      log.append("user \(row.name ?? "?") moves to \(zone)")
      world.clockify.change { state in
        for index in state.workspaces.indices {
          for other in state.workspaces[index].users.indices where state.workspaces[index].users[other].id == row.id {
            state.workspaces[index].users[other].timeZone = zone
          }
        }
      }
    case 9:
      log.append("\(workspace.name): project \(workspace.projects[project].name) renamed")
      world.clockify.change { $0.workspaces[number].projects[project].name += "2" }
    default:
      guard !workspace.groups.isEmpty else { return }
      let filtered = world.settings.include.groups.union(world.settings.exclude.groups)
      let named = workspace.groups.firstIndex { filtered.contains($0.id) }
      let group = named ?? random.below(workspace.groups.count)
      if troubles.has(.filters), troubles.has(.groupsGone), chance(named == nil ? 6 : 2) {
        log.append("\(workspace.name): group \(workspace.groups[group].name) deleted")
        removedGroups.append((number, workspace.groups[group]))
        world.clockify.change { $0.workspaces[number].groups.remove(at: group) }
        return
      }
      log.append("\(workspace.name): group \(workspace.groups[group].name) toggles \(row.name ?? "?")")
      world.clockify.change { state in
        var ids = state.workspaces[number].groups[group].userIDs
        if ids.contains(row.id) { ids.removeAll { $0 == row.id } } else { ids.append(row.id) }
        state.workspaces[number].groups[group].userIDs = ids
      }
    }
  }
}

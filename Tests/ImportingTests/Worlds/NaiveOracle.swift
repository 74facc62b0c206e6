import ClockifySimulator
import Importing

/// What a run was asked to read, in the naive words of the oracle.
struct RunShape {
  var workspaces: Set<String>
  /// Dates that a complete run answers for, at least.
  var from: String
  var to: String
  var users: Set<String>?
  var projects: Set<String>?
}

/// The rules once more, the slow way: entry by entry, with none of rota's code. One long file on purpose: it is read from
/// top to bottom beside the rules, by somebody who has not read the import.
///
/// Remembers between runs what a person with pencil and paper would: where each entry's time stands (`homes`), the zone
/// that its date was decided in (`pins`), and each workspace's lists as last read.
struct NaiveOracle {
  struct Home: Equatable {
    var cell: NaiveCell
    var version: EntryVersion
  }
  struct Pin {
    var user: String
    var start: Int
    var end: Int?
    /// More than one: no run has said yet which.
    var zones: Set<String>
    var isDecided: Bool
  }

  var settings = ImportSettings()
  /// Workspace ids that the settings name.
  var named: [String] = []
  var now = 0
  var owner = ""
  var homes: [String: Home] = [:]
  var pins: [String: Pin] = [:]
  /// Each workspace as its lists were last read.
  var lists: [String: SimulatedWorkspace] = [:]
  /// Workspaces that some broken run may have read since.
  var unsureLists: Set<String> = []
  /// Workspaces read by the last run that ended: their rows decide before others' (rule 88).
  var readLast: Set<String> = []
  /// Users that a list ever showed: of others only the report states a zone (rule 34), and a look-up by id does not.
  var profiled: Set<String> = []
  /// Every zone that a user's profile or override ever had.
  var zonesEver: [String: Set<String>] = [:]
  /// Entries of which the rules do not say where they stand until everything thaws.
  var unsureEntries: Set<String> = []

  // MARK: Lists

  private var namedLists: [SimulatedWorkspace] { named.compactMap { lists[$0] } }

  enum Standing { case active, inactive, pending }

  /// nil: nobody has heard of this user.
  func standing(_ user: String) -> Standing? {
    let rows = namedLists.flatMap(\.users).filter { $0.id == user }
    guard !rows.isEmpty else { return nil }
    let gone: Set = ["LIMITED", "DELETED", "LIMITED_DELETED"]
    if rows.contains(where: { !$0.isRemoved && $0.membershipStatus == "ACTIVE" && !gone.contains($0.status) }) {
      return .active
    }
    return rows.contains { $0.membershipStatus == "PENDING" } ? .pending : .inactive
  }

  func project(_ id: String) -> SimulatedWorkspace.Project? {
    for list in lists.values { if let found = list.projects.first(where: { $0.id == id }) { return found } }
    return nil
  }

  private func client(_ id: String) -> SimulatedWorkspace.Client? {
    for list in lists.values { if let found = list.clients.first(where: { $0.id == id }) { return found } }
    return nil
  }

  func ownersZone() -> String {
    (namedLists + lists.values).flatMap(\.users).first { $0.id == owner }?.timeZone ?? "UTC"
  }

  /// Rule 34, of an entry placed for the first time now.
  func zone(of user: String, _ plan: PlanTables) -> String {
    if let zone = settings.timeZone { return zone }
    if let person = plan.links["person"]![user], let zone = plan.people[person]?.zone { return zone }
    let rows = namedLists.flatMap { list in list.users.filter { $0.id == user }.map { (list.id, $0) } }
    let best = rows.min { left, right in rank(left) < rank(right) }
    if let zone = best?.1.timeZone { return zone }
    return ownersZone()
  }

  private func rank(_ row: (String, SimulatedWorkspace.User)) -> Int {
    (readLast.contains(row.0) ? 0 : 4) + (row.1.isRemoved ? 2 : row.1.membershipStatus == "ACTIVE" ? 0 : 1)
  }

  // MARK: Filters (rule 22)

  private func members(_ groups: Set<String>) -> Set<String> {
    Set(lists.values.flatMap(\.groups).filter { groups.contains($0.id) }.flatMap(\.userIDs))
  }

  func isFiltered(user: String) -> Bool {
    let (include, exclude) = (settings.include, settings.exclude)
    if !include.users.isEmpty || !include.groups.isEmpty,
      !include.users.contains(user), !members(include.groups).contains(user)
    {
      return true
    }
    return exclude.users.contains(user) || members(exclude.groups).contains(user)
  }

  func isFiltered(project: String) -> Bool {
    let (include, exclude) = (settings.include, settings.exclude)
    let client = self.project(project)?.clientID ?? ""
    if !include.projects.isEmpty || !include.clients.isEmpty,
      !include.projects.contains(project), !include.clients.contains(client)
    {
      return true
    }
    return exclude.projects.contains(project) || exclude.clients.contains(client)
  }

  private func isFiltered(client: String) -> Bool {
    let (include, exclude) = (settings.include, settings.exclude)
    if !include.projects.isEmpty || !include.clients.isEmpty, !include.clients.contains(client),
      !include.projects.contains(where: { project($0)?.clientID == client })
    {
      return true
    }
    return exclude.clients.contains(client)
  }

  /// Rule 89: groups that no workspace lists.
  func unknownGroups(in workspaces: [SimulatedWorkspace]) -> Set<String> {
    settings.include.groups.union(settings.exclude.groups)
      .subtracting(workspaces.filter { named.contains($0.id) }.flatMap(\.groups).map(\.id))
  }

  // MARK: Where an entry's time goes

  /// Rules 30 to 32 and 93.
  func counts(_ id: String, _ version: EntryVersion, _ plan: PlanTables) -> Bool {
    guard version.type ?? "REGULAR" == "REGULAR", let end = version.end, end > version.start,
      end - version.start <= 31 * 86_400, version.start >= 0, end < 7_258_118_400
    else { return false }
    return day(id, version, plan) <= localDay(now, pinnedZone(id, version, plan))
  }

  func pinnedZone(_ id: String, _ version: EntryVersion, _ plan: PlanTables) -> String {
    guard let pin = pins[id], pin.user == version.user, pin.start == version.start, pin.end == version.end else {
      return zone(of: version.user, plan)
    }
    if pin.zones.count == 1 { return pin.zones.first! }
    if let mirrored = plan.mirror[id], mirrored.version == version, pin.zones.contains(mirrored.zone) {
      return mirrored.zone
    }
    return pin.zones.min()!
  }

  func day(_ id: String, _ version: EntryVersion, _ plan: PlanTables) -> String {
    localDay(version.start, pinnedZone(id, version, plan))
  }

  private enum Side {
    case item(Int)
    /// Unlinked or ignored: what is placed and unchanged stays (rule 77).
    case stuck
    case out
  }

  private func personSide(_ user: String, _ plan: PlanTables) -> Side {
    if isFiltered(user: user) { return .out }
    if plan.ignored["person"]!.contains(user) { return .stuck }
    return plan.links["person"]![user].map(Side.item) ?? .stuck
  }

  private func projectSide(_ project: String?, _ plan: PlanTables) -> Side {
    guard let project else {
      guard let all = settings.catchAllProject.map(Int.init), plan.projects[all] != nil else { return .out }
      return .item(all)
    }
    if isFiltered(project: project) { return .out }
    if plan.ignored["project"]!.contains(project) { return .stuck }
    return plan.links["project"]![project].map(Side.item) ?? .stuck
  }

  enum Target {
    case cell(NaiveCell, isStuck: Bool)
    case nowhere
    /// The rules leave it open.
    case unsure([NaiveCell])
  }

  func target(_ id: String, _ version: EntryVersion, _ plan: PlanTables) -> Target {
    guard counts(id, version, plan) else { return .nowhere }
    let home = homes[id].flatMap { $0.version == version ? $0 : nil }
    switch (personSide(version.user, plan), projectSide(version.project, plan)) {
    case (.out, _), (.item, .out): return .nowhere
    // The person's reason counts first (80), and it lets what is placed stay.
    case (.stuck, .out): return home.map { .cell($0.cell, isStuck: true) } ?? .nowhere
    case (.item(let person), .item(let project)):
      return .cell(NaiveCell(person: person, project: project, day: day(id, version, plan)), isStuck: false)
    case (.stuck, .stuck): return home.map { .cell($0.cell, isStuck: true) } ?? .nowhere
    case (.item(let person), .stuck):
      guard let home else { return .nowhere }
      if home.cell.person == person { return .cell(home.cell, isStuck: true) }
      return .unsure([home.cell, NaiveCell(person: person, project: home.cell.project, day: home.cell.day)])
    case (.stuck, .item(let project)):
      guard let home else { return .nowhere }
      if home.cell.project == project { return .cell(home.cell, isStuck: true) }
      return .unsure([home.cell, NaiveCell(person: home.cell.person, project: project, day: home.cell.day)])
    }
  }

  // MARK: Which items exist after a complete run (rules 10, 15, 17, 18, 90)

  struct Wanted {
    var links: [String: Set<String>] = ["client": [], "project": [], "person": []]
    /// Unlinked, unused otherwise, with time that stands and stays: the rules say both "not needed" (90) and "created
    /// anew" (77).
    var either: [String: Set<String>] = ["client": [], "project": [], "person": []]
    /// Of workspaces that the run was not asked for: created now or by the next run that is.
    var open: [String: Set<String>] = ["client": [], "project": [], "person": []]
    /// Of what is new: created as archived.
    var archived: [String: Set<String>] = ["client": [], "project": [], "person": []]

    mutating func leaveOpen(unread lists: [SimulatedWorkspace]) {
      open["client"]!.formUnion(lists.flatMap(\.clients).map(\.id))
      open["project"]!.formUnion(lists.flatMap(\.projects).map(\.id))
      open["person"]!.formUnion(lists.flatMap(\.users).map(\.id))
    }
  }

  private func canCreate(project id: String, _ plan: PlanTables) -> SimulatedWorkspace.Project? {
    guard !plan.ignored["project"]!.contains(id), !isFiltered(project: id), let project = project(id),
      !project.isDeleted, !project.template, let client = project.clientID, self.client(client) != nil,
      !plan.ignored["client"]!.contains(client)
    else { return nil }
    return project
  }

  private func canCreate(person id: String, _ plan: PlanTables) -> Standing? {
    guard !plan.ignored["person"]!.contains(id), !isFiltered(user: id), let standing = standing(id),
      standing != .pending
    else { return nil }
    return standing
  }

  /// Rule 86: what is linked before anything is created: the one free project of a push's name and client.
  func pushed(_ before: PlanTables) -> [String: Int] {
    var found: [String: Int] = [:]
    for push in before.pushes where !before.links["project"]!.values.contains(push.item) {
      let made = namedLists.filter { $0.id == push.workspace }.flatMap(\.projects).filter { project in
        !project.isDeleted && project.name == push.name && project.clientID == push.client
          && before.links["project"]![project.id] == nil && !before.ignored["project"]!.contains(project.id)
      }
      if made.count == 1 { found[made[0].id] = push.item }
    }
    return found
  }

  /// - Parameters:
  ///   - before: links and homes as the run found them.
  ///   - mirror: entries as the run knows them.
  func wanted(before: PlanTables, mirror: PlanTables, isFrozen: (NaiveCell) -> Bool) -> Wanted {
    var wanted = Wanted()
    for kind in ["client", "project", "person"] { wanted.links[kind] = Set(before.links[kind]!.keys) }
    var (people, projects): (Set<String>, Set<String>) = ([], [])
    for home in homes.values {
      if before.links["person"]![home.version.user] == nil { wanted.either["person"]!.insert(home.version.user) }
      guard let project = home.version.project, before.links["project"]![project] == nil else { continue }
      wanted.either["project"]!.insert(project)
      if let client = self.project(project)?.clientID { wanted.either["client"]!.insert(client) }
    }
    for (id, entry) in mirror.mirror where !entry.isGone {
      note(id, entry.version, before, mirror, isFrozen, &people, &projects)
    }
    for list in namedLists {
      for user in list.users where before.links["person"]![user.id] == nil {
        guard let standing = canCreate(person: user.id, before) else { continue }
        if standing == .active || people.contains(user.id) { wanted.links["person"]!.insert(user.id) }
        if standing != .active { wanted.archived["person"]!.insert(user.id) }
      }
      let pushed = pushed(before)
      wanted.links["project"]!.formUnion(list.projects.map(\.id).filter { pushed[$0] != nil })
      for project in list.projects where before.links["project"]![project.id] == nil && pushed[project.id] == nil {
        if project.archived { wanted.archived["project"]!.insert(project.id) }
        guard canCreate(project: project.id, before) != nil, !project.archived || projects.contains(project.id)
        else { continue }
        wanted.links["project"]!.insert(project.id)
        wanted.links["client"]!.insert(project.clientID!)
      }
      for client in list.clients where before.links["client"]![client.id] == nil {
        if client.archived { wanted.archived["client"]!.insert(client.id) }
        if !client.archived, !before.ignored["client"]!.contains(client.id), !isFiltered(client: client.id) {
          wanted.links["client"]!.insert(client.id)
        }
      }
    }
    return wanted
  }

  /// What one entry needs: it would be placed if only the item existed.
  private func note(
    _ id: String, _ version: EntryVersion, _ before: PlanTables, _ mirror: PlanTables,
    _ isFrozen: (NaiveCell) -> Bool, _ people: inout Set<String>, _ projects: inout Set<String>
  ) {
    guard counts(id, version, mirror), !isFiltered(user: version.user) else { return }
    if let home = homes[id], isFrozen(home.cell) { return }
    let person = before.links["person"]![version.user]
    var project: Int?
    if before.ignored["person"]!.contains(version.user) { return }
    if let person {
      if before.isArchivedByPlanner(person) { return }
    } else if canCreate(person: version.user, before) == nil {
      return
    }
    if let wanted = version.project {
      guard !isFiltered(project: wanted), !before.ignored["project"]!.contains(wanted) else { return }
      project = before.links["project"]![wanted] ?? pushed(before)[wanted]
      if project == nil {
        guard let row = canCreate(project: wanted, before) else { return }
        if let client = before.links["client"]![row.clientID!], before.syncOffClients.contains(client) { return }
      }
    } else {
      guard let all = settings.catchAllProject.map(Int.init), before.projects[all] != nil else { return }
      project = all
    }
    if let project, before.isSyncOff(project) { return }
    if before.isLocked(day(id, version, mirror), project) { return }
    // Placed and unchanged without a link: it stays, and needs nothing (rule 77).
    if homes[id]?.version == version { return }
    if person == nil { people.insert(version.user) }
    if project == nil, let wanted = version.project { projects.insert(wanted) }
  }
}

import Planning
import PlanningStore

/// Which planning item a Clockify id stands for, or why for none (rules 9 to 19).
enum Match: Hashable, Sendable {
  case linked(Int64)
  case none(Reason)
}

/// How many items of one kind a run met.
package struct ItemCounts: Codable, Sendable, Equatable {
  package var new = 0
  package var known = 0
  package var notImported = 0
  /// Of the first new ones, in the order in which they were made; nil: none, or a run of an earlier version.
  package private(set) var newNames: [String]?

  package static let namesKept = 20

  enum CodingKeys: String, CodingKey {
    case new, known
    case notImported = "not_imported"
    case newNames = "new_names"
  }

  mutating func addNew(_ name: String) {
    new += 1
    if new <= Self.namesKept { newNames = (newNames ?? []) + [name] }
  }
}

/// Matches lists to planning items and creates what is missing.
struct Matching {
  private(set) var users: [String: Match] = [:]
  private(set) var projects: [String: Match] = [:]
  private(set) var clientCounts = ItemCounts()
  private(set) var projectCounts = ItemCounts()
  private(set) var personCounts = ItemCounts()
  private(set) var findings: [Finding] = []
  private(set) var createdPeople: [PersonID] = []

  private var plan: PlanSnapshot
  private let settings: ImportSettings
  private var filter: ItemFilter
  private let scopes: Set<ImportScope>
  private let workspaces: Set<String>
  private let now: Instant
  private let session: StoreSession

  /// - Parameters:
  ///   - workspaces: whose lists this run has read: only what they have is created.
  ///   - waiting: finds the pairs, of some users or projects, whose time would be placed if both items were there
  ///     (rules 18, 90).
  init(
    session: StoreSession, request: ImportRequest, settings: ImportSettings, workspaces: Set<String>,
    waiting: (_ users: Set<String>, _ projects: Set<String>) throws -> Set<Pair>
  ) throws {
    self.session = session
    self.settings = settings
    self.workspaces = workspaces
    filter = ItemFilter(settings, groups: try session.groups.stored(settings.namedGroups))
    scopes = request.scopes
    now = request.now
    plan = try session.plan.snapshot()
    let mirrorClients = try session.mirror.clients()
    var mirrorProjects = try session.mirror.projects()
    let accounts = try session.accounts.all()
    let clients = Dictionary(mirrorClients.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    let mirrored = Set(mirrorProjects.map(\.id))
    // Linked by hand, and gone before rota ever saw it: its entries still name it.
    mirrorProjects += plan.references[.project, default: [:]].keys.filter { !mirrored.contains($0) }.map(
      MirrorProject.init(gone:))

    filter.note(mirrorProjects)
    let needs = ItemNeeds(plan: plan, filter: filter, scopes: scopes)
    let projectNeed = Dictionary(mirrorProjects.map { ($0.id, needs.need($0, clients)) }, uniquingKeysWith: { $1 })
    let userNeed = Dictionary(accounts.map { ($0.id, needs.need($0)) }, uniquingKeysWith: { $1 })
    var mayHold = Set(mirrorProjects.filter { needs.mayHoldTime($0, projectNeed[$0.id]!) }.map(\.id))
    if let catchAll = settings.catchAllProject.flatMap({ plan.projects[$0] }), !catchAll.isSyncOff {
      mayHold.insert("")
    }
    let used = try waiting(
      Set(userNeed.filter { $0.value == .createWhenUsed }.keys),
      Set(projectNeed.filter { $0.value == .createWhenUsed }.keys)
    ).filter { mayHold.contains($0.project) && needs.mayHoldTime($0.user, userNeed[$0.user]) }
    let usedProjects = Set(used.map(\.project))
    let usedUsers = Set(used.map(\.user))

    for client in mirrorClients where workspaces.contains(client.workspace) { try meet(client) }
    for project in mirrorProjects {
      let need = projectNeed[project.id]!
      guard workspaces.contains(project.workspace) else {
        projects[project.id] = Match(need, unlinked: .projectNotLinked)
        continue
      }
      try meet(project, need, isUsed: usedProjects.contains(project.id), clients: clients)
    }
    for account in accounts {
      let need = userNeed[account.id]!
      guard !workspaces.isDisjoint(with: account.knownIn.keys) else {
        users[account.id] = Match(need, unlinked: .personNotLinked)
        continue
      }
      try meet(account, need, isUsed: usedUsers.contains(account.id))
    }
  }

  // MARK: Meeting items

  private mutating func meet(_ client: MirrorClient) throws {
    guard scopes.contains(.clients), !client.isGone || plan.planningID(.client, client.id) != nil else { return }
    if !filter.admits(client) {
      refuse(.filtered, .client, client.id, client.name)
    } else if plan.planningID(.client, client.id) != nil {
      clientCounts.known += 1
    } else if plan.isIgnored(.client, client.id) {
      refuse(.ignored, .client, client.id, client.name)
    } else if client.archived {
      // Created with the first project that needs it (rule 18).
      refuse(.archivedUnused, .client, client.id, client.name)
    } else {
      try create(client)
    }
  }

  private mutating func create(_ client: MirrorClient) throws {
    let id = try session.plan.createClient(name: client.name ?? client.id, isArchived: client.archived, at: now)
    try link(.client, id, client.id, client.workspace)
    clientCounts.addNew(client.name ?? client.id)
  }

  private mutating func meet(
    _ project: MirrorProject, _ need: ItemNeeds.Need, isUsed: Bool, clients: [String: MirrorClient]
  ) throws {
    let isListed = scopes.contains(.projects)
    switch need {
    case .linked(let id):
      projects[project.id] = .linked(id)
      if isListed { projectCounts.known += 1 }
    case .refuse(let reason):
      projects[project.id] = .none(reason)
      if isListed, !project.isGone { refuse(reason, .project, project.id, project.name) }
    case .createWhenUsed where !isUsed:
      projects[project.id] = .none(.archivedUnused)
      if isListed { refuse(.archivedUnused, .project, project.id, project.name) }
    case .create, .createWhenUsed:
      guard let clientID = project.clientID else { return }
      if plan.planningID(.client, clientID) == nil, let client = clients[clientID] {
        findings.removeAll {
          $0.code == .reason(.archivedUnused) && $0.externalID == clientID && $0.kind == .client
        }
        if client.archived { clientCounts.notImported -= 1 }
        try create(client)
      }
      let id = try session.plan.createProject(
        client: plan.planningID(.client, clientID)!, name: project.name ?? project.id,
        isBillable: project.billable ?? true, isArchived: project.archived, at: now)
      try link(.project, id, project.id, project.workspace)
      projects[project.id] = .linked(id)
      projectCounts.addNew(project.name ?? project.id)
    }
  }

  private mutating func meet(_ user: MirrorAccount, _ need: ItemNeeds.Need, isUsed: Bool) throws {
    let isListed = scopes.contains(.people)
    switch need {
    case .linked(let id):
      users[user.id] = .linked(id)
      if isListed { personCounts.known += 1 }
    case .refuse(let reason):
      users[user.id] = .none(reason)
      if isListed, !user.isGone { refuse(reason, .person, user.id, user.name ?? user.email) }
    case .createWhenUsed where !isUsed:
      users[user.id] = .none(.archivedUnused)
      if isListed, !user.isGone { refuse(.archivedUnused, .person, user.id, user.name ?? user.email) }
    case .create, .createWhenUsed:
      let email = user.email?.lowercased()
      let role = try plan.unknownRole ?? session.plan.createUnknownRole()
      plan.unknownRole = role
      let name = user.name ?? email?.split(separator: "@").first.map(String.init) ?? user.id
      let id = try session.plan.createPerson(
        name: name, email: email,
        isArchived: need == .createWhenUsed, role: role, minutesPerDay: settings.minutesPerDay,
        workingDays: settings.workingDays, at: now)
      try link(.person, id, user.id, user.workspace)
      users[user.id] = .linked(id)
      createdPeople.append(id)
      personCounts.addNew(name)
    }
  }

  private mutating func link(
    _ kind: PlanSnapshot.Kind, _ id: Int64, _ externalID: String, _ workspace: String
  ) throws {
    try session.references.link(kind, planningID: id, externalID: externalID, workspace: workspace)
    plan.references[kind, default: [:]][externalID] = .init(planningID: id)
  }

  private mutating func refuse(_ reason: Reason, _ kind: PlanSnapshot.Kind, _ id: String, _ name: String?) {
    switch kind {
    case .client: clientCounts.notImported += 1
    case .project: projectCounts.notImported += 1
    case .person: personCounts.notImported += 1
    }
    findings.append(
      Finding(
        .info, .notImported(reason: reason), kind: Finding.Kind(kind), externalID: id, name: name ?? id))
  }
}

extension Match {
  /// Of a workspace that this run does not read: nothing is created.
  fileprivate init(_ need: ItemNeeds.Need, unlinked reason: Reason) {
    switch need {
    case .linked(let id): self = .linked(id)
    case .refuse(let reason): self = .none(reason)
    case .create: self = .none(reason)
    case .createWhenUsed: self = .none(.archivedUnused)
    }
  }
}

extension MirrorProject {
  /// One that only a link knows.
  fileprivate init(gone id: String) {
    self.init(id: id, name: nil, clientID: nil, billable: nil, archived: true, template: false)
    isGone = true
  }
}

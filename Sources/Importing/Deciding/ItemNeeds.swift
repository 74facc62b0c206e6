import PlanningStore

/// What an item of Clockify needs to be there, or why it is not imported (rules 9 to 19, 22): pure.
struct ItemNeeds {
  let plan: PlanSnapshot
  let filter: ItemFilter
  let scopes: Set<ImportScope>

  enum Need: Equatable {
    case linked(Int64)
    case create
    /// Only when an entry needs it, and then as archived (rule 18).
    case createWhenUsed
    case refuse(Reason)
  }

  /// An item is needed only by time that would be placed otherwise (rule 18).
  func mayHoldTime(_ project: MirrorProject, _ need: Need) -> Bool {
    switch need {
    case .refuse: false
    case .linked(let id): !(plan.projects[id]?.isSyncOff ?? false)
    case .create, .createWhenUsed:
      !(project.clientID.flatMap { plan.planningID(.client, $0) }.flatMap { plan.clients[$0]?.isSyncOff } ?? false)
    }
  }

  func mayHoldTime(_ user: String, _ need: Need?) -> Bool {
    switch need {
    case .refuse, nil: false
    case .linked(let id): !(plan.people[id]?.isFrozen ?? false)
    case .create, .createWhenUsed: true
    }
  }

  func need(_ project: MirrorProject, _ clients: [String: MirrorClient]) -> Need {
    if !filter.admits(project) { return .refuse(.filtered) }
    if plan.isIgnored(.project, project.id) { return .refuse(.ignored) }
    if let id = plan.planningID(.project, project.id) { return .linked(id) }
    if project.isGone { return .refuse(.projectNotLinked) }
    if let client = project.clientID, plan.isIgnored(.client, client) { return .refuse(.ignored) }
    if project.template { return .refuse(.template) }
    guard let client = project.clientID else { return .refuse(.projectWithoutClient) }
    let clientIsThere = clients[client].map { !$0.isGone && scopes.contains(.clients) } ?? false
    guard clientIsThere || plan.planningID(.client, client) != nil else { return .refuse(.clientMissing) }
    guard scopes.contains(.projects) else { return .refuse(project.archived ? .archivedUnused : .projectNotLinked) }
    return project.archived ? .createWhenUsed : .create
  }

  func need(_ user: MirrorAccount) -> Need {
    if !filter.admits(user) { return .refuse(.filtered) }
    if plan.isIgnored(.person, user.id) { return .refuse(.ignored) }
    if let id = plan.planningID(.person, user.id) { return .linked(id) }
    if user.neverJoined { return .refuse(.userPending) }
    guard scopes.contains(.people) else { return .refuse(user.isInactive ? .archivedUnused : .personNotLinked) }
    return user.isInactive ? .createWhenUsed : .create
  }
}

import PlanningStore

/// Who and what is imported at all (rule 22): what is included, if anything is named, less what is excluded.
struct ItemFilter {
  private let include: ImportFilter
  private let exclude: ImportFilter
  private let includedUsers: Set<String>
  private let excludedUsers: Set<String>
  /// Clients of projects that are named.
  private var clientsOfIncluded: Set<String> = []

  /// - Parameter groups: with their members, of this run or as last read.
  init(_ settings: ImportSettings, groups: [String: StoredGroup]) {
    include = settings.include
    exclude = settings.exclude
    func members(_ ids: Set<String>) -> Set<String> { Set(ids.flatMap { groups[$0]?.users ?? [] }) }
    includedUsers = include.users.union(members(include.groups))
    excludedUsers = exclude.users.union(members(exclude.groups))
  }

  mutating func note(_ projects: [MirrorProject]) {
    clientsOfIncluded = Set(projects.filter { include.projects.contains($0.id) }.compactMap(\.clientID))
  }

  func admits(_ account: MirrorAccount) -> Bool {
    let isNamed = include.users.isEmpty && include.groups.isEmpty || includedUsers.contains(account.id)
    return isNamed && !excludedUsers.contains(account.id)
  }

  func admits(_ project: MirrorProject) -> Bool {
    let isNamed =
      include.projects.isEmpty && include.clients.isEmpty || include.projects.contains(project.id)
      || project.clientID.map(include.clients.contains) ?? false
    return isNamed && !exclude.projects.contains(project.id)
      && !(project.clientID.map(exclude.clients.contains) ?? false)
  }

  func admits(_ client: MirrorClient) -> Bool {
    let isNamed =
      include.projects.isEmpty && include.clients.isEmpty || include.clients.contains(client.id)
      || clientsOfIncluded.contains(client.id)
    return isNamed && !exclude.clients.contains(client.id)
  }
}

import ClockifyAPI
import PlanningStore

/// The workspace and everything in it but time, as read in this run.
struct Lists: Sendable {
  let workspace: ClockifyWorkspace
  let owner: ClockifyUser
  /// Clockify ids of everybody who is listed.
  let listedUsers: [String]
  /// The members of each group that a filter names (rule 22).
  let groups: [String: Set<String>]

  var id: String { workspace.id }
}

extension ImportPipeline {
  /// Workspaces, then clients, projects, people, into the mirror, list by list (rule 2).
  func fetchLists(_ run: Int64) async throws -> [Lists] {
    progress("Reading workspace")
    let owner = try await source.currentUser().user
    let workspaces = try await chooseWorkspaces()
    if let only = workspaces.first, workspaces.count == 1 {
      try database.write { try $0.setRun(run, workspace: only.id) }
    }
    var lists: [Lists] = []
    for workspace in workspaces { lists.append(try await fetchLists(of: workspace, owner: owner, run: run)) }
    return lists
  }

  private func fetchLists(of workspace: ClockifyWorkspace, owner: ClockifyUser, run: Int64) async throws -> Lists {
    if workspace.isFree { await source.budget.limitPerHour(to: settings.freeRequestsPerHour) }
    progress("Reading people, clients and projects of \(workspace.name ?? workspace.id)")
    let users = try await source.users(in: workspace.id).map(MirrorUser.init)
    let clients = try await source.clients(in: workspace.id).map(MirrorClient.init)
    let projects = try await source.projects(in: workspace.id).map(MirrorProject.init)
    let named = settings.include.groups.union(settings.exclude.groups)
    let groups = named.isEmpty ? [] : try await source.userGroups(in: workspace.id).filter { named.contains($0.id) }
    try database.write { session in
      try session.mirror(
        workspace: workspace.id, name: workspace.name, plan: workspace.featureSubscriptionType, run: run)
      try session.mirror(users: users, workspace: workspace.id, run: run, at: request.now)
      try session.mirror(clients: clients, workspace: workspace.id, run: run, at: request.now)
      try session.mirror(projects: projects, workspace: workspace.id, run: run, at: request.now)
    }
    return Lists(
      workspace: workspace, owner: owner, listedUsers: users.map(\.id),
      groups: Dictionary(groups.map { ($0.id, Set($0.userIDs)) }, uniquingKeysWith: { $1 }))
  }

  private func chooseWorkspaces() async throws -> [ClockifyWorkspace] {
    let visible = try await source.workspaces()
    func listed(_ workspaces: [ClockifyWorkspace]) -> String {
      workspaces.map { "\($0.name ?? "?") (\($0.id))" }.joined(separator: ", ")
    }
    let wanted = request.workspaces.isEmpty ? settings.workspaces : request.workspaces
    if wanted == ["all"], !visible.isEmpty { return visible }
    if wanted.isEmpty {
      if let only = visible.first, visible.count == 1 { return [only] }
      throw ImportError(
        .workspaceChoice,
        visible.isEmpty
          ? "the key sees no workspace"
          : "the key sees \(visible.count) workspaces: \(listed(visible)). Name them, or 'all', under clockify: workspaces:"
      )
    }
    return try wanted.map { id in
      guard let found = visible.first(where: { $0.id == id }) else {
        throw ImportError(.workspaceChoice, "the key does not see the workspace \(id). It sees: \(listed(visible))")
      }
      return found
    }
  }
}

extension MirrorUser {
  init(_ user: ClockifyUser) {
    self.init(
      id: user.id, name: user.name.nonBlank, email: user.email.nonBlank, status: user.status,
      membershipStatus: user.membershipStatus, timeZone: user.timeZone)
  }
}

extension MirrorClient {
  init(_ client: ClockifyClient) {
    self.init(id: client.id, name: client.name.nonBlank, archived: client.archived)
  }
}

extension MirrorProject {
  init(_ project: ClockifyProject) {
    self.init(
      id: project.id, name: project.name.nonBlank, clientID: project.clientID, billable: project.billable,
      archived: project.archived, template: project.template)
  }
}

extension String? {
  /// nil for a name of blanks, which no planning item may have.
  var nonBlank: String? { flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } }
}

import ClockifyAPI
import PlanningStore

/// The workspace and everything in it but time, as read in this run.
struct Lists: Sendable {
  let workspace: ClockifyWorkspace
  let owner: ClockifyUser
  /// The server's clock when the run began, seconds since 1970.
  let serverDate: Double?
}

extension ImportPipeline {
  /// Workspaces, then clients, projects, people, into the mirror, list by list (rule 2).
  func fetchLists(_ run: Int64) async throws -> Lists {
    progress("Reading workspace")
    let (owner, serverDate) = try await source.currentUser()
    let workspace = try await chooseWorkspace()
    if workspace.isFree { await source.budget.limitPerHour(to: settings.freeRequestsPerHour) }
    progress("Reading people, clients and projects of \(workspace.name ?? workspace.id)")
    let users = try await source.users(in: workspace.id).map(MirrorUser.init)
    let clients = try await source.clients(in: workspace.id).map(MirrorClient.init)
    let projects = try await source.projects(in: workspace.id).map(MirrorProject.init)
    try database.write { session in
      try session.setRun(run, workspace: workspace.id)
      try session.mirror(
        workspace: workspace.id, name: workspace.name, plan: workspace.featureSubscriptionType, run: run)
      try session.mirror(users: users, workspace: workspace.id, run: run, at: request.now)
      try session.mirror(clients: clients, workspace: workspace.id, run: run, at: request.now)
      try session.mirror(projects: projects, workspace: workspace.id, run: run, at: request.now)
    }
    return Lists(workspace: workspace, owner: owner, serverDate: serverDate)
  }

  private func chooseWorkspace() async throws -> ClockifyWorkspace {
    let visible = try await source.workspaces()
    func listed(_ workspaces: [ClockifyWorkspace]) -> String {
      workspaces.map { "\($0.name ?? "?") (\($0.id))" }.joined(separator: ", ")
    }
    if let wanted = settings.workspaces.first {
      guard settings.workspaces.count == 1, wanted != "all" else {
        throw ImportError(
          .workspaceChoice, "one workspace at a time can be imported; name one id under clockify: workspaces:")
      }
      guard let found = visible.first(where: { $0.id == wanted }) else {
        throw ImportError(
          .workspaceChoice, "the key does not see the workspace \(wanted). It sees: \(listed(visible))")
      }
      return found
    }
    guard let only = visible.first, visible.count == 1 else {
      throw ImportError(
        .workspaceChoice,
        visible.isEmpty
          ? "the key sees no workspace"
          : "the key sees \(visible.count) workspaces: \(listed(visible)). Name one under clockify: workspaces:")
    }
    return only
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

import ClockifyAPI
import Foundation
import Planning
import PlanningStore

/// Workspaces, then clients, projects, people, into the mirror, list by list (rule 2).
extension ImportPipeline {
  /// The workspaces of this run, not read yet.
  ///
  /// - Returns: with them the ids of all that the settings name: the others' accounts decide nothing (rule 88).
  func chooseWorkspaces() async throws -> (toRead: [WorkspaceReading], named: [String]) {
    let visible = try await source.workspaces()
    func find(_ id: String) throws -> ClockifyWorkspace {
      if let found = visible.first(where: { $0.id == id }) { return found }
      // One of several that the settings name: asked all the same, so that Clockify says why not (rule 87).
      if request.workspaces.isEmpty, settings.workspaces.contains(where: { id in visible.contains { $0.id == id } }) {
        return ClockifyWorkspace(id: id)
      }
      throw ImportError.noWorkspace(id: id, visible: visible.map(ImportError.Workspace.init))
    }
    let named: [String]
    switch settings.workspaces {
    case let ids where ids.contains("all"): named = visible.map(\.id)
    case []:
      guard request.workspaces.isEmpty else {
        // Chosen by flag alone: what an earlier run chose stays named.
        named = try database.read { try $0.mirror.namedWorkspaces() } + request.workspaces
        break
      }
      guard visible.count == 1 else {
        throw ImportError.workspaceChoice(visible: visible.map(ImportError.Workspace.init))
      }
      named = visible.map(\.id)
    case let ids: named = ids
    }
    let wanted =
      request.workspaces.isEmpty ? named : request.workspaces.contains("all") ? visible.map(\.id) : request.workspaces
    let each = wanted.indices.filter { !wanted[..<$0].contains(wanted[$0]) }.map { wanted[$0] }
    return (try each.map { WorkspaceReading(try find($0)) }, named)
  }

  func fetchLists(of workspace: inout WorkspaceReading, run: Int64) async throws {
    let (id, name) = (workspace.id, workspace.name)
    if workspace.workspace.isFree { await source.budget.limitPerHour(to: settings.freeRequestsPerHour) }
    progress(.lists(workspace: name))
    workspace.listedAt = Instant(seconds: Int(Date().timeIntervalSince1970))
    try database.write { [workspace] session in
      try session.mirror.update(
        workspace: id, name: workspace.workspace.name, plan: workspace.workspace.featureSubscriptionType, run: run)
    }
    let users = try await source.users(in: id).map(MirrorUser.init)
    try database.write { try $0.mirror.update(users: users, workspace: id, run: run, at: request.now) }
    let clients = try await source.clients(in: id).map(MirrorClient.init)
    try database.write { try $0.mirror.update(clients: clients, workspace: id, run: run, at: request.now) }
    let projects = try await source.projects(in: id).map(MirrorProject.init)
    try database.write { try $0.mirror.update(projects: projects, workspace: id, run: run, at: request.now) }
    if !settings.namedGroups.isEmpty {
      let groups = try await source.userGroups(in: id).map(MirrorGroup.init)
      try database.write { try $0.groups.update(groups, workspace: id, run: run, at: request.now) }
    }
    workspace.listedUsers = users.map(\.id)
  }

  /// A group that nobody has any more would let everybody in, or nobody: the run stops before it reads time (rule 89).
  func refuseUnknownGroups(_ workspaces: [WorkspaceReading]) throws {
    guard !settings.namedGroups.isEmpty else { return }
    try database.read { session in
      let groups = try session.groups.stored(settings.namedGroups)
      let unknown = settings.namedGroups.sorted().filter { groups[$0]?.isGone ?? true }
      guard !unknown.isEmpty else { return }
      // It may be one of a workspace that could not be read just now.
      if let failure = workspaces.compactMap(\.failure).first { throw failure }
      let names = Dictionary(
        try session.accounts.all().map { ($0.id, $0.name ?? $0.email ?? $0.id) }, uniquingKeysWith: { $1 })
      throw ImportError.unknownGroups(
        unknown.map { id in
          ImportError.Group(
            id: id, isIncluded: settings.include.groups.contains(id),
            known: groups[id].map { ($0.name, $0.users.compactMap { names[$0] }.sorted()) })
        })
    }
  }
}

extension ImportSettings {
  var namedGroups: Set<String> { include.groups.union(exclude.groups) }
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

extension MirrorGroup {
  init(_ group: ClockifyUserGroup) {
    self.init(id: group.id, name: group.name, users: group.userIDs)
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

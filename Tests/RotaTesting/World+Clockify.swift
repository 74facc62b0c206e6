package import ClockifySimulator
import Planning

/// Clockify's side: time, and what the lists hold. `in` names a workspace; without it the first is meant.
extension World {
  // MARK: Time

  /// - Parameters:
  ///   - project: nil: time without a project.
  ///   - start: UTC, `2026-03-03T08:00:00Z`.
  ///   - minutes: nil: the timer runs.
  ///   - billable: nil: answers say nothing about it.
  /// - Returns: the entry's id.
  @discardableResult
  package func track(
    _ person: Cast.Person, _ project: Cast.Project?, _ start: String, minutes: Int?, seconds: Int = 0,
    billable: Bool? = true, type: String? = "REGULAR", in workspace: String? = nil
  ) -> String {
    track(
      userID: person.id, projectID: project?.id, start, minutes: minutes, seconds: seconds, billable: billable,
      type: type, workspace: index(of: workspace))
  }

  /// Ana, on Alpha.
  @discardableResult
  package func track(_ start: String, minutes: Int?, seconds: Int = 0, billable: Bool = true) -> String {
    track(.ana, .alpha, start, minutes: minutes, seconds: seconds, billable: billable)
  }

  /// By Clockify's ids, for worlds that make up their own.
  ///
  /// - Parameter workspace: the first is 0.
  @discardableResult
  package func track(
    userID: String, projectID: String?, _ start: String, minutes: Int?, seconds: Int = 0,
    billable: Bool? = true, type: String? = "REGULAR", workspace: Int = 0
  ) -> String {
    let begin = Instant(start)!.seconds
    var entry = SimulatedWorkspace.Entry(
      id: Cast.entryID(nextNumber()), userID: userID, projectID: projectID, start: begin,
      end: minutes.map { begin + $0 * 60 + seconds })
    entry.billable = billable
    entry.type = type
    clockify.change { [entry] in $0.workspaces[workspace].add(entry) }
    return entry.id
  }

  /// An entry that is not there yet: for changes while somebody reads.
  package func entry(
    _ person: Cast.Person, _ project: Cast.Project?, _ start: String, minutes: Int
  ) -> SimulatedWorkspace.Entry {
    let begin = Instant(start)!.seconds
    return SimulatedWorkspace.Entry(
      id: Cast.entryID(nextNumber()), userID: person.id, projectID: project?.id, start: begin,
      end: begin + minutes * 60)
  }

  package func edit(_ id: String, _ edit: @escaping @Sendable (inout SimulatedWorkspace.Entry) -> Void) {
    clockify.change { state in
      for index in state.workspaces.indices { state.workspaces[index].editEntry(id, edit) }
    }
  }

  package func move(_ id: String, to project: Cast.Project) {
    edit(id) { $0.projectID = project.id }
  }

  package func move(_ id: String, byDays days: Int) {
    edit(id) { entry in (entry.start, entry.end) = (entry.start + days * 86_400, entry.end.map { $0 + days * 86_400 }) }
  }

  package func handOver(_ id: String, to person: Cast.Person) {
    edit(id) { $0.userID = person.id }
  }

  package func remove(_ id: String) {
    clockify.change { state in
      for index in state.workspaces.indices { state.workspaces[index].removeEntry(id) }
    }
  }

  // MARK: New in the lists

  @discardableResult
  package func hire(
    _ name: String, zone: String? = "UTC", in workspace: String? = nil,
    _ configure: (inout SimulatedWorkspace.User) -> Void = { _ in }
  ) -> Cast.Person {
    let person = Cast.Person(name: name, id: newID())
    var user = SimulatedWorkspace.User(
      id: person.id, name: name, email: "\(name.lowercased())@ex.test", timeZone: zone)
    configure(&user)
    let index = index(of: workspace)
    clockify.change { [user] in $0.workspaces[index].users.append(user) }
    return person
  }

  @discardableResult
  package func newClient(_ name: String, in workspace: String? = nil) -> Cast.Client {
    let client = Cast.Client(name: name, id: newID())
    let index = index(of: workspace)
    clockify.change { $0.workspaces[index].clients.append(.init(id: client.id, name: name)) }
    return client
  }

  @discardableResult
  package func newProject(
    _ name: String, client: Cast.Client?, in workspace: String? = nil,
    _ configure: (inout SimulatedWorkspace.Project) -> Void = { _ in }
  ) -> Cast.Project {
    let new = Cast.Project(name: name, id: newID())
    var project = SimulatedWorkspace.Project(id: new.id, name: name, clientID: client?.id)
    configure(&project)
    let index = index(of: workspace)
    clockify.change { [project] in $0.workspaces[index].projects.append(project) }
    return new
  }

  @discardableResult
  package func newGroup(_ name: String, _ people: [Cast.Person], in workspace: String? = nil) -> Cast.Group {
    let group = Cast.Group(name: name, id: newID())
    let index = index(of: workspace)
    clockify.change {
      $0.workspaces[index].groups.append(.init(id: group.id, name: name, userIDs: people.map(\.id)))
    }
    return group
  }

  // MARK: Changed in the lists

  package func change(
    _ person: Cast.Person, in workspace: String? = nil, _ edit: @Sendable (inout SimulatedWorkspace.User) -> Void
  ) {
    let index = index(of: workspace)
    clockify.change { state in
      let at = state.workspaces[index].users.firstIndex { $0.id == person.id }!
      edit(&state.workspaces[index].users[at])
    }
  }

  package func change(
    _ project: Cast.Project, in workspace: String? = nil,
    _ edit: @Sendable (inout SimulatedWorkspace.Project) -> Void
  ) {
    let index = index(of: workspace)
    clockify.change { state in
      let at = state.workspaces[index].projects.firstIndex { $0.id == project.id }!
      edit(&state.workspaces[index].projects[at])
    }
  }

  /// Who is in the first workspace is in another one too, as they are there now.
  package func join(_ person: Cast.Person, in workspace: String) {
    let index = index(of: workspace)
    clockify.change { state in
      state.workspaces[index].users += state.workspace.users.filter { $0.id == person.id }
    }
  }

  package func takeOut(_ person: Cast.Person, of workspace: String? = nil) {
    let index = index(of: workspace)
    clockify.change { $0.workspaces[index].users.removeAll { $0.id == person.id } }
  }

  package func takeOut(_ project: Cast.Project, of workspace: String? = nil) {
    let index = index(of: workspace)
    clockify.change { $0.workspaces[index].projects.removeAll { $0.id == project.id } }
  }

  /// The workspace's id in Clockify.
  package func workspace(_ name: String) -> String {
    let index = index(of: name)
    return clockify.read { $0.workspaces[index].id }
  }

  private func index(of workspace: String?) -> Int {
    guard let workspace else { return 0 }
    return clockify.read { $0.workspaces.firstIndex { $0.name == workspace }! }
  }

  private func newID() -> String { Cast.id(100 + nextNumber()) }
}

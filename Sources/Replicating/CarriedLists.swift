package import ClockifyAPI
package import Planning
package import PlanningStore
import Synchronization

/// Kinds that come on lists which the import reads anyway: taken apart page by page, at no request of their own.
///
/// What is the replica's alone is written with its page. Rows of the import's tables wait until the import has written them:
/// only those that differ, which on an ordinary night are few.
package final class CarriedLists: Sendable {
  private let state: Mutex<State>

  /// - Parameters:
  ///   - kinds: that are kept at all; those that are not carried are passed over.
  ///   - run: asked once the import has begun.
  package init(
    database: PlanningDatabase, kinds: [ReplicaKind], now: Instant, withMoney: Bool,
    run: @escaping @Sendable () throws -> Int64
  ) {
    state = Mutex(
      State(database: database, kinds: kinds, now: now, withMoney: withMoney, run: run))
  }

  /// For the source that the import reads from.
  package var carriage: ListCarriage {
    ListCarriage(state.withLock(\.lists)) { page in self.state.withLock { $0.take(page) } }
  }

  /// What the workspace's plan has; empty: not known.
  package func features(of workspace: String) -> Set<String> { state.withLock { $0.features[workspace] ?? [] } }

  /// The longest list of tasks that a project of the list had.
  package func shownTasks(in workspace: String) -> Int? { state.withLock { $0.shownTasks[workspace] } }

  /// Once the import has written its rows: writes what waits for that, marks what is gone, remembers how it went.
  ///
  /// - Returns: what became of each kind of which a page came.
  /// - Throws: `StoreError`, also one that befell a page.
  package func finish(_ workspace: String) throws -> [ReplicaOutcome] {
    try state.withLock { try $0.finish(workspace) }
  }
}

private struct State: Sendable {
  let database: PlanningDatabase
  let kinds: [ReplicaKind]
  let now: Instant
  let withMoney: Bool
  let run: @Sendable () throws -> Int64
  var features: [String: Set<String>] = [:]
  var shownTasks: [String: Int] = [:]
  private var workspaces: [(id: String, tree: JSONTree)] = []
  private var readings: [String: Reading] = [:]
  private var failure: (any Error)?

  init(
    database: PlanningDatabase, kinds: [ReplicaKind], now: Instant, withMoney: Bool,
    run: @escaping @Sendable () throws -> Int64
  ) {
    self.database = database
    self.kinds = kinds
    self.now = now
    self.withMoney = withMoney
    self.run = run
  }

  /// Of one workspace.
  private struct Reading: Sendable {
    var intakes: [String: ReplicaIntake] = [:]
    var whole: Set<ListPage.List> = []
    /// Tasks of each project whose answer had a list of them.
    var tasks: [String: Int] = [:]
    /// Tasks or none: the answer had no such list.
    var hasProjectsWithoutTasks = false
  }

  var lists: Set<ListPage.List> {
    Set(kinds.compactMap { kind in if case .carried(let list) = kind.request { list } else { nil } })
      .union(kinds.contains { $0.name == ReplicaKind.userGroups.name } ? [.userGroups] : [])
  }

  /// The kind whose rows a list is made of.
  private static func kind(of list: ListPage.List) -> ReplicaKind {
    switch list {
    case .workspaces: .workspaces
    case .users: .users
    case .clients: .clients
    case .projects: .projects
    case .userGroups: .userGroups
    }
  }

  private func keeps(_ kind: ReplicaKind) -> Bool { kinds.contains { $0.name == kind.name } }

  private func context(_ workspace: String) throws -> ReplicaContext {
    var context = ReplicaContext(database: database, workspace: workspace, run: try run(), now: now)
    context.withMoney = withMoney
    return context
  }

  // MARK: Pages

  mutating func take(_ page: ListPage) {
    guard failure == nil else { return }
    do {
      if page.list == .workspaces {
        takeWorkspaces(page)
      } else {
        try takeRows(page)
      }
    } catch {
      failure = error
    }
  }

  private mutating func takeWorkspaces(_ page: ListPage) {
    page.forEachRow { tree in
      guard let id = tree["id"]?.words else { return }
      workspaces.append((id, tree))
      if case .list(let names)? = tree["features"] {
        features[id] = Set(names.compactMap(\.words))
      }
    }
  }

  private mutating func takeRows(_ page: ListPage) throws {
    var reading = readings[page.workspace] ?? Reading()
    defer { readings[page.workspace] = reading }
    if page.isEnd {
      reading.whole.insert(page.list)
      return
    }
    let kind = Self.kind(of: page.list)
    let (rows, tasks) = (keeps(kind), page.list == .projects && keeps(.tasks))
    let context = try context(page.workspace)
    if rows, reading.intakes[kind.name] == nil { reading.intakes[kind.name] = try ReplicaIntake(context, kind) }
    if tasks, reading.intakes[ReplicaKind.tasks.name] == nil {
      reading.intakes[ReplicaKind.tasks.name] = try ReplicaIntake(context, .tasks)
    }
    var taken: [ReplicaRow] = []
    var tasksTaken: [ReplicaRow] = []
    var failed: (any Error)?
    page.forEachRow { tree in
      if rows, let row = kind.table.row(tree, withMoney: withMoney) { taken.append(row) }
      guard tasks, let project = tree["id"]?.words else { return }
      guard case .list(let elements)? = tree["tasks"] else {
        reading.hasProjectsWithoutTasks = true
        return
      }
      reading.tasks[project] = elements.count
      let owner = JSONTree.object([.init("projectId", .text(project))])
      tasksTaken += elements.compactMap { task in
        ReplicaKind.tasks.table.row(task["projectId"] == nil ? task.merging(owner) : task, withMoney: withMoney)
      }
      // A page may have tasks by the ten thousand.
      guard tasksTaken.count > Self.batch, failed == nil else { return }
      do { try reading.intakes[ReplicaKind.tasks.name]?.take(tasksTaken) } catch { failed = error }
      tasksTaken = []
    }
    if let failed { throw failed }
    try reading.intakes[kind.name]?.take(taken)
    try reading.intakes[ReplicaKind.tasks.name]?.take(tasksTaken)
  }

  /// Rows that are held before they are written.
  private static let batch = 1000

  // MARK: The end

  mutating func finish(_ workspace: String) throws -> [ReplicaOutcome] {
    if let failure { throw failure }
    let context = try context(workspace)
    var outcomes: [ReplicaOutcome] = []
    if keeps(.workspaces), let outcome = try finishWorkspaces(context) { outcomes.append(outcome) }
    guard var reading = readings.removeValue(forKey: workspace) else { return outcomes }
    for list in [ListPage.List.users, .clients, .userGroups, .projects] {
      let kind = Self.kind(of: list)
      guard var intake = reading.intakes.removeValue(forKey: kind.name) else { continue }
      try intake.writeWaiting()
      if !reading.whole.contains(list) { intake.breakOff() }
      if list == .userGroups, intake.outcome.state == .complete { try intake.markGone() }
      outcomes.append(try context.keep(intake.outcome, kind, isAsked: true))
    }
    if let outcome = try finishTasks(&reading, context) { outcomes.append(outcome) }
    try database.write { try $0.replica.markOrphans(in: workspace, run: context.run, at: now) }
    return outcomes
  }

  /// Of workspaces that are not read this is all that is known.
  private mutating func finishWorkspaces(_ context: ReplicaContext) throws -> ReplicaOutcome? {
    let rows = workspaces
    workspaces = []
    let seen = Set(rows.map(\.id))
    let read = Set(readings.keys).union([context.workspace])
    var outcome: ReplicaOutcome?
    for (id, tree) in rows {
      let own = try self.context(id)
      if !read.contains(id) {
        try database.write { session in
          try session.replica.note(
            workspace: id, name: tree["name"]?.words, plan: tree["featureSubscriptionType"]?.words,
            run: own.run)
        }
      }
      var intake = try ReplicaIntake(own, .workspaces)
      try intake.take([tree])
      try intake.writeWaiting()
      if read.contains(id) {
        let kept = try own.keep(intake.outcome, .workspaces, isAsked: true)
        if id == context.workspace { outcome = kept }
      }
    }
    if !rows.isEmpty { try database.write { try $0.replica.markUnseen(workspaces: seen, at: now) } }
    return outcome
  }

  /// Gone is a task that its project's list lacks, where that list is not one that may have been cut (G3).
  private mutating func finishTasks(_ reading: inout Reading, _ context: ReplicaContext) throws -> ReplicaOutcome? {
    guard var intake = reading.intakes.removeValue(forKey: ReplicaKind.tasks.name) else { return nil }
    let isCut = try context.state(of: .tasks)?.code == TaskProof.cut
    let longest = reading.tasks.values.max() ?? 0
    shownTasks[context.workspace] = longest
    let proven = reading.tasks.filter { !isCut || $0.value < longest }
    try database.write { try $0.replica.markListedTasks(in: context.workspace) }
    let known = try database.read { try $0.replica.column("project_id", of: "clockify_task", in: context.workspace) }
    let gone = known.filter { id, project in
      guard case .text(let project) = project, intake.isListed(id) else { return false }
      return proven[project] != nil && !intake.came.contains(id)
    }
    try intake.markGone(gone.map(\.key).sorted())
    if isCut { intake.outcome.code = TaskProof.cut }
    if !reading.whole.contains(.projects) || reading.hasProjectsWithoutTasks { intake.breakOff() }
    return try context.keep(intake.outcome, .tasks, isAsked: true)
  }
}

extension ReplicaIntake {
  /// The list that carried it did not come to its end.
  fileprivate mutating func breakOff() {
    outcome.state = .failed
    outcome.code = "list_broke_off"
  }
}

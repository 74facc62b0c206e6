import ClockifyAPI
import Planning
import PlanningStore

enum TaskProof {
  /// The list of projects does not show all tasks of a project that has many.
  static let cut = "tasks_cut"
}

/// Whether the list of projects shows all their tasks is not known for sure (replica.md 9, G3): once a week the project with
/// most tasks is asked by itself. Has it more, the projects whose lists are as long as what was shown are asked one by one.
extension ReplicaEngine {
  private static let proofAgain = 7

  /// - Returns: nil: there was nothing to prove.
  ///
  /// - Parameter shownTasks: the longest list of tasks that the list of projects had tonight.
  package func proveTasks(shown shownTasks: Int? = nil) async throws -> ReplicaOutcome? {
    let kind = ReplicaKind.tasks
    guard let state = try context.state(of: kind), state.state == .complete || state.code == TaskProof.cut else {
      return nil
    }
    let today = context.now.utcDay
    let isDue = state.coveredFrom.flatMap { CalendarDay($0) }.map { today - $0 >= Self.proofAgain } ?? true
    guard isDue || state.code == TaskProof.cut || options.isFull, await isAffordable(1) else { return nil }
    let counts = try context.database.read { try $0.replica.taskCounts(in: context.workspace) }
    guard let longest = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return nil }

    var intake = try ReplicaIntake(context, kind)
    let begun = source.budget.count
    var isCut = state.code == TaskProof.cut
    // How many a list shows at most: only projects with so many can have more.
    let shown = shownTasks ?? longest.value
    do {
      if !isCut { isCut = try await readTasks(of: longest.key, into: &intake) > 0 }
      if isCut {
        for project in turn(of: counts.filter { $0.value >= shown }.map(\.key), options.cap) {
          guard await isAffordable(1) else { break }
          _ = try await readTasks(of: project, into: &intake)
        }
      }
    } catch let error as ClockifyError {
      intake.outcome.error = error
      intake.outcome.state = error.replicaState
    }
    intake.outcome.requests = source.budget.count - begun
    intake.outcome.code = isCut ? TaskProof.cut : nil
    return try context.keep(
      intake.outcome, kind, isAsked: true, coveredFrom: intake.outcome.error == nil ? "\(today)" : nil)
  }

  /// - Returns: how many of the project's tasks nobody had shown.
  private func readTasks(of project: String, into intake: inout ReplicaIntake) async throws -> Int {
    let list = ReplicaList(path: "/projects/\(project)/tasks", rowsAt: [], largestPage: 1000)
    let known = try context.database.read { try $0.replica.tasks(of: project, in: context.workspace) }
    var came: Set<String> = []
    let end = try await ReplicaReading(source: source, workspace: context.workspace, list: list).readAll { trees in
      let rows = trees.compactMap { intake.kind.table.row($0, withMoney: context.withMoney) }
      came.formUnion(rows.map(\.id))
      try intake.take(rows)
    }
    if end.isWhole { try intake.markGone(known.filter { !came.contains($0) }) }
    return came.subtracting(known).count
  }
}

import ClockifyAPI
import Planning
import PlanningStore

/// Lists that can be asked for by their last change: read until a page brings nothing new. What they lack proves nothing.
extension ReplicaEngine {
  /// Days after which the list is read whole again.
  private static let wholeAgain = 30

  /// - Returns: the day, where the list was read whole.
  func readNewest(
    _ kind: ReplicaKind, _ state: ReplicaState?, into intake: inout ReplicaIntake
  ) async throws -> String? {
    let last = state?.coveredFrom.flatMap { CalendarDay($0) }
    let today = context.now.utcDay
    let readsAll = options.isFull || last.map { today - $0 >= Self.wholeAgain } ?? true
    let list = ReplicaList(kind.request, period: context.period)
    let end = try await ReplicaReading(source: source, workspace: context.workspace, list: list).read { rows in
      try intake.take(rows) > 0 || readsAll
    }
    guard end.isWhole || !readsAll else {
      intake.outcome.state = .failed
      return nil
    }
    guard readsAll else { return nil }
    let listed = try intake.column("is_listed")
    try intake.note(
      listed.compactMap { id, value in
        let isListed = ReplicaField.whole(intake.came.contains(id) ? 1 : 0)
        return value == isListed ? nil : (id, [("is_listed", isListed)])
      })
    return "\(today)"
  }
}

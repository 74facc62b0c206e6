import Importing
import Planning
import PlanningStore
import Steering

extension Channel {
  /// Tells at once what keeps live changes from coming; that it is settled, the night tells.
  ///
  /// - Returns: whether it was news.
  func tellLive(_ problem: Problem, _ database: PlanningDatabase, at now: Instant) async throws -> Bool {
    let (told, last) = try database.read { (try $0.told(name), try $0.runs.lastReporting()) }
    guard problem.count > told[problem.key] ?? 0 else { return false }
    var message = Message(
      event: .problems, workspace: last.flatMap { RunSummary(json: $0.summary)?.workspaceName } ?? "", run: nil,
      status: nil, at: now, problems: [problem], new: [problem.key])
    message.isLive = true
    try await send(message)
    return true
  }
}

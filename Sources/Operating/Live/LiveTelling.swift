import Importing
import Logging
import Planning
import PlanningStore
import Steering

/// Tells at once what keeps live changes from coming; that it is settled, the night tells.
struct LiveTelling {
  let channels: [Channel]
  let desk: Desk
  let logger: Logger

  func tell(_ problem: Problem, _ database: PlanningDatabase) async {
    for channel in channels {
      do {
        let told = try database.read { try $0.told(channel.name) }
        guard problem.count > told[problem.key] ?? 0 else { continue }
        let known = try database.read { try $0.runs.lastReporting() }.flatMap { RunSummary(json: $0.summary) }
        var message = Message(
          event: .problems, workspace: known?.workspaceName ?? "", run: nil, status: nil, at: desk.now,
          problems: [problem],
          new: [problem.key])
        message.isLive = true
        try await channel.send(message)
        logger.info("told", metadata: ["channel": "\(channel.name)", "problem": "\(problem.key)"])
        guard let lock = try WriteLock(database: database.path, patience: 60) else { continue }
        defer { withExtendedLifetime(lock) {} }
        try database.write { session in
          var told = try session.told(channel.name)
          told[problem.key] = problem.count
          try session.setTold(channel.name, told, at: desk.now)
        }
      } catch {
        logger.error("telling by \(channel.name) failed: \(ErrorWords.words(error)?.message ?? "\(error)")")
      }
    }
  }
}

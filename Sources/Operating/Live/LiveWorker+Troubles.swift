import ClockifyAPI
import Importing
import Planning
import PlanningStore
import Steering

/// What keeps live changes from coming: how long it is waited, what is kept of it and told.
extension LiveWorker {
  func meet(_ error: any Error, _ database: PlanningDatabase) async {
    logger.error("live: \(ErrorWords.words(error)?.message ?? "\(error)")")
    guard let error = error as? ClockifyError else {
      pausedUntil = clock + 60
      return
    }
    switch error.code {
    case .keyRefused, .badCredential, .badAddress:
      hasStopped = true
      inbox.close()
      await note(LiveWords.keyRefused(error.message), database)
    case .budgetExhausted: pausedUntil = error.retryAt ?? clock + 600
    default:
      pausedUntil = clock + max(error.retryAfter ?? 0, pause)
      pause = min(Self.longestPause, pause * 2)
    }
  }

  /// Keeps a problem, and tells it where it is new.
  private func note(_ problem: Problem, _ database: PlanningDatabase) async {
    var next = memory
    let isNew = next.set(problem, at: desk().now)
    do {
      try await keep(next, database)
      if isNew { await tell(problem, database) }
    } catch { logger.error("\(error)") }
  }

  private func keep(_ next: LiveMemory, _ database: PlanningDatabase) async throws {
    memory = next
    guard let lock = try await free(database) else { return }
    defer { withExtendedLifetime(lock) {} }
    try database.write { try $0.setLiveMemory(next, at: desk().now) }
  }

  func tell(_ problem: Problem, _ database: PlanningDatabase) async {
    for channel in channels {
      do {
        guard try await channel.tellLive(problem, database, at: desk().now) else { continue }
        logger.info("told", metadata: ["channel": "\(channel.name)", "problem": "\(problem.key)"])
        guard let lock = try await free(database) else { return }
        defer { withExtendedLifetime(lock) {} }
        try database.write { session in
          var told = try session.told(channel.name)
          told[problem.key] = problem.count
          try session.setTold(channel.name, told, at: desk().now)
        }
      } catch {
        logger.error("telling by \(channel.name) failed: \(ErrorWords.words(error)?.message ?? "\(error)")")
      }
    }
  }

  /// Whether Clockify still delivers: once a day, and while it does not each ten minutes.
  func checkHooks(_ database: PlanningDatabase) async throws {
    let pause =
      memory.problems.contains { $0.key == LiveMemory.hookOff } ? Self.betweenChecksOfTrouble : Self.betweenChecks
    guard settings.listen != nil, hookCount > 0, clock - hooksCheckedAt >= pause else { return }
    hooksCheckedAt = clock
    // One that is just being made is not there yet.
    let ours = try database.read { try $0.liveHooks.all() }.filter { $0.hookID != nil }
    var off: [String] = []
    for workspace in Set(ours.map(\.workspaceID)).sorted() {
      let listed = Dictionary(
        try await source.webhooks(in: workspace).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
      off += ours.filter { $0.workspaceID == workspace }.compactMap { hook in
        LiveWords.off(hook, hook.hookID.flatMap { listed[$0] })
      }
    }
    guard off.isEmpty else { return await note(LiveWords.hooksOff(off), database) }
    guard memory.problems.contains(where: { $0.key == LiveMemory.hookOff }) else { return }
    var next = memory
    next.clear(LiveMemory.hookOff)
    try await keep(next, database)
  }
}

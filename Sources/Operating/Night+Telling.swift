import Foundation
import Importing
import Planning
package import PlanningStore
package import Steering

/// The end of a night: heartbeat, metrics, and telling what is new on every channel.
extension Night {
  /// Beats, writes the metrics, tells, and remembers what was told and what went wrong.
  package func conclude(
    _ database: PlanningDatabase, _ problems: [Problem], _ faults: inout [Problem], _ outcome: Outcome
  ) async {
    do {
      let isGood = if case .ended(let report) = outcome { report.status != .partial } else { false }
      if isGood, let heartbeat = settings.notify.heartbeat {
        do {
          try await Channel.beat(heartbeat)
        } catch is CancellationError {
          throw CancellationError()
        } catch {
          faults.append(Problem("heartbeat_failed", words(error).message, next: .tryTelling))
        }
      }
      try remember(faults, database)
      do { try writeMetrics(database) } catch {
        let known = words(error)
        faults.append(Problem("metrics_failed", known.message, next: known.next ?? .check))
        try remember(faults, database)
      }
      // A second time where a channel failed: the others tell of it.
      var working = channels
      for _ in 1...2 {
        let before = faults.count
        try await tell(&working, problems, &faults, database)
        if faults.count == before { break }
        try remember(faults, database)
        try? writeMetrics(database)
      }
      for channel in working {
        let told = try database.read { try $0.told(channel.name) }
        let still = told.filter { key, _ in !key.hasPrefix(Self.notifyFailed) || faults.contains { $0.key == key } }
        try write(database) { try $0.setTold(channel.name, still, at: now) }
      }
      for fault in faults { logger.error("\(fault.words)", metadata: ["next": "\(fault.next.command)"]) }
    } catch is CancellationError {
      // Asked to stop: what was not told is told the next night.
    } catch {
      logger.error("\(words(error).message)")
    }
  }

  /// Under the write lock, which is never held while anybody is told (rule 5).
  package func write(_ database: PlanningDatabase, _ body: (StoreSession) throws -> Void) throws {
    guard let lock = try WriteLock(database: database.path, patience: 60) else { throw Desk.busy(database) }
    defer { withExtendedLifetime(lock) {} }
    try database.write(body)
  }

  private func remember(_ faults: [Problem], _ database: PlanningDatabase) throws {
    try write(database) { try $0.setNightlyFaults(faults, at: now) }
  }

  private func writeMetrics(_ database: PlanningDatabase) throws {
    guard let file = settings.metricsFile else { return }
    try Metrics(database, desk).write(to: file)
  }

  /// - Parameters:
  ///   - working: channels; those that fail are taken out, each with a fault.
  ///   - problems: of the run; what waits and the faults so far are in the database.
  private func tell(
    _ working: inout [Channel], _ problems: [Problem], _ faults: inout [Problem], _ database: PlanningDatabase
  ) async throws {
    let (waiting, last) = try database.read { session in
      (try Waiting(session).items.map { Problem($0) }, try session.runs.latest(limit: 1).first)
    }
    let known = try database.read { try $0.runs.lastReporting() }.flatMap { RunSummary(json: $0.summary) }
    let workspace = known?.workspaceName ?? ""
    let all = problems + waiting
    for channel in working {
      let told = try database.read { try $0.told(channel.name) }
      if let fault = try await tell(channel, all, told, last, workspace) {
        faults.append(fault)
        working.removeAll { $0.name == channel.name }
      } else {
        // Which channels fail is known only when all were tried.
        let failing = told.filter { $0.key.hasPrefix(Self.notifyFailed) }
        let counts = failing.merging(all.map { ($0.key, $0.count) }) { $1 }
        try write(database) { try $0.setTold(channel.name, counts, at: now) }
      }
    }
  }

  /// Once per change: when something is new or there is more of it, and when all is settled.
  ///
  /// - Returns: the fault, if the channel did not take it; then it is tried again the next night.
  private func tell(
    _ channel: Channel, _ problems: [Problem], _ told: [String: Int], _ last: ImportRun?, _ workspace: String
  ) async throws -> Problem? {
    let new = Set(problems.filter { $0.count > told[$0.key] ?? 0 }.map(\.key))
    let failures = ["run_failed", "run_partial"]
    let isRecovery = failures.contains { told[$0] != nil } && !problems.contains { failures.contains($0.key) }
    guard !new.isEmpty || isRecovery || (problems.isEmpty && told.contains { !$0.key.hasPrefix(Self.notifyFailed) })
    else {
      return nil
    }
    let message = Message(
      event: problems.isEmpty ? .resolved : .problems, workspace: workspace, run: last?.id,
      status: last?.status, at: now, problems: problems, new: new, isRecovery: isRecovery)
    do {
      try await channel.send(message)
      logger.info("told", metadata: ["channel": "\(channel.name)", "problems": "\(problems.count)"])
      return nil
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      return Problem(
        Self.notifyFailed + channel.name, "telling by \(channel.name) failed: \(words(error).message)",
        next: .tryTelling)
    }
  }

  package func tell(_ message: Message) async {
    for channel in channels {
      do { try await channel.send(message) } catch { logger.error("\(words(error).message)") }
    }
  }
}

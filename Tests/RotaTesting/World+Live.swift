import ClockifyAPI
import ClockifySimulator
package import Importing
import Logging
import Planning
import Steering

/// Live changes: entries read again one by one, as a delivery makes it happen.
extension World {
  /// One batch, at the world's clock.
  @discardableResult
  package func live(
    _ entries: [LiveWanted.Entry] = [], reports: [LiveWanted.Report] = [], lists: LiveWanted.Lists = .ifNeeded,
    in workspace: String? = nil
  ) async throws -> LiveOutcome {
    var wanted = LiveWanted(workspace: workspace ?? clockify.read { $0.workspace.id })
    wanted.entries = entries
    wanted.reports = reports
    wanted.lists = lists
    let source = ClockifySource(
      addresses: try ClockifyAddresses(api: clockify.apiURL),
      credential: try ClockifyCredential(.apiKey, secret: SimulatedClockify.key),
      budget: RequestBudget(perSecond: 1000, perHour: nil),
      retry: RetryPolicy(attempts: 1, firstPause: 0.01, deadline: retry.deadline),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var desk = desk
    if replica == nil { desk.replica.kinds = .off }
    return try await desk.perform(
      TakeLive(wanted, owner: source.currentUser().user), on: database, from: source
    ) { _, _ in }
  }

  /// These ids, each read once.
  @discardableResult
  package func live(_ ids: String...) async throws -> LiveOutcome { try await live(ids.map { .init(id: $0) }) }

  /// What is asked for again, until nothing is: as the worker does, without its pauses.
  @discardableResult
  package func liveToTheEnd(
    _ entries: [LiveWanted.Entry], reports: [LiveWanted.Report] = [], lists: LiveWanted.Lists = .ifNeeded
  ) async throws -> LiveOutcome {
    var outcome = try await live(entries, reports: reports, lists: lists)
    var sum = outcome
    while !outcome.again.isEmpty {
      outcome = try await live(outcome.again.map(\.entry))
      sum.changed += outcome.changed
      sum.deleted += outcome.deleted
      sum.unproved += outcome.unproved
      sum.braked += outcome.braked
      sum.requests += outcome.requests
    }
    return sum
  }
}

extension LiveWanted.Entry {
  /// Somebody said that it is gone.
  package static func gone(_ id: String) -> LiveWanted.Entry {
    var entry = LiveWanted.Entry(id: id)
    entry.isSaidGone = true
    return entry
  }
}

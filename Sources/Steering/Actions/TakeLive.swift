package import ClockifyAPI
package import Importing
import Planning
package import PlanningStore

/// One batch of live changes. The caller holds the write lock, and goes on with what is to be asked for again (live.md 4).
package struct TakeLive: Sendable {
  package let wanted: LiveWanted
  /// The key's owner.
  package let owner: ClockifyUser
  /// Requests of earlier batches that changed nothing, and made no row.
  package var earlierRequests = 0
  /// The row of the hour is kept for its requests alone: who has few in an hour must know of each.
  package var alwaysKeepsHour = false

  package init(_ wanted: LiveWanted, owner: ClockifyUser) {
    self.wanted = wanted
    self.owner = owner
  }
}

extension Desk {
  /// - Parameters:
  ///   - source: with the share of requests that live changes have.
  ///   - remember: writes in the same transaction.
  /// - Throws: `ClockifyError`, `StoreError`, `CancellationError`; then nothing was changed.
  package func perform(
    _ action: TakeLive, on database: PlanningDatabase, from source: ClockifySource,
    remember: (StoreSession, LiveOutcome) throws -> Void
  ) async throws -> LiveOutcome {
    let switches = try database.read { try Switches($0) }
    var source = source
    source.details = replica.details
    source.carriage = nil
    var live = LiveImport(
      database: database, source: source, settings: switches.applied(to: settings), owner: action.owner,
      wording: .english, now: now)
    (live.earlierRequests, live.alwaysKeepsHour) = (action.earlierRequests, action.alwaysKeepsHour)
    return try await live.run(action.wanted, scopes: switches.left(of: Set(ImportScope.plan)), remember: remember)
  }
}

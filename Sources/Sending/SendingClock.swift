package import ClockifyAPI
package import Foundation

/// What the time is, and how it passes: the machine's, or one that tests set.
package struct SendingClock: Sendable {
  package let now: @Sendable () -> Date
  /// Waits so many seconds, saying what for.
  package let wait: @Sendable (Double, String) async throws -> Void

  package init(
    now: @escaping @Sendable () -> Date, wait: @escaping @Sendable (Double, String) async throws -> Void
  ) {
    self.now = now
    self.wait = wait
  }

  /// The machine's.
  package static func machine(_ waits: Waits) -> SendingClock {
    SendingClock(now: { Date() }, wait: { try await waits.wait($0, for: $1) })
  }
}

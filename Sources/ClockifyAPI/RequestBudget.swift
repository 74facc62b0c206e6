package import Foundation
import Synchronization

/// How many requests may be sent when: so many in any second, and on FREE workspaces so many in any hour
/// (clockify-api.md 1.3).
///
/// Uses the machine's clock, never the planning clock.
package actor RequestBudget {
  private var pace: Pace
  private var perHour: Int?
  private let waitsForHour: Bool
  private let waits: Waits
  private var sentThisHour: [Date] = []
  private let sent = Atomic(0)
  /// Requests sent through this budget, retries included.
  package nonisolated var count: Int { sent.load(ordering: .relaxed) }

  /// - Parameters:
  ///   - perHour: nil: no hourly limit.
  ///   - spent: requests that earlier runs sent within the last hour, each with its moment.
  ///   - waitsForHour: sleep until the hour opens again instead of throwing `budgetExhausted`.
  package init(
    perSecond: Double, perHour: Int?, spent: [Date] = [], waitsForHour: Bool = false, waits: Waits = Waits()
  ) {
    self.waits = waits
    pace = Pace(perSecond: perSecond)
    self.perHour = perHour
    self.waitsForHour = waitsForHour
    sentThisHour = spent.sorted()
  }

  /// For a limit that is known only once the workspace's plan has been read.
  package func limitPerHour(to limit: Int) {
    perHour = perHour ?? limit
  }

  /// How many requests an hour may have; nil: no such limit.
  package var hourly: Int? { perHour }

  /// How many requests the hour still has; nil without an hourly limit.
  package func left(at now: Date = Date()) -> Int? {
    perHour.map { limit in max(0, limit - sentThisHour.count { $0 > now - 3600 }) }
  }

  /// Waits for the next free slot and takes it.
  func take() async throws {
    try await takeHourly()
    let now = ContinuousClock.now
    let slot = pace.take(at: now)
    sentThisHour.append(Date())
    sent.add(1, ordering: .relaxed)
    if slot > now { try await Task.sleep(until: slot) }
  }

  private func takeHourly() async throws {
    guard let perHour else { return }
    while true {
      let now = Date()
      sentThisHour.removeAll { $0 <= now - 3600 }
      guard sentThisHour.count >= perHour else { return }
      let opens = sentThisHour[sentThisHour.count - perHour] + 3600
      guard waitsForHour else {
        throw ClockifyError(
          .budgetExhausted, "the workspace's \(perHour) requests an hour are used up",
          retryAt: opens.timeIntervalSince1970)
      }
      try await waits.wait(
        max(1, opens.timeIntervalSince(now)), for: "the workspace's \(perHour) requests an hour are used up")
    }
  }
}

/// When the next request may go: never more than the rate in any second, but those at once, so that an ordinary night need
/// not wait between each. A rate below one a second: one request in so many seconds.
package struct Pace {
  private let burst: Int
  private let window: Duration
  /// The last slots, as many as a window may hold.
  private var taken: [ContinuousClock.Instant] = []

  package init(perSecond: Double) {
    burst = max(1, Int(perSecond))
    window = .seconds(Double(burst) / perSecond)
  }

  /// - Returns: the slot; not before `now`.
  package mutating func take(at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
    var slot = max(now, taken.last ?? now)
    if taken.count == burst { slot = max(slot, taken.removeFirst() + window) }
    taken.append(slot)
    return slot
  }
}

/// Waiting with a word about it: what for, and how long still, at the start and every ten seconds.
package struct Waits: Sendable {
  private let say: @Sendable (String) -> Void

  package init(say: @escaping @Sendable (String) -> Void = { _ in }) {
    self.say = say
  }

  package func wait(_ seconds: Double, for reason: String) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      let left = end - .now
      guard left > .zero else { return }
      say("\(reason): going on in \(max(1, Int((left / .seconds(1)).rounded()))) s")
      try await Task.sleep(for: min(left, .seconds(10)))
    }
  }
}

/// How often and how patiently a failed request is sent again.
package struct RetryPolicy: Sendable {
  package let attempts: Int
  /// Seconds before the second attempt; doubles each time, with jitter of a quarter either way.
  package let firstPause: Double
  /// How long one answer may take from its first byte asked to its last one read, seconds.
  package let deadline: Double

  package init(attempts: Int = 5, firstPause: Double = 1.5, deadline: Double = 180) {
    self.attempts = attempts
    self.firstPause = firstPause
    self.deadline = deadline
  }

  /// - Returns: seconds to wait after attempt number `attempt` (from 1), or nil to give up.
  func pause(after attempt: Int, error: ClockifyError) -> Double? {
    guard error.isTransient, attempt < attempts else { return nil }
    if let asked = error.retryAfter { return asked <= 300 ? asked : nil }
    return min(60, firstPause * Double(1 << (attempt - 1))) * Double.random(in: 0.75...1.25)
  }
}

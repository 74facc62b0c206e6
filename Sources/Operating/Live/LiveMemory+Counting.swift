import Foundation
import Importing
import Planning
import PlanningStore
import Steering

extension LiveMemory {
  /// What a batch came to, and what was delivered meanwhile.
  ///
  /// - Parameter since: when the first of it came, by the machine's clock.
  mutating func count(
    _ outcome: LiveOutcome, _ news: LiveInbox.News, since: Double, _ desk: Desk, _ session: StoreSession
  ) throws {
    begin(day: desk.today, at: desk.now)
    counts.deliveries += news.deliveries
    counts.unreadable += news.unreadable
    counts.entries += outcome.changed
    counts.deletions += outcome.deleted
    counts.unproved += outcome.unproved
    if let last = news.moments.values.max() { lastDeliveryAt = last.description }
    if outcome.changed > 0 {
      let took = Date().timeIntervalSince1970 - since
      lag = took
      longestLag = max(longestLag ?? 0, took)
    }
    if outcome.braked > 0 {
      let last = try session.runs.lastComplete()?.id
      braked = outcome.braked + (brakedAfter == last ? braked : 0)
      brakedAfter = last
      set(LiveWords.braked(braked), at: desk.now)
    }
  }

  /// What a poll finds that nobody told of was lost on the way.
  mutating func judge(poll outcome: LiveOutcome, at now: Instant) {
    if outcome.changed > 0 {
      set(LiveWords.losing(outcome.changed), at: now)
    } else {
      clear(LiveMemory.losing)
    }
  }
}

import Foundation
import Planning
import PlanningStore

/// Rule 53 over everything that went live since the last whole import, so that a stream of small batches does not pass it.
struct LiveBrake {
  /// Key in `setting`.
  private static let key = "live_gone"

  private struct Gone: Codable {
    var entries = 0
    var seconds = 0
    /// What there was before the first went; nil: not added up yet.
    var before: Int?
  }

  private struct Memory: Codable {
    /// The last whole import.
    var run: Int64
    var window = Gone()
    /// By planning id of the person, or Clockify id where there is none.
    var people: [String: Gone] = [:]
  }

  private let session: StoreSession
  private let now: Instant
  private let from: CalendarDay
  private let plan: PlanSnapshot
  private var memory: Memory

  init(_ session: StoreSession, settings: ImportSettings, now: Instant) throws {
    self.session = session
    self.now = now
    let last = try session.runs.lastComplete()
    from = last?.windowFrom ?? now.utcDay - settings.windowDays
    plan = try session.plan.snapshot()
    memory = Memory(run: last?.id ?? 0)
    if let stored = try session.settings.value(Self.key).map({
      try JSONDecoder().decode(Memory.self, from: Data($0.utf8))
    }),
      stored.run == memory.run
    {
      memory = stored
    }
  }

  /// Whether one more may go; counted if so.
  mutating func lets(_ entry: KnownEntry) throws -> Bool {
    let id = plan.planningID(.person, entry.user).map { "\($0)" } ?? entry.user
    let person = try next(memory.people[id] ?? Gone(), entry) {
      let users = plan.planningID(.person, entry.user).map { plan.clockifyIDs(.person, of: $0) } ?? [entry.user]
      return try users.reduce(0) { $0 + (try session.ledger.seconds(of: $1, from: from)) }
    }
    let window = try next(memory.window, entry) { try session.entries.seconds(from: from) }
    guard let person, let window else { return false }
    memory.people[id] = person
    memory.window = window
    return true
  }

  /// With one more; nil: too many and too much.
  ///
  /// - Parameter left: seconds that are there now.
  private func next(_ gone: Gone, _ entry: KnownEntry, left: () throws -> Int) throws -> Gone? {
    var next = gone
    next.entries += 1
    next.seconds += entry.seconds
    guard next.entries > Balance.believed else { return next }
    let before = try next.before ?? left() + gone.seconds
    next.before = before
    return Balance(seconds: before, missing: next.entries, missingSeconds: next.seconds).isAlarming ? nil : next
  }

  func keep() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try session.settings.set(Self.key, String(decoding: try encoder.encode(memory), as: UTF8.self), at: now)
  }
}

import Foundation
import Importing
package import Planning
package import PlanningStore

/// What live changes came to, as the process that takes them keeps it in the table `setting` (live.md 6).
package struct LiveMemory: Codable, Sendable {
  /// Counted of one day, in the planning zone.
  package struct Counts: Codable, Sendable {
    package var day = ""
    package var deliveries = 0
    /// Entries whose ledger rows were written, deletions included.
    package var entries = 0
    package var deletions = 0
    package var unproved = 0
    /// Rightly signed, and no JSON with ids.
    package var unreadable = 0

    package init() {}
  }

  package var counts = Counts()
  package var lastDeliveryAt: String?
  /// From its arrival to the actuals, seconds: of the last batch, and the longest of an hour.
  package var lag: Double?
  package var longestLag: Double?
  /// `YYYY-MM-DDTHH`, UTC.
  package var hour = ""
  /// What keeps live changes from coming, or from being believed.
  package var problems: [Problem] = []
  /// Since when, by key of the problem, UTC.
  package var since: [String: String] = [:]
  /// The whole import after which the brake was pulled; the next one looks at what it holds.
  package var brakedAfter: Int64?
  package var braked = 0

  package init() {}

  package static let key = "live"
  package static let hookOff = "live_hook_off"
  package static let keyRefused = "live_key_refused"
  package static let brake = "live_brake"
  package static let losing = "live_losing"

  /// - Returns: whether it was not known.
  @discardableResult
  package mutating func set(_ problem: Problem, at now: Instant) -> Bool {
    let isNew = !problems.contains { $0.key == problem.key }
    problems.removeAll { $0.key == problem.key }
    problems.append(problem)
    if isNew { since[problem.key] = now.description }
    return isNew
  }

  package mutating func clear(_ key: String) {
    problems.removeAll { $0.key == key }
    since[key] = nil
  }

  package mutating func begin(day: CalendarDay, at now: Instant) {
    if counts.day != day.description {
      counts = Counts()
      counts.day = day.description
    }
    let hour = String(now.description.prefix(13))
    if self.hour != hour { (self.hour, longestLag) = (hour, nil) }
  }
}

extension StoreSession {
  /// nil: nothing ever came live.
  package func liveMemory() throws -> LiveMemory? {
    try settings.value(LiveMemory.key).map { try JSONDecoder().decode(LiveMemory.self, from: Data($0.utf8)) }
  }

  package func setLiveMemory(_ memory: LiveMemory, at now: Instant) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try settings.set(LiveMemory.key, String(decoding: try encoder.encode(memory), as: UTF8.self), at: now)
  }

  /// Those that still hold: what the brake kept is the next whole import's.
  package func liveProblems() throws -> [Problem] {
    guard let memory = try liveMemory() else { return [] }
    let last = try runs.lastComplete()?.id
    return memory.problems.filter { $0.key != LiveMemory.brake || memory.brakedAfter == last }
  }
}

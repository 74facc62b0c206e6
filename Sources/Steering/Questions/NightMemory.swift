import Foundation
import Importing
package import Planning
package import PlanningStore
package import Scheduling

/// Something that a person should hear of, as it is told. Told when it is new or there is more of it, not every night
/// again. Faults of a night are kept in the database until the next one.
package struct Problem: Sendable {
  package let key: String
  /// How many; a rise is news.
  package let count: Int
  package let words: String
  package let next: NextStep

  package init(_ key: String, _ words: String, next: NextStep) {
    self.key = key
    count = 1
    self.words = words
    self.next = next
  }

  package init(_ item: Waiting.Item) {
    key = item.key
    count = item.count
    words = item.words
    next = item.next
  }
}

extension Problem: Codable {
  private enum CodingKeys: String, CodingKey { case key, count, words, next }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    key = try container.decode(String.self, forKey: .key)
    count = try container.decode(Int.self, forKey: .count)
    words = try container.decode(String.self, forKey: .words)
    // Earlier versions kept the command.
    next =
      try (try? container.decode(String.self, forKey: .next)).map { .outside($0) }
      ?? container.decode(NextStep.self, forKey: .next)
  }
}

/// Keys of the table `setting` that the nightly import keeps.
package enum NightlySetting {
  /// JSON: faults of the last night that no run row tells of (backup, metrics, notification).
  package static let faults = "nightly_faults"
  /// `HH:MM ZONE`, while a service keeps it.
  package static let schedule = "nightly_schedule"
  /// When the last backup was written.
  package static let backup = "nightly_backup"
  /// + `command`, `email`, `url`: JSON, what was told there, key → count.
  package static let told = "nightly_told:"
  /// + `YYYY-MM`: the file's size on the month's first night, bytes.
  package static let bytes = "database_bytes:"
}

extension StoreSession {
  /// Faults of the last night.
  package func nightlyFaults() throws -> [Problem] {
    try settings.value(NightlySetting.faults).map { try JSONDecoder().decode([Problem].self, from: Data($0.utf8)) }
      ?? []
  }

  package func setNightlyFaults(_ faults: [Problem], at now: Instant) throws {
    try settings.set(NightlySetting.faults, faults.isEmpty ? nil : Self.json(faults), at: now)
  }

  /// What a channel was told last.
  package func told(_ channel: String) throws -> [String: Int] {
    try settings.value(NightlySetting.told + channel).map {
      try JSONDecoder().decode([String: Int].self, from: Data($0.utf8))
    } ?? [:]
  }

  package func setTold(_ channel: String, _ counts: [String: Int], at now: Instant) throws {
    try settings.set(NightlySetting.told + channel, counts.isEmpty ? nil : Self.json(counts), at: now)
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

extension StoreSession {
  /// Runs that the schedule asks about.
  package func attempts(since instant: Instant) throws -> [NightlySchedule.Attempt] {
    try runs.latest(limit: 200, since: instant).compactMap { run in
      guard let startedAt = Instant(run.startedAt) else { return nil }
      let scopes = Set(run.scope.split(separator: ",").map(String.init))
      let isWhole = !run.isNarrowed && scopes.isSuperset(of: ImportScope.plan.map(\.rawValue))
      return .init(
        startedAt: startedAt, isComplete: isWhole && [.done, .held].contains(run.status),
        isScheduled: run.trigger == .scheduled)
    }
  }
}

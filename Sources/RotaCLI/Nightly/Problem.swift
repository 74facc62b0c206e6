import Foundation
import Importing
import Planning
import PlanningStore

/// Something that a person should hear of. Told when it is new or there is more of it, not every night again.
typealias Problem = Waiting.Item

extension Problem {
  init(_ key: String, _ words: String, next: String) {
    self.init(key: key, count: 1, words: words, next: next)
  }
}

/// Keys of the table `setting` that the nightly import keeps.
enum NightlySetting {
  /// JSON: faults of the last night that no run row tells of (backup, metrics, notification).
  static let faults = "nightly_faults"
  /// `HH:MM ZONE`, while a service keeps it.
  static let schedule = "nightly_schedule"
  /// When the last backup was written.
  static let backup = "nightly_backup"
  /// + `command`, `email`, `url`: JSON, what was told there, key → count.
  static let told = "nightly_told:"
  /// + `YYYY-MM`: the file's size on the month's first night, bytes.
  static let bytes = "database_bytes:"
}

extension StoreSession {
  /// Faults of the last night.
  func nightlyFaults() throws -> [Problem] {
    try settings.value(NightlySetting.faults).map { try JSONDecoder().decode([Problem].self, from: Data($0.utf8)) }
      ?? []
  }

  func setNightlyFaults(_ faults: [Problem], at now: Instant) throws {
    try settings.set(NightlySetting.faults, faults.isEmpty ? nil : Self.json(faults), at: now)
  }

  /// What a channel was told last.
  func told(_ channel: String) throws -> [String: Int] {
    try settings.value(NightlySetting.told + channel).map {
      try JSONDecoder().decode([String: Int].self, from: Data($0.utf8))
    } ?? [:]
  }

  func setTold(_ channel: String, _ counts: [String: Int], at now: Instant) throws {
    try settings.set(NightlySetting.told + channel, counts.isEmpty ? nil : Self.json(counts), at: now)
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

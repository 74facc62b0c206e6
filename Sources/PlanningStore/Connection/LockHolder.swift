import Foundation

/// Who holds the write lock and what for, as it stands in the lock file. Nothing is decided by it, but whether a run that
/// says `running` has died. Moments are the machine's clock, seconds since 1970.
package struct LockHolder: Codable, Sendable, Equatable {
  package let processID: Int32
  /// `import`, or the name of an action.
  package let task: String
  /// Surface and name, as in `web:ana`.
  package let by: String
  package var step: Step?
  /// Of who takes live changes, beside the database.
  package var live: Live?
  package let startedAt: Double
  package var at: Double

  /// What an import is doing just now, in words, and how much of what it knows of is done.
  package struct Step: Codable, Sendable, Equatable {
    package let words: String
    package let done: Int?
    package let total: Int?
    /// Sent so far, retries included.
    package let requests: Int?

    package init(_ words: String, done: Int? = nil, total: Int? = nil, requests: Int? = nil) {
      self.words = words
      self.done = done
      self.total = total
      self.requests = requests
    }
  }

  /// What waits to be read again.
  package struct Live: Codable, Sendable, Equatable {
    /// `webhooks`, `polling`.
    package var mode: String
    package var waiting = 0
    /// When the oldest came.
    package var oldest: Double?
    /// Nothing is asked for before.
    package var until: Double?

    package init(mode: String) {
      self.mode = mode
    }
  }

  package init(task: String, by: String) {
    self.task = task
    self.by = by
    processID = ProcessInfo.processInfo.processIdentifier
    startedAt = Date().timeIntervalSince1970
    at = startedAt
  }

  /// How often a holder says that it lives, and after how long a silence it is dead. Seconds.
  static let renewal = 2.0
  static let silence = 10.0
  private static let size = 512

  /// One line of always the same length, so that one write replaces another whole.
  var record: [UInt8] {
    var shown = self
    while true {
      let json = (try? JSONEncoder().encode(shown)).map(Array.init) ?? []
      if json.count < Self.size { return json + Array(repeating: 32, count: Self.size - 1 - json.count) + [10] }
      guard let step = shown.step, !step.words.isEmpty else { return [] }
      shown.step = Step(
        String(step.words.dropLast((step.words.count + 1) / 2)), done: step.done, total: step.total,
        requests: step.requests)
    }
  }

  /// The living holder of a database's write lock; nil: nobody writes, or nobody says so.
  package static func of(database path: String) -> LockHolder? {
    for _ in 1...3 {
      guard let file = FileHandle(forReadingAtPath: path + ".lock") else { return nil }
      defer { try? file.close() }
      guard let data = try? file.read(upToCount: size), !data.isEmpty else { return nil }
      // One that is just being replaced may be torn: then once more.
      guard let holder = try? JSONDecoder().decode(LockHolder.self, from: data) else { continue }
      return Date().timeIntervalSince1970 - holder.at < silence ? holder : nil
    }
    return nil
  }
}

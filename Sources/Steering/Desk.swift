package import ClockifyAPI
import Foundation
package import Importing
package import Logging
package import Planning
package import PlanningStore

/// The one desk behind every face: what a person may do and ask, with the lock, the dry run and the memory of who did it.
package struct Desk: Sendable {
  /// The planning database.
  package let path: String
  package let settings: ImportSettings
  package var replica = ReplicaSettings()
  package let actor: Actor
  /// UTC; "now" of everything that is asked or done.
  package let now: Instant
  /// How long to wait for another writer, seconds (rule 5).
  package var patience = 10.0
  package let logger: Logger
  /// Makes the client of an import, for a database that tells what earlier runs spent of the hour.
  package let source: @Sendable (_ database: PlanningDatabase, _ waits: Bool) throws -> ClockifySource
  /// Hears what an import reads and waits for; nil: nobody.
  package let progress: ImportProgress?

  package init(
    path: String, settings: ImportSettings, actor: Actor, now: Instant, logger: Logger, progress: ImportProgress?,
    source: @escaping @Sendable (PlanningDatabase, Bool) throws -> ClockifySource
  ) {
    self.path = path
    self.settings = settings
    self.actor = actor
    self.now = now
    self.logger = logger
    self.progress = progress
    self.source = source
  }

  /// "Today" where nobody's zone is known yet: in `planning: time_zone`, else UTC.
  package var today: CalendarDay { (settings.planningZone.flatMap { Zone($0) } ?? .utc).day(of: now) }

  /// - Parameter creates: makes the file if it is not there.
  package func open(creates: Bool = false) throws -> PlanningDatabase {
    try PlanningDatabase(path: path, creates: creates)
  }

  // MARK: Asking

  /// Reads from the database; fails if it is not there.
  package func ask<Answer>(_ question: (StoreSession) throws -> Answer) throws -> Answer { try open().read(question) }

  // MARK: Doing

  /// One change, under the write lock, in one transaction. A dry run rolls back.
  ///
  /// - Parameter task: what others see that it is held for.
  package func write<Value>(
    _ task: String, isDryRun: Bool = false, _ body: (StoreSession) throws -> Value
  ) throws -> Value {
    let database = try open()
    guard let lock = try WriteLock(database: path, patience: patience) else { throw Self.busy(database) }
    defer { withExtendedLifetime(lock) {} }
    lock.show(LockHolder(task: task, by: actor.description))
    if !isDryRun { return try database.write(body) }
    var result: Value?
    do {
      try database.write { session in
        result = try body(session)
        throw RolledBack()
      }
    } catch is RolledBack {}
    return result!
  }

  private struct RolledBack: Error {}

  /// Works on a copy of the whole database, which is gone afterwards.
  package static func onCopy<Value>(
    of database: PlanningDatabase, _ body: (PlanningDatabase) async throws -> Value
  ) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-copy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("rota.sqlite").path
    try database.copy(to: path)
    return try await body(PlanningDatabase(path: path, creates: false))
  }

  /// Names the import that holds the lock.
  package static func busy(_ database: PlanningDatabase) -> UserError {
    let running = try? database.read { try $0.runs.latest(limit: 1) }.first { $0.status == .running }
    let who = running.flatMap { $0 }.map {
      ": run \($0.id), started \($0.startedAt)\($0.processID.map { " by process \($0)" } ?? "")"
    }
    return UserError(
      "another import or command is writing to \(database.path)\(who ?? ""). Nothing was changed.",
      next: .outside("wait until it has ended, then try again"), status: .alreadyRunning)
  }
}

/// Who does something, and through which face.
package struct Actor: Sendable, Hashable, CustomStringConvertible {
  package enum Surface: String, Sendable { case cli, nightly, web, api, live }

  package let name: String
  package let surface: Surface

  package init(name: String, surface: Surface) {
    self.name = name
    self.surface = surface
  }

  /// `web:ana`.
  package var description: String { "\(surface.rawValue):\(name)" }
}

/// Signs of life of a running import.
package struct ImportProgress: Sendable {
  package let say: @Sendable (String) -> Void
  package let end: @Sendable () -> Void

  package init(say: @escaping @Sendable (String) -> Void, end: @escaping @Sendable () -> Void) {
    self.say = say
    self.end = end
  }
}

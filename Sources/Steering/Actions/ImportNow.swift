import ClockifyAPI
package import Importing
package import PlanningStore

/// One import under the lock, for real or on a copy (rules 5 and 84). Its run row says who started it and what it did.
package struct ImportNow {
  package let request: ImportRequest
  package var isDryRun = false
  /// Whether to sleep until the hour's budget opens again.
  package var waits = false
  /// Whether somebody said what to import: then what is switched off is refused, not left out (rule 97).
  package var namesScopes = false

  package init(_ request: ImportRequest, isDryRun: Bool = false, waits: Bool = false, namesScopes: Bool = false) {
    self.request = request
    self.isDryRun = isDryRun
    self.waits = waits
    self.namesScopes = namesScopes
  }
}

extension Desk {
  /// - Throws: `ImportError` before a run exists, `RunFailed`, `RunInterrupted`, `UserError` while somebody else writes.
  package func perform(_ action: ImportNow, on database: PlanningDatabase) async throws -> ImportReport {
    guard let lock = try Self.lock(database) else { throw Self.busy(database) }
    defer { withExtendedLifetime(lock) {} }
    lock.show(LockHolder(task: LockHolder.importing, by: actor.description))
    guard action.isDryRun else { return try await run(action, on: database, lock) }
    // The run row of a dry run is gone with the copy: nothing may be said of it.
    do {
      return try await Self.onCopy(of: database) { try await run(action, on: $0, lock) }
    } catch is RunInterrupted {
      throw UserError("stopped as asked. It was a dry run: nothing was kept.", status: .interrupted)
    } catch let error as RunFailed {
      throw error.cause
    }
  }

  /// At once, unless it is only live changes that are being settled: that takes a moment.
  private static func lock(_ database: PlanningDatabase) throws -> WriteLock? {
    if let lock = try WriteLock(database: database.path, patience: 0) { return lock }
    guard LockHolder.of(database: database.path)?.task == LockHolder.takingLive else { return nil }
    return try WriteLock(database: database.path, patience: 15)
  }

  private func run(
    _ action: ImportNow, on database: PlanningDatabase, _ lock: WriteLock
  ) async throws -> ImportReport {
    defer { progress?.end() }
    var request = action.request
    request.startedBy = actor.description
    let switches = try database.read { try Switches($0) }
    if action.namesScopes { try switches.refuse(request.scopes) }
    request.scopes = switches.left(of: request.scopes)
    if replica.kinds == .off {
      if action.namesScopes, request.scopes == [.replica] {
        throw UserError(
          "the replica is off: nothing was read", next: .outside("set 'replicate: kinds' to auto in the settings file"),
          status: .needsConfirmation)
      }
      request.scopes.remove(.replica)
    }
    var clockify = try source(database, action.waits)
    clockify.details = replica.details
    let replication =
      request.scopes.contains(.replica)
      ? Replication(database, replica, request, details: clockify.details, waits: action.waits) : nil
    clockify.carriage = replication?.carriage
    let pipeline = ImportPipeline(
      database: database, source: clockify, settings: switches.applied(to: settings),
      request: request, logger: logger, wording: .english
    ) { [clockify] step in
      logger.debug("\(step.words)")
      lock.show(step: step.shown(requests: clockify.budget.count))
      progress?.say(step.words)
    }
    var report = try await pipeline.run()
    try await replication?.complete(&report, from: clockify) { words in
      logger.debug("\(words)")
      lock.show(step: LockHolder.Step(words, requests: clockify.budget.count))
      progress?.say(words)
    }
    return report
  }
}

extension LockHolder {
  /// The task of an import.
  static let importing = "import"
  /// The task of who takes live changes.
  package static let takingLive = "live"

  package var isImport: Bool { task == Self.importing }
}

extension ImportStep {
  /// As the lock file shows it.
  fileprivate func shown(requests: Int) -> LockHolder.Step {
    switch self {
    case .time(_, let entries, let all):
      LockHolder.Step(words, done: entries, total: max(entries, all), requests: requests)
    case .timeOfPerson(let number, let all):
      LockHolder.Step(words, done: number - 1, total: all, requests: requests)
    case .workspaces, .lists, .placing: LockHolder.Step(words, requests: requests)
    }
  }
}

import ClockifyAPI
package import Importing
package import PlanningStore

/// One import under the lock, for real or on a copy (rules 5 and 84). Its run row says who started it and what it did.
package struct ImportNow {
  package let request: ImportRequest
  package var isDryRun = false
  /// Whether to sleep until the hour's budget opens again.
  package var waits = false

  package init(_ request: ImportRequest, isDryRun: Bool = false, waits: Bool = false) {
    self.request = request
    self.isDryRun = isDryRun
    self.waits = waits
  }
}

extension Desk {
  /// - Throws: `ImportError` before a run exists, `RunFailed`, `RunInterrupted`, `UserError` while somebody else writes.
  package func perform(_ action: ImportNow, on database: PlanningDatabase) async throws -> ImportReport {
    guard let lock = try WriteLock(database: database.path, patience: 0) else { throw Self.busy(database) }
    defer { withExtendedLifetime(lock) {} }
    guard action.isDryRun else { return try await run(action, on: database) }
    // The run row of a dry run is gone with the copy: nothing may be said of it.
    do {
      return try await Self.onCopy(of: database) { try await run(action, on: $0) }
    } catch is RunInterrupted {
      throw UserError("stopped as asked. It was a dry run: nothing was kept.", status: .interrupted)
    } catch let error as RunFailed {
      throw error.cause
    }
  }

  private func run(_ action: ImportNow, on database: PlanningDatabase) async throws -> ImportReport {
    defer { progress?.end() }
    let pipeline = ImportPipeline(
      database: database, source: try source(database, action.waits), settings: settings,
      request: action.request, logger: logger, wording: .english
    ) { step in
      logger.debug("\(step.words)")
      progress?.say(step.words)
    }
    return try await pipeline.run()
  }
}

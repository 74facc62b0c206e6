package import ClockifyAPI
import Foundation
package import Logging
package import PlanningStore

/// The import: fetch → match → place → settle → fill → report.
///
/// The caller holds the write lock (rule 5). Network is never awaited inside a transaction; mirror pages commit singly,
/// everything else in one transaction at the end (rule 2).
package struct ImportPipeline {
  let database: PlanningDatabase
  let source: ClockifySource
  let settings: ImportSettings
  let request: ImportRequest
  let logger: Logger
  let progress: (String) -> Void

  package init(
    database: PlanningDatabase, source: ClockifySource, settings: ImportSettings, request: ImportRequest,
    logger: Logger, progress: @escaping (String) -> Void
  ) {
    self.database = database
    self.source = source
    self.settings = settings
    self.request = request
    self.logger = logger
    self.progress = progress
  }

  /// - Throws: `ImportError` before a run exists, `RunFailed`, `RunInterrupted`.
  package func run() async throws -> ImportReport {
    let (run, deadRuns, readsTime) = try open()
    do {
      let lists = try await fetchLists(run)
      let plans = readsTime ? try lists.map(readingPlan) : []
      var reading = EntryReading()
      reading.mirrorWasEmpty = try database.read { try !$0.hasMirroredEntries() }
      var losses = Losses()
      for (lists, plan) in zip(lists, plans) {
        try await readEntries(plan, lists: lists, run: run, into: &reading)
        try await findLosses(plan, &reading, lists: lists, run: run, losses: &losses)
      }
      try Task.checkCancellation()
      progress("Placing time")
      let requests = await source.budget.count
      return try database.write { [reading, losses] session in
        var settlement = Settlement(
          session: session, run: run, request: request, settings: settings, lists: lists, plans: plans,
          reading: reading, losses: losses, readsTime: readsTime)
        return try settlement.carryOut(requests: requests, deadRuns: deadRuns)
      }
    } catch {
      try await close(run, after: error)
      if error is CancellationError { throw RunInterrupted(run: run) }
      throw RunFailed(run: run, cause: error)
    }
  }

  /// Begins the run row; rows of dead runs are marked failed (rule 5).
  private func open() throws -> (run: Int64, deadRuns: [Int64], readsTime: Bool) {
    try database.write { session in
      let problems = try session.foreignKeyProblems()
      guard problems == 0 else {
        throw ImportError(
          .damagedLinks,
          "rows name items that are not there: \(try session.danglingRows().prefix(3).map(\.words).joined(separator: "; "))"
        )
      }
      if let confirmed = request.confirmedRun, try session.deletePlan()?.run != confirmed {
        let waiting = try session.deletePlan()?.run
        throw ImportError(
          .noPlan,
          waiting.map { "run \(confirmed) has no waiting removals; run \($0) has" }
            ?? "no removals wait for confirmation")
      }
      let dead = try session.failDeadRuns(at: request.now)
      let actualsAreOn = try session.setting(Setting.actualsEnabledAt) != nil
      let scope = ImportScope.allCases.filter(request.scopes.contains).map(\.rawValue).joined(separator: ",")
      let run = try session.beginRun(
        trigger: request.trigger.rawValue, scope: scope, at: request.now, isNarrowed: request.isNarrowed,
        processID: Int(ProcessInfo.processInfo.processIdentifier))
      return (run, dead, actualsAreOn && request.scopes.contains(.actuals))
    }
  }

  private func readingPlan(_ lists: Lists) throws -> ReadingPlan {
    try database.read { session in
      // Whose midnight it is depends on settings and owner alone.
      var zones = ZoneChooser(settings: settings, plan: PlanSnapshot(), users: [], owner: lists.owner.timeZone)
      let today = zones.planningZone(settings).day(of: request.now)
      return try ReadingPlan(
        request: request, settings: settings, today: today, workspace: lists.workspace.id,
        isFree: lists.workspace.isFree, session: session)
    }
  }

  /// Leaves an honest run row behind: `partial` when asked to stop, else `failed`.
  private func close(_ run: Int64, after error: any Error) async throws {
    let requests = await source.budget.count
    try database.write { session in
      var summary = RunSummary()
      summary.actualsAreOff = try session.setting(Setting.actualsEnabledAt) == nil
      try session.finishRun(
        run, status: error is CancellationError ? "partial" : "failed", at: request.now, window: nil,
        requests: requests, books: Books(), summary: summary.json)
      if !(error is CancellationError) {
        try session.addFindings([Finding(.error, "run_failed", message: "\(error)")], run: run)
      }
    }
  }
}

/// Keys of the table `setting`.
package enum Setting {
  package static let actualsEnabledAt = "actuals_enabled_at"
  package static let autofillFrom = "autofill_from"
}

extension RunSummary {
  package var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  package init?(json: String) {
    guard let summary = try? JSONDecoder().decode(RunSummary.self, from: Data(json.utf8)) else { return nil }
    self = summary
  }
}

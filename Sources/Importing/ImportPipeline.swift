package import ClockifyAPI
import Foundation
package import Logging
import Planning
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
  let progress: (ImportStep) -> Void
  let wording: ImportWording

  package init(
    database: PlanningDatabase, source: ClockifySource, settings: ImportSettings, request: ImportRequest,
    logger: Logger, wording: ImportWording, progress: @escaping (ImportStep) -> Void
  ) {
    self.database = database
    self.source = source
    self.settings = settings
    self.request = request
    self.logger = logger
    self.wording = wording
    self.progress = progress
  }

  /// - Throws: `ImportError` before a run exists, `RunFailed`, `RunInterrupted`.
  package func run() async throws -> ImportReport {
    let (run, deadRuns, readsTime) = try open()
    do {
      progress(.workspaces)
      let owner = try await source.currentUser().user
      var (workspaces, named) = try await chooseWorkspaces()
      try await fetchLists(of: &workspaces, named: named, run: run)
      var reading = EntryReading()
      if readsTime { try await readTime(of: &workspaces, owner: owner, run: run, into: &reading) }
      try Task.checkCancellation()
      progress(.placing)
      let requests = source.budget.count
      return try database.write(checksLinks: !reading.before.isEmpty) { [workspaces, reading] session in
        var settlement = Settlement(
          session: session, database: database, run: run, request: request, settings: settings, owner: owner,
          workspaces: workspaces, reading: reading, readsTime: readsTime, wording: wording)
        let report = try settlement.carryOut(requests: requests, deadRuns: deadRuns)
        if reading.before.isEmpty { try checkLinks(session) }
        return report
      }
    } catch let error as ClockifyError where error.code == .budgetExhausted {
      return try await stop(run, deadRuns: deadRuns, after: error)
    } catch {
      try await close(run, after: error)
      if error is CancellationError { throw RunInterrupted(run: run) }
      throw RunFailed(run: run, cause: error)
    }
  }

  /// Checks what can be checked before the first request (rule 91), and begins the run row; rows of dead runs are marked
  /// failed (rule 5).
  private func open() throws -> (run: Int64, deadRuns: [Int64], readsTime: Bool) {
    try database.write { session in
      try checkLinks(session)
      if let confirmed = request.confirmedRun, try session.removals.plan()?.run != confirmed {
        throw ImportError.noPlan(confirmed: confirmed, waiting: try session.removals.plan()?.run)
      }
      if let project = settings.catchAllProject, try !session.items.hasEverBeen(project: project) {
        throw ImportError.noCatchAll(project)
      }
      let dead = try session.runs.failDead(at: request.now)
      let actualsAreOn = try session.settings.value(Setting.actualsEnabledAt) != nil
      let scope = ImportScope.allCases.filter(request.scopes.contains).map(\.rawValue).joined(separator: ",")
      let run = try session.runs.begin(
        trigger: request.trigger, scope: scope, at: request.now, isNarrowed: request.isNarrowed,
        processID: Int(ProcessInfo.processInfo.processIdentifier), by: request.startedBy)
      return (run, dead, actualsAreOn && request.scopes.contains(.actuals))
    }
  }

  private func checkLinks(_ session: StoreSession) throws {
    guard try session.faults.foreignKeyProblems() == 0 else {
      throw ImportError.damagedLinks(Array(try session.faults.danglingRows().prefix(3)))
    }
  }

  // MARK: Reading (rule 87: what fails in one workspace does not stop the others)

  private func fetchLists(of workspaces: inout [WorkspaceReading], named: [String], run: Int64) async throws {
    if let only = workspaces.first, workspaces.count == 1 {
      try database.write { try $0.runs.set(run, workspace: only.id) }
    }
    for index in workspaces.indices {
      do {
        try await fetchLists(of: &workspaces[index], run: run)
      } catch let error as ClockifyError {
        workspaces[index].failure = error
        if error.endsRun { break }
      }
    }
    let read = workspaces.filter { $0.listedUsers != nil }.map(\.id)
    if read.isEmpty, let failure = workspaces.compactMap(\.failure).first { throw failure }
    try database.write { try $0.accounts.chooseCurrent(named: named, read: read) }
    try refuseUnknownGroups(workspaces)
  }

  private func readTime(
    of workspaces: inout [WorkspaceReading], owner: ClockifyUser, run: Int64, into reading: inout EntryReading
  ) async throws {
    try database.read { session in
      reading.mirrorWasEmpty = try !session.entries.hasAny()
      reading.before = try session.entries.ledgerBefore()
    }
    for index in workspaces.indices {
      workspaces[index].plan = try readingPlan(workspaces[index].workspace, owner: owner)
      let ended = workspaces.first { $0.failure?.endsRun ?? false }
      guard ended == nil, workspaces[index].listedUsers != nil else { continue }
      let asked = workspaces.reduce(0) { $0 + $1.losses.lookedUp }
      try await readEntries(&workspaces[index], owner: owner, run: run, into: &reading)
      try await findLosses(
        &workspaces[index], owner: owner, run: run, reading: &reading, limit: Self.lookUpLimit - asked)
    }
  }

  private func readingPlan(_ workspace: ClockifyWorkspace, owner: ClockifyUser) throws -> ReadingPlan {
    try database.read { session in
      // Whose midnight it is depends on settings and owner alone.
      var zones = ZoneChooser(settings: settings, plan: PlanSnapshot(), accounts: [], owner: owner.timeZone)
      let today = zones.planningZone(settings).day(of: request.now)
      return try ReadingPlan(
        request: request, settings: settings, today: today, workspace: workspace.id, isFree: workspace.isFree,
        session: session)
    }
  }

  // MARK: Endings

  /// The hour's budget ended before any workspace's lists were read: what arrived is in the mirror, the next run goes on
  /// (rule 94).
  private func stop(_ run: Int64, deadRuns: [Int64], after error: ClockifyError) async throws -> ImportReport {
    let requests = source.budget.count
    return try database.write { session in
      var summary = RunSummary()
      summary.deadRuns = deadRuns
      summary.actualsAreOff = try session.settings.value(Setting.actualsEnabledAt) == nil
      let stop = ImportStop(error, isUnreachable: false)
      summary.retryAt = stop.retryInstant
      try session.runs.finish(
        run, status: .partial, at: request.now, window: nil, requests: requests, books: Books(),
        summary: summary.json)
      return ImportReport(
        run: run, status: .partial, startedAt: request.now, window: nil, requests: requests, books: Books(),
        findings: [], summary: summary, stopped: stop)
    }
  }

  /// Leaves an honest run row behind: `partial` when asked to stop, else `failed`.
  private func close(_ run: Int64, after error: any Error) async throws {
    let requests = source.budget.count
    try database.write { session in
      var summary = RunSummary()
      summary.actualsAreOff = try session.settings.value(Setting.actualsEnabledAt) == nil
      try session.runs.finish(
        run, status: error is CancellationError ? .partial : .failed, at: request.now, window: nil,
        requests: requests, books: Books(), summary: summary.json)
      if !(error is CancellationError) {
        let finding = Finding(.error, .runFailed(cause: wording.error(error)))
        try session.findings.add([finding], run: run, words: wording.finding)
      }
    }
  }
}

/// Keys of the table `setting`.
package enum Setting {
  package static let actualsEnabledAt = "actuals_enabled_at"
  package static let autofillFrom = "autofill_from"
  /// Instead of the settings' `autofill.mode` (rule 97).
  package static let autofillMode = "autofill_mode"
  /// Parts of the import, separated by commas (rule 97).
  package static let switchedOff = "switched_off"
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

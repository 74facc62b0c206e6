import Foundation
import Importing
import Logging
import Planning
import PlanningStore
import Scheduling

/// One scheduled import with all that belongs to it: import → backup → metrics → tell.
///
/// What follows the import never undoes it: its faults are told and shown by `rota status`.
struct Night: Sendable {
  let composition: Composition
  let channels: [Channel]
  /// For status, metrics and the next night's time; nil: an external scheduler decides.
  let schedule: NightlySchedule?
  let now: Instant

  enum Outcome: Sendable {
    case ended(ImportReport)
    case failed(UserError)
    /// Another import or command holds the database: nothing was done.
    case busy(UserError)
  }

  private static let notifyFailed = "notify_failed:"

  private var settings: RotaSettings { composition.settings }
  private var logger: Logger { composition.logger }

  /// - Parameter limit: seconds that the import may take.
  /// - Throws: `RunInterrupted` or `CancellationError` when asked to stop.
  func run(limit: Int) async throws -> Outcome {
    let database: PlanningDatabase
    do {
      database = try composition.openDatabase()
    } catch {
      // No database, no memory of what was told: this is told every time.
      log(words(error))
      let problem = failure(error)
      await tell(
        Message(
          event: .problems, workspace: "", run: nil, status: nil, at: now, problems: [problem], new: [problem.key]))
      return .failed(words(error))
    }
    defer { try? database.close() }
    var problems: [Problem] = []
    let outcome: Outcome
    do {
      try checkAfterCrash(database)
      let report = try await importNow(database, limit: limit)
      outcome = .ended(report)
      if report.status == "partial" {
        problems.append(
          Problem(
            "run_partial", "the import could not read everything: \(report.stopped?.message ?? "see the run")",
            next: "rota runs show \(report.run)"))
      }
    } catch let error as RunInterrupted {
      throw error
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      let known = words(error)
      if known.status == .alreadyRunning { return .busy(known) }
      log(known)
      problems.append(failure(error))
      outcome = .failed(known)
    }
    var faults = keep(database)
    await conclude(database, problems, &faults, outcome)
    return outcome
  }

  private func words(_ error: any Error) -> UserError {
    ErrorWords.words(error) ?? UserError("the import failed: \(error)", next: "rota check", status: .failed)
  }

  private func log(_ error: UserError) {
    logger.error("\(error.message)", metadata: error.next.map { ["next": "\($0)"] })
  }

  private func failure(_ error: any Error) -> Problem {
    let known = words(error)
    return Problem("run_failed", "the import failed: \(known.message)", next: known.next ?? "rota check")
  }

  /// A run that died may have taken the disk with it: look before writing on.
  private func checkAfterCrash(_ database: PlanningDatabase) throws {
    guard try database.read({ try $0.runs(limit: 1).first?.status == "running" }) else { return }
    guard let lock = try WriteLock(database: database.path, patience: 0) else { throw Composition.busy(database) }
    defer { withExtendedLifetime(lock) {} }
    logger.warning("the last run died; checking the database")
    guard try database.read({ try $0.isIntact() }) else {
      throw UserError(
        "\(database.path) is damaged; nothing was imported", next: "restore a backup (docs/operations.md)",
        status: .failed)
    }
  }

  private func importNow(_ database: PlanningDatabase, limit: Int) async throws -> ImportReport {
    logger.info("import begins", metadata: ["database": "\(database.path)"])
    let runner = ImportRunner(composition: composition, database: database)
    let request = ImportRequest(trigger: .scheduled, now: now)
    do {
      let report = try await within(seconds: limit) { try await runner.run(request, isDryRun: false) }
      logger.info(
        "import ended",
        metadata: [
          "run": "\(report.run)", "status": "\(report.status)", "requests": "\(report.requests)",
          "entries_read": "\(report.books.entriesRead)", "seconds_read": "\(report.books.secondsRead)",
          "seconds_placed": "\(report.books.secondsPlaced)", "seconds_skipped": "\(report.books.secondsSkipped)",
          "seconds_held": "\(report.books.secondsHeld)",
        ])
      return report
    } catch is TookTooLong {
      throw UserError(
        "the import had not ended when the next night was due, and was stopped", next: "rota check", status: .failed)
    }
  }

  // MARK: After the import

  /// Backup and upkeep of the file.
  ///
  /// - Returns: what went wrong.
  private func keep(_ database: PlanningDatabase) -> [Problem] {
    var faults: [Problem] = []
    func attempt(_ key: String, next: String, _ body: () throws -> Void) {
      do { try body() } catch {
        let known = words(error)
        faults.append(Problem(key, known.message, next: known.next ?? next))
      }
    }
    attempt("upkeep_failed", next: "rota database check") {
      try database.optimize()
      let month = NightlySetting.bytes + now.utcDay.description.prefix(7)
      try database.write { session in
        if try session.setting(month) == nil {
          try session.set(month, "\(Self.bytes(of: database.path))", at: now)
        }
        let kept = schedule.map { "\($0.time) \($0.zone.name)" }
        try session.set(NightlySetting.schedule, kept, at: now)
      }
    }
    if let folder = settings.backup.to {
      attempt("backup_failed", next: "rota check") {
        try Backups.rotate(database, into: folder, keep: settings.backup.keep, at: now)
        try database.write { try $0.set(NightlySetting.backup, now.description, at: now) }
        logger.info("backup written", metadata: ["folder": "\(folder)"])
      }
    }
    return faults
  }

  /// Beats, writes the metrics, tells, and remembers what was told and what went wrong.
  private func conclude(
    _ database: PlanningDatabase, _ problems: [Problem], _ faults: inout [Problem], _ outcome: Outcome
  ) async {
    do {
      let isGood = if case .ended(let report) = outcome { report.status != "partial" } else { false }
      if isGood, let heartbeat = settings.notify.heartbeat {
        do { try await Channel.beat(heartbeat) } catch  where !(error is CancellationError) {
          faults.append(Problem("heartbeat_failed", words(error).message, next: "rota notify test"))
        }
      }
      try remember(faults, database)
      do { try writeMetrics(database) } catch {
        let known = words(error)
        faults.append(Problem("metrics_failed", known.message, next: known.next ?? "rota check"))
        try remember(faults, database)
      }
      // A second time where a channel failed: the others tell of it.
      var working = channels
      for _ in 1...2 {
        let before = faults.count
        try await tell(&working, problems, &faults, database)
        if faults.count == before { break }
        try remember(faults, database)
        try? writeMetrics(database)
      }
      for channel in working {
        let told = try database.read { try $0.told(channel.name) }
        let still = told.filter { key, _ in !key.hasPrefix(Self.notifyFailed) || faults.contains { $0.key == key } }
        try database.write { try $0.setTold(channel.name, still, at: now) }
      }
      for fault in faults { logger.error("\(fault.words)", metadata: ["next": "\(fault.next)"]) }
    } catch is CancellationError {
      // Asked to stop: what was not told is told the next night.
    } catch {
      logger.error("\(words(error).message)")
    }
  }

  private func remember(_ faults: [Problem], _ database: PlanningDatabase) throws {
    try database.write { try $0.setNightlyFaults(faults, at: now) }
  }

  private func writeMetrics(_ database: PlanningDatabase) throws {
    guard let file = settings.metricsFile else { return }
    try metrics(database).write(to: file)
  }

  /// - Parameters:
  ///   - working: channels; those that fail are taken out, each with a fault.
  ///   - problems: of the run; what waits and the faults so far are in the database.
  private func tell(
    _ working: inout [Channel], _ problems: [Problem], _ faults: inout [Problem], _ database: PlanningDatabase
  ) async throws {
    let (waiting, last) = try database.read { session in
      (try Waiting(session).items, try session.runs(limit: 1).first)
    }
    let known = try database.read { try $0.lastReportingRun() }.flatMap { RunSummary(json: $0.summary) }
    let workspace = known?.workspaceName ?? ""
    let all = problems + waiting
    for channel in working {
      let told = try database.read { try $0.told(channel.name) }
      if let fault = try await tell(channel, all, told, last, workspace) {
        faults.append(fault)
        working.removeAll { $0.name == channel.name }
      } else {
        // Which channels fail is known only when all were tried.
        let failing = told.filter { $0.key.hasPrefix(Self.notifyFailed) }
        let counts = failing.merging(all.map { ($0.key, $0.count) }) { $1 }
        try database.write { try $0.setTold(channel.name, counts, at: now) }
      }
    }
  }

  /// Once per change: when something is new or there is more of it, and when all is settled.
  ///
  /// - Returns: the fault, if the channel did not take it; then it is tried again the next night.
  private func tell(
    _ channel: Channel, _ problems: [Problem], _ told: [String: Int], _ last: ImportRun?, _ workspace: String
  ) async throws -> Problem? {
    let new = Set(problems.filter { $0.count > told[$0.key] ?? 0 }.map(\.key))
    let failures = ["run_failed", "run_partial"]
    let isRecovery = failures.contains { told[$0] != nil } && !problems.contains { failures.contains($0.key) }
    guard !new.isEmpty || isRecovery || (problems.isEmpty && told.contains { !$0.key.hasPrefix(Self.notifyFailed) })
    else {
      return nil
    }
    let message = Message(
      event: problems.isEmpty ? .resolved : .problems, workspace: workspace, run: last?.id,
      status: last?.status, at: now, problems: problems, new: new, isRecovery: isRecovery)
    do {
      try await channel.send(message)
      logger.info("told", metadata: ["channel": "\(channel.name)", "problems": "\(problems.count)"])
      return nil
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      return Problem(
        Self.notifyFailed + channel.name, "telling by \(channel.name) failed: \(words(error).message)",
        next: "rota notify test")
    }
  }

  private func tell(_ message: Message) async {
    for channel in channels {
      do { try await channel.send(message) } catch { logger.error("\(words(error).message)") }
    }
  }

  private func metrics(_ database: PlanningDatabase) throws -> Metrics {
    try database.read { session in
      let status = try Status(session, now: now)
      return try Metrics(
        session, last: status.last, lastComplete: status.lastComplete, waiting: status.waiting.items,
        next: status.next, databaseBytes: Self.bytes(of: database.path))
    }
  }

  static func bytes(of file: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
  }
}

import Foundation
package import Importing
package import Logging
package import Planning
import PlanningStore
package import Scheduling
package import Steering

/// One scheduled import with all that belongs to it: import → backup → publication → metrics → tell.
///
/// What follows the import never undoes it: its faults are told and shown by `rota status`.
package struct Night: Sendable {
  package let desk: Desk
  package let settings: NightSettings
  package let channels: [Channel]
  /// For status, metrics and the next night's time; nil: an external scheduler decides.
  package let schedule: NightlySchedule?
  /// nil: nothing is published.
  package let publication: Publication?

  package init(
    desk: Desk, settings: NightSettings, channels: [Channel], schedule: NightlySchedule?,
    publication: Publication? = nil
  ) {
    self.publication = publication
    self.desk = desk
    self.settings = settings
    self.channels = channels
    self.schedule = schedule
  }

  package enum Outcome: Sendable {
    case ended(ImportReport)
    case failed(UserError)
    /// Another import or command holds the database: nothing was done.
    case busy(UserError)
  }

  package static let notifyFailed = "notify_failed:"

  package var now: Instant { desk.now }
  package var logger: Logger { desk.logger }

  /// - Parameter limit: seconds that the import may take.
  /// - Throws: `RunInterrupted` or `CancellationError` when asked to stop.
  package func run(limit: Int) async throws -> Outcome {
    let database: PlanningDatabase
    do {
      database = try desk.open()
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
      if report.status == .partial {
        problems.append(
          Problem(
            "run_partial", "the import could not read everything: \(report.stopped?.message ?? "see the run")",
            next: .run(report.run)))
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
    if case .ended = outcome { faults += try publish(database) }
    await conclude(database, problems, &faults, outcome)
    return outcome
  }

  package func words(_ error: any Error) -> UserError {
    ErrorWords.words(error) ?? UserError("the import failed: \(error)", next: .check, status: .failed)
  }

  private func log(_ error: UserError) {
    logger.error("\(error.message)", metadata: error.next.map { ["next": "\($0.command)"] })
  }

  private func failure(_ error: any Error) -> Problem {
    let known = words(error)
    return Problem("run_failed", "the import failed: \(known.message)", next: known.next ?? .check)
  }

  /// A run that died may have taken the disk with it: look before writing on.
  private func checkAfterCrash(_ database: PlanningDatabase) throws {
    guard try database.read({ try $0.runs.latest(limit: 1).first?.status == .running }) else { return }
    guard let lock = try WriteLock(database: database.path, patience: 0) else { throw Desk.busy(database) }
    defer { withExtendedLifetime(lock) {} }
    logger.warning("the last run died; checking the database")
    guard try database.read({ try $0.questions.isIntact() }) else {
      throw UserError(
        "\(database.path) is damaged; nothing was imported", next: .outside("restore a backup (docs/operations.md)"),
        status: .failed)
    }
  }

  private func importNow(_ database: PlanningDatabase, limit: Int) async throws -> ImportReport {
    logger.info("import begins", metadata: ["database": "\(database.path)"])
    let request = ImportRequest(trigger: .scheduled, now: now)
    do {
      let report = try await within(seconds: limit) { try await desk.perform(ImportNow(request), on: database) }
      logger.info(
        "import ended",
        metadata: [
          "run": "\(report.run)", "status": "\(report.status.rawValue)", "requests": "\(report.requests)",
          "entries_read": "\(report.books.entriesRead)", "seconds_read": "\(report.books.secondsRead)",
          "seconds_placed": "\(report.books.secondsPlaced)", "seconds_skipped": "\(report.books.secondsSkipped)",
          "seconds_held": "\(report.books.secondsHeld)",
        ])
      return report
    } catch is TookTooLong {
      throw UserError(
        "the import had not ended when the next night was due, and was stopped", next: .check, status: .failed)
    }
  }

  // MARK: After the import

  /// Brings the targets up to date. What one of them has against it is kept with it, and told with what waits.
  ///
  /// - Returns: what kept all of them from it.
  private func publish(_ database: PlanningDatabase) throws -> [Problem] {
    do {
      try publication?.runAfterImport(database) { outcome in
        switch outcome.result {
        case .success(let report):
          logger.info(
            "published",
            metadata: [
              "target": "\(outcome.target)", "generation": "\(report.generation)", "rows": "\(report.rows)",
              "parts": "\(report.written.count)",
            ])
        case .failure(let error): log(error)
        }
      }
      return []
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      let known = words(error)
      return [Problem("publish_failed", known.message, next: known.next ?? .check)]
    }
  }

  /// Backup and upkeep of the file.
  ///
  /// - Returns: what went wrong.
  private func keep(_ database: PlanningDatabase) -> [Problem] {
    var faults: [Problem] = []
    func attempt(_ key: String, next: NextStep, _ body: () throws -> Void) {
      do { try body() } catch {
        let known = words(error)
        faults.append(Problem(key, known.message, next: known.next ?? next))
      }
    }
    attempt("upkeep_failed", next: .checkDatabase) {
      try database.optimize()
      let month = NightlySetting.bytes + now.utcDay.description.prefix(7)
      try write(database) { session in
        if try session.settings.value(month) == nil {
          try session.settings.set(month, "\(Status.bytes(of: database.path))", at: now)
        }
        let kept = schedule.map { "\($0.time) \($0.zone.name)" }
        try session.settings.set(NightlySetting.schedule, kept, at: now)
      }
    }
    if let folder = settings.backup.to {
      attempt("backup_failed", next: .check) {
        try Backups.rotate(database, into: folder, keep: settings.backup.keep, at: now)
        try write(database) { try $0.settings.set(NightlySetting.backup, now.description, at: now) }
        logger.info("backup written", metadata: ["folder": "\(folder)"])
      }
    }
    return faults
  }
}

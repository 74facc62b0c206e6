import ArgumentParser
import Foundation
import Importing
import Operating
import Planning
import PlanningStore
import Scheduling
import ServiceLifecycle
import Steering

struct NightlyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nightly", abstract: "Import every night, as a service in the foreground.",
    discussion: """
      Imports at the given time, writes the backup and the metrics file, and tells what is new. A night that was missed
      is caught up at the start; one that failed is tried again after half an hour, then an hour. SIGTERM and SIGINT end
      it at the next safe point. Under another scheduler, --once does one night now (rota schedule prints the units).

        rota nightly --at 02:00 --time-zone Europe/Berlin
        rota nightly --once
      """)
  @OptionGroup var options: CommonOptions
  @Option(help: "When: HH:MM on the wall clock.") var at = "02:00"
  @Option(name: .customLong("time-zone"), help: "Whose wall clock. Default: planning: time_zone, else UTC.")
  var timeZone: String?
  @Flag(help: "One night now, then end; the exit code is that of 'rota import'.") var once = false
  @Option(name: .customLong("metrics-file"), help: "Prometheus text, written after each night. Default: metrics_file.")
  var metricsFile: String?
  @Option(name: .customLong("backup-to"), help: "Folder for a copy each night. Default: backup: to.")
  var backupTo: String?
  @Option(help: "Copies that are kept. Default: backup: keep, else 7.") var keep: Int?

  func validate() throws {
    if options.asOf != nil, !once { throw ValidationError("--as-of goes with --once.") }
    if let keep, keep < 1 { throw ValidationError("--keep must be 1 or more.") }
  }

  func run() async throws {
    var composition = try Composition(options)
    composition.settings.night.metricsFile = metricsFile ?? composition.settings.night.metricsFile
    composition.settings.night.backup.to = backupTo ?? composition.settings.night.backup.to
    composition.settings.night.backup.keep = keep ?? composition.settings.night.backup.keep
    composition.logsSteps = true
    let schedule = try Self.schedule(at: at, zone: timeZone ?? composition.settings.imports.planningZone ?? "UTC")
    let channels = Channel.all(composition.settings.night.notify, environment: composition.environment)
    if once { return try await runOnce(composition, channels) }
    _ = try composition.credential()
    try composition.openDatabase().close()
    guard let service = try WriteLock(database: composition.settings.database + ".nightly", patience: 0) else {
      throw UserError(
        "another 'rota nightly' looks after \(composition.settings.database)", next: .outside("stop it first"),
        status: .alreadyRunning)
    }
    defer { withExtendedLifetime(service) {} }
    try await serve(composition, schedule, channels)
  }

  static func schedule(at time: String, zone name: String) throws -> NightlySchedule {
    guard let zone = Zone(name) else {
      throw UserError("there is no time zone \"\(name)\"", next: .outside("name one like Europe/Berlin"))
    }
    guard let schedule = NightlySchedule(time: time, zone: zone) else {
      throw UserError("--at must be a time from 00:00 to 23:59, not \"\(time)\"")
    }
    return schedule
  }

  private func runOnce(_ composition: Composition, _ channels: [Channel]) async throws {
    let night = Night(
      desk: composition.desk(.nightly), settings: composition.settings.night, channels: channels, schedule: nil,
      publication: composition.publication(composition.desk(.nightly)))
    do {
      switch try await night.run(limit: 23 * 3600) {
      case .ended(let report):
        if let status = ReportWords.status(of: report) { throw status }
      case .failed(let error): throw error.status  // It is in the log.
      case .busy(let error): throw error
      }
    } catch is RunInterrupted {
      composition.say("Stopped as asked; the next night goes on where this one stopped.")
    }
  }

  private func serve(
    _ composition: Composition, _ schedule: NightlySchedule, _ channels: [Channel]
  ) async throws {
    let clock = NightlyService.Clock(
      now: { Instant(seconds: Int(Date().timeIntervalSince1970)) },
      sleep: { try await Task.sleep(for: .seconds($0)) })
    let service = NightlyService(schedule: schedule, clock: clock, logger: composition.logger) { since in
      let database = try composition.openDatabase()
      defer { try? database.close() }
      return try database.read { try $0.attempts(since: since) }
    } night: { now, limit in
      try await Night(
        desk: composition.desk(.nightly, now: now), settings: composition.settings.night, channels: channels,
        schedule: schedule, publication: composition.publication(composition.desk(.nightly, now: now))
      ).run(limit: limit)
    }
    // Signals cancel the task of the whole command (Main), and with it the group.
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
        logger: composition.logger))
    do {
      try await group.run()
    } catch is CancellationError {
    } catch is RunInterrupted {}
    composition.logger.info("stopped as asked")
  }
}

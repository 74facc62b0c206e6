import Foundation
package import Importing
package import Logging
package import Planning
import PlanningStore
package import Steering

/// What the web app gets from who starts it: it reads neither environment nor arguments, and knows no key.
package struct WebWiring: Sendable {
  /// The planning database.
  package var database: String
  package var settings: ImportSettings
  package var replica = ReplicaSettings()
  package var version: String
  package var logger: Logger
  /// UTC.
  package var now: @Sendable () -> Instant
  package var desk: @Sendable (Actor) -> Desk
  /// The lines of `rota check`.
  package var check: @Sendable () async -> [CheckLine]
  /// Runs `rota import` with these arguments in a process of its own until it has ended; cancelled, it is asked to stop.
  package var runImport: @Sendable (_ arguments: [String], _ by: Actor) async throws -> ImportEnd
  /// Runs `rota actuals audit --json` over these dates, the same way.
  package var runAudit: @Sendable (ClosedRange<CalendarDay>) async throws -> ImportEnd
  /// Runs `rota push` with these arguments, the same way.
  package var runPush: @Sendable (_ arguments: [String], _ by: Actor) async throws -> ImportEnd
  /// Runs `rota clockify journal --json` with these arguments, the same way.
  package var runJournal: @Sendable (_ arguments: [String]) async throws -> ImportEnd
  /// The folder of the journals of sends; nil: none is set.
  package var journals: String?
  /// The settings as they were read, secrets left out.
  package var settingRows: [SettingRow]
  /// nil: there is none.
  package var settingsFile: String?

  package init(
    database: String, settings: ImportSettings, version: String, logger: Logger, now: @escaping @Sendable () -> Instant,
    desk: @escaping @Sendable (Actor) -> Desk, check: @escaping @Sendable () async -> [CheckLine],
    runImport: @escaping @Sendable ([String], Actor) async throws -> ImportEnd,
    runAudit: @escaping @Sendable (ClosedRange<CalendarDay>) async throws -> ImportEnd,
    runPush: @escaping @Sendable ([String], Actor) async throws -> ImportEnd,
    runJournal: @escaping @Sendable ([String]) async throws -> ImportEnd,
    settingRows: [SettingRow], settingsFile: String?
  ) {
    self.database = database
    self.settings = settings
    self.version = version
    self.logger = logger
    self.now = now
    self.desk = desk
    self.check = check
    self.runImport = runImport
    self.runAudit = runAudit
    self.runPush = runPush
    self.runJournal = runJournal
    self.settingRows = settingRows
    self.settingsFile = settingsFile
  }
}

/// How a command in a process of its own ended.
package struct ImportEnd: Sendable {
  /// Rule 82; nil: a signal ended it.
  package let status: Int32?
  /// What it said, a line each.
  package let lines: [String]
  /// What it printed for programs.
  package let output: String

  /// Its rows as JSON, keys in snake case; nil: it printed none.
  func rows<Row: Decodable>(_ type: Row.Type) -> [Row]? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try? decoder.decode([Row].self, from: Data(output.utf8))
  }

  package init(status: Int32?, lines: [String], output: String = "") {
    self.status = status
    self.lines = lines
    self.output = output
  }
}

/// Everything that all requests share.
struct Site: Sendable {
  let wiring: WebWiring
  let plan: PlanFile
  let accounts: AccountFile
  let pages: Pages
  let assets: Assets
  let importing: ImportJob
  let auditing: AuditJob
  let streams: Streams
  let passwords = Passwords()
  let attempts = Attempts()

  init(_ wiring: WebWiring) throws {
    self.wiring = wiring
    plan = PlanFile(path: wiring.database)
    accounts = try AccountFile(database: wiring.database)
    assets = Assets()
    pages = try Pages()
    importing = ImportJob(wiring)
    auditing = AuditJob(wiring)
    streams = Streams(limit: 32)
  }

  var zone: Zone { wiring.settings.planningZone.flatMap { Zone($0) } ?? .utc }
  var moments: Moments { Moments(zone: zone) }
  var today: CalendarDay { zone.day(of: wiring.now()) }
}

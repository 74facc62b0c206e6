import ArgumentParser
import ClockifyAPI
import Foundation
import Importing
import Logging
import Operating
import Planning
import PlanningStore
import Steering
import Synchronization

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
  @Option(help: "The planning database. Default: the setting 'database', else rota.sqlite.")
  var database: String?

  @Option(help: "The settings file. Default: $ROTA_CONFIG, else rota.yaml if it is there.")
  var config: String?

  @Option(name: .customLong("as-of"), help: "Act as if it were this moment: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, UTC.")
  var asOf: String?

  @Flag(name: .shortAndLong, help: "Print nothing but data and errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Log each step and each request on stderr.")
  var verbose = false

  func validate() throws {
    if let asOf, Instant(asOf) == nil {
      throw ValidationError("--as-of must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, not \"\(asOf)\".")
    }
  }
}

struct JSONOption: ParsableArguments {
  @Flag(help: "Print JSON (docs/json.md).")
  var json = false
}

struct DryRunOption: ParsableArguments {
  @Flag(name: .customLong("dry-run"), help: "Show what would happen; write nothing.")
  var dryRun = false
}

/// Everything live is made here: settings, clock, database, lock, client.
struct Composition {
  let options: CommonOptions
  var settings: RotaSettings
  /// A service logs each step as the settings say; other commands only warn.
  var logsSteps = false
  let environment: [String: String]

  init(_ options: CommonOptions, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    self.options = options
    self.environment = environment
    var loader = SettingsLoader(environment: environment)
    settings = try loader.load(config: options.config, database: options.database)
  }

  var now: Instant {
    options.asOf.flatMap { Instant($0) } ?? Instant(seconds: Int(Date().timeIntervalSince1970))
  }

  /// "Today" where nobody's zone is known yet: in `planning: time_zone`, else UTC.
  var today: CalendarDay { (settings.imports.planningZone.flatMap { Zone($0) } ?? .utc).day(of: now) }

  func openDatabase(creates: Bool = false) throws -> PlanningDatabase {
    try PlanningDatabase(path: settings.database, creates: creates)
  }

  /// Makes the database only where its path was given.
  func openOrCreateDatabase() throws -> PlanningDatabase { try openDatabase(creates: settings.databaseIsNamed) }

  /// Reads from the database; fails if it is not there.
  func read<Value>(_ body: (StoreSession) throws -> Value) throws -> Value {
    try desk().ask(body)
  }

  /// Does it, and says what was said.
  func perform(_ action: some Action, _ dryRun: DryRunOption) throws {
    for line in try desk().perform(action, isDryRun: dryRun.dryRun).text { say(line) }
  }

  /// - Parameter now: nil: the clock's, or that of `--as-of`.
  func desk(_ surface: Actor.Surface = .cli, now: Instant? = nil) -> Desk {
    let progress = options.quiet ? nil : Progress(logger: logsSteps ? logger : nil)
    return desk(Actor(name: NSUserName(), surface: surface), now: now ?? self.now, progress)
  }

  /// For somebody at the web app, who sees progress there.
  ///
  /// - Parameter starter: `web:ana`.
  func desk(for starter: String) -> Desk {
    desk(Actor(name: String(starter.drop { $0 != ":" }.dropFirst()), surface: .web), now: now, nil)
  }

  func desk(_ actor: Actor, now: Instant, _ progress: Progress?) -> Desk {
    var desk = Desk(
      path: settings.database, settings: settings.imports, actor: actor, now: now, logger: logger,
      progress: progress.map { progress in
        ImportProgress(say: { progress.say($0) }, end: { Terminal.endProgress() })
      }
    ) { database, waits in try source(database, waits: waits, progress: progress) }
    desk.replica = settings.replica
    return desk
  }

  func publication(_ desk: Desk) -> Publication {
    Publication(desk: desk, settings: settings.publish, version: Rota.version)
  }

  /// The key is read for each source; what is wrong with its file is said once.
  private static let hasWarned = Atomic(false)

  func credential() throws -> ClockifyCredential {
    let key = environment["CLOCKIFY_API_KEY"].flatMap { $0.isEmpty ? nil : $0 }
    let file = environment["CLOCKIFY_API_KEY_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    let token = environment["CLOCKIFY_ADDON_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    guard [key, file, token].compactMap(\.self).count == 1 else {
      throw UserError(
        key == nil && file == nil && token == nil
          ? "there is no Clockify key"
          : "more than one of CLOCKIFY_API_KEY, CLOCKIFY_API_KEY_FILE and CLOCKIFY_ADDON_TOKEN is set",
        next: .outside(
          key == nil && file == nil && token == nil
            ? "set CLOCKIFY_API_KEY, or CLOCKIFY_API_KEY_FILE to a file that holds it, and run 'rota check'"
            : "unset all but one of them"))
    }
    if let token { return try ClockifyCredential(.addonToken, secret: token) }
    if let key { return try ClockifyCredential(.apiKey, secret: key) }
    let keyFile = KeyFile(file!)
    let text = try keyFile.text()
    if let rights = keyFile.rightsOfOthers, !Self.hasWarned.exchange(true, ordering: .relaxed) {
      logger.warning(
        "the key file can be read by others",
        metadata: ["file": "\(keyFile.path)", "rights": "\(rights)", "next": "\(keyFile.remedy)"])
    }
    return try ClockifyCredential(.apiKey, secret: text)
  }

  /// - Parameters:
  ///   - database: tells what earlier runs spent of the hour; nil: nothing is known.
  ///   - progress: hears what is waited for.
  func source(
    _ database: PlanningDatabase?, waits: Bool = false, progress: Progress? = nil
  ) throws -> ClockifySource {
    try source(budget: budget(database, waits: waits, progress: progress), progress: progress)
  }

  func budget(_ database: PlanningDatabase?, waits: Bool, progress: Progress?) throws -> RequestBudget {
    let spent = try database?.read { try $0.runs.requestsOfLastHour() } ?? []
    return RequestBudget(
      perSecond: settings.requestsPerSecond, perHour: settings.requestsPerHour,
      spent: spent.flatMap { run in Array(repeating: Date(timeIntervalSince1970: run.at), count: run.count) },
      waitsForHour: waits, waits: Waits { progress?.say($0) })
  }

  func source(budget: RequestBudget, progress: Progress?) throws -> ClockifySource {
    ClockifySource(
      addresses: try addresses(), credential: try credential(), budget: budget,
      retry: RetryPolicy(firstPause: settings.retrySeconds), waits: Waits { progress?.say($0) }, logger: logger)
  }

  /// With the share of requests that live changes have: half of a second's, a third of an hour's. Nothing is sent twice: what
  /// failed waits with everything else.
  func liveSource() throws -> ClockifySource {
    ClockifySource(
      addresses: try addresses(), credential: try credential(),
      budget: RequestBudget(
        perSecond: settings.requestsPerSecond / 2, perHour: settings.requestsPerHour.map { max(1, $0 / 3) }),
      retry: RetryPolicy(attempts: 1), logger: logger)
  }

  func addresses() throws -> ClockifyAddresses {
    try ClockifyAddresses(api: settings.apiURL, reports: settings.reportsURL)
  }

  var logger: Logger {
    let isText = Terminal.isInteractive || !logsSteps
    var logger = Logger(label: "rota") { label -> any LogHandler in
      isText ? StreamLogHandler.standardError(label: label) : JSONLogHandler()
    }
    let level = logsSteps ? Logger.Level(rawValue: settings.logLevel) ?? .info : .warning
    logger.logLevel = options.verbose ? .debug : options.quiet ? max(level, .warning) : level
    return logger
  }

  func say(_ text: String) {
    if !options.quiet { Terminal.note(text) }
  }
}

extension CalendarDay: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

/// A path that means the same from every folder.
func absolute(_ path: String) -> String {
  path.hasPrefix("/") ? path : (FileManager.default.currentDirectoryPath as NSString).appendingPathComponent(path)
}

package import ClockifyAPI
package import ClockifySimulator
package import Foundation
package import Importing
import Logging
package import Planning
package import PlanningStore
package import Steering

/// A simulated Clockify, a fresh database, and a clock set by hand: what import tests stand on.
///
/// Week Monday 2026-03-02 to Sunday 2026-03-08; who and what is in it: `Cast`. `World.with` makes one workspace,
/// `World.several` several; `World+Clockify` tracks time and edits the lists, `World+Plan` plans.
package final class World {
  package let clockify: SimulatedClockify
  package private(set) var database: PlanningDatabase
  package let folder: URL
  package var settings = ImportSettings()
  /// nil: imports keep nothing beside the plan; else they go through the desk.
  package var replica: ReplicaSettings?
  /// Requests that an hour may have, of imports through the desk; nil: as many as one likes.
  package var perHour: Int?
  package var now: Instant
  package var retry = RetryPolicy(attempts: 3, firstPause: 0.01)
  private var counter = 0

  /// - Parameters:
  ///   - now: UTC.
  ///   - workspaces: nil: one, with the cast.
  package static func make(
    now: String = "2026-03-09T06:00:00Z", plan: String = "PRO_2021", workspaces: [SimulatedWorkspace]? = nil
  ) async throws -> World {
    let clockify = try await SimulatedClockify.start(workspaces ?? [cast(plan: plan)])
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appendingPathComponent("rota.sqlite").path
    return World(
      clockify: clockify, database: try PlanningDatabase(path: path, creates: true), folder: folder,
      now: Instant(now)!)
  }

  /// Workspace W with everybody and everything of the cast.
  private static func cast(name: String = "W", plan: String) -> SimulatedWorkspace {
    var workspace = SimulatedWorkspace(id: Cast.id(0), name: name, plan: plan)
    workspace.users = Cast.people.map(user)
    workspace.clients = [Cast.Client.acme, .internal].map { .init(id: $0.id, name: $0.name) }
    func project(_ project: Cast.Project, _ client: Cast.Client) -> SimulatedWorkspace.Project {
      .init(id: project.id, name: project.name, clientID: client.id)
    }
    workspace.projects = [project(.alpha, .acme), project(.beta, .acme), project(.leave, .internal)]
    return workspace
  }

  private static func user(_ person: Cast.Person) -> SimulatedWorkspace.User {
    switch person {
    case .ana:
      var ana = SimulatedWorkspace.User(id: person.id, name: "Ana", email: "Ana@ex.test", timeZone: "Europe/Berlin")
      ana.role = .owner
      return ana
    case .bob: return .init(id: person.id, name: "Bob", email: "bob@ex.test", timeZone: "America/New_York")
    default:
      return .init(
        id: person.id, name: person.name, email: "\(person.name.lowercased())@ex.test", timeZone: "Pacific/Auckland")
    }
  }

  /// Makes a world, hands it over, and cleans up after it.
  package static func with(
    now: String = "2026-03-09T06:00:00Z", plan: String = "PRO_2021", _ body: (World) async throws -> Void
  ) async throws {
    try await lend(make(now: now, plan: plan), to: body)
  }

  private static func lend(_ world: World, to body: (World) async throws -> Void) async throws {
    do {
      try await body(world)
    } catch {
      await world.close()
      throw error
    }
    await world.close()
  }

  /// Several workspaces that share accounts, all of them named in the settings.
  ///
  /// The first has the clients and projects of the cast, the others have people only:
  /// `World.several(["A": Cast.people, "B": [.ana, .bob]]) { world in … }`; then `world.newProject("Gamma", …, in: "B")`.
  ///
  /// - Parameter workspaces: name and people; Ana, who owns the key, is in each.
  package static func several(
    _ workspaces: KeyValuePairs<String, [Cast.Person]>, now: String = "2026-03-09T06:00:00Z",
    plan: String = "PRO_2021", _ body: (World) async throws -> Void
  ) async throws {
    let made = workspaces.enumerated().map { number, entry in
      var workspace =
        number == 0
        ? cast(name: entry.key, plan: plan)
        : SimulatedWorkspace(id: Cast.id(9000 + number), name: entry.key, plan: plan)
      workspace.users = entry.value.map(user)
      return workspace
    }
    let world = try await make(now: now, workspaces: made)
    world.settings.workspaces = made.map(\.id)
    try await lend(world, to: body)
  }

  private init(clockify: SimulatedClockify, database: PlanningDatabase, folder: URL, now: Instant) {
    self.clockify = clockify
    self.database = database
    self.folder = folder
    self.now = now
  }

  /// Counts what the world makes, so that ids differ.
  func nextNumber() -> Int {
    counter += 1
    return counter
  }

  package func close() async {
    await clockify.stop()
    try? database.close()
    try? FileManager.default.removeItem(at: folder)
  }

  // MARK: Ours

  /// Imports the lists, gives everybody the role Dev, turns actuals on, zeros from `zerosFrom` on (nil: mode off).
  package func enableActuals(role: String = "Dev", zerosFrom: String? = nil) async throws {
    try await importNow()
    if zerosFrom == nil { settings.autofillMode = .off }
    try database.write { session in
      let role = try session.roles.find(named: role) ?? session.roles.add(role)
      for person in try session.questions.peopleWithUnknownRole() {
        _ = try session.contracts.setRole(
          role, of: person.id, from: nil, minutesPerDay: 480, workingDays: .mondayToFriday)
      }
      try session.settings.set(Setting.actualsEnabledAt, now.description, at: now)
      try session.settings.set(Setting.autofillFrom, zerosFrom, at: now)
    }
  }

  @discardableResult
  package func importNow(
    scopes: Set<ImportScope> = Set(ImportScope.allCases), since: String? = nil, confirm: Int64? = nil,
    _ configure: (inout ImportRequest) -> Void = { _ in }
  ) async throws -> ImportReport {
    var request = ImportRequest(
      trigger: .manual, scopes: scopes, since: since.flatMap { CalendarDay($0) }, confirmedRun: confirm, now: now)
    configure(&request)
    return try await startImport(request).value
  }

  /// - Parameter copy: imports into this database instead of the world's own.
  /// - Returns: the running import, for those who mean to cancel it.
  package func startImport(_ request: ImportRequest, into copy: PlanningDatabase? = nil) -> Task<
    ImportReport, any Error
  > {
    let (database, settings, url, retry) = (copy ?? database, settings, clockify.apiURL, retry)
    if replica != nil {
      let desk = desk
      return Task { try await desk.perform(ImportNow(request), on: database) }
    }
    return Task {
      // As the desk does it.
      let switches = try database.read { try Switches($0) }
      var request = request
      request.scopes = switches.left(of: request.scopes)
      let source = ClockifySource(
        addresses: try ClockifyAddresses(api: url),
        credential: try ClockifyCredential(.apiKey, secret: SimulatedClockify.key),
        budget: RequestBudget(perSecond: 1000, perHour: nil), retry: retry,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      let pipeline = ImportPipeline(
        database: database, source: source, settings: switches.applied(to: settings), request: request,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, wording: .english, progress: { _ in })
      return try await pipeline.run()
    }
  }

  /// As commands have it.
  package var desk: Desk {
    let (url, perHour, retry) = (clockify.apiURL, perHour, retry)
    var desk = Desk(
      path: database.path, settings: settings, actor: Actor(name: "tester", surface: .cli), now: now,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, progress: nil
    ) { _, _ in
      ClockifySource(
        addresses: try ClockifyAddresses(api: url),
        credential: try ClockifyCredential(.apiKey, secret: SimulatedClockify.key),
        budget: RequestBudget(perSecond: 1000, perHour: perHour),
        retry: retry,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
    desk.replica = replica ?? ReplicaSettings()
    return desk
  }

  /// Lets go of the database and goes on with a copy of it, as after a crash.
  package func goOn(with path: String) throws {
    try database.close()
    database = try PlanningDatabase(path: path, creates: false)
  }

  /// Runs SQL as a planner would, with a tool of their own: foreign keys off.
  @discardableResult
  package func sql(_ text: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-batch", "-bail", database.path, ".timeout 5000", text]
    let (out, errors) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = errors
    try process.run()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw SQLFailed(message: String(decoding: complaint, as: UTF8.self)) }
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  package struct SQLFailed: Error {
    package let message: String
  }
}

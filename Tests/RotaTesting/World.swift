import ClockifyAPI
package import ClockifySimulator
package import Foundation
package import Importing
import Logging
package import Planning
package import PlanningStore
import Steering

/// A simulated Clockify, a fresh database, and a clock set by hand: what import tests stand on.
///
/// Week Monday 2026-03-02 to Sunday 2026-03-08; the cast of docs/importing.md.
package final class World {
  package let clockify: SimulatedClockify
  package private(set) var database: PlanningDatabase
  package let folder: URL
  package var settings = ImportSettings()
  package var now: Instant
  private var counter = 0

  package static let anaID = "6630aa10b1c2d3e4f5060001"
  package static let bobID = "6630aa10b1c2d3e4f5060002"
  package static let chloeID = "6630aa10b1c2d3e4f5060003"
  package static let acmeID = "6630aa10b1c2d3e4f5060010"
  package static let internalID = "6630aa10b1c2d3e4f5060011"
  package static let alphaID = "6630aa10b1c2d3e4f5060020"
  package static let betaID = "6630aa10b1c2d3e4f5060021"
  package static let leaveID = "6630aa10b1c2d3e4f5060022"

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

  private static func cast(plan: String) -> SimulatedWorkspace {
    var workspace = SimulatedWorkspace(id: "6630aa10b1c2d3e4f5060000", name: "W", plan: plan)
    var ana = SimulatedWorkspace.User(id: anaID, name: "Ana", email: "Ana@ex.test", timeZone: "Europe/Berlin")
    ana.role = .owner
    workspace.users = [
      ana, .init(id: bobID, name: "Bob", email: "bob@ex.test", timeZone: "America/New_York"),
      .init(id: chloeID, name: "Chloe", email: "chloe@ex.test", timeZone: "Pacific/Auckland"),
    ]
    workspace.clients = [.init(id: acmeID, name: "Acme"), .init(id: internalID, name: "Internal")]
    workspace.projects = [
      .init(id: alphaID, name: "Alpha", clientID: acmeID), .init(id: betaID, name: "Beta", clientID: acmeID),
      .init(id: leaveID, name: "Leave", clientID: internalID),
    ]
    return workspace
  }

  /// Makes a world, hands it over, and cleans up after it.
  package static func with(
    now: String = "2026-03-09T06:00:00Z", plan: String = "PRO_2021", workspaces: [SimulatedWorkspace]? = nil,
    _ body: (World) async throws -> Void
  ) async throws {
    let world = try await make(now: now, plan: plan, workspaces: workspaces)
    do {
      try await body(world)
    } catch {
      await world.close()
      throw error
    }
    await world.close()
  }

  private init(clockify: SimulatedClockify, database: PlanningDatabase, folder: URL, now: Instant) {
    self.clockify = clockify
    self.database = database
    self.folder = folder
    self.now = now
  }

  package func close() async {
    await clockify.stop()
    try? database.close()
    try? FileManager.default.removeItem(at: folder)
  }

  // MARK: Clockify's side

  /// - Parameters:
  ///   - start: UTC, `2026-03-03T08:00:00Z`.
  ///   - minutes: nil: the timer runs.
  ///   - workspace: the first is 0.
  /// - Returns: the entry's id.
  @discardableResult
  package func track(
    _ user: String, _ project: String?, _ start: String, minutes: Int?, seconds: Int = 0,
    billable: Bool? = true, type: String? = "REGULAR", workspace: Int = 0
  ) -> String {
    counter += 1
    let begin = Instant(start)!.seconds
    let id = "66500c00b1c2d3e4f506" + String(repeating: "0", count: 4 - "\(counter)".count) + "\(counter)"
    var entry = SimulatedWorkspace.Entry(
      id: id, userID: user, projectID: project, start: begin, end: minutes.map { begin + $0 * 60 + seconds })
    entry.billable = billable
    entry.type = type
    clockify.change { [entry] in $0.workspaces[workspace].add(entry) }
    return id
  }

  /// Ana, on Alpha.
  @discardableResult
  package func track(_ start: String, minutes: Int?, seconds: Int = 0, billable: Bool = true) -> String {
    track(Self.anaID, Self.alphaID, start, minutes: minutes, seconds: seconds, billable: billable)
  }

  package func edit(_ id: String, _ edit: @escaping @Sendable (inout SimulatedWorkspace.Entry) -> Void) {
    clockify.change { state in
      for index in state.workspaces.indices { state.workspaces[index].editEntry(id, edit) }
    }
  }

  package func remove(_ id: String) {
    clockify.change { state in
      for index in state.workspaces.indices { state.workspaces[index].removeEntry(id) }
    }
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
    let (database, settings, url) = (copy ?? database, settings, clockify.apiURL)
    return Task {
      let source = ClockifySource(
        addresses: try ClockifyAddresses(api: url),
        credential: try ClockifyCredential(.apiKey, secret: SimulatedClockify.key),
        budget: RequestBudget(perSecond: 1000, perHour: nil), retry: RetryPolicy(attempts: 3, firstPause: 0.01),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      let pipeline = ImportPipeline(
        database: database, source: source, settings: settings,
        request: request,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, wording: .english, progress: { _ in })
      return try await pipeline.run()
    }
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

  /// `Ana Alpha Dev 2026-03-03 450/30` per row, zeros marked `·`, hours typed by hand `*`.
  package func actuals() throws -> [String] {
    let text = try sql(
      """
      SELECT person || ' ' || project || ' ' || role || ' ' || date || ' ' || billable_minutes || '/' || nonbillable_minutes
        || CASE origin WHEN 'autofill' THEN '·' WHEN 'manual' THEN '*' ELSE '' END
      FROM actual_detail ORDER BY date, person, project, role
      """)
    return text.isEmpty ? [] : text.split(separator: "\n").map(String.init)
  }

  /// Everything planners see, for comparisons; run log and stamps left out.
  package func state() throws -> String {
    try sql(
      """
      SELECT 'client', name, is_archived FROM client ORDER BY 2;
      SELECT 'project', name, is_archived, archived_by FROM project ORDER BY 2, 1;
      SELECT 'person', name, is_archived, archived_by FROM person ORDER BY 2;
      SELECT person, project, role, date, billable_minutes, nonbillable_minutes, origin FROM actual_detail ORDER BY 1, 2, 3, 4;
      SELECT l.entry_id, l.state, l.reason, l.date, l.seconds, l.billable, person.name, project.name, role.name
        FROM ledger l LEFT JOIN person ON person.id = l.person_id LEFT JOIN project ON project.id = l.project_id
        LEFT JOIN role ON role.id = l.role_id ORDER BY 1;
      SELECT manual_minutes, imported_minutes, source_minutes, date FROM actual_conflict ORDER BY date;
      """)
  }

  /// Every table but the run log, byte for byte.
  package func dump() throws -> String {
    try sql(
      """
      .dump client project person contract role external_reference actual placement placement_basis clockify_% setting deferred_cell actual_conflict entry_change cell_change delete_plan
      """)
  }
}

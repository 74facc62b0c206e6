import ArgumentParser
import ClockifyAPI
import ClockifySimulator
import Foundation
import Importing
import Logging
import Planning
import PlanningStore
import RotaWeb
import Steering

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Show the whole product on a simulated Clockify; no key needed.",
    discussion: """
      Starts a simulated workspace on this machine, runs the real import over HTTP into rota-demo.sqlite and prints
      what happens. With --web the web app stays open on it; with --serve the simulated Clockify keeps running for any
      client.

        rota demo
        rota demo --web
        rota demo --serve
      """)
  @OptionGroup var options: CommonOptions

  @Flag(help: "Keep the simulated Clockify running and print the environment to reach it.") var serve = false
  @Flag(help: "Show all of it in a browser: print a link, and stay.") var web = false
  @Option(help: "Port on 127.0.0.1; 0 takes a free one.") var port = 0
  @Option(help: "How many people the workspace has.") var people = 14
  @Option(help: "How many projects it has.") var projects = 23
  @Option(help: "Days of history.") var days = 47
  @Option(name: .customLong("entries-per-day"), help: "Time entries a person and working day.") var entriesPerDay = 4
  @Option(help: "How many of the newest time entries end five minutes later: what a night finds changed.") var changed =
    0
  @Option(help: "What time entries have besides their time: none, tags (and locks), money (and rates).")
  var details = Details.none
  @Option(name: .customLong("tasks-per-project"), help: "Tasks of each project.") var tasksPerProject = 0
  @Option(name: .customLong("members-per-project"), help: "Members of each project, with rates.")
  var membersPerProject = 0
  @Option(help: "The workspace's Clockify plan; FREE gets 30 requests an hour.") var plan = "PRO_2021"

  @Flag(help: "Let the workspace be changed through the API, and tell webhooks of it; with --serve.") var writable =
    false
  @Option(help: "Milliseconds before each answer, as of a Clockify that is far away; with --serve.") var delay = 0

  enum Details: String, ExpressibleByArgument { case none, tags, money }

  func validate() throws {
    if writable, !serve { throw ValidationError("--writable goes with --serve.") }
    if delay != 0, !serve { throw ValidationError("--delay goes with --serve.") }
    guard (0...60_000).contains(delay) else { throw ValidationError("--delay is from 0 to 60000.") }
    if web, serve { throw ValidationError("--web and --serve: one of them.") }
    guard people > 0, people <= 20_000, projects > 0, projects <= 2_000_000, (1...3660).contains(days),
      (1...24).contains(entriesPerDay), changed >= 0, (0...10_000).contains(tasksPerProject),
      (0...20_000).contains(membersPerProject),
      (0...65_535).contains(port)
    else {
      throw ValidationError(
        "--people, --projects, --days, --entries-per-day, --changed, --tasks-per-project, --members-per-project or --port is out of range."
      )
    }
  }

  func run() async throws {
    let now = options.asOf.flatMap { Instant($0) } ?? Instant(seconds: Int(Date().timeIntervalSince1970))
    var generator = WorkspaceGenerator(
      people: people, projects: projects, days: days, lastDay: now.utcDay.number, entriesPerDay: entriesPerDay,
      plan: plan)
    generator.details = .init(rawValue: details.rawValue) ?? .none
    (generator.tasksPerProject, generator.membersPerProject) = (tasksPerProject, membersPerProject)
    var workspace = generator.make()
    workspace.lengthen(newest: changed, by: 300)
    let clockify: SimulatedClockify
    do {
      clockify = try await SimulatedClockify.start([workspace], port: port)
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw UserError(
        "port \(port) on 127.0.0.1 cannot be used", next: .serveDemo, status: .failed)
    }
    let (isWritable, delay) = (writable, delay)
    clockify.change { state in
      (state.controls.acceptsWrites, state.controls.acceptsWebhooks) = (isWritable, isWritable)
      if delay > 0 { state.controls.faults = [.init(.delay(Double(delay) / 1000), on: "/")] }
    }
    do {
      let banner =
        "rota demo: a simulated Clockify workspace \"\(workspace.name)\" on 127.0.0.1:\(clockify.port) (\(Words.plural(workspace.users.count, "person", "people")), \(Words.plural(workspace.projects.count, "project")), \(Words.plural(workspace.clients.count, "client")), \(Words.plural(workspace.entries.count, "time entry", "time entries")))"
      for line in Words.wrapped(banner, indent: 2) { print(line) }
      if serve {
        try await keepServing(clockify)
      } else {
        let story = DemoStory(clockify: clockify, options: options, now: now)
        try await story.tell(showsMore: !web)
        if web { try await story.showInBrowser() }
      }
    } catch {
      await clockify.stop()
      if serve, error is CancellationError { return }
      throw error
    }
    await clockify.stop()
  }

  private func keepServing(_ clockify: SimulatedClockify) async throws {
    print(
      """

      In another terminal:
        export CLOCKIFY_API_KEY=\(SimulatedClockify.key)
        export CLOCKIFY_API_URL=\(clockify.apiURL)
        rota init && rota check && rota import

      Ctrl-C ends it.
      """)
    fflush(nil)
    while true { try await Task.sleep(for: .seconds(3600)) }
  }
}

/// The story that `rota demo` tells: every number in it comes from the real import into a real database.
private struct DemoStory {
  let clockify: SimulatedClockify
  let options: CommonOptions
  let now: Instant
  private let path: String

  init(clockify: SimulatedClockify, options: CommonOptions, now: Instant) {
    self.clockify = clockify
    self.options = options
    self.now = now
    path = options.database ?? "rota-demo.sqlite"
  }

  /// - Parameter showsMore: says at the end what one can look at next.
  func tell(showsMore: Bool) async throws {
    try clearStage()
    let database = try PlanningDatabase(path: path, creates: true)
    print("\n1. Import clients, projects and people")
    try await importOnce(database)

    print("\n2. Actuals wait for roles")
    let unknown = try database.read { try $0.questions.peopleWithUnknownRole() }
    print(
      "   rota actuals enable  →  refused: \(Words.plural(unknown.count, "person has", "people have")) the role Unknown"
    )
    try setRoles(unknown)
    let firstDay = now.utcDay - 45
    _ = try desk.perform(EnableActuals(allowUnknown: false, autofillFrom: firstDay))
    print("   rota actuals enable --autofill-from \(firstDay)  →  on")

    print("\n3. Import actuals")
    try await importOnce(database)
    print("\n4. The same again")
    try await importOnce(database)

    print("\n5. A week: planned, worked, zeros (two assignments and half a day off are added, and imported again)")
    try planAndShow(unknown.first?.id, database)
    try await importOnce(database, shows: false)
    try showWeek(unknown.first, database)
    guard showsMore else { return }
    let rota = CommandLine.arguments[0]
    print("\nThe database is \(path).  Look around:")
    print("  \(rota) status --database \(path)")
    print("  \(rota) runs show 2 --database \(path)")
    print("  sqlite3 \(path) 'SELECT * FROM actual_detail LIMIT 5'")
    print("In a browser:  \(rota) demo --web")
  }

  /// The web app over the same database and the same simulated Clockify.
  func showInBrowser() async throws {
    var environment = ProcessInfo.processInfo.environment
    for name in ["CLOCKIFY_API_KEY_FILE", "CLOCKIFY_ADDON_TOKEN", "CLOCKIFY_REPORTS_URL"] { environment[name] = nil }
    environment["CLOCKIFY_API_KEY"] = SimulatedClockify.key
    environment["CLOCKIFY_API_URL"] = clockify.apiURL
    var options = options
    options.database = path
    let composition = try Composition(options, environment: environment)
    try await WebApp(composition.webWiring(startedAs: "demo"), listen: WebAddress("127.0.0.1:0")).run { link in
      print("\n6. In a browser\n   \(link)\n   The link works once, within ten minutes. Ctrl-C ends it.")
      fflush(nil)
    }
  }

  /// A demo's file of last time goes; anybody else's stays, and stops the demo.
  private func clearStage() throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    guard let database = try? PlanningDatabase(path: path, creates: false, migrates: false),
      let runs = try? database.read({ try $0.runs.latest(limit: 1_000_000) }), !runs.isEmpty,
      runs.allSatisfy({ $0.trigger == .demo })
    else {
      throw UserError(
        "\(path) is not a demo's; nothing was changed", next: .demoElsewhere)
    }
    try database.close()
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }

  private var silent: Logger { Logger(label: "demo") { _ in SwiftLogNoOpLogHandler() } }

  private var desk: Desk {
    Desk(
      path: path, settings: ImportSettings(), actor: Actor(name: NSUserName(), surface: .cli), now: now, logger: silent,
      progress: nil
    ) { _, _ in try source() }
  }

  private func source() throws -> ClockifySource {
    ClockifySource(
      addresses: try ClockifyAddresses(api: clockify.apiURL),
      credential: try ClockifyCredential(.apiKey, secret: SimulatedClockify.key),
      budget: RequestBudget(perSecond: 50, perHour: nil), logger: silent)
  }

  private func importOnce(_ database: PlanningDatabase, shows: Bool = true) async throws {
    let pipeline = ImportPipeline(
      database: database, source: try source(), settings: ImportSettings(),
      request: ImportRequest(trigger: .demo, now: now), logger: silent, wording: .english, progress: { _ in })
    let started = ContinuousClock.now
    let report = try await pipeline.run()
    guard shows else { return }
    for line in ReportWords(report: report, isDryRun: false, database: database).lines { print("   \(line)") }
    let milliseconds = (ContinuousClock.now - started) / .milliseconds(1)
    print("   in \(Int(milliseconds.rounded())) ms")
  }

  private func setRoles(_ people: [(id: PersonID, name: String)]) throws {
    let designers = people.indices.filter { $0.isMultiple(of: 3) }.map { "\(people[$0].id)" }
    _ = try desk.perform(
      GiveRole(role: "Designer", people: designers, unknown: false, createRole: true, from: nil))
    _ = try desk.perform(GiveRole(role: "Developer", people: [], unknown: true, createRole: true, from: nil))
    print(
      "   rota people set-role Designer …  and  rota people set-role Developer --unknown  →  \(Words.plural(people.count, "person", "people"))"
    )
  }

  private var monday: CalendarDay { (now.utcDay - 7).startOfWeek(from: .monday) }

  private func planAndShow(_ person: PersonID?, _ database: PlanningDatabase) throws {
    guard let person else { return }
    let rows = try database.read { try $0.actuals.rows(of: person, from: monday, through: monday + 6) }
    for project in Set(rows.map(\.cell.project)).sorted().prefix(2) {
      _ = try desk.perform(
        AddRow<AssignmentRows>([
          "person_id": "\(person)", "project_id": "\(project)", "starts_on": "\(monday)", "ends_on": "\(monday + 4)",
          "minutes_per_day": "240",
        ]))
    }
    _ = try desk.perform(
      AddRow<TimeOffRows>(["person_id": "\(person)", "starts_on": "\(monday + 3)", "minutes_per_day": "240"]))
  }

  private func showWeek(_ person: (id: PersonID, name: String)?, _ database: PlanningDatabase) throws {
    guard let person else { return }
    Terminal.say("   \(person.name)")
    let rows = try database.read { try $0.questions.week(of: person.id, from: monday) }
    let absences = try database.read { try $0.questions.absences(of: person.id, from: monday) }
    for line in WeekWords(rows, start: monday, absences: absences, today: now.utcDay).lines {
      print("   \(line)")
    }
  }
}

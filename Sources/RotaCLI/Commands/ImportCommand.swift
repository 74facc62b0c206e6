import ArgumentParser
import ClockifyAPI
import Foundation
import Importing
import Operating
import Planning
import PlanningStore
import Steering

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import now.",
    discussion: """
      Reads clients, projects and people, and, once actuals are enabled, the time of the last 45 days. A second import
      that finds nothing new writes nothing.

        rota import
        rota import --since 2026-01-01 --dry-run
      """)

  @OptionGroup var options: CommonOptions
  @OptionGroup var dryRun: DryRunOption
  @OptionGroup var json: JSONOption

  @Option(help: "What to import, of clients,projects,people,actuals,replica. Default: all that are enabled.")
  var scope: String?

  @Option(help: "Read the time again from this date on (YYYY-MM-DD) instead of the usual window.")
  var since: CalendarDay?

  @Option(help: "Read the time again up to this date only.") var until: CalendarDay?
  @Flag(help: "Read everything again, back to where the first import with actuals read.") var full = false
  @Option(help: "Only this workspace, by Clockify id; may be repeated.") var workspace: [String] = []
  @Option(help: "Only the time of this person, by id, name or Clockify id.") var person: String?
  @Option(help: "Only the time of this project, by id, name or Clockify id.") var project: String?
  @Flag(help: "On FREE workspaces: wait for the next hour's requests instead of ending partial.") var wait = false

  @Option(name: .customLong("confirm-deletes"), help: "Let through the removals that the held run RUN listed.")
  var confirmDeletes: Int64?

  @Option(
    name: .customLong("started-by"), help: "For the web app: who asked for it, as in web:ana. Default: this user.")
  var startedBy: String?

  func run() async throws {
    let composition = try Composition(options)
    let scopes = try Self.scopes(scope)
    _ = try composition.credential()
    if let since, since > composition.today { throw UserError("--since \(since) is in the future") }
    if let since {
      try Self.refuseAges(
        since, option: "--since", today: composition.today,
        next:
          .either(
            .importDates(since: Self.oldest, until: nil),
            .outside("rota import --full, which goes back to where the first import did")))
    }
    let database = try dryRun.dryRun ? composition.openDatabase() : composition.openOrCreateDatabase()
    var request = ImportRequest(
      trigger: startedBy?.hasPrefix("demo:") ?? false ? .demo : .manual, scopes: scopes, since: since,
      confirmedRun: confirmDeletes, now: composition.now)
    request.until = until
    request.isFull = full
    request.workspaces = workspace.map { $0.lowercased() }
    if let bad = request.workspaces.first(where: { $0 != "all" && !$0.isClockifyID }) {
      throw UserError(
        "--workspace \(bad) is no Clockify id: it must have 24 hexadecimal digits",
        next: .outside("rota check, which lists the workspaces that the key sees"))
    }
    try database.read { session in
      request.person = try person.map { try linked(.person, $0, session) }
      request.project = try project.map { try linked(.project, $0, session) }
    }
    let desk = startedBy.map { composition.desk(for: $0) } ?? composition.desk()
    let report = try await desk.perform(
      ImportNow(request, isDryRun: dryRun.dryRun, waits: wait, namesScopes: scope != nil), on: database)
    if json.json { print(ReportWords.json(report)) }
    for line in ReportWords(report: report, isDryRun: dryRun.dryRun, database: database).lines { composition.say(line) }
    if !dryRun.dryRun { try publish(composition, desk, database) }
    if let status = ReportWords.status(of: report) { throw status }
  }

  /// A target that is down does not undo an import: it is said, and caught up later.
  private func publish(_ composition: Composition, _ desk: Desk, _ database: PlanningDatabase) throws {
    do {
      try composition.publication(desk).runAfterImport(database) { outcome in
        switch outcome.result {
        case .success(let report):
          composition.say("published \(PublishWords(outcome.target).line(report, isDryRun: false))")
        case .failure(let error): ErrorReport.report(error)
        }
      }
    } catch let error as UserError {
      ErrorReport.report(error)
    }
  }

  func validate() throws {
    if let since, let until, until < since { throw ValidationError("--since \(since) is after --until \(until).") }
    try StartedBy.check(startedBy)
    if full, since != nil { throw ValidationError("--full says how far back; leave --since out.") }
  }

  static let oldest = CalendarDay(year: 2000, month: 1, day: 1)!

  /// Nobody's time is so old that it is worth what asking for it costs.
  static func refuseAges(_ since: CalendarDay, option: String, today: CalendarDay, next: NextStep) throws {
    guard since < oldest else { return }
    let days = today - since + 1
    throw UserError(
      "\(option) \(since) is before \(oldest): reading \(Words.count(days)) days takes from \(Words.count((days + 365) / 366)) to \(Words.count((days + 30) / 31)) requests, by the workspace's plan",
      next: next)
  }

  /// An item that Clockify knows.
  private func linked(_ kind: PlanSnapshot.Kind, _ text: String, _ session: StoreSession) throws -> Int64 {
    let item = try session.items.named(kind, text)
    guard try !session.references.clockifyIDs(kind, of: item.id).isEmpty else {
      throw UserError(
        "\(kind.rawValue) \(item.name) is not linked to Clockify, so there is no time to read",
        next: .link(kind, item: item.id, clockifyID: nil))
    }
    return item.id
  }

  static func scopes(_ text: String?) throws -> Set<ImportScope> {
    guard let text else { return Set(ImportScope.allCases) }
    let words = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    let scopes = words.compactMap { ImportScope(rawValue: $0) }
    guard !words.isEmpty, scopes.count == words.count else {
      throw UserError("--scope must be some of clients,projects,people,actuals,replica, not \"\(text)\"")
    }
    return Set(scopes)
  }
}

/// Who asked the web app for it.
enum StartedBy {
  static func check(_ starter: String?) throws {
    if let starter, !["web:", "demo:"].contains(where: { starter.hasPrefix($0) && starter != $0 }) {
      throw ValidationError("--started-by must be like web:ana, not \"\(starter)\".")
    }
  }
}

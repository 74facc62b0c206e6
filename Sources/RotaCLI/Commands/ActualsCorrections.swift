import ArgumentParser
import Foundation
import Importing
import Planning
import PlanningStore
import Steering

/// One person, project and date, as typed.
struct CellArguments: ParsableArguments {
  @Argument(help: "The person, by id, exact name or Clockify id.") var person: String
  @Argument(help: "The project, by id, exact name or Clockify id.") var project: String
  @Argument(help: "The date.") var date: CalendarDay

  var cell: TypedCell { TypedCell(person: person, project: project, day: date) }
}

/// Dates from one on up to another, both included; without any, the days that each import reads again.
struct DateRange: ParsableArguments {
  @Option(help: "First date. Default: as many days before the last as an import reads again (import: window_days, 45).")
  var from: CalendarDay?
  @Option(help: "Last date. Default: today.") var to: CalendarDay?

  func days(_ composition: Composition) throws -> ClosedRange<CalendarDay> {
    let last = to ?? composition.today
    let first = from ?? last - composition.settings.imports.windowDays
    guard first <= last else { throw UserError("--from \(first) is after --to \(last)") }
    return first...last
  }
}

extension ActualsCommand {
  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Type hours by hand; the import leaves that person, project and date alone from then on.",
      discussion: """
          rota actuals set "Ana Ruiz" Alpha 2026-03-03 --billable 240
          rota actuals set "Ana Ruiz" Alpha 2026-03-03 --clear
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var place: CellArguments
    @Option(help: "Billable minutes.") var billable: Int?
    @Option(name: .customLong("nonbillable"), help: "Minutes that are not billable.") var nonbillable: Int?
    @Option(help: "The role. Default: that of the contract on the date.") var role: String?
    @Flag(help: "Take away what was typed; the next import writes what Clockify has.") var clear = false
    @Flag(help: "Also more than the 1,440 minutes of a day.") var force = false
    @OptionGroup var dryRun: DryRunOption

    func validate() throws {
      guard clear == (billable == nil && nonbillable == nil) else {
        throw ValidationError("Give --billable or --nonbillable minutes, or --clear.")
      }
    }

    func run() throws {
      try Composition(options).perform(
        TypeActual(place.cell, billable: billable, nonbillable: nonbillable, role: role, force: force), dryRun)
    }
  }

  struct Purge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove what the import made and nobody touched; the next import writes it again.",
      discussion: """
        Hours typed or edited by hand stay, and so does everything on locked dates.

          rota actuals purge --run 118 --dry-run
          rota actuals purge --project Alpha
          rota actuals purge --origin autofill
          rota actuals purge --all-imported --with-items
        """)
    @OptionGroup var options: CommonOptions
    @Option(name: .customLong("run"), help: "What this run wrote.") var runID: Int64?
    @Option(help: "Of this project, by id, exact name or Clockify id.") var project: String?
    @Option(help: "clockify or autofill.") var origin: String?
    @Flag(name: .customLong("all-imported"), help: "All of it.") var allImported = false
    @Flag(name: .customLong("with-items"), help: "Also imported people, projects and clients that nothing else uses.")
    var withItems = false
    @OptionGroup var dryRun: DryRunOption

    func validate() throws {
      let choices = [runID != nil, project != nil, origin != nil, allImported].count { $0 }
      guard choices == 1 || (choices > 1 && !allImported) else {
        throw ValidationError("Say what: --run, --project, --origin or --all-imported.")
      }
      guard origin == nil || ["clockify", "autofill"].contains(origin!) else {
        throw ValidationError("--origin must be clockify or autofill.")
      }
    }

    func run() throws {
      try Composition(options).perform(
        PurgeActuals(run: runID, project: project, origin: origin.flatMap(Origin.init), withItems: withItems), dryRun)
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write actuals as CSV or JSON, summed as asked for.",
      discussion: """
          rota actuals export --from 2026-01-01 --to 2026-03-31 > actuals.csv
          rota actuals export --from 2026-01-01 --by month,client --json
          rota actuals export --from 2026-01-01 --by month,project --planned
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var range: DateRange
    @Option(help: "Of date, week, month, person, project, client, role, origin.") var by =
      "date,person,client,project,role,origin"
    @Option(help: "One person.") var person: String?
    @Option(help: "One project.") var project: String?
    @Option(help: "One client.") var client: String?
    @Option(help: "One role.") var role: String?
    @Option(help: "clockify, manual or autofill.") var origin: String?
    @Flag(help: "Scheduled minutes beside worked ones; also where nothing was worked.") var planned = false

    func run() throws {
      let composition = try Composition(options)
      let days = try range.days(composition)
      let columns = by.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      let narrowed = planned && origin != nil
      guard !narrowed else { throw UserError("--planned has no origin: leave out --origin") }
      if let unknown = columns.first(where: { ActualGrouping(rawValue: $0) == nil }) {
        throw UserError(
          "--by \"\(unknown)\" must be some of \(ActualGrouping.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      guard !columns.isEmpty, Swift.Set(columns).count == columns.count else {
        throw UserError("--by names columns, each once")
      }
      guard origin == nil || origin.flatMap(Origin.init) != nil else {
        throw UserError("--origin must be clockify, manual or autofill")
      }
      let sums = try composition.read { session in
        try session.questions.actuals(
          by: columns.compactMap(ActualGrouping.init), from: days.lowerBound, through: days.upperBound,
          person: person.map { try session.items.named(.person, $0).id },
          project: project.map { try session.items.named(.project, $0).id },
          client: client.map { try session.items.named(.client, $0).id }, role: role.map { try session.roles.id($0) },
          origin: origin.flatMap(Origin.init), withPlan: planned)
      }
      if json.json { return print(JSONText.of(JSONText.objects(Table(sums)))) }
      for line in CSVFile.lines(Table(sums)) { Terminal.data(line) }
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Explain a number: every entry behind one person, project and date, and what was not counted.",
      discussion: """
        With a month instead of a date: its days, one a line.

          rota actuals explain "Ana Ruiz" Alpha 2026-03-03
          rota actuals explain "Ana Ruiz" Alpha 2026-03
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The person, by id, exact name or Clockify id.") var person: String
    @Argument(help: "The project, by id, exact name or Clockify id.") var project: String
    @Argument(help: "The date (YYYY-MM-DD), or the month (YYYY-MM).") var date: String

    func validate() throws {
      guard CalendarDay(date) != nil || CalendarDay("\(date)-01") != nil else {
        throw ValidationError("\"\(date)\" must be a date (YYYY-MM-DD) or a month (YYYY-MM).")
      }
    }

    func run() throws {
      let composition = try Composition(options)
      try composition.read { session in
        let (person, project) = (try session.items.named(.person, person), try session.items.named(.project, project))
        let name = "\(person.name) · \(project.name) · \(date)"
        guard let day = CalendarDay(date) else {
          let month = try MonthExplanation(person.id, project.id, CalendarDay("\(date)-01")!, name, session)
          if json.json {
            print(JSONText.of(month.object))
          } else {
            for line in month.lines { Terminal.say(line) }
          }
          return
        }
        var explanation = try Explanation(Cell(person: person.id, project: project.id, day: day), name, session)
        explanation.zeros = try ZeroWords(composition.settings.imports, today: composition.today, session)
        if json.json {
          print(JSONText.of(explanation.object))
        } else {
          for line in explanation.lines { Terminal.say(line) }
        }
      }
    }
  }

  struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare our actuals with a fresh read of Clockify; writes nothing.",
      discussion: """
        Reads the time of the dates again into a copy and compares minutes per person, project and day. Each difference
        comes with its cause as far as it can be known and the command that settles it. Ends with 3 if there is one.

          rota actuals audit
          rota actuals audit --from 2026-02-01 --to 2026-02-28
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var range: DateRange

    func run() async throws {
      let composition = try Composition(options)
      let days = try range.days(composition)
      try ImportCommand.refuseAges(
        days.lowerBound, option: "--from", today: composition.today,
        next: .auditFrom(ImportCommand.oldest))
      let database = try composition.openDatabase()
      let auditor = Auditor(desk: composition.desk(), database: database, days: days)
      let differences = try await auditor.differences()
      TablePrinter.show(
        differences, asJSON: json.json,
        empty: "Our actuals of \(days.lowerBound) to \(days.upperBound) are what Clockify has.")
      if !differences.isEmpty { throw ExitStatus.partial }
    }
  }
}

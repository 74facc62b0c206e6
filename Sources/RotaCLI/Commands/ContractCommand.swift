import ArgumentParser
import Planning
import PlanningStore
import Steering

/// `rota people contract`: who works from when to when, in which role, how much and on which days.
struct ContractCommand: ParsableCommand, PlanSubject {
  static let configuration = CommandConfiguration(
    commandName: "contract", abstract: "Say in which role, how much and on which days people work.",
    subcommands: [
      Set.self, End.self, List.self, DeleteRowsCommand<ContractCommand>.self, ImportRowsCommand<ContractCommand>.self,
      ExportRows<ContractCommand>.self,
    ])
  typealias Rows = ContractRows

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set role, minutes or working days, from a date on or for good.",
      discussion: """
        With --from the contract of that date ends the day before and a new one begins; what is not given stays as it
        was. Without --from the person's only contract is changed from its beginning.

          rota people contract set "Ana Ruiz" --minutes-per-day 240 --working-days mon,tue,wed
          rota people contract set "Ana Ruiz" --role Senior --from 2026-03-09
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var person: String
    @Option(help: "The role.") var role: String?
    @Option(help: "First date of the change.") var from: CalendarDay?
    @Option(help: "Last date; none = open.") var to: String?
    @Option(name: .customLong("minutes-per-day"), help: "Minutes a working day, 0 to 1440.") var minutesPerDay: String?
    @Option(name: .customLong("working-days"), help: "Weekdays, as in mon,tue,wed.") var workingDays: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        SetContract(
          person: person, from: from, role: role, to: to, minutesPerDay: minutesPerDay, workingDays: workingDays),
        dryRun)
    }
  }

  struct End: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End a person's contract on a date.",
      discussion: "  rota people contract end \"Ana Ruiz\" --on 2026-06-30")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var person: String
    @Option(help: "The last date that it holds.") var on: CalendarDay
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(EndContract(person: person, on: on), dryRun) }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List contracts.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Id, exact name or Clockify id. Default: everybody.") var person: String?

    func run() throws {
      let rows = try Composition(options).read { session in
        try session.questions.contracts(of: person.map { try session.items.named(.person, $0).id })
      }
      TablePrinter.show(rows, asJSON: json.json, empty: "No contracts.")
    }
  }
}

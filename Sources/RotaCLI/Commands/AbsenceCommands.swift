import ArgumentParser
import Planning
import PlanningStore
import Steering

struct TimeOffCommand: ParsableCommand, PlanSubject {
  static let configuration = CommandConfiguration(
    commandName: "time-off", abstract: "Enter people's absences.",
    subcommands: [
      List.self, Add.self, Edit.self, DeleteRowsCommand<TimeOffCommand>.self, ImportRowsCommand<TimeOffCommand>.self,
      ExportRows<TimeOffCommand>.self, PurgeRowsCommand<TimeOffCommand>.self,
    ])
  typealias Rows = TimeOffRows
  typealias Source = FileOrClockify

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List time off.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "One person, by id, name or Clockify id.") var person: String?

    func run() throws {
      let rows = try Composition(options).read { session in
        try session.questions.timeOff(person: person.map { try session.items.named(.person, $0).id })
      }
      TablePrinter.show(rows, asJSON: json.json, empty: "No time off.")
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Enter time off.",
      discussion: """
          rota time-off add "Ana Ruiz" --from 2026-03-04
          rota time-off add "Ana Ruiz" --from 2026-03-04 --minutes-per-day 240 --kind sick
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var person: String
    @Option(help: "First date.") var from: CalendarDay
    @Option(help: "Last date. Default: the first.") var to: CalendarDay?
    @Option(name: .customLong("minutes-per-day"), help: "Minutes a day, 1 to 1440. Default: the whole day.")
    var minutesPerDay: String?
    @Option(help: "What kind. Default: leave.") var kind: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        AddRow<TimeOffRows>(
          [
            "person_id": person, "starts_on": "\(from)", "ends_on": to.map { "\($0)" },
            "minutes_per_day": minutesPerDay,
            "kind": kind,
          ]), dryRun)
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change time off.", discussion: "  rota time-off edit 3 --to 2026-03-06 --minutes-per-day none")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its id.") var id: Int64
    @Option(help: "Another person.") var person: String?
    @Option(help: "First date.") var from: String?
    @Option(help: "Last date.") var to: String?
    @Option(name: .customLong("minutes-per-day"), help: "Minutes a day, 1 to 1440; none = the whole day.")
    var minutesPerDay: String?
    @Option(help: "What kind.") var kind: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        EditRow<TimeOffRows>(
          id,
          ["person_id": person, "starts_on": from, "ends_on": to, "minutes_per_day": minutesPerDay, "kind": kind]),
        dryRun)
    }
  }
}

struct HolidaysCommand: ParsableCommand, PlanSubject {
  static let configuration = CommandConfiguration(
    commandName: "holidays", abstract: "Keep public holidays, for everybody or for a holiday group.",
    subcommands: [
      List.self, Add.self, Edit.self, DeleteRowsCommand<HolidaysCommand>.self, ImportRowsCommand<HolidaysCommand>.self,
      ExportRows<HolidaysCommand>.self, PurgeRowsCommand<HolidaysCommand>.self,
    ])
  typealias Rows = HolidayRows
  typealias Source = FileOrClockify

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List holidays.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      let rows = try Composition(options).read { try $0.questions.holidays() }
      TablePrinter.show(rows, asJSON: json.json, empty: "No holidays. Next: \(NextStep.addHoliday.command)")
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a holiday.",
      discussion: """
          rota holidays add 2026-05-01 --name "Labour Day"
          rota holidays add 2026-10-03 --name "German Unity Day" --group DE
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The date.") var date: CalendarDay
    @Option(help: "Its name.") var name: String?
    @Option(help: "Only for people of this holiday group. Default: everybody.") var group: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        AddRow<HolidayRows>(
          ["date": "\(date)", "name": name, "holiday_group": group]), dryRun)
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a holiday.", discussion: "  rota holidays edit 3 --group none")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its id.") var id: Int64
    @Option(help: "The date.") var date: String?
    @Option(help: "Its name.") var name: String?
    @Option(help: "Only for people of this holiday group; none = everybody.") var group: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        EditRow<HolidayRows>(
          id,
          ["date": date, "name": name, "holiday_group": group]), dryRun)
    }
  }
}

import ArgumentParser
import Planning
import PlanningStore
import Steering

struct AssignmentsCommand: ParsableCommand, PlanSubject {
  static let configuration = CommandConfiguration(
    commandName: "assignments", abstract: "Plan people's work on projects.",
    subcommands: [
      List.self, Add.self, Edit.self, DeleteRowsCommand<AssignmentsCommand>.self,
      ImportRowsCommand<AssignmentsCommand>.self,
      ExportRows<AssignmentsCommand>.self, PurgeRowsCommand<AssignmentsCommand>.self,
    ])
  typealias Rows = AssignmentRows
  typealias Source = FileOrClockify

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List assignments.",
      discussion: "  rota assignments list --person \"Ana Ruiz\" --from 2026-03-02 --to 2026-03-08")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "One person, by id, name or Clockify id.") var person: String?
    @Option(help: "One project, by id, name or Clockify id.") var project: String?
    @Option(help: "Only those that end on this date or later.") var from: CalendarDay?
    @Option(help: "Only those that begin on this date or earlier.") var to: CalendarDay?

    func run() throws {
      if let from, let to, to < from { throw UserError("--from \(from) is after --to \(to)") }
      let rows = try Composition(options).read { session in
        try session.questions.assignments(
          person: person.map { try session.items.named(.person, $0).id },
          project: project.map { try session.items.named(.project, $0).id }, from: from, through: to)
      }
      TablePrinter.show(rows, asJSON: json.json, empty: "No assignments.")
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Plan a person on a project.",
      discussion: """
          rota assignments add "Ana Ruiz" Alpha --from 2026-03-02 --to 2026-03-06
          rota assignments add 3 11 --from 2026-03-02 --to 2026-06-30 --minutes-per-day 240 --role Developer
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var person: String
    @Argument(help: "Id, exact name or Clockify id.") var project: String
    @Option(help: "First date.") var from: CalendarDay
    @Option(help: "Last date.") var to: CalendarDay
    @Option(name: .customLong("minutes-per-day"), help: "Minutes a day, 0 to 1440. Default: 480.")
    var minutesPerDay: String?
    @Option(help: "The role. Default: that of the contract on the first date.") var role: String?
    @Flag(name: .customLong("non-working-day"), help: "Counts on every date of its range.") var nonWorkingDay = false
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        AddRow<AssignmentRows>(
          [
            "person_id": person, "project_id": project, "role_id": role, "starts_on": "\(from)", "ends_on": "\(to)",
            "minutes_per_day": minutesPerDay, "is_non_working_day": nonWorkingDay ? "yes" : nil,
          ]), dryRun)
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change an assignment.", discussion: "  rota assignments edit 12 --to 2026-06-30 --minutes-per-day 240")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its id.") var id: Int64
    @Option(help: "Another person.") var person: String?
    @Option(help: "Another project.") var project: String?
    @Option(help: "Another role.") var role: String?
    @Option(help: "First date.") var from: String?
    @Option(help: "Last date.") var to: String?
    @Option(name: .customLong("minutes-per-day"), help: "Minutes a day, 0 to 1440.") var minutesPerDay: String?
    @Option(name: .customLong("non-working-day"), help: "Counts on every date of its range: yes or no.")
    var nonWorkingDay: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        EditRow<AssignmentRows>(
          id,
          [
            "person_id": person, "project_id": project, "role_id": role, "starts_on": from, "ends_on": to,
            "minutes_per_day": minutesPerDay, "is_non_working_day": nonWorkingDay,
          ]), dryRun)
    }
  }
}

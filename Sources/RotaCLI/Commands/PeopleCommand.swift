import ArgumentParser
import Planning
import PlanningStore
import Steering

struct PeopleCommand: ParsableCommand, ItemSubject {
  static let configuration = CommandConfiguration(
    commandName: "people", abstract: "Keep people: roles, contracts, archive.",
    subcommands: [
      List.self, Show.self, Add.self, Edit.self, SetRole.self, ContractCommand.self, ArchiveCommand<PeopleCommand>.self,
      UnarchiveCommand<PeopleCommand>.self, DeleteItemCommand<PeopleCommand>.self,
    ])
  static let kind = PlanSnapshot.Kind.person

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List people.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Flag(help: "Only those whose role is Unknown, archived people with hours under it among them.") var unknown = false

    func run() throws {
      let rows = try Composition(options).read { try $0.questions.people(unknownOnly: unknown) }
      TablePrinter.show(
        rows, asJSON: json.json, empty: unknown ? "Nobody has the role Unknown." : "No people yet. Next: rota import")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one person, with contracts and this week.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Id, exact name or Clockify id.") var person: String
    @Option(help: "A date in the week to show. Default: today.") var week: CalendarDay?

    func run() throws {
      let composition = try Composition(options)
      let start = (week ?? composition.today).startOfWeek(from: composition.settings.imports.weekStarts)
      try composition.read { session in
        let found = try session.items.named(.person, person)
        let contracts = try session.questions.contracts(of: found.id)
        let cells = try session.questions.week(of: found.id, from: start)
        if json.json {
          print(
            JSONText.of(
              [
                "id": found.id, "name": found.name, "contracts": JSONText.rows(contracts),
                "week": JSONText.rows(cells),
              ] as [String: Any]))
          return
        }
        Terminal.say("\(found.name) (person \(found.id))")
        TablePrinter.show(contracts, asJSON: false, empty: "no contract")
        let absences = try session.questions.absences(of: found.id, from: start)
        let week = WeekWords(cells, start: start, absences: absences, today: composition.today)
        for line in week.lines { Terminal.say(line) }
      }
    }
  }

  struct SetRole: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set-role", abstract: "Give people a role.",
      discussion: """
        Unknown is replaced from the beginning; a real role changes from a date on (--from).

          rota people set-role Developer --unknown
          rota people set-role Senior "Ana Ruiz" --from 2026-03-09
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The role's name.") var role: String
    @Argument(help: "People, by id, exact name or Clockify id.") var people: [String] = []
    @Flag(help: "Everybody whose role is Unknown, as 'people list --unknown' shows them.") var unknown = false
    @Flag(name: .customLong("create-role"), help: "Make the role if it is not there.") var createRole = false
    @Option(help: "The first date of the new role (YYYY-MM-DD).") var from: CalendarDay?
    @OptionGroup var dryRun: DryRunOption

    func validate() throws {
      if people.isEmpty && !unknown { throw ValidationError("Name people, or use --unknown.") }
    }

    func run() throws {
      try Composition(options).perform(
        GiveRole(role: role, people: people, unknown: unknown, createRole: createRole, from: from), dryRun)
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a person who is not in Clockify, or before they are.",
      discussion: """
          rota people add "Kim Lee" --email kim@example.com --role Designer

        To tie them to somebody in Clockify: rota references link person ID CLOCKIFY_ID
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The name.") var name: String
    @Option(help: "E-mail.") var email: String?
    @Option(help: "The role of an open contract. Default: none yet.") var role: String?
    @Option(name: .customLong("time-zone"), help: "Their days are of this zone, whatever Clockify says.")
    var timeZone: String?
    @Option(name: .customLong("holiday-group"), help: "Whose holidays hold for them.") var holidayGroup: String?
    @Option(name: .customLong("actuals-from"), help: "No zeros are filled before this date.") var actualsFrom: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        AddPerson(
          name: name, email: email, role: role, timeZone: timeZone, holidayGroup: holidayGroup,
          actualsFrom: actualsFrom), dryRun)
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a person; the import never overwrites it.",
      discussion: "  rota people edit \"Ana Ruiz\" --time-zone Europe/Madrid --holiday-group ES")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var person: String
    @Option(help: "Another name.") var name: String?
    @Option(help: "E-mail; none empties it.") var email: String?
    @Option(name: .customLong("time-zone"), help: "Their days are of this zone; none = as Clockify says.")
    var timeZone: String?
    @Option(name: .customLong("holiday-group"), help: "Whose holidays hold for them; none = only everybody's.")
    var holidayGroup: String?
    @Option(name: .customLong("actuals-from"), help: "No zeros are filled before this date; none = no bar.")
    var actualsFrom: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        EditItem(
          .person, person,
          [
            "name": name, "email": email, "time_zone": timeZone, "holiday_group": holidayGroup,
            "actuals_from": actualsFrom,
          ]), dryRun)
    }
  }
}

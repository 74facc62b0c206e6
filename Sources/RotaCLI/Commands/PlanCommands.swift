import ArgumentParser
import Planning
import PlanningStore

struct RolesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roles", abstract: "List, add, rename and delete roles.",
    subcommands: [List.self, Add.self, Edit.self, Delete.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List roles.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      TablePrinter.show(
        try Composition(options).read { try $0.rolesTable() }, asJSON: json.json,
        empty: "No roles yet. Next: rota roles add NAME")
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Add a role.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its name; letter case does not count.") var name: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      let id = try composition.write(dryRun: dryRun.dryRun) { session in
        if try session.role(named: name) != nil {
          throw UserError("there is a role \"\(name)\" already", next: "rota roles list")
        }
        return try session.addRole(name)
      }
      composition.say(dryRun.dryRun ? "Would add the role \(name)." : "Role \(id), \(name).")
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Rename a role.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its name.") var name: String
    @Argument(help: "Its new name.") var newName: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      try composition.write(dryRun: dryRun.dryRun) { try $0.renameRole(composition.role(name, in: $0), to: newName) }
      composition.say(dryRun.dryRun ? "Would rename \(name) to \(newName)." : "\(name) is now \(newName).")
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete a role that nothing uses.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its name.") var name: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      try composition.write(dryRun: dryRun.dryRun) { try $0.deleteRole(composition.role(name, in: $0)) }
      composition.say(dryRun.dryRun ? "Would delete \(name)." : "\(name) is deleted.")
    }
  }
}

struct AssignmentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assignments", abstract: "List and add planned work.", subcommands: [List.self, Add.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List assignments.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "One person, by id, name or Clockify id.") var person: String?
    @Option(help: "One project, by id, name or Clockify id.") var project: String?

    func run() throws {
      let composition = try Composition(options)
      let table = try composition.read { session in
        try session.assignmentsTable(
          person: person.map { try composition.one(.person, $0, in: session).id },
          project: project.map { try composition.one(.project, $0, in: session).id })
      }
      TablePrinter.show(table, asJSON: json.json, empty: "No assignments.")
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
    @Option(name: .customLong("minutes-per-day"), help: "Minutes a day, 0 to 1440.") var minutesPerDay = 480
    @Option(help: "The role. Default: that of the contract on the first date.") var role: String?
    @Flag(name: .customLong("non-working-day"), help: "Counts on every date of its range.") var nonWorkingDay = false
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      guard from <= to else { throw UserError("the assignment ends (\(to)) before it starts (\(from))") }
      guard (0...1440).contains(minutesPerDay) else { throw UserError("--minutes-per-day must be from 0 to 1440") }
      let id = try composition.write(dryRun: dryRun.dryRun) { session in
        let person = try composition.one(.person, person, in: session)
        let project = try composition.one(.project, project, in: session)
        let contract = try session.planSnapshot().people[person.id]?.plan.contract(on: from)
        guard let role = try role.map({ try composition.role($0, in: session) }) ?? contract?.role else {
          throw UserError("\(person.name) has no contract on \(from)", next: "name the role with --role")
        }
        return try session.addAssignment(
          person: person.id,
          Assignment(
            project: project.id, role: role, startsOn: from, endsOn: to, minutesPerDay: minutesPerDay,
            isNonWorkingDay: nonWorkingDay))
      }
      composition.say(dryRun.dryRun ? "Would add the assignment." : "Assignment \(id) added.")
    }
  }
}

struct TimeOffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "time-off", abstract: "List and add time off.", subcommands: [List.self, Add.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List time off.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "One person, by id, name or Clockify id.") var person: String?

    func run() throws {
      let composition = try Composition(options)
      let table = try composition.read { session in
        try session.timeOffTable(person: person.map { try composition.one(.person, $0, in: session).id })
      }
      TablePrinter.show(table, asJSON: json.json, empty: "No time off.")
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
    var minutesPerDay: Int?
    @Option(help: "What kind.") var kind = "leave"
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      let last = to ?? from
      guard from <= last else { throw UserError("the time off ends (\(last)) before it starts (\(from))") }
      guard minutesPerDay.map((1...1440).contains) ?? true else {
        throw UserError("--minutes-per-day must be from 1 to 1440")
      }
      let id = try composition.write(dryRun: dryRun.dryRun) { session in
        let person = try composition.one(.person, person, in: session)
        return try session.addTimeOff(
          person: person.id, TimeOff(startsOn: from, endsOn: last, minutesPerDay: minutesPerDay), kind: kind)
      }
      composition.say(dryRun.dryRun ? "Would add the time off." : "Time off \(id) added.")
    }
  }
}

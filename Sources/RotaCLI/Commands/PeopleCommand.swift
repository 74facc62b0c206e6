import ArgumentParser
import Planning
import PlanningStore

struct PeopleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "people", abstract: "List people, give them roles, archive them.",
    subcommands: [List.self, Show.self, SetRole.self, Archive.self, Unarchive.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List people.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Flag(help: "Only those whose role is Unknown.") var unknown = false

    func run() throws {
      let table = try Composition(options).read { try $0.peopleTable(unknownOnly: unknown) }
      TablePrinter.show(
        table, asJSON: json.json, empty: unknown ? "Nobody has the role Unknown." : "No people yet. Next: rota import")
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
        let found = try composition.one(.person, person, in: session)
        let contracts = try session.contractsTable(of: found.id)
        let cells = try session.weekTable(of: found.id, from: start)
        if json.json {
          print(
            TablePrinter.json(
              [
                "id": found.id, "name": found.name, "contracts": TablePrinter.rows(contracts),
                "week": TablePrinter.rows(cells),
              ] as [String: Any]))
          return
        }
        print("\(found.name) (person \(found.id))")
        TablePrinter.show(contracts, asJSON: false, empty: "no contract")
        for line in WeekWords(table: cells, start: start).lines { print(line) }
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
    @Flag(help: "Everybody whose role is Unknown.") var unknown = false
    @Flag(name: .customLong("create-role"), help: "Make the role if it is not there.") var createRole = false
    @Option(help: "The first date of the new role (YYYY-MM-DD).") var from: CalendarDay?
    @OptionGroup var dryRun: DryRunOption

    func validate() throws {
      if people.isEmpty && !unknown { throw ValidationError("Name people, or use --unknown.") }
    }

    func run() throws {
      let composition = try Composition(options)
      let names = try composition.write(dryRun: dryRun.dryRun) { session in
        let isNew = try session.role(named: role) == nil
        let role = isNew && createRole ? try session.addRole(role) : try composition.role(role, in: session)
        var chosen = try people.map { try composition.one(.person, $0, in: session) }
        if unknown { chosen += try session.peopleWithUnknownRole() }
        for person in chosen {
          let isDone = try session.setRole(
            role, of: person.id, from: from, minutesPerDay: composition.settings.imports.minutesPerDay,
            workingDays: composition.settings.imports.workingDays)
          guard isDone else {
            throw UserError(
              "\(person.name) has a real role already; nothing was changed",
              next: "say from when: rota people set-role \"\(self.role)\" \(person.id) --from YYYY-MM-DD")
          }
        }
        return chosen.map(\.name)
      }
      let verb = dryRun.dryRun ? "Would give" : "Gave"
      composition.say(
        "\(verb) \(Words.plural(names.count, "person", "people")) the role \(role)\(from.map { " from \($0) on" } ?? ""). The next import moves their time."
      )
    }
  }

  struct Archive: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Archive people: what they have stays, new time of theirs is skipped.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "People, by id, exact name or Clockify id.") var people: [String]
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try archive(true, people, options, dryRun) }
  }

  struct Unarchive: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take people out of the archive; the next import brings what was skipped.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "People, by id, exact name or Clockify id.") var people: [String]
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try archive(false, people, options, dryRun) }
  }
}

private func archive(_ isArchived: Bool, _ people: [String], _ options: CommonOptions, _ dryRun: DryRunOption) throws {
  let composition = try Composition(options)
  let lines = try composition.write(dryRun: dryRun.dryRun) { session in
    try people.map { text in
      let person = try composition.one(.person, text, in: session)
      let changed = try session.setArchived(isArchived, person: person.id)
      let state = isArchived ? "archived" : "active"
      return changed
        ? "\(person.name): \(state)\(dryRun.dryRun ? " (not written)" : "")" : "\(person.name): \(state) already"
    }
  }
  for line in lines { composition.say(line) }
}

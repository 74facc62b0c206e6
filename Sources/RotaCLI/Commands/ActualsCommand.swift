import ArgumentParser
import Planning
import PlanningStore
import Steering

struct ActualsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "actuals", abstract: "Turn actuals on or off; list, explain, export, correct and audit them.",
    subcommands: [
      Enable.self, Disable.self, List.self, Explain.self, Export.self, Set.self, Purge.self, Audit.self, Rezone.self,
    ])

  struct Enable: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let imports read time, once nobody has the role Unknown.",
      discussion: """
        Refuses, with exit code 4, while people have the role Unknown.

          rota actuals enable
          rota actuals enable --autofill-from 2026-11-02
        """)
    @OptionGroup var options: CommonOptions
    @Flag(name: .customLong("allow-unknown"), help: "Enable although people have the role Unknown.")
    var allowUnknown = false
    @Option(name: .customLong("autofill-from"), help: "First date that may get a zero (YYYY-MM-DD). Default: today.")
    var autofillFrom: CalendarDay?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        EnableActuals(allowUnknown: allowUnknown, autofillFrom: autofillFrom), dryRun)
    }
  }

  struct Disable: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Stop reading time; what was imported stays.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(DisableActuals(), dryRun) }
  }

  struct Rezone: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decide zone and date of entries anew, after somebody's time zone was wrong.",
      discussion: """
        Zone and date of an entry stay as they were first decided. This lets go of them; the next import decides them by
        the zones of that day and moves what falls on another date. Locked dates stay.

          rota actuals rezone --person Bob --from 2026-03-01
        """)
    @OptionGroup var options: CommonOptions
    @Option(help: "One person, by id, name or Clockify id. Default: everybody.") var person: String?
    @Option(help: "First date, as the entries have it now.") var from: CalendarDay?
    @Option(help: "Last date.") var to: CalendarDay?
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(RezoneEntries(person: person, from: from, to: to), dryRun) }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List actuals, by default of the last 7 days.",
      discussion: """
          rota actuals list --person "Ana Ruiz" --from 2026-11-02 --to 2026-11-08
          rota actuals list --project Alpha --json
          rota actuals list --project Alpha --group week --planned
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "First date.") var from: CalendarDay?
    @Option(help: "Last date. Default: today.") var to: CalendarDay?
    @Option(help: "One person, by id, name or Clockify id.") var person: String?
    @Option(help: "One project, by id, name or Clockify id.") var project: String?
    @Option(help: "One client, by id, name or Clockify id.") var client: String?
    @Option(help: "One role.") var role: String?
    @Option(help: "clockify, manual or autofill.") var origin: String?
    @Option(help: "Sum by day, week or month. Default: every row.") var group: String?
    @Flag(help: "Scheduled minutes beside worked ones; also where nothing was worked.") var planned = false

    func validate() throws {
      guard group.map(["day", "week", "month"].contains) ?? true else {
        throw ValidationError("--group must be day, week or month.")
      }
      guard origin.map({ Origin(rawValue: $0) != nil }) ?? true else {
        throw ValidationError("--origin must be clockify, manual or autofill.")
      }
      guard !planned || origin == nil else { throw ValidationError("--planned has no origin: leave out --origin.") }
    }

    func run() throws {
      let composition = try Composition(options)
      let last = to ?? composition.today
      let first = from ?? last - 6
      guard first <= last else { throw UserError("--from \(first) is after --to \(last)") }
      let table = try composition.read { session in
        let person = try person.map { try session.items.named(.person, $0).id }
        let project = try project.map { try session.items.named(.project, $0).id }
        if group != nil || client != nil || role != nil || origin != nil || planned {
          let step = group.flatMap(ActualGrouping.init) ?? .date
          return Table(
            try session.questions.actuals(
              by: [step, .person, .project, .role] + (planned ? [] : [.origin]), from: first, through: last,
              person: person, project: project, client: client.map { try session.items.named(.client, $0).id },
              role: role.map { try session.roles.id($0) }, origin: origin.flatMap(Origin.init), withPlan: planned))
        }
        return Table(try session.questions.actuals(from: first, through: last, person: person, project: project))
      }
      TablePrinter.show(table, asJSON: json.json, empty: "No actuals from \(first) to \(last).")
    }
  }
}

import ArgumentParser
import Planning
import PlanningStore
import Steering

struct ConflictsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "Settle where hours typed by hand meet Clockify's.",
    subcommands: [List.self, TakeSource.self, KeepLocal.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List both figures: typed by hand, imported before, and what Clockify has.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      TablePrinter.show(
        try Composition(options).read { try $0.questions.conflicts() }, asJSON: json.json,
        empty: "No hours typed by hand meet Clockify's.")
    }
  }

  struct TakeSource: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "take-source", abstract: "Let Clockify's figure in: what was typed goes.",
      discussion:
        "  rota conflicts take-source \"Ana Ruiz\" Alpha 2026-03-03\n  rota conflicts take-source --all --dry-run")
    @OptionGroup var options: CommonOptions
    @OptionGroup var choice: ConflictChoice
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(SettleForSource(choice.cell), dryRun) }
  }

  struct KeepLocal: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "keep-local", abstract: "Keep what was typed; list it again only when Clockify's figure changes.",
      discussion: "  rota conflicts keep-local \"Ana Ruiz\" Alpha 2026-03-03")
    @OptionGroup var options: CommonOptions
    @OptionGroup var choice: ConflictChoice
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(SettleForLocal(choice.cell), dryRun) }
  }
}

struct ConflictChoice: ParsableArguments {
  @Argument(help: "The person, by id, exact name or Clockify id.") var person: String?
  @Argument(help: "The project, by id, exact name or Clockify id.") var project: String?
  @Argument(help: "The date.") var date: CalendarDay?
  @Flag(help: "Every conflict that is listed.") var all = false

  func validate() throws {
    guard all == (date == nil), all == (person == nil) else {
      throw ValidationError("Name PERSON, PROJECT and DATE, or use --all.")
    }
  }

  /// nil: all.
  var cell: TypedCell? {
    guard let person, let project, let date else { return nil }
    return TypedCell(person: person, project: project, day: date)
  }
}

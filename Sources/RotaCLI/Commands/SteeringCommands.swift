import ArgumentParser
import Planning
import PlanningStore
import Steering

struct LockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Lock dates: nothing is written up to and including a date.",
    subcommands: [Set.self, Show.self, Clear.self])

  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lock all dates up to and including DATE, for all projects or for one.",
      discussion: """
          rota lock set 2026-02-28
          rota lock set 2026-03-31 --project Alpha
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The last locked date.") var date: CalendarDay
    @Option(help: "Only this project, by id, exact name or Clockify id.") var project: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(SetLock(until: date, project: project), dryRun) }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what is locked.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      TablePrinter.show(
        try Composition(options).read { try $0.questions.locks() }, asJSON: json.json,
        empty: "Nothing is locked. Next: rota lock set DATE")
    }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a lock off; the next import writes what waited.",
      discussion: "  rota lock clear\n  rota lock clear --project Alpha")
    @OptionGroup var options: CommonOptions
    @Option(help: "The lock of this project only. Default: the lock of all projects.") var project: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(ClearLock(project: project), dryRun) }
  }
}

struct DriftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift", abstract: "See what Clockify changed since an item was linked, and take it over or not.",
    subcommands: [List.self, Accept.self, Dismiss.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List what Clockify changed.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "client, project or person.") var kind: PlanSnapshot.Kind?

    func run() throws {
      TablePrinter.show(
        try Composition(options).read { try $0.drift.list(kind) }, asJSON: json.json,
        empty: "Clockify changed nothing since the items were linked.")
    }
  }

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy what Clockify changed into the plan.",
      discussion: """
          rota drift accept project Alpha --field name
          rota drift accept --all
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var choice: DriftArguments
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(AcceptDrift(choice.choice), dryRun) }
  }

  struct Dismiss: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep ours; do not list this change again.",
      discussion: """
          rota drift dismiss project Alpha
          rota drift dismiss --all
        """)
    @OptionGroup var options: CommonOptions
    @OptionGroup var choice: DriftArguments
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(DismissDrift(choice.choice), dryRun) }
  }
}

struct DriftArguments: ParsableArguments {
  @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind?
  @Argument(help: "Id, exact name or Clockify id.") var item: String?
  @Option(help: "Only this field: name, email, archived, client_id or billable.") var field: String?
  @Flag(help: "Everything that is listed.") var all = false

  func validate() throws {
    guard all == (item == nil) else { throw ValidationError("Name one item, as in 'project Alpha', or use --all.") }
  }

  var choice: DriftChoice { DriftChoice(kind: kind, item: item, field: field) }
}

import ArgumentParser
import Planning
import PlanningStore
import Reconciling
import Steering

extension PlanSnapshot.Kind: ExpressibleByArgument {}

struct ReferencesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "references", abstract: "See and set which planning item belongs to which Clockify id.",
    subcommands: [
      List.self, Find.self, Link.self, Unlink.self, Ignore.self, Unignore.self, Acknowledge.self,
      Unacknowledge.self, ListAcknowledged.self, Export.self, Import.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List links and the ignore list.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "client, project or person.") var kind: PlanSnapshot.Kind?

    func run() throws {
      let rows = try Composition(options).read { try $0.questions.references(kind: kind) }
      TablePrinter.show(rows, asJSON: json.json, empty: "No links yet. Next: rota import")
    }
  }

  struct Find: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Find Clockify ids by name, e-mail or client, as the last import saw them.",
      discussion: "  rota references find alpha\n  rota references find ana@example.com --kind person")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Part of a name, an e-mail or a client, or a whole id.") var text: String
    @Option(help: "client, project or person.") var kind: PlanSnapshot.Kind?

    func run() throws {
      TablePrinter.show(
        try Composition(options).read { try $0.questions.mirror(containing: text, kind: kind) }, asJSON: json.json,
        empty: "Nothing of Clockify is called that. The lists are as new as the last import: rota import")
    }
  }

  struct Link: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Link a planning item to a Clockify id, so that the import creates no second one.",
      discussion: """
          rota references link project 11 64a1f0c2e4b0a1b2c3d4e5f6
          rota references link person "Ana Ruiz" 64a1f0c2e4b0a1b2c3d4e5f7
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "Id or exact name of the planning item.") var item: String
    @Argument(help: "The Clockify id, 24 hexadecimal digits.") var clockifyID: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(LinkItem(kind, item, clockifyID: clockifyID), dryRun) }
  }

  struct Unlink: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take the links off a planning item; its plan and what was typed stay.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "Id, exact name or Clockify id.") var item: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(UnlinkItem(kind, item), dryRun) }
  }

  struct Ignore: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Never import this Clockify id.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "The Clockify id.") var clockifyID: String
    @Option(help: "Why, for whoever reads the list.") var note: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(IgnoreReference(kind, clockifyID: clockifyID, note: note), dryRun)
    }
  }

  struct Unignore: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a Clockify id off the ignore list.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "The Clockify id.") var clockifyID: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(UnignoreReference(kind, clockifyID: clockifyID), dryRun) }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write every planning item with its link, or its likely candidate, as CSV.",
      discussion: """
        Fill the column external_id (copy candidate_id where it is right) and read the file back with
        'rota references import'.

          rota references export > links.csv
        """)
    @OptionGroup var options: CommonOptions

    func run() throws {
      let rows = try Composition(options).read { try ReferenceLine.all($0) }
      for line in CSVFile.lines(Table(rows)) { Terminal.data(line) }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Link planning items to the Clockify ids of a CSV file: all lines or none.",
      discussion: """
        Reads the columns kind, planning_id and external_id; others are for people. A line without external_id is
        passed over, a link that is there already stays.

          rota references import links.csv --dry-run
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The CSV file.", completion: .file(extensions: ["csv"])) var file: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      try composition.perform(ImportReferences(ReferenceLine.file(CSVFile(path: file))), dryRun)
    }
  }
}

import ArgumentParser
import Planning
import PlanningStore
import Steering

extension ReferencesCommand {
  struct Acknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that something is meant to be so: it waits for nobody any more, and its data and link stay.",
      discussion: """
        For a linked item that is not in Clockify any more, and for a project that has no client there. It is news
        again when it changes: the item comes back, its link goes, the project gets a client.

          rota references acknowledge person "Ana Ruiz" --note "left in May"
          rota references acknowledge project 64a1f0c2e4b0a1b2c3d4e5f6
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "Id or exact name of the planning item, or a Clockify id.") var item: String
    @Option(help: "Why, for whoever reads the list.") var note: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(AcknowledgeItem(kind, item, note: note), dryRun) }
  }

  struct Unacknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let an acknowledged item wait for somebody again.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "Id or exact name of the planning item, or a Clockify id.") var item: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(UnacknowledgeItem(kind, item), dryRun) }
  }

  struct ListAcknowledged: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "acknowledged", abstract: "List what was acknowledged.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      TablePrinter.show(
        try Composition(options).read { try $0.questions.acknowledgements() }, asJSON: json.json,
        empty: "Nothing is acknowledged. What waits: rota status")
    }
  }
}

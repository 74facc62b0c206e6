import ArgumentParser
import Planning
import PlanningStore
import Steering

struct ProjectsCommand: ParsableCommand, ItemSubject {
  static let configuration = CommandConfiguration(
    commandName: "projects", abstract: "Keep projects: tags, archive, and what the import leaves alone.",
    subcommands: [
      List.self, Show.self, Add.self, Edit.self, ArchiveCommand<ProjectsCommand>.self,
      UnarchiveCommand<ProjectsCommand>.self, DeleteItemCommand<ProjectsCommand>.self, TagCommand<ProjectsCommand>.self,
      UntagCommand<ProjectsCommand>.self,
      SyncOff.self,
    ])
  static let kind = PlanSnapshot.Kind.project

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List projects.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      let rows = try Composition(options).read { try $0.questions.projects() }
      TablePrinter.show(rows, asJSON: json.json, empty: "No projects yet. Next: rota import")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one project with its assignments.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Id, exact name or Clockify id.") var project: String

    func run() throws {
      try Composition(options).read { session in
        let found = try session.items.named(.project, project)
        guard let row = try session.questions.projects().first(where: { $0.id == found.id }) else {
          throw UserError("project \(found.id) \(found.name) belongs to no client", next: .checkDatabase)
        }
        TablePrinter.show(
          row, with: "assignments", try session.questions.assignments(person: nil, project: found.id),
          asJSON: json.json)
      }
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a project that is not in Clockify, or before it is.",
      discussion: """
          rota projects add Sales --client Internal --not-billable

        To tie it to one in Clockify: rota references link project ID CLOCKIFY_ID
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The name.") var name: String
    @Option(help: "The client, by id, exact name or Clockify id.") var client: String
    @Flag(name: .customLong("not-billable"), help: "Entries without a flag of their own are not billable.")
    var notBillable = false
    @Option(name: .customLong("actuals-from"), help: "No zeros are filled before this date.") var actualsFrom: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        AddProject(name: name, client: client, isBillable: !notBillable, actualsFrom: actualsFrom), dryRun)
    }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change a project; the import never overwrites it.",
      discussion: "  rota projects edit Alpha --name \"Alpha 2\" --actuals-from 2026-03-02")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var project: String
    @Option(help: "Another name.") var name: String?
    @Option(help: "Another client.") var client: String?
    @Option(help: "Whether entries without a flag of their own are billable: yes or no.") var billable: String?
    @Option(name: .customLong("actuals-from"), help: "No zeros are filled before this date; none = no bar.")
    var actualsFrom: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(
        EditItem(
          .project, project,
          ["name": name, "client_id": client, "is_billable": billable, "actuals_from": actualsFrom]), dryRun)
    }
  }

  struct SyncOff: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "sync-off", abstract: "Keep the import out of a project: the same as tagging it sync_off.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var project: String
    @Flag(help: "Also remove what was imported into it and nobody touched.") var purge = false
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(TurnSyncOff(project: project, purge: purge), dryRun) }
  }
}

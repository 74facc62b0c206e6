import ArgumentParser
import PlanningStore
import Steering

struct ClientsCommand: ParsableCommand, ItemSubject {
  static let configuration = CommandConfiguration(
    commandName: "clients", abstract: "Keep clients: tags and archive.",
    subcommands: [
      List.self, Show.self, Add.self, Edit.self, ArchiveCommand<ClientsCommand>.self,
      UnarchiveCommand<ClientsCommand>.self,
      DeleteItemCommand<ClientsCommand>.self,
      TagCommand<ClientsCommand>.self, UntagCommand<ClientsCommand>.self,
    ])
  static let kind = PlanSnapshot.Kind.client

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List clients.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      let rows = try Composition(options).read { try $0.questions.clients() }
      TablePrinter.show(rows, asJSON: json.json, empty: "No clients yet. Next: rota import")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one client with its projects; in JSON also how much hangs on it.",
      discussion: "  rota clients show Fabrikam --json")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Id, exact name or Clockify id.") var client: String

    func run() throws {
      try Composition(options).read { session in
        let found = try session.items.named(.client, client)
        guard let row = try session.questions.clients().first(where: { $0.id == found.id }) else { return }
        let projects = try session.questions.projects(of: found.id)
        guard json.json else { return TablePrinter.show(row, with: "projects", projects, asJSON: false) }
        var object = JSONText.rows([row])[0]
        object["projects"] = JSONText.rows(projects)
        let counts = try session.questions.attached(.client, to: [found.id])[found.id] ?? Attached()
        object["counts"] = JSONText.rows([counts])[0]
        print(JSONText.of(object))
      }
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a client that is not in Clockify, or before it is.", discussion: "  rota clients add Fabrikam")
    @OptionGroup var options: CommonOptions
    @Argument(help: "The name.") var name: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(AddClient(name: name), dryRun) }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Rename a client; the import never overwrites it.",
      discussion: "  rota clients edit Fabrikam --name \"Fabrikam Ltd\"")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var client: String
    @Option(help: "Another name.") var name: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      try Composition(options).perform(EditItem(.client, client, ["name": name]), dryRun)
    }
  }
}

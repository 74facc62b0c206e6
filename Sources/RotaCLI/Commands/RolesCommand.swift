import ArgumentParser
import Planning
import PlanningStore
import Steering

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
        try Composition(options).read { try $0.questions.roles() }, asJSON: json.json,
        empty: "No roles yet. Next: rota roles add NAME")
    }
  }

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Add a role.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its name; letter case does not count.") var name: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(AddRole(name: name), dryRun) }
  }

  struct Edit: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Rename a role.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its name.") var name: String
    @Argument(help: "Its new name.") var newName: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(RenameRole(name: name, newName: newName), dryRun) }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete a role that nothing uses.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Its name.") var name: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try Composition(options).perform(DeleteRole(name: name), dryRun) }
  }
}

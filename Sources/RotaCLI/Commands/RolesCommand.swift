import ArgumentParser
import Steering
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
        try Composition(options).read { try $0.questions.roles() }, asJSON: json.json,
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
      guard name.contains(where: { !$0.isWhitespace }) else { throw UserError("a role needs a name") }
      let id = try composition.write(dryRun: dryRun.dryRun) { session in
        if try session.roles.find(named: name) != nil {
          throw UserError("there is a role \"\(name)\" already", next: .roles)
        }
        return try session.roles.add(name)
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
      try composition.write(dryRun: dryRun.dryRun) { try $0.roles.rename($0.roles.id(name), to: newName) }
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
      try composition.write(dryRun: dryRun.dryRun) { try $0.roles.delete($0.roles.id(name)) }
      composition.say(dryRun.dryRun ? "Would delete \(name)." : "\(name) is deleted.")
    }
  }
}

import ArgumentParser
import Planning
import PlanningStore

struct ProjectsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "projects", abstract: "List projects, tag them, keep the import out of them.",
    subcommands: [List.self, Show.self, Tag.self, Untag.self, SyncOff.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List projects.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      let table = try Composition(options).read { try $0.projectsTable() }
      TablePrinter.show(table, asJSON: json.json, empty: "No projects yet. Next: rota import")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one project with its assignments.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Id, exact name or Clockify id.") var project: String

    func run() throws {
      let composition = try Composition(options)
      try composition.read { session in
        let found = try composition.one(.project, project, in: session)
        var table = try session.projectsTable()
        table.rows = table.rows.filter { $0[0] == .int(found.id) }
        let assignments = try session.assignmentsTable(person: nil, project: found.id)
        if json.json {
          var object = TablePrinter.rows(table)[0]
          object["assignments"] = TablePrinter.rows(assignments)
          print(TablePrinter.json(object))
          return
        }
        for (column, field) in zip(table.columns, table.rows[0]) { print("\(Words.padded(column, 13)) \(field)") }
        TablePrinter.show(assignments, asJSON: false, empty: "no assignments")
      }
    }
  }

  struct Tag: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Tag a project.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var project: String
    @Argument(help: "The tag; sync_off keeps the import out.") var tag: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try setTag(tag, on: project, isSet: true, options, dryRun) }
  }

  struct Untag: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a tag off a project.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var project: String
    @Argument(help: "The tag.") var tag: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try setTag(tag, on: project, isSet: false, options, dryRun) }
  }

  struct SyncOff: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "sync-off", abstract: "Keep the import out of a project: the same as tagging it sync_off.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Id, exact name or Clockify id.") var project: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws { try setTag("sync_off", on: project, isSet: true, options, dryRun) }
  }
}

private func setTag(
  _ tag: String, on project: String, isSet: Bool, _ options: CommonOptions, _ dryRun: DryRunOption
) throws {
  let composition = try Composition(options)
  let line = try composition.write(dryRun: dryRun.dryRun) { session in
    let found = try composition.one(.project, project, in: session)
    let changed = isSet ? try session.tag(project: found.id, tag) : try session.untag(project: found.id, tag)
    let state = isSet ? "tagged \(tag)" : "not tagged \(tag)"
    return "\(found.name): \(state)\(changed ? dryRun.dryRun ? " (not written)" : "" : " already")"
  }
  composition.say(line)
  if tag.lowercased() == "sync_off" {
    composition.say(
      isSet
        ? "What is stored stays; new time is skipped from the next import on."
        : "The next import takes up everything the ledger holds.")
  }
}

struct ClientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clients", abstract: "List clients.", subcommands: [List.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List clients.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      let table = try Composition(options).read { try $0.clientsTable() }
      TablePrinter.show(table, asJSON: json.json, empty: "No clients yet. Next: rota import")
    }
  }
}

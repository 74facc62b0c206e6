import ArgumentParser
import PlanningStore

extension PlanSnapshot.Kind: ExpressibleByArgument {}

struct ReferencesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "references", abstract: "See and set which planning item belongs to which Clockify id.",
    subcommands: [List.self, Link.self, Unlink.self, Ignore.self, Unignore.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List links and the ignore list.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption
    @Option(help: "client, project or person.") var kind: PlanSnapshot.Kind?

    func run() throws {
      let table = try Composition(options).read { try $0.referencesTable(kind: kind?.rawValue) }
      TablePrinter.show(table, asJSON: json.json, empty: "No links yet. Next: rota import")
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

    func run() throws {
      let composition = try Composition(options)
      let name = try composition.write(dryRun: dryRun.dryRun) { session in
        let found = try session.item(kind, item)
        let id = clockifyID.lowercased()
        if let problem = try session.linkProblem(kind, externalID: id) {
          throw UserError("\(problem). Nothing was changed.", next: "rota references list --kind \(kind.rawValue)")
        }
        try session.link(kind, planningID: found.id, externalID: id, workspace: nil)
        return found.name
      }
      composition.say("\(name): \(dryRun.dryRun ? "would be linked" : "linked") to \(clockifyID.lowercased()).")
    }
  }

  struct Unlink: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take the links off a planning item; its data stays.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "Id, exact name or Clockify id.") var item: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      let (name, ids) = try composition.write(dryRun: dryRun.dryRun) { session in
        let found = try session.item(kind, item)
        return (found.name, try session.unlink(kind, planningID: found.id))
      }
      guard let first = ids.first else { return composition.say("\(name) has no link.") }
      composition.say(
        "\(name): \(dryRun.dryRun ? "would be unlinked" : "unlinked") from \(ids.joined(separator: ", ")); its data stays."
      )
      composition.say(
        "The next import makes a new \(kind.rawValue) for it, unless:  rota references ignore \(kind.rawValue) \(first)"
      )
    }
  }

  struct Ignore: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Never import this Clockify id.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "The Clockify id.") var clockifyID: String
    @Option(help: "Why, for whoever reads the list.") var note: String?
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      let id = clockifyID.lowercased()
      guard id.count == 24, id.allSatisfy(\.isHexDigit) else {
        throw UserError(
          "\"\(clockifyID)\" is no Clockify id: it must have 24 hexadecimal digits", next: "rota references list")
      }
      let changed = try composition.write(dryRun: dryRun.dryRun) { try $0.ignore(kind, externalID: id, note: note) }
      composition.say(
        "\(kind.rawValue) \(id): \(changed ? dryRun.dryRun ? "would be ignored" : "ignored from now on" : "ignored already")."
      )
    }
  }

  struct Unignore: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take a Clockify id off the ignore list.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "The Clockify id.") var clockifyID: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      let id = clockifyID.lowercased()
      let changed = try composition.write(dryRun: dryRun.dryRun) { try $0.unignore(kind, externalID: id) }
      composition.say(
        "\(kind.rawValue) \(id): \(changed ? dryRun.dryRun ? "would be imported again" : "imported again from the next run on" : "is not on the ignore list")."
      )
    }
  }
}

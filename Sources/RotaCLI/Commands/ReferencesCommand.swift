import ArgumentParser
import Steering
import Planning
import PlanningStore
import Reconciling

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

    func run() throws {
      let composition = try Composition(options)
      let name = try composition.write(dryRun: dryRun.dryRun) { session in
        let found = try session.items.named(kind, item)
        let id = clockifyID.lowercased()
        if let problem = try session.references.linkProblem(kind, externalID: id) {
          throw UserError("\(problem.message). Nothing was changed.", next: .referencesOf(kind))
        }
        try session.references.link(kind, planningID: found.id, externalID: id, workspace: nil)
        return found.name
      }
      composition.say("\(name): \(dryRun.dryRun ? "would be linked" : "linked") to \(clockifyID.lowercased()).")
    }
  }

  struct Unlink: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take the links off a planning item; its plan and what was typed stay.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "Id, exact name or Clockify id.") var item: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      let (name, ids) = try composition.write(dryRun: dryRun.dryRun) { session in
        let found = try session.items.named(kind, item)
        return (found.name, try session.references.unlink(kind, planningID: found.id))
      }
      guard !ids.isEmpty else { return composition.say("\(name) has no link.") }
      composition.say(
        "\(name): \(dryRun.dryRun ? "would be unlinked" : "unlinked") from \(ids.joined(separator: ", ")); its data stays for now."
      )
      composition.say(
        "The next import makes a new \(kind.rawValue) and moves the imported time there, unless:  \(NextStep.ignore(kind, ids).command)"
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
      guard id.isClockifyID else {
        throw UserError(
          "\"\(clockifyID)\" is no Clockify id: it must have 24 hexadecimal digits", next: .references)
      }
      let (changed, item) = try composition.write(dryRun: dryRun.dryRun) { session in
        (
          try session.references.ignore(kind, externalID: id, note: note),
          try session.plan.snapshot().planningID(kind, id)
        )
      }
      composition.say(
        "\(kind.rawValue) \(id): \(changed ? dryRun.dryRun ? "would be ignored" : "ignored from now on" : "ignored already")."
      )
      if let item {
        composition.say(
          "It is linked to \(kind.rawValue) \(item): what is placed stays, new and changed time is skipped.")
      }
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
      let changed = try composition.write(dryRun: dryRun.dryRun) { try $0.references.unignore(kind, externalID: id) }
      composition.say(
        "\(kind.rawValue) \(id): \(changed ? dryRun.dryRun ? "would be imported again" : "imported again from the next run on" : "is not on the ignore list")."
      )
    }
  }

  /// A planning item with its link, or what is likely to be its link.
  fileprivate struct FileRow: TabularRow {
    let kind: PlanSnapshot.Kind
    let planningID: Int64
    let name: String
    let detail: String?
    let externalID: String?
    let candidateID: String?
    let candidateName: String?
    let reason: String?

    init(_ item: ItemLinkRow, _ candidate: LinkCandidates.Candidate?) {
      kind = item.kind
      planningID = item.planningID
      name = item.name
      detail = item.detail
      externalID = item.externalID
      candidateID = candidate?.externalID
      candidateName = candidate?.name
      reason = candidate?.reason
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case kind
      case planningID = "planning_id"
      case name, detail
      case externalID = "external_id"
      case candidateID = "candidate_id"
      case candidateName = "candidate_name"
      case reason
    }
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
      let rows = try Composition(options).read { session in
        let candidates = try LinkCandidates(session: session)
        return try session.questions.itemsWithLinks().map { item in
          FileRow(item, item.externalID == nil ? candidates[item.kind, item.planningID] : nil)
        }
      }
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
      let csv = try CSVFile(path: file)
      try csv.check(
        columns: FileRow.columns, required: ["kind", "planning_id", "external_id"],
        next: .exportReferences)
      let linked = try composition.write(dryRun: dryRun.dryRun) { try link(csv, session: $0) }
      composition.say("\(dryRun.verb("Linked")) \(Words.plural(linked, "item")) of \(file).")
    }

    private func link(_ csv: CSVFile, session: StoreSession) throws -> Int {
      var problems: [String] = []
      var linked = 0
      for line in csv.lines {
        let id = line.fields["external_id", default: ""].lowercased()
        if id.isEmpty { continue }
        do {
          let kind = try line.kind()
          let item = try session.items.named(kind, line.fields["planning_id", default: ""])
          if try session.references.clockifyIDs(kind, of: item.id).contains(id) { continue }
          if let problem = try session.references.linkProblem(kind, externalID: id) { throw problem }
          try session.references.link(kind, planningID: item.id, externalID: id, workspace: nil)
          linked += 1
        } catch {
          guard let refusal = ErrorWords.words(error) else { throw error }
          problems.append("\(file) line \(line.number): \(refusal.message)")
        }
      }
      guard problems.isEmpty else {
        throw UserError(
          problems.prefix(10).joined(separator: "\n       ") + "  (nothing was imported)",
          next: .outside("correct the file and try again"))
      }
      return linked
    }
  }
}

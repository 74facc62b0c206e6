import ArgumentParser
import Steering
import Planning
import PlanningStore

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

    func run() throws {
      let composition = try Composition(options)
      let words = try composition.write(dryRun: dryRun.dryRun) { session in
        try ReferencesCommand.clockifyIDs(kind, item, session).compactMap { id -> String? in
          guard let code = try session.acknowledgements.whatWaits(kind, externalID: id) else { return nil }
          let isNew = try session.acknowledgements.add(code, kind, externalID: id, note: note, at: composition.now)
          let what = code == .sourceMissing ? "not in Clockify any more" : "without a client"
          let end = isNew ? dryRun.dryRun ? "would be acknowledged" : "acknowledged" : "acknowledged already"
          return "\(kind.rawValue) \(id), \(what): \(end)"
        }
      }
      guard !words.isEmpty else {
        throw UserError(
          "\(kind.rawValue) \(item) is in Clockify, and nothing about it waits. Nothing was changed.",
          next: .status)
      }
      for line in words { composition.say("\(line).") }
    }
  }

  struct Unacknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let an acknowledged item wait for somebody again.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "client, project or person.") var kind: PlanSnapshot.Kind
    @Argument(help: "Id or exact name of the planning item, or a Clockify id.") var item: String
    @OptionGroup var dryRun: DryRunOption

    func run() throws {
      let composition = try Composition(options)
      let changed = try composition.write(dryRun: dryRun.dryRun) { session in
        try ReferencesCommand.clockifyIDs(kind, item, session).filter {
          try session.acknowledgements.remove(kind, externalID: $0)
        }
      }
      let end = dryRun.dryRun ? "would wait again" : "waits again"
      composition.say(
        changed.isEmpty
          ? "\(kind.rawValue) \(item) is not acknowledged."
          : "\(kind.rawValue) \(changed.joined(separator: ", ")): \(end).")
    }
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

  /// The Clockify ids that an item is linked to, or the id itself: what has no client here has no item.
  fileprivate static func clockifyIDs(
    _ kind: PlanSnapshot.Kind, _ item: String, _ session: StoreSession
  ) throws -> [String] {
    let id = item.lowercased()
    if id.isClockifyID { return [id] }
    return try session.references.clockifyIDs(kind, of: session.items.named(kind, item).id)
  }
}

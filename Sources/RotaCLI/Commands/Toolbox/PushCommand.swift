import ArgumentParser
import Foundation
import Planning
import PlanningStore
import Pushing
import Sending
import Steering

struct PushCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push", abstract: "Create planned clients and projects in Clockify, and link them (docs/toolbox.md).",
    discussion: """
        rota push list
        rota push project Alpha --dry-run
        rota push project Alpha

      What is linked already, archived, or there under the same name is not created.
      """,
    subcommands: [List.self, Client.self, Project.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List clients and projects without a link, and what a push would do.")
    @OptionGroup var options: ToolboxOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
      let session = try await options.open()
      let items = try session.composition.read { try Push.unlinked($0) }
      let plan = try await session.push().plan(items)
      TablePrinter.show(
        items.map { PushRow($0, in: plan) }, asJSON: json.json, empty: "Every client and project has its link.")
    }
  }

  struct Client: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Create planned clients in Clockify.")
    @OptionGroup var options: ToolboxOptions
    @Argument(help: "Ids or exact names.") var items: [String] = []
    @OptionGroup var flags: PushFlags

    func validate() throws { try flags.check(items) }

    func run() async throws { try await flags.push(.client, items, options) { _ in } }
  }

  struct Project: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Create planned projects in Clockify, and their clients before them.")
    @OptionGroup var options: ToolboxOptions
    @Argument(help: "Ids or exact names.") var items: [String] = []
    @OptionGroup var flags: PushFlags
    @Option(help: "The Clockify id of the client, where it is linked to several.") var client: String?
    @Flag(name: .customLong("public"), help: "Everybody of the workspace sees them. Default: as the workspace has it.")
    var isPublic = false
    @Flag(name: .customLong("no-public"), help: "Only their members see them.") var isPrivate = false

    func validate() throws {
      try flags.check(items)
      _ = try chosen(isPublic, isPrivate, "public")
    }

    func run() async throws {
      try await flags.push(.project, items, options) { push in
        push.options.client = client
        push.isPublic = try chosen(isPublic, isPrivate, "public")
      }
    }
  }
}

struct PushFlags: ParsableArguments {
  @Flag(help: "All that have no link and are not archived.") var all = false
  @Flag(
    name: .customLong("link-existing"), help: "Link what Clockify has under the name, if it is the only one and free.")
  var linkExisting = false
  @Flag(help: "Create again what an earlier push may have created.") var again = false
  @Option(
    name: .customLong("started-by"), help: "For the web app: who asked for it, as in web:ana. Default: this user.")
  var startedBy: String?
  @OptionGroup var dryRun: DryRunOption
  @OptionGroup var confirmation: Confirmation

  func check(_ items: [String]) throws {
    guard all == items.isEmpty else { throw ValidationError("Name items, or use --all.") }
    try StartedBy.check(startedBy)
  }

  func push(
    _ kind: PlanSnapshot.Kind, _ named: [String], _ options: ToolboxOptions, _ configure: (inout Push) throws -> Void
  ) async throws {
    let composition = try Composition(options.common)
    // Before anything is asked of Clockify: the database must be there, and the names in it.
    let items = try composition.read { session in
      if all { return try Push.unlinked(session).filter { $0.kind == kind } }
      return try named.map { text in
        let id = try session.items.named(kind, text).id
        let plan = try session.plan.snapshot()
        let name = kind == .client ? plan.clients[id]?.name : plan.projects[id]?.name
        return PushPlan.Item(kind: kind, id: id, name: name ?? text)
      }
    }
    let session = try await options.open()
    var push = session.push(startedBy)
    (push.options.linksExisting, push.options.again) = (linkExisting, again)
    try configure(&push)
    if dryRun.dryRun { return try await show(push.plan(items), composition) }
    var (done, failed, isUnknown) = (0, 0, false)
    try await push.run(
      items,
      confirm: { plan in
        if let question = PushWords.question(plan, session.place) { try confirmation.ask(question) }
      }
    ) { outcome in
      let said = PushWords.did(outcome)
      if outcome.isDone {
        done += 1
        composition.say(said.text)
      } else {
        failed += 1
        if case .unknown = outcome { isUnknown = true }
        Terminal.note("\(said.text)")
        if let next = said.next { Terminal.note("Next: \(next)") }
      }
    }
    if done + failed == 0 { composition.say("There is nothing to push.") }
    guard failed > 0 else { return }
    throw done == 0 && failed == 1 && !isUnknown ? ExitStatus.failed : ExitStatus.partial
  }

  private func show(_ plan: PushPlan, _ composition: Composition) throws {
    var isRefused = false
    for said in PushWords.would(plan) {
      Terminal.data(said.text)
      if let next = said.next { Terminal.note("Next: \(next)") }
    }
    for case .refuse in plan.steps { isRefused = true }
    if plan.steps.isEmpty { composition.say("There is nothing to push.") }
    if isRefused { throw plan.steps.count == 1 ? ExitStatus.failed : ExitStatus.partial }
  }
}

extension ToolboxSession {
  /// - Parameter starter: `web:ana`; nil: this user.
  func push(_ starter: String? = nil) -> Push {
    let parts = starter?.split(separator: ":", maxSplits: 1).map(String.init) ?? ["cli", NSUserName()]
    return Push(
      path: composition.settings.database, toolbox: toolbox, actor: (name: parts.last ?? "", surface: parts[0]))
  }
}

/// What has no link, and what a push would do with it.
struct PushRow: TabularRow, Encodable {
  let kind: PlanSnapshot.Kind
  let planningID: Int64
  let name: String
  let would: String
  let next: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case planningID = "planning_id"
    case name, would, next
  }

  init(_ item: PushPlan.Item, in plan: PushPlan) {
    (kind, planningID, name) = (item.kind, item.id, item.name)
    let said = PushWords.would(item, in: plan)
    (would, next) = (said.text, said.next)
  }
}

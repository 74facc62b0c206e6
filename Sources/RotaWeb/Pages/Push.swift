import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// Clients and projects without a link, each with a way to create it in Clockify in two steps.
struct PushModel: PageModel {
  static let template = "push"
  let title = "Create in Clockify"
  let rows: [Row]
  let isEmpty: Bool
  let count: String
  /// What the command said that was run.
  let lines: [String]
  let mayPlan: Bool

  struct Row: Sendable {
    let kind: String
    let id: String
    let item: LinkModel
    let client: String
    let label: String
  }

  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, lines: []) }

  init(_ session: StoreSession, _ visit: Visit, lines: [String]) throws {
    let plan = try session.plan.snapshot()
    let names = ItemNames(plan)
    func row(_ kind: PlanSnapshot.Kind, _ id: Int64, _ name: String, _ client: String) -> Row {
      Row(
        kind: kind.rawValue, id: "\(id)", item: names.link(kind, id), client: client,
        label: "Create \(kind.rawValue) \(name) in Clockify")
    }
    let (clients, projects) = PendingPushes.unlinked(plan)
    let all =
      clients.map { row(.client, $0.id, $0.name, "") }
      + projects.map { row(.project, $0.id, $0.name, plan.clients[$0.clientID]?.name ?? "") }
    rows = Array(all.prefix(Visit.rows))
    isEmpty = all.isEmpty
    count = Words.plural(all.count, "item") + " without a link"
    self.lines = lines
    mayPlan = visit.may(.planner)
  }
}

enum PushActions {
  /// First what the command says it would do and the same form again, then the command itself.
  static func push(_ visit: Visit) async throws -> Response {
    guard let kind = visit.form["kind"].flatMap({ PlanSnapshot.Kind(rawValue: $0) }), kind != .person,
      let id = visit.form["id"].flatMap({ Int64($0) })
    else { throw Refusal(.badRequest, "It is not said what is to be created.") }
    let isSure = visit.form["sure"] != nil
    let arguments = [kind.rawValue, "\(id)"] + (isSure ? ["--yes"] : ["--dry-run"])
    let end = try await visit.site.wiring.runPush(arguments, visit.actor)
    let lines = end.lines.isEmpty ? ["There is nothing to push."] : end.lines
    guard !isSure, end.status == 0 else {
      return try await visit.page(end.status == 0 ? .ok : .unprocessableContent) {
        try PushModel($0, visit, lines: lines)
      }
    }
    return try await visit.page { _ in
      ConfirmModel(
        title: "Create in Clockify", lines: lines, action: "/push", label: "Create it", back: "/push",
        hidden: visit.form.with("sure", "yes").items.map { .init(name: $0.name, value: $0.value) })
    }
  }
}

import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// What Clockify changed since an item was linked.
struct DriftModel: PageModel {
  static let template = "drift"
  let title = "Changed in Clockify"
  let drifts: [Row]
  let isEmpty: Bool
  let count: String
  let mayPlan: Bool
  let problem: Problem?

  struct Row: Sendable {
    let token: String
    let isTicked: Bool
    let label: String
    let kind: String
    let item: LinkModel
    let field: String
    let before: String
    let now: String
  }
}

extension DriftModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let all = try session.drift.list()
    let names = ItemNames(try session.plan.snapshot())
    let ticked = Set(visit.form.all("drift").map(Seen.key))
    drifts = try all.prefix(Visit.rows).map { row in
      func words(_ value: Scalar) throws -> String { try Self.words(row.field, value, session) }
      return Row(
        token: Seen.token(row.key, row), isTicked: ticked.contains(row.key),
        label: "\(row.kind.rawValue) \(row.name ?? ""), \(Self.words(row.field))", kind: row.kind.rawValue,
        item: names.link(row.kind, row.planningID), field: Self.words(row.field), before: try words(row.linkedValue),
        now: try words(row.clockifyValue))
    }
    isEmpty = all.isEmpty
    count = Words.plural(all.count, "change")
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }

  private static func words(_ field: DriftRow.Field) -> String {
    switch field {
    case .name: "name"
    case .email: "e-mail"
    case .archived: "archived"
    case .billable: "billable"
    case .clientID: "client"
    }
  }

  private static func words(_ field: DriftRow.Field, _ value: Scalar, _ session: StoreSession) throws -> String {
    switch (field, value) {
    case (_, .none): "none"
    case (.archived, .number(let number)), (.billable, .number(let number)): number == 0 ? "no" : "yes"
    case (.clientID, .text(let id)):
      try session.questions.mirror(containing: id, kind: .client).first { $0.clockifyID == id }?.name ?? id
    default: value.description
    }
  }
}

enum DriftActions {
  /// Settles the changes that are ticked, all or none.
  static func settle(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      let tokens = visit.form.all("drift")
      let choices = tokens.compactMap { DriftChoice(key: Seen.key($0)) }
      let said: Said
      switch visit.form["do"] {
      case "accept":
        said = try await visit.perform(Several(choices.map { AcceptDrift($0) }).ifUnchanged(tokens, .drift))
      case "dismiss":
        said = try await visit.perform(Several(choices.map { DismissDrift($0) }).ifUnchanged(tokens, .drift))
      default: throw UserError("what to do was not said: accept or dismiss")
      }
      return visit.seeOther("/drift", said)
    } orShow: {
      try DriftModel($0, $1, problem: $2)
    }
  }
}

extension DriftChoice {
  /// `project/12/name`.
  fileprivate init?(key: String) {
    let parts = key.split(separator: "/").map(String.init)
    guard parts.count == 3, let kind = PlanSnapshot.Kind(rawValue: parts[0]) else { return nil }
    self.init(kind: kind, item: parts[1], field: parts[2])
  }
}

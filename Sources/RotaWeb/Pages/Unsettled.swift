import Hummingbird
import HTTPTypes
import HummingbirdCore
import Importing
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// Items that Clockify lost, and projects that it has under no client: to be mended there, or meant so.
struct UnsettledModel: PageModel {
  static let template = "unsettled"
  let title = "Not as it should be in Clockify"
  let waiting: [Row]
  let isEmpty: Bool
  let acknowledged: [Acknowledged]
  let hasAcknowledged: Bool
  let note: String
  let mayPlan: Bool
  let problem: Problem?

  struct Row: Sendable {
    let kind: String
    let name: String
    let clockify: String
    let item: LinkModel?
    let words: String
  }

  struct Acknowledged: Sendable {
    let kind: String
    let name: String
    let clockify: String
    let words: String
    let note: String
    let at: Moment
  }
}

extension UnsettledModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let names = ItemNames(try session.plan.snapshot())
    let held = try session.questions.held(Reason.projectWithoutClient.rawValue)
    waiting = try Waiting.unsettled(session).prefix(Visit.rows).compactMap { finding in
      guard let id = finding.externalID, let kind = finding.kind.flatMap({ PlanSnapshot.Kind(rawValue: $0.rawValue) })
      else { return nil }
      return Row(
        kind: kind.rawValue, name: finding.name ?? id, clockify: id,
        item: finding.planningID.map { names.link(kind, $0) },
        words: Self.words(finding.code == .sourceMissing)
          + (held[id].map { ", \(Words.hours(seconds: $0)) held" } ?? ""))
    }
    isEmpty = waiting.isEmpty
    acknowledged = try session.questions.acknowledgements().map { row in
      Acknowledged(
        kind: row.kind.rawValue, name: row.name ?? row.externalID, clockify: row.externalID,
        words: Self.words(row.code == .sourceMissing), note: row.note ?? "", at: visit.moments.moment(row.createdAt))
    }
    hasAcknowledged = !acknowledged.isEmpty
    note = visit.form["note"] ?? ""
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }

  private static func words(_ isMissing: Bool) -> String {
    isMissing ? "not in Clockify any more" : "without a client"
  }
}

enum UnsettledActions {
  static func settle(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      guard let kind = visit.form["kind"].flatMap({ PlanSnapshot.Kind(rawValue: $0) }), let id = visit.form["id"] else {
        throw UserError("which one was not said")
      }
      let said =
        visit.form["do"] == "back"
        ? try await visit.perform(UnacknowledgeItem(kind, id))
        : try await visit.perform(AcknowledgeItem(kind, id, note: visit.form["note"]))
      return visit.seeOther("/unsettled", said)
    } orShow: {
      try UnsettledModel($0, $1, problem: $2)
    }
  }
}

import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// Where hours typed by hand meet Clockify's.
struct ConflictsModel: PageModel {
  static let template = "conflicts"
  let title = "Conflicts"
  let conflicts: [Row]
  let isEmpty: Bool
  let count: String
  let mayPlan: Bool
  let problem: Problem?

  struct Row: Sendable {
    let token: String
    let isTicked: Bool
    let name: String
    let path: String
    let day: String
    let person: String
    let project: String
    let typed: String
    let imported: String
    let clockify: String
    let by: String?
  }
}

extension ConflictsModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let all = try session.questions.conflicts()
    let ticked = Set(visit.form.all("cell").map(Seen.key))
    conflicts = try all.prefix(Visit.rows).compactMap { row in
      guard let cell = row.cell else { return nil }
      let day = "\(Words.weekday(cell.day)) \(Words.day(cell.day))"
      return Row(
        token: Seen.token(cell.key, row), isTicked: ticked.contains(cell.key),
        name: "\(row.person) · \(row.project), \(day)", path: cell.path, day: day, person: row.person,
        project: row.project, typed: Words.clock(minutes: row.manualMinutes),
        imported: Words.clock(minutes: row.importedMinutes), clockify: Words.clock(minutes: row.sourceMinutes),
        by: try Typing.last(cell, session).map { "\($0.by.name), \(visit.moments.words($0.at))" })
    }
    isEmpty = all.isEmpty
    count = Words.plural(all.count, "conflict")
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }
}

enum ConflictsActions {
  /// Settles those that are ticked, all or none; from a day's page, that one.
  static func settle(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      let tokens = visit.form.all("cell")
      let cells = tokens.compactMap { PlanningStore.Cell(Seen.key($0)) }
      let said: Said
      switch visit.form["do"] {
      case "take": said = try await visit.perform(settling(cells, tokens) { SettleForSource($0) })
      case "keep": said = try await visit.perform(settling(cells, tokens) { SettleForLocal($0) })
      default: throw UserError("what to do was not said: take Clockify's or keep ours")
      }
      return visit.seeOther(visit.form["back"] == "cell" && cells.count == 1 ? cells[0].path : "/conflicts", said)
    } orShow: {
      try ConflictsModel($0, $1, problem: $2)
    }
  }

  private static func settling<Doing: Action>(
    _ cells: [PlanningStore.Cell], _ tokens: [String], _ action: (TypedCell) -> Doing
  ) -> Checked<Several<Doing>> {
    Several(cells.map { action($0.typed) }).ifUnchanged(tokens, .conflict)
  }
}

import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// Until when nothing is written any more.
struct LocksModel: PageModel {
  static let template = "locks"
  let title = "Locks"
  let locks: [Row]
  let isEmpty: Bool
  let token: String
  let projects: [Choice]
  let until: String
  let mayLock: Bool
  let problem: Problem?

  struct Row: Sendable {
    let project: String
    let path: String?
    /// As a form names it; "": all projects.
    let id: String
    let until: String
  }
}

extension LocksModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let rows = try session.questions.locks()
    locks = rows.map { row in
      Row(
        project: row.project, path: row.projectID.map { "/projects/\($0)" }, id: row.projectID.map(String.init) ?? "",
        until: row.day.map { "\(Words.weekday($0)) \(Words.day($0))" } ?? row.lockedUntil)
    }
    isEmpty = rows.isEmpty
    token = Seen.token("locks", rows)
    let chosen = visit.form["project"]
    projects =
      [Choice(value: "", label: "all projects", isChosen: chosen == nil)]
      + (try session.questions.projects().map {
        Choice(value: "\($0.id)", label: "\($0.client) · \($0.name)", isChosen: "\($0.id)" == chosen)
      })
    until = visit.form["until"] ?? ""
    mayLock = visit.may(.admin)
    self.problem = problem.map { Problem($0, visit) }
  }
}

enum LocksActions {
  static func set(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      let seen = visit.form.all("seen")
      let said: Said
      if visit.form["do"] == "clear" {
        said = try await visit.perform(ClearLock(project: visit.form["project"]).ifUnchanged(seen, .locks))
      } else {
        guard let until = try visit.day("until") else { throw UserError("until when was not said") }
        said = try await visit.perform(
          SetLock(until: until, project: visit.form["project"]).ifUnchanged(seen, .locks))
      }
      return visit.seeOther("/locks", said)
    } orShow: {
      try LocksModel($0, $1, problem: $2)
    }
  }
}

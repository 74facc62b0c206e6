import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// Roles, and how many have a contract in each.
struct RolesModel: PageModel {
  static let template = "roles"
  let title = "Roles"
  let tables: [PlanTab]
  let roles: [Row]
  let given: String
  let mayPlan: Bool
  let problem: Problem?

  struct Row: Sendable {
    let token: String
    let name: String
    let people: LinkModel
    /// Neither renamed nor deleted.
    let isSystem: Bool
  }
}

extension RolesModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    tables = PlanTab.all(here: "/roles")
    roles = try session.questions.roles().map { role in
      Row(
        token: Seen.token("\(role.id)", role), name: role.name,
        people: LinkModel(
          path: "/people?role=\(Fields.encoded(role.name))", label: Words.plural(role.people, "person", "people")),
        isSystem: role.isSystem)
    }
    given = visit.form["do"] == "add" ? visit.form["name"] ?? "" : ""
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }
}

enum RolesActions {
  static func change(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      let seen = visit.form.all("seen")
      func named() throws -> String {
        guard let name = visit.form["name"] else { throw UserError("a role needs a name") }
        return name
      }
      switch visit.form["do"] {
      case "add": return visit.seeOther("/roles", try await visit.perform(AddRole(name: named())))
      case "rename":
        let action = RenameRole(name: visit.form["role"] ?? "", newName: try named())
        return visit.seeOther("/roles", try await visit.perform(action.ifUnchanged(seen, .role)))
      case "delete":
        let name = visit.form["role"] ?? ""
        return try await visit.twoSteps(
          DeleteRole(name: name).ifUnchanged(seen, .role), title: "Delete the role \(name)?", label: "Delete",
          back: "/roles", then: { _ in "/roles" })
      default: throw UserError("what to do was not said")
      }
    } orShow: {
      try RolesModel($0, $1, problem: $2)
    }
  }
}

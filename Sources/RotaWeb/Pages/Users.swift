import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PlanningStore
import Steering

/// Who may log in, and which programs have a token.
struct UsersModel: PageModel {
  static let template = "users"
  let title = "Users"
  let users: [User]
  let hasUsers: Bool
  let tokens: [User]
  let hasTokens: Bool
  let rights: [Choice]
  let given: String
  /// What was just done, and what is shown this once.
  let done: String?
  let secret: String?
  let problem: Problem?

  struct User: Sendable {
    let name: String
    let rights: [Choice]
    let right: String
    let state: String
  }
}

extension UsersModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(visit, kept: nil, problem: nil) }

  init(_ visit: Visit, kept: AccountDesk.Kept?, problem: UserError?) throws {
    func rights(_ chosen: String?) -> [Choice] {
      Right.allCases.map { Choice(value: $0.rawValue, label: $0.rawValue, isChosen: $0.rawValue == chosen) }
    }
    let accounts = visit.site.accounts
    users = try accounts.accounts().map { account in
      User(
        name: account.name, rights: rights(account.right), right: account.right,
        state: account.hasPassword ? "" : "invited, no password yet")
    }
    hasUsers = !users.isEmpty
    tokens = try accounts.tokens().map { User(name: $0.name, rights: [], right: $0.right, state: "") }
    hasTokens = !tokens.isEmpty
    self.rights = rights(visit.form["role"])
    given = problem == nil ? "" : visit.form["name"] ?? ""
    done = kept?.line
    secret = kept?.secret
    self.problem = problem.map { Problem($0, visit) }
  }
}

enum UsersActions {
  /// Answers with the page itself: what must be handed over is shown this once.
  static func change(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      let kept = try change(visit, AccountDesk(visit.site.accounts, base: visit.keys?.base ?? ""))
      // No name and no secret: the log is read by others.
      visit.site.wiring.logger.notice("\(visit.visitor.name) changed who may log in: \(visit.form["do"] ?? "")")
      return try await visit.page { _ in try UsersModel(visit, kept: kept, problem: nil) }
    } orShow: {
      try UsersModel($1, kept: nil, problem: $2)
    }
  }

  private static func change(_ visit: Visit, _ desk: AccountDesk) throws -> AccountDesk.Kept {
    let name = visit.form["name"] ?? ""
    func right() throws -> Right {
      guard let right = visit.form["role"].flatMap({ Right(rawValue: $0) }) else {
        throw UserError("no role is chosen")
      }
      return right
    }
    switch visit.form["do"] {
    case "add": return try desk.addUser(name, right())
    case "role": return try desk.setRight(of: name, to: right())
    case "reset": return try desk.resetUser(name)
    case "remove": return try desk.removeUser(name)
    case "add-token": return try desk.addToken(name, right())
    case "remove-token": return try desk.removeToken(name)
    default: throw UserError("what to do was not said")
    }
  }
}

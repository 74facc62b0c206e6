import Foundation
import HTTPTypes
import Hummingbird

extension SimulatedClockify {
  /// Authentication first, then the route, then rights, then the entity: the order in which the real one complains.
  ///
  /// - Parameter search: the body of a list that is asked for with one.
  func route(
    _ request: Request, path: String, report: ReportRequest?, search: [String: Any], state: State
  ) -> Answer {
    let owner: String
    switch state.owner(of: request) {
    case .success(let id): owner = id
    case .failure(let refusal): return refusal.answer
    }
    let parts = path.split(separator: "/").map(String.init)
    if parts.starts(with: ["report", "v1"]) {
      return reports(Array(parts.dropFirst(2)), method: request.method, report: report, owner: owner, state: state)
    }
    guard parts.starts(with: ["api", "v1"]) else { return .noRoute }
    let rest = Array(parts.dropFirst(2))
    let thing = rest.count > 2 ? ThingRoute.find(Array(rest.dropFirst(2)), method: request.method.rawValue) : nil
    guard request.method == .get || thing != nil else { return .noMethod }
    return core(rest, CoreQuery(request), owner: owner, state: state, thing: thing.map { ($0, search) })
  }

  private func reports(
    _ parts: [String], method: HTTPRequest.Method, report: ReportRequest?, owner: String, state: State
  ) -> Answer {
    guard state.controls.hasReports, parts.count == 4, parts[0] == "workspaces", parts[2] == "reports",
      parts[3] == "detailed"
    else { return .noRoute }
    guard method == .post else { return .noMethod }
    guard let workspace = state.workspaces.first(where: { $0.id == parts[1] }) else { return .denied }
    guard let report else { return .error(400, "Request body is not readable", code: 3002) }
    return DetailedReport(request: report, workspace: workspace, owner: owner, controls: state.controls).answer()
  }

  private func core(
    _ parts: [String], _ query: CoreQuery, owner: String, state: State, thing: (ThingRoute, [String: Any])?
  ) -> Answer {
    let json = CoreJSON(controls: state.controls)
    if parts == ["user"] {
      guard let (workspace, user) = state.account(owner) else { return .denied }
      return Answer(json: json.user(user, in: workspace, memberships: query["include-memberships"] == "true"))
    }
    let visible = state.workspaces.filter { workspace in workspace.users.contains { $0.id == owner && !$0.isRemoved } }
    if parts == ["workspaces"] { return Answer(json: visible.map(json.workspace)) }
    guard parts.count >= 2, parts[0] == "workspaces" else { return .noRoute }
    guard let workspace = visible.first(where: { $0.id == parts[1] }),
      let user = workspace.users.first(where: { $0.id == owner })
    else { return .denied }
    let access = Access(workspace: workspace, user: user, controls: state.controls, json: json)
    let rest = Array(parts.dropFirst(2))
    if let (route, body) = thing { return access.things(route, rest, query, body: body) }
    return access.answer(rest, query)
  }
}

/// Who asks is not known.
struct Unknown: Error {
  let answer: Answer
}

extension SimulatedClockify.State {
  /// Whose key or token comes with the request (clockify-api.md 1.2).
  func owner(of request: Request) -> Result<String, Unknown> {
    let keys = request.headers[values: .init("X-Api-Key")!]
    let tokens = request.headers[values: .init("X-Addon-Token")!]
    guard keys.count + tokens.count == 1 else {
      return .failure(Unknown(answer: .error(401, "Multiple or none auth tokens present", code: 1000)))
    }
    if let key = keys.first {
      return self.keys[key].map(Result.success)
        ?? .failure(
          Unknown(answer: .error(401, "Api key \(controls.echoesKeys ? "\(key) " : "")does not exist", code: 4003)))
    }
    return addonTokens[tokens[0]].map(Result.success)
      ?? .failure(Unknown(answer: .error(401, "Token is not valid", code: 4017)))
  }

  fileprivate func account(_ id: String) -> (SimulatedWorkspace, SimulatedWorkspace.User)? {
    for workspace in workspaces {
      if let user = workspace.users.first(where: { $0.id == id }) { return (workspace, user) }
    }
    return nil
  }
}

/// The query of a core request.
struct CoreQuery {
  private let values: [String: [String]]

  init(_ request: Request) {
    values = Dictionary(
      request.uri.queryParameters.map { (String($0.key), [String($0.value)]) }, uniquingKeysWith: +)
  }

  subscript(name: String) -> String? { values[name]?.first }
  func all(_ name: String) -> Set<String> { Set(values[name] ?? []) }
}

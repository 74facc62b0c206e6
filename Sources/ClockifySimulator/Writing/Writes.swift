import Foundation
import Hummingbird
import NIOCore

extension SimulatedClockify {
  /// A writing request on the state itself; nil: this one reads, or writing is off.
  func write(_ request: Request, path: String, body: ByteBuffer) -> Answer? {
    let method = request.method.rawValue
    let parts = path.split(separator: "/").map(String.init)
    let rest = Array(parts.dropFirst(2))
    if let answer = webhooks(request, method, rest, body) { return answer }
    guard read({ $0.controls.acceptsWrites }), method != "GET", parts.starts(with: ["api", "v1"]),
      ThingRoute.find(Array(rest.dropFirst(2)), method: method) == nil
    else { return nil }
    let query = CoreQuery(request)
    defer { sendWhatHappened() }
    return update { state in
      let owner: String
      switch state.owner(of: request) {
      case .success(let id): owner = id
      case .failure(let refusal): return refusal.answer
      }
      let bytes = Data(body.readableBytesView)
      guard let json = bytes.isEmpty ? [String: Any]() : try? JSONSerialization.jsonObject(with: bytes) else {
        return .error(400, "Request body is not readable", code: 3002)
      }
      return state.write(method, rest, query, json, owner: owner)
    }
  }
}

extension SimulatedClockify {
  /// Webhooks are read and written by routes of their own.
  private func webhooks(_ request: Request, _ method: String, _ rest: [String], _ body: ByteBuffer) -> Answer? {
    guard rest.count >= 3, rest[2] == "webhooks" else { return nil }
    let json = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))
    let answer: Answer? = update { state in
      switch state.owner(of: request) {
      case .success(let owner):
        let answer = state.webhooks(method, rest, json ?? [String: Any](), owner: owner)
        // From now on what changes is an event.
        _ = state.takeDeliveries()
        return answer
      case .failure(let refusal): return refusal.answer
      }
    }
    return answer
  }
}

extension SimulatedClockify.State {
  fileprivate mutating func write(
    _ method: String, _ parts: [String], _ query: CoreQuery, _ json: Any, owner: String
  ) -> Answer {
    let now = controls.now
    func newID() -> String { ids.next(at: controls.idsTellNoTime ? 0 : now) }
    if parts == ["workspaces"] {
      guard method == "POST" else { return .noMethod }
      return addWorkspace(json as? [String: Any] ?? [:], owner: owner, id: newID())
    }
    guard parts.count >= 2, parts[0] == "workspaces" else { return .noRoute }
    guard
      let at = workspaces.firstIndex(where: { workspace in
        workspace.id == parts[1] && workspace.users.contains { $0.id == owner && !$0.isRemoved }
      }), let user = workspaces[at].users.first(where: { $0.id == owner })
    else { return .denied }
    let write = Write(
      method: method, parts: Array(parts.dropFirst(2)), query: query, json: json, user: user, controls: controls,
      now: now, newID: newID())
    return write.answer(&workspaces[at])
  }

  private mutating func addWorkspace(_ body: [String: Any], owner: String, id: String) -> Answer {
    guard let name = body["name"] as? String, (1...50).contains(name.count) else { return .invalid("Name") }
    guard !workspaces.contains(where: { $0.name == name }) else { return .taken("Workspace") }
    var workspace = SimulatedWorkspace(id: id, name: name, plan: "FREE")
    workspace.users = workspaces.lazy.compactMap { $0.users.first { $0.id == owner } }.prefix(1).map { user in
      var user = user
      user.role = .owner
      return user
    }
    workspaces.append(workspace)
    return .row(CoreJSON(controls: controls).workspace(workspace), status: 201)
  }
}

extension Answer {
  static func invalid(_ what: String) -> Answer { error(400, "\(what) is not valid", code: 501) }
  static func taken(_ kind: String) -> Answer { error(400, "\(kind) with this name already exists", code: 501) }
}

/// One writing request of one user in one workspace. clockify-api.md 3 to 5.
struct Write {
  let method: String
  /// From the workspace down.
  let parts: [String]
  let query: CoreQuery
  let json: Any
  let user: SimulatedWorkspace.User
  let controls: Controls
  /// Seconds since 1970.
  let now: Int
  let newID: String

  /// Fields that nobody knows are passed over (clockify-api.md 1.5).
  var body: [String: Any] { json as? [String: Any] ?? [:] }
  var rows: CoreJSON { CoreJSON(controls: controls) }
  var isAdmin: Bool { user.role != .member }

  func answer(_ workspace: inout SimulatedWorkspace) -> Answer {
    guard let first = parts.first else { return .noMethod }
    switch (first, parts.count) {
    case ("time-entries", 1): return method == "POST" ? addEntry(of: user.id, &workspace) : .noMethod
    case ("time-entries", 2): return entry(parts[1], &workspace)
    case ("user", 3) where parts[2] == "time-entries": return entriesOfUser(parts[1], &workspace)
    case ("clients", 1...2): return clients(&workspace)
    case ("projects", 1...2): return projects(&workspace)
    case ("projects", 3) where parts[2] == "estimate":
      return method == "PATCH" ? estimate(&workspace) : .noMethod
    case ("projects", 3...4) where parts[2] == "tasks": return tasks(&workspace)
    case ("tags", 1...2): return tags(&workspace)
    default: return .noRoute
    }
  }

  func text(_ name: String) -> String? { body[name] as? String }
  func flag(_ name: String) -> Bool? { body[name] as? Bool }

  /// nil: the name may be had.
  func problem(name: String?, _ lengths: ClosedRange<Int>, kind: String, isTaken: Bool, gone: Set<String>?) -> Answer? {
    guard let name, lengths.contains(name.count) else { return .invalid("\(kind) name") }
    let isKept = controls.keepsDeletedNames && gone?.contains(name) == true
    return isTaken || isKept ? .taken(kind) : nil
  }
}

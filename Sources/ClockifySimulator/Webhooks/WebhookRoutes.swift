import Foundation
import Hummingbird

extension SimulatedClockify.State {
  /// The webhooks of a workspace; nil: another path.
  mutating func webhooks(_ method: String, _ parts: [String], _ json: Any, owner: String) -> Answer? {
    guard parts.count >= 3, parts[0] == "workspaces", parts[2] == "webhooks" else { return nil }
    guard
      let at = workspaces.firstIndex(where: { workspace in
        workspace.id == parts[1] && workspace.users.contains { $0.id == owner && !$0.isRemoved }
      }), let user = workspaces[at].users.first(where: { $0.id == owner })
    else { return .denied }
    // API and webhook settings are for owners and admins.
    guard user.role != .member else { return .denied }
    let rest = Array(parts.dropFirst(3))
    if method == "GET" { return read(rest, of: workspaces[at]) }
    guard controls.acceptsWebhooks else { return .noMethod }
    let body = json as? [String: Any] ?? [:]
    switch (method, rest.count) {
    case ("POST", 0): return add(body, at, owner)
    case ("PUT", 1), ("DELETE", 1), ("PATCH", 2), ("POST", 2): return change(method, rest, body, at)
    default: return .noMethod
    }
  }

  private func read(_ rest: [String], of workspace: SimulatedWorkspace) -> Answer {
    func row(_ hook: SimulatedWebhook) -> [String: Any] {
      var row = hook.row
      if controls.hidesWebhookTokens { row["authToken"] = nil }
      return row
    }
    guard let id = rest.first else {
      return Answer(
        json: ["workspaceWebhookCount": workspace.webhooks.count, "webhooks": workspace.webhooks.map(row)]
          as [String: Any])
    }
    return workspace.webhooks.first { $0.id == id }.map { Answer(json: row($0)) } ?? .missing("Webhook")
  }

  private mutating func add(_ body: [String: Any], _ at: Int, _ owner: String) -> Answer {
    // A missing name is misreported (clockify-api.md 8).
    guard let name = body["name"] as? String, (2...30).contains(name.count) else {
      return .error(400, "Webhook already exists", code: 501)
    }
    guard let url = body["url"] as? String, url.hasPrefix("http"), let event = body["webhookEvent"] as? String,
      let type = body["triggerSourceType"] as? String, let source = body["triggerSource"] as? [String], !source.isEmpty
    else { return .invalid("Webhook") }
    let workspace = workspaces[at]
    let isFree = workspace.plan.uppercased() == "FREE"
    let own = workspace.webhooks.count { $0.userID == owner }
    guard workspace.webhooks.count < (isFree ? 3 : 100), isFree || own < 10 else {
      return .error(400, "Webhook limit reached", code: 501)
    }
    var hook = SimulatedWebhook(
      id: ids.next(at: controls.now), userID: owner, name: name, url: url, event: event, token: token())
    hook.triggerSourceType = type
    hook.triggerSource = source
    workspaces[at].webhooks.append(hook)
    return .row(hook.row, status: 201)
  }

  private mutating func change(_ method: String, _ rest: [String], _ body: [String: Any], _ at: Int) -> Answer {
    guard let index = workspaces[at].webhooks.firstIndex(where: { $0.id == rest[0] }) else {
      return .missing("Webhook")
    }
    switch (method, rest.dropFirst().first) {
    case ("PUT", nil):
      if let name = body["name"] as? String { workspaces[at].webhooks[index].name = name }
      if let url = body["url"] as? String { workspaces[at].webhooks[index].url = url }
      workspaces[at].webhooks[index].isEnabled = body["enabled"] as? Bool ?? true
      workspaces[at].webhooks[index].isDelivering = true
      workspaces[at].webhooks[index].failures = 0
      return .row(workspaces[at].webhooks[index].row)
    case ("DELETE", nil):
      workspaces[at].webhooks.remove(at: index)
      return Answer(json: [String: Any]())
    case ("PATCH", "token"):
      workspaces[at].webhooks[index].token = token()
      return .row(workspaces[at].webhooks[index].row)
    case ("POST", "logs"):
      let failed = body["status"] as? String == "FAILED"
      let logs = workspaces[at].webhooks[index].logs.filter { !failed || !(200..<300).contains($0.status) }
      return Answer(
        json: logs.map { log in
          [
            "id": "\(log.at)", "webhookId": rest[0], "statusCode": log.status,
            "respondedAt": ReportText.utc(log.at),
          ] as [String: Any]
        })
    default: return .noMethod
    }
  }

  /// 32 characters, opaque.
  private mutating func token() -> String {
    let letters = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    return String((0..<32).map { _ in letters.randomElement()! })
  }
}

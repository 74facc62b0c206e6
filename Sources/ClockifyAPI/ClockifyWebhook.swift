/// A webhook of a workspace as Clockify lists it (clockify-api.md 8). Its token is a secret: it goes into no text.
package struct ClockifyWebhook: Sendable {
  package let id: String
  package let userID: String?
  package let url: String
  package let event: String
  /// Switched on by people; by Clockify, which stops after too many failures; by the plan.
  package let isEnabled: Bool
  package let isDelivering: Bool
  package let isOnPlan: Bool
  package let token: String?

  /// - Throws: `ClockifyError` for a row without id, address or event.
  package init(_ row: JSONTree) throws {
    guard let id = row["id"]?.words, let url = row["url"]?.words, let event = row["webhookEvent"]?.words else {
      throw ClockifyError(.malformed, "Clockify sent a webhook without id, url or event")
    }
    (self.id, self.url, self.event) = (id, url, event)
    userID = row["userId"]?.words
    isEnabled = row["enabled"] != .flag(false)
    isDelivering = row["deliveryEnabled"] != .flag(false)
    isOnPlan = row["planEnabled"] != .flag(false)
    token = row["authToken"]?.words
  }

  /// It delivers what happens.
  package var isOn: Bool { isEnabled && isDelivering && isOnPlan }
}

extension ClockifySource {
  /// All of a workspace, whoever made them; not paged.
  package func webhooks(in workspace: String) async throws -> [ClockifyWebhook] {
    let answer = try await object(at: "/workspaces/\(workspace)/webhooks")
    guard case .list(let rows)? = answer["webhooks"] else { return [] }
    return try rows.map { try ClockifyWebhook($0) }
  }
}

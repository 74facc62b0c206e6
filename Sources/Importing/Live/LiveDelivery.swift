package import Planning

/// What a webhook's delivery says, as far as it is believed: where to look. Workspace and event are those of the hook's own
/// row, never of the body (live.md 2).
package struct LiveDelivery: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package let id: String
    /// Whose it may be, and when it may have begun: hints for a report.
    package let user: String?
    package let start: Instant?

    package init(id: String, user: String? = nil, start: Instant? = nil) {
      self.id = id
      self.user = user
      self.start = start
    }
  }

  package let workspace: String
  package let event: WebhookEvent
  package let pathKey: String
  /// nil: its body could not be read.
  package let entries: [Entry]?

  package init(workspace: String, event: WebhookEvent, pathKey: String, entries: [Entry]?) {
    self.workspace = workspace
    self.event = event
    self.pathKey = pathKey
    self.entries = entries
  }
}

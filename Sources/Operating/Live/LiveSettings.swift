/// How live changes come: the settings `live:`.
package struct LiveSettings: Sendable {
  /// Where deliveries of webhooks are taken, as `127.0.0.1:8790`; nil: nowhere.
  package var listen: String?
  /// What the webhooks' addresses begin with: how Clockify reaches it, through a proxy that ends TLS.
  package var publicURL: String?
  /// How often yesterday and today are read, seconds; nil: never, on FREE workspaces each ten minutes.
  package var pollSeconds: Int?

  package init() {}

  package var isOn: Bool { listen != nil || pollSeconds != nil }

  /// The shortest pause between two readings on a FREE workspace.
  package static let freePoll = 600
}

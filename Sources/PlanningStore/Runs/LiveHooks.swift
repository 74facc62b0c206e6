import GRDB
package import Planning

/// A webhook of ours in Clockify (`live_hook`).
package struct LiveHook: TabularRow, Decodable, Sendable {
  package let pathKey: String
  package let workspaceID: String
  /// nil: it was asked for, and no answer came.
  package var hookID: String?
  package let event: String
  /// SHA-256 of its token, hexadecimal; nil: not known.
  package var tokenHash: String?
  package let installedAt: String
  package let lastDeliveryAt: String?
  package let removedAt: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case pathKey = "path_key"
    case workspaceID = "workspace_id"
    case hookID = "hook_id"
    case event
    case tokenHash = "token_hash"
    case installedAt = "installed_at"
    case lastDeliveryAt = "last_delivery_at"
    case removedAt = "removed_at"
  }

  package init(pathKey: String, workspaceID: String, event: WebhookEvent, at now: Instant) {
    self.pathKey = pathKey
    self.workspaceID = workspaceID
    self.event = event.rawValue
    installedAt = now.description
    (lastDeliveryAt, removedAt) = (nil, nil)
  }
}

/// The rows of `live_hook`.
package struct LiveHooks: Subject {
  let session: StoreSession

  /// Those that are not removed, by workspace and event.
  package func all(in workspace: String? = nil) throws -> [LiveHook] {
    try rows(
      """
      SELECT * FROM live_hook WHERE removed_at IS NULL AND (?1 IS NULL OR workspace_id = ?1)
      ORDER BY workspace_id, event, path_key
      """, [workspace])
  }

  package func add(_ hook: LiveHook) throws {
    try db.execute(
      sql: """
        INSERT INTO live_hook (path_key, workspace_id, hook_id, event, token_hash, installed_at) VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [hook.pathKey, hook.workspaceID, hook.hookID, hook.event, hook.tokenHash, hook.installedAt])
  }

  /// What Clockify answered.
  package func set(_ pathKey: String, hook id: String, tokenHash: String?) throws {
    try db.execute(
      sql: "UPDATE live_hook SET hook_id = ?2, token_hash = ifnull(?3, token_hash) WHERE path_key = ?1",
      arguments: [pathKey, id, tokenHash])
  }

  /// Removed rows stay: their path keys are never given out again.
  package func remove(_ pathKey: String, at now: Instant) throws {
    try db.execute(
      sql: "UPDATE live_hook SET removed_at = ?2, token_hash = NULL WHERE path_key = ?1 AND removed_at IS NULL",
      arguments: [pathKey, now.description])
  }

  /// - Parameter moments: UTC, by path key.
  package func noteDeliveries(_ moments: [String: Instant]) throws {
    for (pathKey, moment) in moments.sorted(by: { $0.key < $1.key }) {
      try db.execute(
        sql: """
          UPDATE live_hook SET last_delivery_at = ?2
          WHERE path_key = ?1 AND (last_delivery_at IS NULL OR last_delivery_at < ?2)
          """, arguments: [pathKey, moment.description])
    }
  }
}

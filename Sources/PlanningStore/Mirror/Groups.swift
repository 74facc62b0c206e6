import GRDB
package import Planning

package struct StoredGroup: Sendable {
  package let name: String?
  package let workspace: String
  package let isGone: Bool
  package let users: [String]
}

/// User groups and who is in them (rules 22, 89).
package struct Groups: Subject {
  let session: StoreSession

  package func update(_ groups: [MirrorGroup], workspace: String, run: Int64, at now: Instant) throws {
    for group in groups {
      try db.execute(
        sql: """
          INSERT INTO clockify_user_group (workspace_id, id, name, first_seen_run) VALUES (?, ?, ?, ?)
          ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, deleted_at = NULL
          WHERE (name, deleted_at) IS NOT (excluded.name, NULL)
          """, arguments: [workspace, group.id, group.name, run])
      let known = Set(try members(of: group.id, in: workspace))
      for user in Set(group.users).subtracting(known) {
        try db.execute(
          sql: """
            INSERT INTO clockify_membership (workspace_id, target_id, user_id, membership_type)
            VALUES (?, ?, ?, 'USERGROUP')
            ON CONFLICT (workspace_id, target_id, user_id, membership_type) DO UPDATE SET deleted_at = NULL
            """, arguments: [workspace, group.id, user])
      }
      for user in known.subtracting(group.users) {
        try db.execute(
          sql: """
            UPDATE clockify_membership SET deleted_at = ?
            WHERE workspace_id = ? AND target_id = ? AND user_id = ? AND membership_type = 'USERGROUP'
            """, arguments: [now.description, workspace, group.id, user])
      }
    }
    try session.mirror.markGone("clockify_user_group", listed: groups.map(\.id), workspace: workspace, at: now)
  }

  private func members(of group: String, in workspace: String) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT user_id FROM clockify_membership
        WHERE workspace_id = ? AND target_id = ? AND membership_type = 'USERGROUP' AND deleted_at IS NULL
        """, arguments: [workspace, group])
  }

  /// The groups with these ids that a workspace of the settings has or had, with the membership last read.
  package func stored(_ ids: Set<String>) throws -> [String: StoredGroup] {
    var groups: [String: StoredGroup] = [:]
    for id in ids {
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT g.workspace_id, g.name, g.deleted_at FROM clockify_user_group g
          JOIN clockify_workspace w ON w.id = g.workspace_id AND w.is_named = 1
          WHERE g.id = ? ORDER BY g.deleted_at IS NOT NULL LIMIT 1
          """, arguments: [id])
      guard let row else { continue }
      let workspace: String = row["workspace_id"]
      groups[id] = StoredGroup(
        name: row["name"], workspace: workspace, isGone: (row["deleted_at"] as String?) != nil,
        users: try members(of: id, in: workspace))
    }
    return groups
  }
}

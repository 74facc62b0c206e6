import GRDB
package import Planning

/// One Clockify account in all workspaces that the settings name (rule 88).
package struct MirrorAccount: Sendable, Equatable {
  package let id: String
  /// Of the current row.
  package var workspace: String
  package var name: String?
  package var email: String?
  package var timeZone: String?
  /// Inactive, limited or removed in every workspace; also who is known only from entries.
  package var isInactive = false
  /// In no complete list any more.
  package var isGone = false
  /// Invited, and never joined anywhere.
  package var neverJoined = false
  /// The workspaces that know the account, with the instant since which their list lacks it.
  package var knownIn: [String: String?] = [:]

  /// An account that only a link or workspaces outside the settings know: it decides nothing.
  package init(history id: String) {
    self.id = id
    workspace = ""
    isInactive = true
    isGone = true
  }
}

package struct MirrorGroup: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var users: [String]

  package init(id: String, name: String?, users: [String]) {
    self.id = id
    self.name = name
    self.users = users
  }
}

/// Accounts that several workspaces share, and the groups they are in.
extension StoreSession {
  /// Remembers which workspaces the settings name, and which of an account's rows is the current one: of the workspaces
  /// just read before others, then active before inactive before gone, then the one seen last. Writes only what differs.
  package func chooseCurrentUsers(named: [String], read: [String]) throws {
    try db.execute(
      sql: """
        UPDATE clockify_workspace SET is_named = NOT is_named
        WHERE is_named <> (id IN (SELECT value FROM json_each(?)))
        """, arguments: [try json(named)])
    try db.execute(
      sql: """
        WITH just (id) AS (SELECT value FROM json_each(?)),
        last (workspace_id, run) AS (
          SELECT workspace_id, max(import_run_id) FROM workspace_reading GROUP BY workspace_id
        ),
        ranked AS (
          SELECT u.workspace_id, u.id, row_number() OVER (
            PARTITION BY u.id ORDER BY
              u.deleted_at IS NULL AND u.is_listed = 1 AND u.workspace_id IN (SELECT id FROM just) DESC,
              u.deleted_at IS NOT NULL, u.is_listed = 0,
              ifnull(u.status, 'ACTIVE') IN ('DELETED', 'LIMITED', 'LIMITED_DELETED')
                OR ifnull(u.membership_status, 'ACTIVE') <> 'ACTIVE',
              ifnull(u.membership_status, 'ACTIVE') IN ('PENDING', 'DECLINED'),
              u.deleted_at DESC, u.workspace_id IN (SELECT id FROM just) DESC, last.run DESC, u.workspace_id) AS place
          FROM clockify_user u
          JOIN clockify_workspace w ON w.id = u.workspace_id AND w.is_named = 1
          LEFT JOIN last ON last.workspace_id = u.workspace_id AND u.workspace_id NOT IN (SELECT id FROM just)
        )
        UPDATE clockify_user SET is_current = NOT is_current
        WHERE is_current <> ((workspace_id, id) IN (SELECT workspace_id, id FROM ranked WHERE place = 1))
        """, arguments: [try json(read)])
  }

  /// Workspaces that the settings named when a run last looked.
  package func namedWorkspaces() throws -> [String] {
    try String.fetchAll(db, sql: "SELECT id FROM clockify_workspace WHERE is_named = 1 ORDER BY id")
  }

  /// Everybody whom a workspace of the settings knows, and who else is linked, in order of id.
  package func accounts() throws -> [MirrorAccount] {
    var accounts: [String: MirrorAccount] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT * FROM clockify_account") {
      var account = MirrorAccount(history: row["id"])
      account.workspace = row["workspace_id"]
      account.name = row["name"]
      account.email = row["email"]
      account.timeZone = row["time_zone"]
      account.isGone = row["is_gone"]
      account.isInactive = row["is_archived"] || account.isGone || !(row["is_listed"] as Bool)
      account.neverJoined = row["never_joined"]
      accounts[account.id] = account
    }
    let rows = """
      SELECT u.id, u.workspace_id, u.deleted_at FROM clockify_user u
      JOIN clockify_workspace w ON w.id = u.workspace_id AND w.is_named = 1
      """
    for row in try Row.fetchAll(db, sql: rows) {
      accounts[row["id"]]?.knownIn[row["workspace_id"]] = .some(row["deleted_at"])
    }
    let others = """
      SELECT id FROM clockify_user UNION SELECT external_id FROM external_reference WHERE kind = 'person'
      """
    for id in try String.fetchAll(db, sql: others) where accounts[id] == nil {
      accounts[id] = MirrorAccount(history: id)
    }
    return accounts.values.sorted { $0.id < $1.id }
  }

  /// Ids of everybody that one workspace has a row of.
  package func usersKnown(in workspace: String) throws -> Set<String> {
    Set(try String.fetchAll(db, sql: "SELECT id FROM clockify_user WHERE workspace_id = ?", arguments: [workspace]))
  }

  // MARK: Groups (rules 22, 89)

  package func mirror(groups: [MirrorGroup], workspace: String, run: Int64, at now: Instant) throws {
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
    try markGone("clockify_user_group", listed: groups.map(\.id), workspace: workspace, at: now)
  }

  private func members(of group: String, in workspace: String) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT user_id FROM clockify_membership
        WHERE workspace_id = ? AND target_id = ? AND membership_type = 'USERGROUP' AND deleted_at IS NULL
        """, arguments: [workspace, group])
  }

  package struct StoredGroup: Sendable {
    package let name: String?
    package let workspace: String
    package let isGone: Bool
    package let users: [String]
  }

  /// The groups with these ids that a workspace of the settings has or had, with the membership last read.
  package func groups(_ ids: Set<String>) throws -> [String: StoredGroup] {
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

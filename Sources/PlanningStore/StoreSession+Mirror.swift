import GRDB
package import Planning

/// One mirrored list row, whatever its kind: columns beyond the id are compared and written only when they differ.
package struct MirrorUser: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var email: String?
  package var status: String?
  package var membershipStatus: String?
  package var timeZone: String?

  package init(
    id: String, name: String?, email: String?, status: String?, membershipStatus: String?, timeZone: String?
  ) {
    self.id = id
    self.name = name
    self.email = email
    self.status = status
    self.membershipStatus = membershipStatus
    self.timeZone = timeZone
  }
}

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

package struct MirrorClient: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var archived: Bool
  package var isGone = false
  /// Known of rows of the mirror.
  package var workspace = ""

  package init(id: String, name: String?, archived: Bool) {
    self.id = id
    self.name = name
    self.archived = archived
  }
}

package struct MirrorProject: Sendable, Equatable {
  package var id: String
  package var name: String?
  package var clientID: String?
  package var billable: Bool?
  package var archived: Bool
  package var template: Bool
  package var isGone = false
  /// Known of rows of the mirror.
  package var workspace = ""

  package init(id: String, name: String?, clientID: String?, billable: Bool?, archived: Bool, template: Bool) {
    self.id = id
    self.name = name
    self.clientID = clientID
    self.billable = billable
    self.archived = archived
    self.template = template
  }
}

extension StoreSession {
  package func mirror(workspace id: String, name: String?, plan: String?, run: Int64) throws {
    try db.execute(
      sql: """
        INSERT INTO clockify_workspace (id, workspace_id, name, feature_subscription_type, first_seen_run)
        VALUES (?1, ?1, ?2, ?3, ?4)
        ON CONFLICT (id) DO UPDATE SET
          name = ifnull(excluded.name, name),
          feature_subscription_type = ifnull(excluded.feature_subscription_type, feature_subscription_type)
        WHERE (name, feature_subscription_type) IS NOT (
          ifnull(excluded.name, name), ifnull(excluded.feature_subscription_type, feature_subscription_type))
        """, arguments: [id, name, plan, run])
  }

  /// Takes over a complete list: what is not in it any more gets `deleted_at`.
  package func mirror(users: [MirrorUser], workspace: String, run: Int64, at now: Instant) throws {
    for user in users {
      try db.execute(
        sql: """
          INSERT INTO clockify_user (workspace_id, id, name, email, status, membership_status, time_zone, first_seen_run)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (workspace_id, id) DO UPDATE SET
            name = excluded.name, email = excluded.email, status = excluded.status,
            membership_status = excluded.membership_status, time_zone = excluded.time_zone, is_listed = 1,
            deleted_at = NULL
          WHERE (name, email, status, membership_status, time_zone, is_listed, deleted_at) IS NOT
            (excluded.name, excluded.email, excluded.status, excluded.membership_status, excluded.time_zone, 1, NULL)
          """,
        arguments: [
          workspace, user.id, user.name, user.email, user.status, user.membershipStatus, user.timeZone, run,
        ])
    }
    try markGone("clockify_user", listed: users.map(\.id), workspace: workspace, at: now)
  }

  package func mirror(clients: [MirrorClient], workspace: String, run: Int64, at now: Instant) throws {
    for client in clients {
      try db.execute(
        sql: """
          INSERT INTO clockify_client (workspace_id, id, name, archived, first_seen_run) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (workspace_id, id) DO UPDATE SET
            name = excluded.name, archived = excluded.archived, deleted_at = NULL
          WHERE (name, archived, deleted_at) IS NOT (excluded.name, excluded.archived, NULL)
          """, arguments: [workspace, client.id, client.name, client.archived, run])
    }
    try markGone("clockify_client", listed: clients.map(\.id), workspace: workspace, at: now)
  }

  package func mirror(projects: [MirrorProject], workspace: String, run: Int64, at now: Instant) throws {
    for project in projects {
      try db.execute(
        sql: """
          INSERT INTO clockify_project (workspace_id, id, name, client_id, billable, archived, template, first_seen_run)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (workspace_id, id) DO UPDATE SET
            name = excluded.name, client_id = excluded.client_id, billable = excluded.billable,
            archived = excluded.archived, template = excluded.template, deleted_at = NULL
          WHERE (name, client_id, billable, archived, template, deleted_at) IS NOT
            (excluded.name, excluded.client_id, excluded.billable, excluded.archived, excluded.template, NULL)
          """,
        arguments: [
          workspace, project.id, project.name, project.clientID, project.billable, project.archived,
          project.template, run,
        ])
    }
    try markGone("clockify_project", listed: projects.map(\.id), workspace: workspace, at: now)
  }

  private func markGone(_ table: String, listed: [String], workspace: String, at now: Instant) throws {
    let known = try String.fetchAll(
      db, sql: "SELECT id FROM \(table) WHERE workspace_id = ? AND deleted_at IS NULL", arguments: [workspace])
    for id in Set(known).subtracting(listed) {
      try db.execute(
        sql: "UPDATE \(table) SET deleted_at = ? WHERE workspace_id = ? AND id = ?",
        arguments: [now.description, workspace, id])
    }
  }

  /// Somebody who is on entries but in no list: kept by the entry's own name and e-mail (rule 18).
  package func noteUnlisted(user: String, name: String?, email: String?, workspace: String, run: Int64, at now: Instant)
    throws
  {
    try db.execute(
      sql: """
        INSERT INTO clockify_user (workspace_id, id, name, email, is_listed, first_seen_run, deleted_at, is_current)
        VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, NOT EXISTS (SELECT 1 FROM clockify_user WHERE id = ?2 AND is_current = 1))
        ON CONFLICT (workspace_id, id) DO NOTHING
        """, arguments: [workspace, user, name, email, run, now.description])
  }

  // MARK: Accounts (rule 88)

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
              u.deleted_at IS NOT NULL,
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

  package func mirroredClients() throws -> [MirrorClient] {
    try Row.fetchAll(db, sql: "SELECT * FROM clockify_client ORDER BY id").map { row in
      var client = MirrorClient(id: row["id"], name: row["name"], archived: row["archived"])
      client.workspace = row["workspace_id"]
      client.isGone = (row["deleted_at"] as String?) != nil
      return client
    }
  }

  package func mirroredProjects() throws -> [MirrorProject] {
    try Row.fetchAll(db, sql: "SELECT * FROM clockify_project ORDER BY id").map { row in
      var project = MirrorProject(
        id: row["id"], name: row["name"], clientID: row["client_id"], billable: row["billable"],
        archived: row["archived"], template: row["template"])
      project.workspace = row["workspace_id"]
      project.isGone = (row["deleted_at"] as String?) != nil
      return project
    }
  }
}

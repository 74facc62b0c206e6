import GRDB
package import Planning

/// What Clockify's lists said last, workspace by workspace.
package struct Mirror: Subject {
  let session: StoreSession

  package func update(workspace id: String, name: String?, plan: String?, run: Int64) throws {
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
  package func update(users: [MirrorUser], workspace: String, run: Int64, at now: Instant) throws {
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

  package func update(clients: [MirrorClient], workspace: String, run: Int64, at now: Instant) throws {
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

  package func update(projects: [MirrorProject], workspace: String, run: Int64, at now: Instant) throws {
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

  func markGone(_ table: String, listed: [String], workspace: String, at now: Instant) throws {
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

  /// Workspaces that the settings named when a run last looked.
  package func namedWorkspaces() throws -> [String] {
    try String.fetchAll(db, sql: "SELECT id FROM clockify_workspace WHERE is_named = 1 ORDER BY id")
  }

  /// The workspaces that the settings name, and whether each is FREE.
  package func plans() throws -> [(id: String, name: String, isFree: Bool)] {
    try Row.fetchAll(
      db, sql: "SELECT id, name, feature_subscription_type FROM clockify_workspace WHERE is_named = 1 ORDER BY id"
    ).map { row in
      (
        id: row["id"], name: row["name"] ?? row["id"],
        isFree: (row["feature_subscription_type"] as String?)?.uppercased() == "FREE"
      )
    }
  }

  package func clients() throws -> [MirrorClient] {
    try Row.fetchAll(db, sql: "SELECT * FROM clockify_client ORDER BY id").map { row in
      var client = MirrorClient(id: row["id"], name: row["name"], archived: row["archived"])
      client.workspace = row["workspace_id"]
      client.isGone = (row["deleted_at"] as String?) != nil
      return client
    }
  }

  package func projects() throws -> [MirrorProject] {
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

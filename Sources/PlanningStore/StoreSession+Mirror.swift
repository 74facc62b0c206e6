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
  /// False: known only from entries.
  package var isListed = true
  package var isGone = false
  /// Known of rows of the mirror.
  package var workspace = ""

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
        INSERT INTO clockify_workspace VALUES (?1, ?1, ?2, ?3, ?4, NULL)
        ON CONFLICT (id) DO UPDATE SET
          name = excluded.name, feature_subscription_type = excluded.feature_subscription_type, deleted_at = NULL
        WHERE (name, feature_subscription_type) IS NOT (excluded.name, excluded.feature_subscription_type)
        """, arguments: [id, name, plan, run])
  }

  /// Takes over a complete list: what is not in it any more gets `deleted_at`.
  package func mirror(users: [MirrorUser], workspace: String, run: Int64, at now: Instant) throws {
    for user in users {
      try db.execute(
        sql: """
          INSERT INTO clockify_user VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, NULL)
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
          INSERT INTO clockify_client VALUES (?, ?, ?, ?, ?, NULL)
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
          INSERT INTO clockify_project VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)
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
        INSERT INTO clockify_user VALUES (?, ?, ?, ?, NULL, NULL, NULL, 0, ?, ?)
        ON CONFLICT (workspace_id, id) DO NOTHING
        """, arguments: [workspace, user, name, email, run, now.description])
  }

  /// Everybody, of every workspace, in order of id. Who is in several is there once, as in the one where they are most
  /// at home: not gone, listed, active.
  package func mirroredUsers() throws -> [MirrorUser] {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT * FROM clockify_user
        ORDER BY id, deleted_at IS NULL, is_listed, ifnull(membership_status, 'ACTIVE') = 'ACTIVE', workspace_id
        """)
    var users: [MirrorUser] = []
    for row in rows {
      var user = MirrorUser(
        id: row["id"], name: row["name"], email: row["email"], status: row["status"],
        membershipStatus: row["membership_status"], timeZone: row["time_zone"])
      user.workspace = row["workspace_id"]
      user.isListed = row["is_listed"]
      user.isGone = (row["deleted_at"] as String?) != nil
      if users.last?.id == user.id { users.removeLast() }
      users.append(user)
    }
    return users
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

import GRDB

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

/// Accounts that several workspaces share, one current row each (rule 88).
package struct Accounts: Subject {
  let session: StoreSession

  /// Remembers which workspaces the settings name, and which of an account's rows is the current one: of the workspaces
  /// just read before others, then active before inactive before gone, then the one seen last. Writes only what differs.
  package func chooseCurrent(named: [String], read: [String]) throws {
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

  /// Everybody whom a workspace of the settings knows, and who else is linked, in order of id.
  package func all() throws -> [MirrorAccount] {
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
  package func known(in workspace: String) throws -> Set<String> {
    Set(try String.fetchAll(db, sql: "SELECT id FROM clockify_user WHERE workspace_id = ?", arguments: [workspace]))
  }
}

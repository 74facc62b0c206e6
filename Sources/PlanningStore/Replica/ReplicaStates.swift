import GRDB
package import Planning

/// How a kind of a workspace stands (replica.md 1.4).
package struct ReplicaState: TabularRow, Decodable, Equatable {
  package enum State: String, Codable, Sendable {
    /// Read whole.
    case complete
    /// The plan or the key does not allow it.
    case notAvailable = "not_available"
    /// Something broke; the next run asks again.
    case failed
    /// The hour or the night had no requests left: first in line next time.
    case waiting
  }

  package var workspaceID: String
  package var kind: String
  package var state: State
  package var askedAt: Instant?
  package var completeAt: Instant?
  package var completeRun: Int64?
  /// Rows that are there, and that are gone.
  package var rows: Int
  package var deleted: Int
  /// Of the last reading.
  package var requests: Int
  package var httpStatus: Int?
  package var code: String?
  /// Since when everything is known: of entry details the first date, of approvals and tasks the day of the last whole
  /// reading or proof.
  package var coveredFrom: String?

  package init(workspaceID: String, kind: String, state: State) {
    self.workspaceID = workspaceID
    self.kind = kind
    self.state = state
    rows = 0
    deleted = 0
    requests = 0
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case workspaceID = "workspace_id"
    case kind, state
    case askedAt = "asked_at"
    case completeAt = "complete_at"
    case completeRun = "complete_run"
    case rows, deleted, requests
    case httpStatus = "http_status"
    case code
    case coveredFrom = "covered_from"
  }
}

/// How far the replica was read, and what was odd about it.
package struct ReplicaStates: Subject {
  let session: StoreSession

  /// By workspace, then by kind.
  ///
  /// - Parameter workspace: nil: of all.
  package func all(in workspace: String? = nil) throws -> [ReplicaState] {
    try rows(
      """
      SELECT workspace_id, kind, state, asked_at, complete_at, complete_run, rows, deleted, requests, http_status, code,
        covered_from
      FROM replica_state WHERE ?1 IS NULL OR workspace_id = ?1 ORDER BY workspace_id, kind
      """, [workspace])
  }

  package func set(_ state: ReplicaState) throws {
    try db.execute(
      sql: """
        INSERT INTO replica_state (workspace_id, kind, state, asked_at, complete_at, complete_run, rows, deleted, requests,
          http_status, code, covered_from)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (workspace_id, kind) DO UPDATE SET state = excluded.state, asked_at = excluded.asked_at,
          complete_at = excluded.complete_at, complete_run = excluded.complete_run, rows = excluded.rows,
          deleted = excluded.deleted, requests = excluded.requests, http_status = excluded.http_status,
          code = excluded.code, covered_from = excluded.covered_from
        """,
      arguments: [
        state.workspaceID, state.kind, state.state.rawValue, state.askedAt?.description, state.completeAt?.description,
        state.completeRun, state.rows, state.deleted, state.requests, state.httpStatus, state.code,
        state.coveredFrom,
      ])
  }

  /// - Returns: whether nobody has said it before.
  package func note(_ kind: String, path: String, problem: String, run: Int64) throws -> Bool {
    try db.execute(
      sql: "INSERT OR IGNORE INTO replica_note (kind, path, problem, first_run) VALUES (?, ?, ?, ?)",
      arguments: [kind, path, problem, run])
    return db.changesCount > 0
  }

  /// How many rows of a table are there, and how many gone.
  package func count(_ table: String, in workspace: String) throws -> (rows: Int, deleted: Int) {
    let row = try Row.fetchOne(
      db, sql: "SELECT count(*) AS n, sum(deleted_at IS NOT NULL) AS gone FROM \(table) WHERE workspace_id = ?",
      arguments: [workspace])!
    let gone: Int = row["gone"] ?? 0
    return (row["n"] - gone, gone)
  }
}

import GRDB
package import Planning

/// One thing that somebody did.
package struct Change: Sendable {
  package let at: Instant
  package let actor: String
  package let surface: String
  package let action: String
  package let kind: PlanSnapshot.Kind?
  package let planningID: Int64?
  package let said: String
  /// JSON: what was asked for.
  package let details: String

  package init(
    at: Instant, actor: String, surface: String, action: String, kind: PlanSnapshot.Kind?, planningID: Int64?,
    said: String, details: String
  ) {
    self.at = at
    self.actor = actor
    self.surface = surface
    self.action = action
    self.kind = kind
    self.planningID = planningID
    self.said = said
    self.details = details
  }
}

/// Who changed what, when, and through which face.
package struct Changes: Subject {
  let session: StoreSession

  /// - Returns: its id.
  package func add(_ change: Change) throws -> Int64 {
    try db.execute(
      sql: """
        INSERT INTO change_log (at, actor, surface, action, kind, planning_id, said, details)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        change.at.description, change.actor, change.surface, change.action, change.kind?.rawValue, change.planningID,
        change.said, change.details,
      ])
    return db.lastInsertedRowID
  }

  /// What somebody was told, and when; nil: there is no such change of theirs.
  package func said(_ id: Int64, to actor: String) throws -> (text: String, at: Instant)? {
    try Row.fetchOne(db, sql: "SELECT said, at FROM change_log WHERE id = ? AND actor = ?", arguments: [id, actor])
      .flatMap { row in Instant(row["at"] as String).map { (row["said"], $0) } }
  }

  /// Rows that this connection has written, changed or removed so far.
  package var rowsChanged: Int { db.totalChangesCount }
}

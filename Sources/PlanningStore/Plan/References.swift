import GRDB
package import Planning

/// Which Clockify id is which planning item (rules 13 to 16).
package struct References: Subject {
  let session: StoreSession

  /// The ids that an item is linked to.
  package func clockifyIDs(_ kind: PlanSnapshot.Kind, of item: Int64) throws -> [String] {
    try rawRows(
      "SELECT external_id FROM external_reference WHERE kind = ? AND planning_id = ? ORDER BY external_id",
      [kind.rawValue, item]
    ).map { $0[0] }
  }

  /// Why this id cannot be linked, or nil.
  package func linkProblem(_ kind: PlanSnapshot.Kind, externalID: String) throws -> PlanRefusal? {
    guard externalID.isClockifyID else { return .notClockifyID(externalID) }
    for row in try Row.fetchAll(
      db, sql: "SELECT planning_id FROM external_reference WHERE kind = ? AND external_id = ?",
      arguments: [kind.rawValue, externalID])
    {
      return .linkedAlready(externalID, kind, row["planning_id"])
    }
    for other in PlanSnapshot.Kind.allCases where other != kind {
      let mirror = other == .person ? "clockify_user" : "clockify_\(other.rawValue)"
      if try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM \(mirror) WHERE id = ?)", arguments: [externalID])
        ?? false
      {
        return .otherKind(externalID, is: other, not: kind)
      }
    }
    return nil
  }

  package func link(
    _ kind: PlanSnapshot.Kind, planningID: Int64, externalID: String, workspace: String?
  ) throws {
    try db.execute(
      sql: "INSERT INTO external_reference (kind, planning_id, external_id, workspace_id) VALUES (?, ?, ?, ?)",
      arguments: [kind.rawValue, planningID, externalID, workspace])
  }

  package func unlink(_ kind: PlanSnapshot.Kind, planningID: Int64) throws -> [String] {
    let ids = try String.fetchAll(
      db, sql: "SELECT external_id FROM external_reference WHERE kind = ? AND planning_id = ?",
      arguments: [kind.rawValue, planningID])
    try db.execute(
      sql: "DELETE FROM external_reference WHERE kind = ? AND planning_id = ?", arguments: [kind.rawValue, planningID])
    return ids
  }

  package func ignore(_ kind: PlanSnapshot.Kind, externalID: String, note: String?) throws -> Bool {
    try db.execute(
      sql: "INSERT OR IGNORE INTO ignored_reference (kind, external_id, note) VALUES (?, ?, ?)",
      arguments: [kind.rawValue, externalID, note])
    return db.changesCount > 0
  }

  package func unignore(_ kind: PlanSnapshot.Kind, externalID: String) throws -> Bool {
    try db.execute(
      sql: "DELETE FROM ignored_reference WHERE kind = ? AND external_id = ?", arguments: [kind.rawValue, externalID])
    return db.changesCount > 0
  }

  /// Remembers what Clockify says now for links that have no baseline yet, so that later changes are drift (rule 11).
  package func setBaselines() throws {
    try db.execute(
      sql: """
        UPDATE external_reference SET baseline = (
          SELECT json_object('name', c.name, 'archived', c.archived)
          FROM clockify_workspace w CROSS JOIN clockify_client c ON c.workspace_id = w.id AND c.id = external_id)
        WHERE baseline IS NULL AND kind = 'client' AND external_id IN (SELECT id FROM clockify_client);
        UPDATE external_reference SET baseline = (
          SELECT json_object('name', p.name, 'archived', p.archived, 'client_id', p.client_id, 'billable', p.billable)
          FROM clockify_workspace w CROSS JOIN clockify_project p ON p.workspace_id = w.id AND p.id = external_id)
        WHERE baseline IS NULL AND kind = 'project' AND external_id IN (SELECT id FROM clockify_project);
        UPDATE external_reference SET baseline = (
          SELECT json_object('name', u.name, 'email', u.email, 'archived', u.is_archived)
          FROM clockify_account u WHERE u.id = external_id AND u.is_listed = 1)
        WHERE baseline IS NULL AND kind = 'person'
          AND external_id IN (SELECT id FROM clockify_account WHERE is_listed = 1);
        """)
  }

  /// Rule 16: the link of an item that a complete list no longer has is marked with the day; one that is back is cleared.
  ///
  /// - Returns: what has become missing, or still is.
  package func markSourceMissing(on day: CalendarDay) throws -> [(
    kind: PlanSnapshot.Kind, externalID: String, planningID: Int64
  )] {
    let named = "JOIN clockify_workspace w ON w.id = m.workspace_id AND w.is_named = 1 WHERE m.deleted_at IS NOT NULL"
    // Each list once, not once for each link.
    let gone = """
      (kind = 'client' AND external_id IN (SELECT m.id FROM clockify_client m \(named)))
      OR (kind = 'project' AND external_id IN (SELECT m.id FROM clockify_project m \(named)))
      OR (kind = 'person' AND external_id IN (SELECT id FROM clockify_account WHERE is_gone))
      """
    try db.execute(
      sql: "UPDATE external_reference SET source_missing_since = ? WHERE source_missing_since IS NULL AND (\(gone))",
      arguments: [day.description])
    try db.execute(
      sql:
        "UPDATE external_reference SET source_missing_since = NULL WHERE source_missing_since IS NOT NULL AND NOT (\(gone))"
    )
    return try Row.fetchAll(
      db,
      sql: """
        SELECT kind, external_id, planning_id FROM external_reference WHERE source_missing_since IS NOT NULL
        ORDER BY kind, external_id
        """
    ).compactMap { row in
      PlanSnapshot.Kind(rawValue: row["kind"]).map { ($0, row["external_id"], row["planning_id"]) }
    }
  }
}

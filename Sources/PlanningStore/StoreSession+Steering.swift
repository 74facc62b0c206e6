import GRDB
package import Planning

/// Locks, drift and pinned zones: what planners steer the import with.
extension StoreSession {
  // MARK: Locks (rule 55)

  package func locksTable() throws -> Table {
    try table(
      """
      SELECT project_id, ifnull(project.name, 'all projects') AS project, locked_until
      FROM timesheet_lock LEFT JOIN project ON project.id = project_id ORDER BY project_id IS NOT NULL, project.name
      """)
  }

  /// - Parameter project: nil: all projects.
  /// - Returns: until when it was locked before.
  @discardableResult
  package func setLock(until day: CalendarDay?, project: ProjectID?) throws -> CalendarDay? {
    let before = try String.fetchOne(
      db, sql: "SELECT locked_until FROM timesheet_lock WHERE project_id IS ?", arguments: [project])
    try db.execute(sql: "DELETE FROM timesheet_lock WHERE project_id IS ?", arguments: [project])
    if let day {
      try db.execute(
        sql: "INSERT INTO timesheet_lock (project_id, locked_until) VALUES (?, ?)",
        arguments: [project, day.description])
    }
    return before.flatMap { CalendarDay($0) }
  }

  // MARK: Drift (rule 11)

  /// - Parameter id: one planning item; nil: all.
  package func driftTable(_ kind: PlanSnapshot.Kind? = nil, id: Int64? = nil) throws -> Table {
    try table(
      """
      SELECT d.kind, d.planning_id,
        CASE d.kind WHEN 'client' THEN (SELECT name FROM client WHERE id = d.planning_id)
          WHEN 'project' THEN (SELECT name FROM project WHERE id = d.planning_id)
          ELSE (SELECT name FROM person WHERE id = d.planning_id) END AS name,
        d.external_id, d.field, d.linked_value, d.clockify_value
      FROM drift d WHERE (?1 IS NULL OR d.kind = ?1) AND (?2 IS NULL OR d.planning_id = ?2)
      ORDER BY d.kind, name COLLATE NOCASE, d.planning_id, d.field
      """, [kind?.rawValue, id])
  }

  /// Settles a field's drift: what Clockify says now is known from here on, and, if accepted, is ours too.
  ///
  /// - Throws: `PlanRefusal` if it cannot be copied: a project's new client that is not linked here.
  package func settleDrift(_ row: Table, accept: Bool) throws {
    guard case .int(let id) = row[0, "planning_id"] else { return }
    let (kind, field) = (row[0, "kind"].description, row[0, "field"].description)
    let external = row[0, "external_id"].description
    let value: DatabaseValue
    switch row[0, "clockify_value"] {
    case .int(let int): value = int.databaseValue
    case .text(let text): value = text.databaseValue
    default: value = .null
    }
    if accept { try copy(field, value, into: kind, id) }
    try db.execute(
      sql: """
        UPDATE external_reference SET baseline = json_set(baseline, '$.' || ?, ?) WHERE kind = ? AND external_id = ?
        """, arguments: [field, value, kind, external])
  }

  private func copy(_ field: String, _ value: DatabaseValue, into kind: String, _ id: Int64) throws {
    let column: String
    var ours = value
    switch field {
    case "archived": column = "is_archived"
    case "billable":
      column = "is_billable"
      if ours.isNull { ours = 1.databaseValue }
    case "client_id":
      column = "client_id"
      let client = try Int64.fetchOne(
        db, sql: "SELECT planning_id FROM external_reference WHERE kind = 'client' AND external_id = ?",
        arguments: [value])
      guard let client else {
        throw PlanRefusal(
          "project \(id) moved in Clockify to client \(value), which is not linked here",
          next: value.isNull ? "rota drift dismiss project \(id)" : "rota references link client CLIENT \(value)")
      }
      ours = client.databaseValue
    case "email":
      column = "email"
      ours = String.fromDatabaseValue(value)?.lowercased().databaseValue ?? .null
    default: column = field
    }
    try db.execute(sql: "UPDATE \(kind) SET \(column) = ? WHERE id = ?", arguments: [ours, id])
  }

  // MARK: Pins (rule 35)

  /// Lets go of zone and date of entries, so that the next import decides them anew.
  ///
  /// - Parameters: what is nil does not narrow the choice; dates as the entries have them now, both included.
  /// - Returns: how many entries.
  package func unpin(person: PersonID?, from: CalendarDay?, through: CalendarDay?) throws -> Int {
    let chosen = """
      SELECT entry_key FROM placement JOIN placement_basis b USING (pair_key)
      WHERE (?1 IS NULL OR b.user_id IN (
          SELECT external_id FROM external_reference WHERE kind = 'person' AND planning_id = ?1))
        AND (?2 IS NULL OR date >= ?2) AND (?3 IS NULL OR date <= ?3)
      """
    let arguments: StatementArguments = [person, from?.description, through?.description]
    try db.execute(sql: "INSERT OR IGNORE INTO entry_change (entry_key) \(chosen)", arguments: arguments)
    try db.execute(sql: "UPDATE placement SET pinned = 0 WHERE entry_key IN (\(chosen))", arguments: arguments)
    return db.changesCount
  }

  // MARK: Names and ids (rule 13)

  /// What the mirror has under a name, with the planning item that it is linked to.
  package func mirrorTable(containing text: String, kind: PlanSnapshot.Kind?) throws -> Table {
    try table(
      """
      SELECT m.kind, m.clockify_id, m.name, m.detail, m.state, r.planning_id
      FROM (
        SELECT 'client' AS kind, id AS clockify_id, name, NULL AS detail,
          CASE WHEN deleted_at IS NOT NULL THEN 'gone' WHEN archived THEN 'archived' ELSE 'active' END AS state
        FROM clockify_client
        UNION ALL
        SELECT 'project', p.id, p.name,
          (SELECT c.name FROM clockify_client c WHERE c.id = p.client_id AND c.workspace_id = p.workspace_id),
          CASE WHEN p.deleted_at IS NOT NULL THEN 'gone' WHEN p.archived THEN 'archived' ELSE 'active' END
        FROM clockify_project p
        UNION ALL
        SELECT 'person', id, name, email,
          CASE WHEN deleted_at IS NOT NULL THEN 'gone' ELSE lower(ifnull(membership_status, status)) END
        FROM clockify_user
      ) m LEFT JOIN external_reference r ON r.kind = m.kind AND r.external_id = m.clockify_id
      WHERE (?2 IS NULL OR m.kind = ?2)
        AND (m.clockify_id = lower(?1) OR instr(lower(m.name), lower(?1)) > 0 OR instr(lower(m.detail), lower(?1)) > 0)
      ORDER BY m.kind, m.name COLLATE NOCASE, m.clockify_id
      """, [text, kind?.rawValue])
  }

  /// Every planning item with its link: kind, id, name, what tells it apart, Clockify id.
  package func itemsWithLinks() throws -> Table {
    try table(
      """
      SELECT i.kind, i.planning_id, i.name, i.detail, r.external_id FROM (
        SELECT 'client' AS kind, 1 AS rank, id AS planning_id, name, NULL AS detail FROM client
        UNION ALL
        SELECT 'project', 2, project.id, project.name, client.name FROM project JOIN client ON client.id = client_id
        UNION ALL
        SELECT 'person', 3, id, name, email FROM person
      ) i LEFT JOIN external_reference r ON r.kind = i.kind AND r.planning_id = i.planning_id
      ORDER BY i.rank, i.name COLLATE NOCASE, i.planning_id, r.external_id
      """)
  }
}

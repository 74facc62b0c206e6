import GRDB
import Planning

/// What Clockify changed since an item was linked (rule 11).
package struct Drift: Subject {
  let session: StoreSession

  /// - Parameter id: one planning item; nil: all.
  package func list(_ kind: PlanSnapshot.Kind? = nil, id: Int64? = nil) throws -> Table {
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
  package func settle(_ row: Table, accept: Bool) throws {
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
        throw PlanRefusal.clientNotLinked(project: id, client: String.fromDatabaseValue(value))
      }
      ours = client.databaseValue
    case "email":
      column = "email"
      ours = String.fromDatabaseValue(value)?.lowercased().databaseValue ?? .null
    default: column = field
    }
    try db.execute(sql: "UPDATE \(kind) SET \(column) = ? WHERE id = ?", arguments: [ours, id])
  }
}

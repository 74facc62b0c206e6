import GRDB
import Planning

/// A field of a linked item that Clockify changed since.
package struct DriftRow: TabularRow {
  package let kind: PlanSnapshot.Kind
  package let planningID: Int64
  package let name: String?
  package let externalID: String
  package let field: Field
  /// As it was when the item was linked, or the change last settled.
  package let linkedValue: Scalar
  /// As Clockify has it now.
  package let clockifyValue: Scalar

  package enum Field: String, Sendable, Encodable {
    case name, email, archived, billable
    case clientID = "client_id"
  }

  /// The same for all fields of an item.
  package var item: Item { Item(kind: kind, id: planningID) }

  package struct Item: Hashable {
    let kind: PlanSnapshot.Kind
    let id: Int64
  }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case planningID = "planning_id"
    case name
    case externalID = "external_id"
    case field
    case linkedValue = "linked_value"
    case clockifyValue = "clockify_value"
  }
}

extension DriftRow {
  /// The kinds are closed by the schema, the fields by the view.
  fileprivate init?(_ row: Row) {
    func text(_ key: CodingKeys) -> String? { row[key.rawValue] }
    guard let kind = text(.kind).flatMap(PlanSnapshot.Kind.init), let field = text(.field).flatMap(Field.init) else {
      return nil
    }
    self.init(
      kind: kind, planningID: row[CodingKeys.planningID.rawValue], name: text(.name),
      externalID: row[CodingKeys.externalID.rawValue], field: field,
      linkedValue: Scalar(row[CodingKeys.linkedValue.rawValue]),
      clockifyValue: Scalar(row[CodingKeys.clockifyValue.rawValue]))
  }
}

/// What Clockify changed since an item was linked (rule 11).
package struct Drift: Subject {
  let session: StoreSession

  /// - Parameter id: one planning item; nil: all.
  package func list(_ kind: PlanSnapshot.Kind? = nil, id: Int64? = nil) throws -> [DriftRow] {
    try rawRows(
      """
      SELECT d.kind, d.planning_id,
        CASE d.kind WHEN 'client' THEN (SELECT name FROM client WHERE id = d.planning_id)
          WHEN 'project' THEN (SELECT name FROM project WHERE id = d.planning_id)
          ELSE (SELECT name FROM person WHERE id = d.planning_id) END AS name,
        d.external_id, d.field, d.linked_value, d.clockify_value
      FROM drift d WHERE (?1 IS NULL OR d.kind = ?1) AND (?2 IS NULL OR d.planning_id = ?2)
      ORDER BY d.kind, name COLLATE NOCASE, d.planning_id, d.field
      """, [kind?.rawValue, id]
    ).compactMap(DriftRow.init)
  }

  /// Settles a field's drift: what Clockify says now is known from here on, and, if accepted, is ours too.
  ///
  /// - Throws: `PlanRefusal` if it cannot be copied: a project's new client that is not linked here.
  package func settle(_ row: DriftRow, accept: Bool) throws {
    let value = row.clockifyValue.databaseValue
    if accept { try copy(row.field, value, into: row.kind, row.planningID) }
    try db.execute(
      sql: """
        UPDATE external_reference SET baseline = json_set(baseline, '$.' || ?, ?) WHERE kind = ? AND external_id = ?
        """, arguments: [row.field.rawValue, value, row.kind.rawValue, row.externalID])
  }

  private func copy(
    _ field: DriftRow.Field, _ value: DatabaseValue, into kind: PlanSnapshot.Kind, _ id: Int64
  ) throws {
    let column: String
    var ours = value
    switch field {
    case .archived: column = "is_archived"
    case .billable:
      column = "is_billable"
      if ours.isNull { ours = 1.databaseValue }
    case .clientID:
      column = "client_id"
      let client = try Int64.fetchOne(
        db, sql: "SELECT planning_id FROM external_reference WHERE kind = 'client' AND external_id = ?",
        arguments: [value])
      guard let client else {
        throw PlanRefusal.clientNotLinked(project: id, client: String.fromDatabaseValue(value))
      }
      ours = client.databaseValue
    case .email:
      column = "email"
      ours = String.fromDatabaseValue(value)?.lowercased().databaseValue ?? .null
    case .name: column = "name"
    }
    try db.execute(sql: "UPDATE \(kind.rawValue) SET \(column) = ? WHERE id = ?", arguments: [ours, id])
  }
}

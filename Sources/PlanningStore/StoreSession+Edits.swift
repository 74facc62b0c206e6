import GRDB
package import Planning

/// What planners change through commands. Plain SQL may do the same; the schema guards both.
extension StoreSession {
  /// Items by planning id, Clockify id, or exact name.
  package func find(_ kind: PlanSnapshot.Kind, _ text: String) throws -> [(id: Int64, name: String)] {
    let table = kind.rawValue
    let detail =
      kind == .project
      ? "project.name || ' (' || (SELECT name FROM client WHERE client.id = client_id) || ')'" : "\(table).name"
    func matches(_ condition: String) throws -> [(id: Int64, name: String)] {
      let statement = try db.cachedStatement(
        sql: "SELECT id, \(detail) AS shown FROM \(table) WHERE \(condition) ORDER BY id")
      return try Row.fetchAll(statement, arguments: [text]).map { (id: $0["id"], name: $0["shown"]) }
    }
    if Int64(text) != nil {
      let byID = try matches("id = CAST(? AS INTEGER)")
      if !byID.isEmpty { return byID }
    }
    let linked = try matches(
      "id IN (SELECT planning_id FROM external_reference WHERE system = 'clockify' AND kind = '\(table)' AND external_id = lower(?))"
    )
    return linked.isEmpty ? try matches("name = ?") : linked
  }

  /// Whether there is or was such a project: ids are never given twice (rules 15, 91).
  package func hasEverBeen(project id: ProjectID) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT ?1 > 0 AND ?1 <= ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'project'), 0)",
      arguments: [id]) ?? false
  }

  package func role(named name: String) throws -> RoleID? {
    try RoleID.fetchOne(db, sql: "SELECT id FROM role WHERE name = ?", arguments: [name])
  }

  package func addRole(_ name: String) throws -> RoleID {
    try db.execute(sql: "INSERT INTO role (name) VALUES (?)", arguments: [name])
    return db.lastInsertedRowID
  }

  package func renameRole(_ id: RoleID, to name: String) throws {
    try db.execute(sql: "UPDATE role SET name = ? WHERE id = ?", arguments: [name, id])
  }

  package func deleteRole(_ id: RoleID) throws {
    try db.execute(sql: "DELETE FROM role WHERE id = ?", arguments: [id])
  }

  /// - Returns: whether anything changed.
  package func setArchived(_ isArchived: Bool, _ kind: PlanSnapshot.Kind, _ id: Int64) throws -> Bool {
    try db.execute(
      sql: "UPDATE \(kind.rawValue) SET is_archived = ?1 WHERE id = ?2 AND is_archived <> ?1",
      arguments: [isArchived, id])
    return db.changesCount > 0
  }

  /// Tags of projects and clients; letter case does not count.
  ///
  /// - Returns: whether anything changed.
  package func setTag(_ tag: String, _ isSet: Bool, on kind: PlanSnapshot.Kind, _ id: Int64) throws -> Bool {
    let table = "\(kind.rawValue)_tag"
    try db.execute(
      sql: isSet
        ? "INSERT OR IGNORE INTO \(table) VALUES (?, ?)"
        : "DELETE FROM \(table) WHERE \(kind.rawValue)_id = ? AND tag = ?",
      arguments: [id, tag])
    return db.changesCount > 0
  }

  // MARK: References (rule 13)

  /// The ids that an item is linked to.
  package func clockifyIDs(_ kind: PlanSnapshot.Kind, of item: Int64) throws -> [String] {
    try String.fetchAll(
      db, sql: "SELECT external_id FROM external_reference WHERE kind = ? AND planning_id = ? ORDER BY external_id",
      arguments: [kind.rawValue, item])
  }

  /// Why this id cannot be linked, or nil.
  package func linkProblem(_ kind: PlanSnapshot.Kind, externalID: String) throws -> String? {
    guard externalID.isClockifyID else {
      return "\"\(externalID)\" is no Clockify id: it must have 24 hexadecimal digits"
    }
    for row in try Row.fetchAll(
      db, sql: "SELECT planning_id FROM external_reference WHERE kind = ? AND external_id = ?",
      arguments: [kind.rawValue, externalID])
    {
      let id: Int64 = row["planning_id"]
      return "\(externalID) is already linked to \(kind.rawValue) \(id)"
    }
    for other in PlanSnapshot.Kind.allCases where other != kind {
      let mirror = other == .person ? "clockify_user" : "clockify_\(other.rawValue)"
      if try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM \(mirror) WHERE id = ?)", arguments: [externalID])
        ?? false
      {
        return "\(externalID) is a \(other.rawValue) in Clockify, not a \(kind.rawValue)"
      }
    }
    return nil
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
}

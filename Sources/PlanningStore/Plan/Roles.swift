import GRDB
package import Planning

/// Roles by name.
package struct Roles: Subject {
  let session: StoreSession

  package func find(named name: String) throws -> RoleID? {
    try RoleID.fetchOne(db, sql: "SELECT id FROM role WHERE name = ?", arguments: [name])
  }

  package func add(_ name: String) throws -> RoleID {
    try db.execute(sql: "INSERT INTO role (name) VALUES (?)", arguments: [name])
    return db.lastInsertedRowID
  }

  package func rename(_ id: RoleID, to name: String) throws {
    try db.execute(sql: "UPDATE role SET name = ?1 WHERE id = ?2 AND name <> ?1 COLLATE BINARY", arguments: [name, id])
  }

  package func delete(_ id: RoleID) throws {
    try db.execute(sql: "DELETE FROM role WHERE id = ?", arguments: [id])
  }

  /// - Throws: `PlanRefusal` with the likely one of a wrong name.
  package func id(_ name: String) throws -> RoleID {
    if let id = try find(named: name) { return id }
    let names = try String.fetchAll(db, sql: "SELECT name FROM role")
    throw PlanRefusal.noRole(name, meant: NearestWord.to(name, among: names))
  }
}

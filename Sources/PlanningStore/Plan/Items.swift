import GRDB
package import Planning

/// So many rows of one sort that go with an item.
package struct Hanging: Sendable {
  /// `typed` and `locked` are among the actuals: rows typed by hand, rows on locked dates.
  package enum What: Sendable { case project, assignment, actual, contract, absence, typed, locked }

  package let what: What
  package let count: Int
}

/// Clients, projects and people: found by name, archived, tagged, deleted.
package struct Items: Subject {
  let session: StoreSession

  /// One item by planning id, Clockify id or exact name.
  ///
  /// - Throws: `PlanRefusal` naming the candidates of an ambiguous name, or the likely one of a wrong name.
  package func named(_ kind: PlanSnapshot.Kind, _ text: String) throws -> (id: Int64, name: String) {
    let found = try find(kind, text)
    if let first = found.first, found.count == 1 { return first }
    if found.isEmpty {
      let names = try String.fetchAll(db, sql: "SELECT DISTINCT name FROM \(kind.rawValue)")
      throw PlanRefusal.noItem(kind, text, meant: NearestWord.to(text, among: names))
    }
    throw PlanRefusal.ambiguous(text, kind, found.map { .init(id: $0.id, name: $0.name) })
  }

  /// Items by planning id, Clockify id, or exact name.
  package func find(_ kind: PlanSnapshot.Kind, _ text: String) throws -> [(id: Int64, name: String)] {
    let table = kind.rawValue
    let detail =
      kind == .project
      ? "project.name || ' (' || ifnull((SELECT name FROM client WHERE client.id = client_id), '?') || ')'"
      : "\(table).name"
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

  package func isThere(_ kind: PlanSnapshot.Kind, _ id: Int64) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT EXISTS (SELECT 1 FROM \(kind.rawValue) WHERE id = ?)", arguments: [id]) ?? false
  }

  /// Whether there is or was such a project: ids are never given twice (rules 15, 91).
  package func hasEverBeen(project id: ProjectID) throws -> Bool {
    try Bool.fetchOne(
      db, sql: "SELECT ?1 > 0 AND ?1 <= ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'project'), 0)",
      arguments: [id]) ?? false
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

  /// What would go with an item, and its Clockify ids.
  package func whatHangsOn(_ kind: PlanSnapshot.Kind, _ id: Int64) throws -> (parts: [Hanging], clockifyIDs: [String]) {
    let column = "\(kind.rawValue)_id"
    var counts: [(Hanging.What, String)] = []
    switch kind {
    case .client: counts = [(.project, "SELECT count(*) FROM project WHERE client_id = ?")]
    case .project, .person:
      counts = [
        (.assignment, "SELECT count(*) FROM assignment WHERE \(column) = ?"),
        (.actual, "SELECT count(*) FROM actual WHERE \(column) = ?"),
      ]
      if kind == .person {
        counts += [
          (.contract, "SELECT count(*) FROM contract WHERE person_id = ?"),
          (.absence, "SELECT count(*) FROM time_off WHERE person_id = ?"),
        ]
      }
    }
    let actuals =
      kind == .client ? "a.project_id IN (SELECT id FROM project WHERE client_id = ?)" : "a.\(column) = ?"
    if kind == .client { counts.append((.actual, "SELECT count(*) FROM actual a WHERE \(actuals)")) }
    counts += [
      (.typed, "SELECT count(*) FROM actual a WHERE a.is_manual = 1 AND \(actuals)"),
      (
        .locked,
        """
        SELECT count(*) FROM actual a WHERE EXISTS (SELECT 1 FROM timesheet_lock l
          WHERE ifnull(l.project_id, a.project_id) = a.project_id AND a.date <= l.locked_until) AND \(actuals)
        """
      ),
    ]
    let parts = try counts.compactMap { what, sql -> Hanging? in
      let count = try Int.fetchOne(db, sql: sql, arguments: [id]) ?? 0
      return count == 0 ? nil : Hanging(what: what, count: count)
    }
    return (parts, try session.references.clockifyIDs(kind, of: id))
  }

  /// Deletes an item with all that hangs on it; a client with its projects.
  ///
  /// - Throws: `PlanRefusal` if the catch-all project would go (rule 91).
  package func delete(_ kind: PlanSnapshot.Kind, _ id: Int64, catchAll: ProjectID? = nil) throws {
    if kind == .project { try session.merging.refuseCatchAll(catchAll, among: [id]) }
    if kind == .client {
      try session.merging.refuseCatchAll(
        catchAll, among: ProjectID.fetchAll(db, sql: "SELECT id FROM project WHERE client_id = ?", arguments: [id]))
      try db.execute(sql: "DELETE FROM project WHERE client_id = ?", arguments: [id])
    }
    try db.execute(sql: "DELETE FROM \(kind.rawValue) WHERE id = ?", arguments: [id])
  }
}

import GRDB
package import Planning

/// A person, for a list.
package struct PersonRow: TabularRow, Decodable {
  package let id: PersonID
  package let name: String
  package let email: String?
  /// Of every contract, separated by commas.
  package let role: String?
  package let timeZone: String?
  package let isArchived: Bool
  /// All that are linked, separated by commas.
  package let clockifyID: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, name, email, role
    case timeZone = "time_zone"
    case isArchived = "is_archived"
    case clockifyID = "clockify_id"
  }
}

/// A project, for a list.
package struct ProjectRow: TabularRow, Decodable {
  package let id: ProjectID
  package let name: String
  package let client: String
  package let isBillable: Bool
  package let isArchived: Bool
  /// Separated by commas.
  package let tags: String?
  /// All that are linked, separated by commas.
  package let clockifyID: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, name, client
    case isBillable = "is_billable"
    case isArchived = "is_archived"
    case tags
    case clockifyID = "clockify_id"
  }
}

/// A client, for a list.
package struct ClientRow: TabularRow, Decodable {
  package let id: ClientID
  package let name: String
  package let isArchived: Bool
  /// Separated by commas.
  package let tags: String?
  /// How many.
  package let projects: Int
  /// All that are linked, separated by commas.
  package let clockifyID: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, name
    case isArchived = "is_archived"
    case tags, projects
    case clockifyID = "clockify_id"
  }
}

extension Questions {
  /// - Parameter id: nil: everybody.
  package func people(unknownOnly: Bool = false, only id: PersonID? = nil) throws -> [PersonRow] {
    try rows(
      """
      SELECT person.id, person.name, person.email,
        (SELECT group_concat(DISTINCT role.name) FROM contract JOIN role ON role.id = contract.role_id
          WHERE contract.person_id = person.id) AS role,
        person.time_zone, person.is_archived,
        (SELECT group_concat(external_id) FROM external_reference r
          WHERE r.kind = 'person' AND r.planning_id = person.id) AS clockify_id
      FROM person
      WHERE (?1 = 0 OR person.id IN (\(Self.anyUnknownPeople))) AND (?2 IS NULL OR person.id = ?2)
      ORDER BY person.name COLLATE NOCASE, person.id
      """, [unknownOnly, id])
  }

  /// Of items that are linked: whether the import leaves them out, and whether Clockify lost them.
  package func standings(
    of kind: PlanSnapshot.Kind
  ) throws -> [Int64: (isIgnored: Bool, isMissing: Bool)] {
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT planning_id AS id, max(i.external_id IS NOT NULL) AS ignored,
            max(source_missing_since IS NOT NULL) AS missing
          FROM external_reference r LEFT JOIN ignored_reference i USING (system, kind, external_id)
          WHERE r.kind = ? GROUP BY 1
          """), arguments: [kind.rawValue])
    var standings: [Int64: (isIgnored: Bool, isMissing: Bool)] = [:]
    while let row = try rows.next() { standings[row[0]] = (isIgnored: row[1], isMissing: row[2]) }
    return standings
  }

  /// Rule 24: not archived, not ignored, and with the role Unknown or without any contract.
  private static let unknownPeople = "\(anyUnknownPeople) AND p.is_archived = 0"

  /// Archived people are among them while hours of theirs stand under Unknown: those are nobody's in a report by role.
  private static let anyUnknownPeople = """
    SELECT p.id FROM person p
    WHERE (p.is_archived = 0 OR EXISTS (
        SELECT 1 FROM actual a JOIN role ON role.id = a.role_id WHERE a.person_id = p.id AND role.is_system = 1))
      AND (NOT EXISTS (SELECT 1 FROM contract c WHERE c.person_id = p.id)
        OR EXISTS (SELECT 1 FROM contract c JOIN role ON role.id = c.role_id WHERE c.person_id = p.id AND role.is_system = 1))
      AND NOT EXISTS (
        SELECT 1 FROM external_reference r JOIN ignored_reference i USING (system, kind, external_id)
        WHERE r.kind = 'person' AND r.planning_id = p.id)
    """

  /// - Parameter withArchived: also archived people with hours under Unknown, for whom the gate does not wait.
  package func peopleWithUnknownRole(withArchived: Bool = false) throws -> [(id: PersonID, name: String)] {
    let people = withArchived ? Self.anyUnknownPeople : Self.unknownPeople
    return try rawRows(
      "SELECT id, name FROM person WHERE id IN (\(people)) ORDER BY name COLLATE NOCASE"
    ).map { (id: $0["id"], name: $0["name"]) }
  }

  /// - Parameters:
  ///   - client: nil: everybody's.
  ///   - id: nil: all.
  package func projects(of client: ClientID? = nil, only id: ProjectID? = nil) throws -> [ProjectRow] {
    try rows(
      """
      SELECT project.id, project.name, client.name AS client, project.is_billable, project.is_archived,
        (SELECT group_concat(tag) FROM project_tag t WHERE t.project_id = project.id) AS tags,
        (SELECT group_concat(external_id) FROM external_reference r
          WHERE r.kind = 'project' AND r.planning_id = project.id) AS clockify_id
      FROM project JOIN client ON client.id = project.client_id
      WHERE (?1 IS NULL OR project.client_id = ?1) AND (?2 IS NULL OR project.id = ?2)
      ORDER BY client.name COLLATE NOCASE, project.name COLLATE NOCASE, project.id
      """, [client, id])
  }

  /// - Parameter id: nil: all.
  package func clients(only id: ClientID? = nil) throws -> [ClientRow] {
    try rows(
      """
      SELECT client.id, client.name, client.is_archived,
        (SELECT group_concat(tag) FROM client_tag t WHERE t.client_id = client.id) AS tags,
        (SELECT count(*) FROM project WHERE project.client_id = client.id) AS projects,
        (SELECT group_concat(external_id) FROM external_reference r
          WHERE r.kind = 'client' AND r.planning_id = client.id) AS clockify_id
      FROM client WHERE ?1 IS NULL OR client.id = ?1 ORDER BY client.name COLLATE NOCASE, client.id
      """, [id])
  }

  /// What hangs on items of a kind. What nothing hangs on is left out.
  package func attached(_ kind: PlanSnapshot.Kind, to ids: some Collection<Int64>) throws -> [Int64: Attached] {
    var all: [Int64: Attached] = [:]
    let few = try json(ids)
    func add(_ sql: String, _ set: (inout Attached, Row) -> Void) throws {
      for row in try rawRows(sql, [few]) { set(&all[row["id"], default: Attached()], row) }
    }
    func chosen(_ column: String) -> String { "\(column) IN (SELECT value FROM json_each(?1))" }
    try add(
      """
      SELECT planning_id AS id, count(*) AS n FROM external_reference
      WHERE kind = '\(kind.rawValue)' AND \(chosen("planning_id")) GROUP BY 1
      """
    ) { $0.links = $1["n"] }
    let column = kind == .client ? "p.client_id" : "x.\(kind.rawValue)_id"
    let projects = kind == .client ? "JOIN project p ON p.id = x.project_id" : ""
    if kind == .client {
      try add("SELECT client_id AS id, count(*) AS n FROM project WHERE \(chosen("client_id")) GROUP BY 1") {
        $0.projects = $1["n"]
      }
    }
    try add("SELECT \(column) AS id, count(*) AS n FROM assignment x \(projects) WHERE \(chosen(column)) GROUP BY 1") {
      $0.assignments = $1["n"]
    }
    try add(
      """
      SELECT \(column) AS id, count(*) AS n, sum(x.is_manual) AS manual,
        sum(x.billable_minutes + x.nonbillable_minutes) AS minutes, max(x.date) AS last
      FROM \(try actuals(of: kind, ids.count, chosen)) GROUP BY 1
      """
    ) { attached, row in
      attached.actuals = row["n"]
      attached.manual = row["manual"]
      attached.minutes = row["minutes"]
      attached.lastUsed = row["last"]
    }
    return all
  }

  /// SQL of the actuals of so many items, as `x`. A few projects are found person by person, in the order of the table's key; many cost
  /// less when all actuals are read.
  private func actuals(of kind: PlanSnapshot.Kind, _ count: Int, _ chosen: (String) -> String) throws -> String {
    let people = try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM person")) ?? 0
    let isFew = count * people <= 20_000
    let key = "person CROSS JOIN actual x ON x.person_id = person.id AND x.project_id"
    switch kind {
    case .person: return "actual x WHERE \(chosen("x.person_id"))"
    case .project:
      return isFew
        ? "project p CROSS JOIN \(key) = p.id WHERE \(chosen("p.id"))" : "actual x WHERE \(chosen("x.project_id"))"
    case .client:
      return isFew
        ? "project p CROSS JOIN \(key) = p.id WHERE \(chosen("p.client_id"))"
        : "actual x JOIN project p ON p.id = x.project_id WHERE \(chosen("p.client_id"))"
    }
  }
}

/// What hangs on an item.
package struct Attached: Sendable, Equatable {
  package var links = 0
  package var projects = 0
  package var assignments = 0
  package var actuals = 0
  package var manual = 0
  package var minutes = 0
  package var lastUsed: String?

  package init() {}
}

extension Attached: TabularRow {
  package enum CodingKeys: String, CodingKey, CaseIterable {
    case links, projects, assignments, actuals
    case manual = "manual_actuals"
    case minutes
    case lastUsed = "last_used"
  }
}

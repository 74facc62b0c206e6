import GRDB
package import Planning

/// A row that is not as it must be, as facts. `Steering` words it, and what mends it.
package enum Fault: Sendable, Equatable {
  /// What SQLite's integrity check says.
  case damage(String)
  /// A column that holds no date, or no instant. key: a condition that finds the row again.
  case badStamp(table: PlanningTable, column: String, key: String, id: Int64?, value: String, isInstant: Bool)
  /// Rows of a planning table that name an item that is not there; ids: where rows have some.
  case dangling(table: PlanningTable, column: String, parent: String, item: String, ids: [Int64], rows: Int)
  /// Rows of the tool's own tables that name what is not there.
  case danglingOwn(table: String, parent: String, rows: Int)
  case danglingLink(externalID: String, kind: String, planningID: String)
  /// The cell's actuals are not what the ledger places there; minutes.
  case uneven(person: PersonID, project: ProjectID, date: String, actuals: Int, ledger: Int)

  /// Tables whose faults can be mended by hand.
  package enum PlanningTable: String, Sendable, CaseIterable {
    case client, project, person, assignment, holiday, contract, actual
    case timeOff = "time_off"
    case projectTag = "project_tag"
    case clientTag = "client_tag"
    case timesheetLock = "timesheet_lock"
    case conflict = "actual_conflict"
  }
}

/// Rows that are not as they must be, wherever they came from.
package struct Faults: Subject {
  let session: StoreSession

  /// Damage, values that are none, links that lead nowhere, cells whose actuals are not what the ledger places there. Frozen
  /// cells may differ.
  package func all() throws -> [Fault] {
    try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }.map { Fault.damage($0) }
      + badValues() + danglingRows() + danglingReferences() + unevenCells()
  }

  /// A column that holds a date or an instant, and how one row of its table is found again.
  private struct Stamp {
    let table: Fault.PlanningTable
    let column: String
    /// SQL of a condition that finds the row again, as in `id = 12`.
    var key = "'id = ' || id"
    /// SQL of the row's id, or of the project of a lock.
    var id = "id"
    var isInstant = false

    static let actualKey =
      "'person_id = ' || person_id || ' AND project_id = ' || project_id || ' AND role_id = ' || role_id || ' AND date = ' || quote(date)"

    static let all = [
      Stamp(
        table: .timesheetLock, column: "locked_until",
        key: "ifnull('project_id = ' || project_id, 'project_id IS NULL')", id: "project_id"),
      Stamp(table: .assignment, column: "starts_on"), Stamp(table: .assignment, column: "ends_on"),
      Stamp(table: .timeOff, column: "starts_on"), Stamp(table: .timeOff, column: "ends_on"),
      Stamp(table: .holiday, column: "date"),
      Stamp(table: .contract, column: "starts_on"), Stamp(table: .contract, column: "ends_on"),
      Stamp(table: .person, column: "actuals_from"), Stamp(table: .project, column: "actuals_from"),
      Stamp(table: .actual, column: "date", key: actualKey, id: "NULL"),
      Stamp(table: .actual, column: "updated_at", key: actualKey, id: "NULL", isInstant: true),
    ]
  }

  private func badValues() throws -> [Fault] {
    try Stamp.all.flatMap { stamp in
      let form =
        stamp.isInstant ? "strftime('%Y-%m-%dT%H:%M:%SZ', \(stamp.column))" : "date(\(stamp.column), '+0 days')"
      return try Row.fetchAll(
        db,
        sql: """
          SELECT \(stamp.key) AS found_by, CAST(\(stamp.column) AS TEXT) AS value, \(stamp.id) AS id
          FROM \(stamp.table.rawValue) WHERE \(form) IS NOT \(stamp.column) LIMIT 20
          """
      ).map { row in
        Fault.badStamp(
          table: stamp.table, column: stamp.column, key: row["found_by"], id: row["id"], value: row["value"] ?? "",
          isInstant: stamp.isInstant)
      }
    }
  }

  /// Tables whose rows name others: column and the table it points at; whether rows have ids to name them by.
  private static let links: [(table: Fault.PlanningTable, columns: [(name: String, parent: String)], hasIDs: Bool)] = [
    (.project, [("client_id", "client")], false),
    (.projectTag, [("project_id", "project")], false), (.clientTag, [("client_id", "client")], false),
    (.contract, [("person_id", "person"), ("role_id", "role")], true),
    (.assignment, [("person_id", "person"), ("project_id", "project"), ("role_id", "role")], true),
    (.timeOff, [("person_id", "person")], true),
    (.timesheetLock, [("project_id", "project")], false),
    (
      .actual,
      [("person_id", "person"), ("project_id", "project"), ("role_id", "role"), ("import_run_id", "import_run")], false
    ),
    (.conflict, [("person_id", "person"), ("project_id", "project")], false),
  ]

  /// Rows that name an item that is not there, by what they name.
  package func danglingRows() throws -> [Fault] {
    try planRows() + otherRows()
  }

  /// Rows of the tool's own tables.
  private func otherRows() throws -> [Fault] {
    let known = Self.links.map { "'\($0.table.rawValue)'" }.joined(separator: ", ")
    return try Row.fetchAll(
      db,
      sql: """
        SELECT "table" AS name, parent, count(*) AS rows FROM pragma_foreign_key_check
        WHERE "table" NOT IN (\(known)) GROUP BY 1, 2
        """
    ).map { .danglingOwn(table: $0["name"], parent: $0["parent"], rows: $0["rows"]) }
  }

  private func planRows() throws -> [Fault] {
    try Self.links.flatMap { link in
      try link.columns.flatMap { column in
        try Row.fetchAll(
          db,
          sql: """
            SELECT CAST(t.\(column.name) AS TEXT) AS item, count(*) AS rows,
              \(link.hasIDs ? "group_concat(t.id, ' ')" : "NULL") AS ids
            FROM \(link.table.rawValue) t
            WHERE t.\(column.name) IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM \(column.parent) p WHERE p.id = t.\(column.name))
            GROUP BY t.\(column.name) LIMIT 20
            """
        ).map { row in
          Fault.dangling(
            table: link.table, column: column.name, parent: column.parent, item: row["item"],
            ids: (row["ids"] as String?)?.split(separator: " ").compactMap { Int64($0) } ?? [], rows: row["rows"])
        }
      }
    }
  }

  private func danglingReferences() throws -> [Fault] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT kind, planning_id, external_id FROM external_reference r
        WHERE NOT EXISTS (SELECT 1 FROM client WHERE r.kind = 'client' AND id = r.planning_id)
          AND NOT EXISTS (SELECT 1 FROM project WHERE r.kind = 'project' AND id = r.planning_id)
          AND NOT EXISTS (SELECT 1 FROM person WHERE r.kind = 'person' AND id = r.planning_id)
        """
    ).map { row in
      .danglingLink(
        externalID: row["external_id"], kind: row["kind"], planningID: "\(row["planning_id"] as Int64)")
    }
  }

  /// What waits is settled by the next import; what is frozen stays.
  private func unevenCells() throws -> [Fault] {
    try Row.fetchAll(
      db,
      sql: """
        WITH placed AS (
          SELECT person_id, project_id, role_id, ifnull(date(day * 86400, 'unixepoch'), '?') AS date,
            (sum(CASE WHEN is_billable THEN seconds ELSE 0 END) + 30) / 60
              + (sum(CASE WHEN is_billable THEN 0 ELSE seconds END) + 30) / 60 AS minutes
          FROM placement_row WHERE state = 'placed' GROUP BY person_id, project_id, role_id, day),
        imported AS (
          SELECT person_id, project_id, role_id, date, billable_minutes + nonbillable_minutes AS minutes
          FROM actual WHERE origin = 'clockify' AND is_manual = 0),
        cell AS (
          SELECT person_id, project_id, role_id, date FROM placed
          UNION SELECT person_id, project_id, role_id, date FROM imported)
        SELECT c.person_id, c.project_id, c.date, ifnull(a.minutes, 0) AS actuals, ifnull(p.minutes, 0) AS placed
        FROM cell c LEFT JOIN placed p USING (person_id, project_id, role_id, date)
        LEFT JOIN imported a USING (person_id, project_id, role_id, date)
        WHERE a.minutes IS NOT p.minutes
          AND NOT EXISTS (SELECT 1 FROM entry_change)
          AND NOT EXISTS (SELECT 1 FROM cell_change)
          AND NOT EXISTS (
            SELECT 1 FROM actual m WHERE m.person_id = c.person_id AND m.project_id = c.project_id AND m.date = c.date
              AND m.is_manual = 1)
          AND NOT EXISTS (
            SELECT 1 FROM deferred_cell d
            WHERE d.person_id = c.person_id AND d.project_id = c.project_id AND d.date = c.date)
        LIMIT 20
        """
    ).map { row in
      .uneven(
        person: row["person_id"], project: row["project_id"], date: row["date"], actuals: row["actuals"],
        ledger: row["placed"])
    }
  }

  package func foreignKeyProblems() throws -> Int {
    try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
  }
}

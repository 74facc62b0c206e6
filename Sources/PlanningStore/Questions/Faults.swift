import GRDB
import Planning

package struct Fault: Sendable, Equatable {
  package let words: String
  /// The command or the SQL that mends it.
  package let next: String?

  init(_ words: String, next: String? = nil) {
    self.words = words
    self.next = next
  }
}

/// Rows that are not as they must be, wherever they came from.
package struct Faults: Subject {
  let session: StoreSession

  /// Damage, values that are none, links that lead nowhere, cells whose actuals are not what the ledger places there. Frozen
  /// cells may differ.
  package func all() throws -> [Fault] {
    try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }.map { Fault($0) }
      + badValues() + danglingRows() + danglingReferences() + unevenCells()
  }

  /// A column that holds a date or an instant, and how one row of its table is named and mended.
  private struct Stamp {
    let table: String
    let column: String
    /// SQL of a condition that finds the row again, as in `id = 12`.
    var key = "'id = ' || id"
    /// SQL of the command that mends it; nil: an UPDATE.
    var command: String?
    var isInstant = false

    static let actualKey =
      "'person_id = ' || person_id || ' AND project_id = ' || project_id || ' AND role_id = ' || role_id || ' AND date = ' || quote(date)"

    static let all = [
      Stamp(
        table: "timesheet_lock", column: "locked_until",
        key: "ifnull('project_id = ' || project_id, 'project_id IS NULL')",
        command: "'rota lock set DATE' || ifnull(' --project ' || project_id, '')"),
      Stamp(table: "assignment", column: "starts_on", command: "'rota assignments edit ' || id || ' --from DATE'"),
      Stamp(table: "assignment", column: "ends_on", command: "'rota assignments edit ' || id || ' --to DATE'"),
      Stamp(table: "time_off", column: "starts_on", command: "'rota time-off edit ' || id || ' --from DATE'"),
      Stamp(table: "time_off", column: "ends_on", command: "'rota time-off edit ' || id || ' --to DATE'"),
      Stamp(table: "holiday", column: "date", command: "'rota holidays edit ' || id || ' --date DATE'"),
      Stamp(table: "contract", column: "starts_on"), Stamp(table: "contract", column: "ends_on"),
      Stamp(table: "person", column: "actuals_from", command: "'rota people edit ' || id || ' --actuals-from DATE'"),
      Stamp(table: "project", column: "actuals_from", command: "'rota projects edit ' || id || ' --actuals-from DATE'"),
      Stamp(table: "actual", column: "date", key: actualKey),
      Stamp(table: "actual", column: "updated_at", key: actualKey, isInstant: true),
    ]
  }

  private func badValues() throws -> [Fault] {
    try Stamp.all.flatMap { stamp in
      let form =
        stamp.isInstant ? "strftime('%Y-%m-%dT%H:%M:%SZ', \(stamp.column))" : "date(\(stamp.column), '+0 days')"
      let bad: [BadValue] = try rows(
        """
        SELECT \(stamp.key) AS "key", \(stamp.column) AS value, \(stamp.command ?? "NULL") AS command FROM \(stamp.table)
        WHERE \(form) IS NOT \(stamp.column) LIMIT 20
        """)
      return bad.map { row in
        let wanted = stamp.isInstant ? "instant (YYYY-MM-DDTHH:MM:SSZ)" : "date (YYYY-MM-DD)"
        let update =
          "sqlite3 DATABASE \"UPDATE \(stamp.table) SET \(stamp.column) = '\(stamp.isInstant ? "INSTANT" : "DATE")' WHERE \(row.key)\""
        return Fault(
          "\(stamp.table), \(row.key): \(stamp.column) is \"\(row.value ?? "")\", which is no \(wanted)",
          next: row.command ?? update)
      }
    }
  }

  private struct BadValue: Decodable {
    let key: String
    let value: String?
    let command: String?
  }

  /// Tables whose rows name others: column and the table it points at; and the command that deletes such a row by id.
  private static let links: [(table: String, columns: [(name: String, parent: String)], delete: String?)] = [

    ("project", [("client_id", "client")], nil),
    ("project_tag", [("project_id", "project")], nil), ("client_tag", [("client_id", "client")], nil),
    ("contract", [("person_id", "person"), ("role_id", "role")], "rota people contract delete"),
    (
      "assignment", [("person_id", "person"), ("project_id", "project"), ("role_id", "role")],
      "rota assignments delete"
    ),
    ("time_off", [("person_id", "person")], "rota time-off delete"),
    ("timesheet_lock", [("project_id", "project")], nil),
    (
      "actual",
      [("person_id", "person"), ("project_id", "project"), ("role_id", "role"), ("import_run_id", "import_run")], nil
    ),
    ("actual_conflict", [("person_id", "person"), ("project_id", "project")], nil),
  ]

  /// Rows that name an item that is not there, by what they name.
  package func danglingRows() throws -> [Fault] {
    try planRows() + otherRows()
  }

  /// Rows of the tool's own tables.
  private func otherRows() throws -> [Fault] {
    let known = Self.links.map { "'\($0.table)'" }.joined(separator: ", ")
    let lost: [LostRows] = try rows(
      """
      SELECT "table", parent, count(*) AS count FROM pragma_foreign_key_check WHERE "table" NOT IN (\(known)) GROUP BY 1, 2
      """)
    return lost.map { row in
      Fault("\(row.table), \(row.count) row\(row.count == 1 ? "" : "s"): the \(row.parent) that they name is not there")
    }
  }

  private struct LostRows: Decodable {
    let table: String
    let parent: String
    let count: Int
  }

  private func planRows() throws -> [Fault] {
    try Self.links.flatMap { link in
      try link.columns.flatMap { column in
        let lost: [LostLinks] = try rows(
          """
          SELECT t.\(column.name) AS target, count(*) AS count,
            \(link.delete == nil ? "NULL" : "group_concat(t.id, ' ')") AS ids
          FROM \(link.table) t
          WHERE t.\(column.name) IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM \(column.parent) p WHERE p.id = t.\(column.name))
          GROUP BY 1 LIMIT 20
          """)
        return lost.map { row -> Fault in
          let which = "WHERE \(column.name) = \(row.target)"
          let ids = row.ids.map { "row \($0)" } ?? "\(row.count) row\(row.count == 1 ? "" : "s")"
          var ways = ["sqlite3 DATABASE \"DELETE FROM \(link.table) \(which)\""]
          if let delete = link.delete, let ids = row.ids { ways = ["\(delete) \(ids)"] }
          if column.name == "import_run_id" {
            ways = ["sqlite3 DATABASE \"UPDATE actual SET import_run_id = NULL \(which)\""]
          } else {
            ways.insert("sqlite3 DATABASE \"UPDATE \(link.table) SET \(column.name) = ID \(which)\"", at: 0)
          }
          return Fault(
            "\(link.table), \(ids): \(column.name) is \(row.target), and there is no such \(column.parent)",
            next: ways.joined(separator: "   or   "))
        }
      }
    }
  }

  private struct LostLinks: Decodable {
    let target: Int64
    let count: Int
    /// nil: such rows have no id that a command takes.
    let ids: String?
  }

  private func danglingReferences() throws -> [Fault] {
    let lost: [LostReference] = try rows(
      """
      SELECT kind, planning_id AS item, external_id AS id FROM external_reference r
      WHERE NOT EXISTS (SELECT 1 FROM client WHERE r.kind = 'client' AND id = r.planning_id)
        AND NOT EXISTS (SELECT 1 FROM project WHERE r.kind = 'project' AND id = r.planning_id)
        AND NOT EXISTS (SELECT 1 FROM person WHERE r.kind = 'person' AND id = r.planning_id)
      """)
    return lost.map { row in
      Fault(
        "the link of Clockify id \(row.id) leads to \(row.kind.rawValue) \(row.item), which is not there",
        next: "sqlite3 DATABASE \"DELETE FROM external_reference WHERE external_id = '\(row.id)'\"")
    }
  }

  private struct LostReference: Decodable {
    let kind: PlanSnapshot.Kind
    let item: Int64
    let id: String
  }

  /// What waits is settled by the next import; what is frozen stays.
  private func unevenCells() throws -> [Fault] {
    let cells: [UnevenCell] = try rows(
      """
      WITH placed AS (
        SELECT person_id, project_id, role_id, date,
          (sum(CASE WHEN is_billable THEN seconds ELSE 0 END) + 30) / 60
            + (sum(CASE WHEN is_billable THEN 0 ELSE seconds END) + 30) / 60 AS minutes
        FROM placement WHERE state = 'placed' GROUP BY 1, 2, 3, 4),
      imported AS (
        SELECT person_id, project_id, role_id, date, billable_minutes + nonbillable_minutes AS minutes
        FROM actual WHERE origin = 'clockify' AND is_manual = 0),
      cell AS (
        SELECT person_id, project_id, role_id, date FROM placed
        UNION SELECT person_id, project_id, role_id, date FROM imported)
      SELECT c.person_id AS person, c.project_id AS project, c.date, ifnull(a.minutes, 0) AS actual, ifnull(p.minutes, 0) AS ledger
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
      """)
    return cells.map { cell in
      Fault(
        "person \(cell.person), project \(cell.project), \(cell.date): the actuals say \(cell.actual) min, the ledger \(cell.ledger)",
        next: "rota actuals explain \(cell.person) \(cell.project) \(cell.date)")
    }
  }

  /// Minutes that should be the same.
  private struct UnevenCell: Decodable {
    let person: PersonID
    let project: ProjectID
    let date: String
    let actual: Int
    let ledger: Int
  }

  package func foreignKeyProblems() throws -> Int {
    try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
  }
}

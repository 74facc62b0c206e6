import GRDB

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
      return try table(
        """
        SELECT \(stamp.key), \(stamp.column), \(stamp.command ?? "NULL") FROM \(stamp.table)
        WHERE \(form) IS NOT \(stamp.column) LIMIT 20
        """
      ).rows.map { row in
        let wanted = stamp.isInstant ? "instant (YYYY-MM-DDTHH:MM:SSZ)" : "date (YYYY-MM-DD)"
        let update =
          "sqlite3 DATABASE \"UPDATE \(stamp.table) SET \(stamp.column) = '\(stamp.isInstant ? "INSTANT" : "DATE")' WHERE \(row[0])\""
        return Fault(
          "\(stamp.table), \(row[0]): \(stamp.column) is \"\(row[1])\", which is no \(wanted)",
          next: row[2] == .null ? update : row[2].description)
      }
    }
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
    return try table(
      """
      SELECT "table", parent, count(*) FROM pragma_foreign_key_check WHERE "table" NOT IN (\(known)) GROUP BY 1, 2
      """
    ).rows.map { row in
      Fault("\(row[0]), \(row[2]) row\(row[2] == .int(1) ? "" : "s"): the \(row[1]) that they name is not there")
    }
  }

  private func planRows() throws -> [Fault] {
    try Self.links.flatMap { link in
      try link.columns.flatMap { column in
        let lost = try table(
          """
          SELECT t.\(column.name), count(*), \(link.delete == nil ? "NULL" : "group_concat(t.id, ' ')") FROM \(link.table) t
          WHERE t.\(column.name) IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM \(column.parent) p WHERE p.id = t.\(column.name))
          GROUP BY 1 LIMIT 20
          """)
        return lost.rows.map { row -> Fault in
          let which = "WHERE \(column.name) = \(row[0])"
          let ids = row[2] == .null ? "\(row[1]) row\(row[1] == .int(1) ? "" : "s")" : "row \(row[2])"
          var ways = ["sqlite3 DATABASE \"DELETE FROM \(link.table) \(which)\""]
          if let delete = link.delete { ways = ["\(delete) \(row[2])"] }
          if column.name == "import_run_id" {
            ways = ["sqlite3 DATABASE \"UPDATE actual SET import_run_id = NULL \(which)\""]
          } else {
            ways.insert("sqlite3 DATABASE \"UPDATE \(link.table) SET \(column.name) = ID \(which)\"", at: 0)
          }
          return Fault(
            "\(link.table), \(ids): \(column.name) is \(row[0]), and there is no such \(column.parent)",
            next: ways.joined(separator: "   or   "))
        }
      }
    }
  }

  private func danglingReferences() throws -> [Fault] {
    try table(
      """
      SELECT kind, planning_id, external_id FROM external_reference r
      WHERE NOT EXISTS (SELECT 1 FROM client WHERE r.kind = 'client' AND id = r.planning_id)
        AND NOT EXISTS (SELECT 1 FROM project WHERE r.kind = 'project' AND id = r.planning_id)
        AND NOT EXISTS (SELECT 1 FROM person WHERE r.kind = 'person' AND id = r.planning_id)
      """
    ).rows.map { row in
      Fault(
        "the link of Clockify id \(row[2]) leads to \(row[0]) \(row[1]), which is not there",
        next: "sqlite3 DATABASE \"DELETE FROM external_reference WHERE external_id = '\(row[2])'\"")
    }
  }

  /// What waits is settled by the next import; what is frozen stays.
  private func unevenCells() throws -> [Fault] {
    try table(
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
      SELECT c.person_id, c.project_id, c.date, ifnull(a.minutes, 0), ifnull(p.minutes, 0)
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
    ).rows.map { row in
      Fault(
        "person \(row[0]), project \(row[1]), \(row[2]): the actuals say \(row[3]) min, the ledger \(row[4])",
        next: "rota actuals explain \(row[0]) \(row[1]) \(row[2])")
    }
  }

  package func foreignKeyProblems() throws -> Int {
    try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
  }
}

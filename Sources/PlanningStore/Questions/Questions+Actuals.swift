import GRDB
package import Planning

extension Questions {
  package func actuals(
    from: CalendarDay, through: CalendarDay, person: PersonID?, project: ProjectID?
  ) throws -> Table {
    try table(
      """
      SELECT a.date, person.name AS person, project.name AS project, role.name AS role, a.billable_minutes,
        a.nonbillable_minutes, CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin
      FROM person
      CROSS JOIN actual a INDEXED BY actual_by_person_date ON a.person_id = person.id AND a.date BETWEEN ?1 AND ?2
      JOIN project ON project.id = a.project_id JOIN role ON role.id = a.role_id
      WHERE (?3 IS NULL OR person.id = ?3) AND (?4 IS NULL OR a.project_id = ?4)
      ORDER BY a.date, person.name, project.name, role.name
      """, [from.description, through.description, person, project])
  }

  /// Minutes by what is asked for, in order of the columns.
  ///
  /// - Parameters:
  ///   - columns: of `date`, `week`, `month`, `person`, `project`, `client`, `role`, `origin`.
  ///   - withPlan: scheduled minutes (rule 63) beside the actual ones, also of days on which nothing was worked.
  package func actualsGrouped(
    by columns: [String], from: CalendarDay, through: CalendarDay, person: PersonID?, project: ProjectID?,
    client: ClientID?, role: RoleID?, origin: String?, withPlan: Bool = false
  ) throws -> Table {
    let source =
      withPlan
      ? """
      (SELECT v.*, client.id AS client_id, client.name AS client FROM plan_vs_actual v
        JOIN project p ON p.id = v.project_id JOIN client ON client.id = p.client_id)
      """ : "actual_detail"
    let sums =
      withPlan
      ? "sum(scheduled_minutes) AS scheduled_minutes, sum(ifnull(actual_minutes, 0)) AS actual_minutes"
      : "sum(billable_minutes) AS billable_minutes, sum(nonbillable_minutes) AS nonbillable_minutes"
    let expressions = columns.map { column in
      switch column {
      case "week": "strftime('%Y-%m-%d', date, '-' || ((strftime('%w', date) + 6) % 7) || ' days') AS week"
      case "month": "substr(date, 1, 7) AS month"
      default: column
      }
    }
    let order = columns.indices.map { "\($0 + 1)" }.joined(separator: ", ")
    // Only what is asked for: a condition that may be none keeps a filter from the indexes.
    let filters: [(column: String, value: (any DatabaseValueConvertible)?)] = [
      ("person_id", person), ("project_id", project), ("client_id", client), ("role_id", role), ("origin", origin),
    ]
    let given = filters.filter { $0.value != nil }
    return try table(
      """
      SELECT \(expressions.joined(separator: ", ")), \(sums)
      FROM \(source)
      WHERE date BETWEEN ? AND ?\(given.map { " AND \($0.column) = ?" }.joined())
      GROUP BY \(order) ORDER BY \(order)
      """, StatementArguments([from.description, through.description] + given.map(\.value)))
  }

  package func actualRows(of cell: Cell) throws -> Table {
    try table(
      """
      SELECT role.name AS role, a.billable_minutes, a.nonbillable_minutes,
        CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin, a.import_run_id, a.updated_at, a.written
      FROM actual a JOIN role ON role.id = a.role_id
      WHERE a.person_id = ? AND a.project_id = ? AND a.date = ? ORDER BY role.name
      """, [cell.person, cell.project, cell.day.description])
  }

  package func conflicts() throws -> Table {
    try table(
      """
      SELECT c.person_id, person.name AS person, c.project_id, project.name AS project, c.date, c.manual_minutes,
        c.imported_minutes, c.source_minutes
      FROM actual_conflict c JOIN person ON person.id = c.person_id JOIN project ON project.id = c.project_id
      ORDER BY c.date, person.name COLLATE NOCASE, project.name COLLATE NOCASE
      """)
  }
}

import GRDB
package import Planning

/// Hours of one person on one project and date in one role.
package struct WorkedRow: TabularRow, Decodable {
  /// As stored.
  package let date: String
  package let person: String
  package let project: String
  package let role: String
  package let billableMinutes: Int
  package let nonbillableMinutes: Int
  /// `manual` also where somebody edited what was imported.
  package let origin: Origin

  /// nil: what is stored is no date.
  package var day: CalendarDay? { CalendarDay(date) }
  package var minutes: Int { billableMinutes + nonbillableMinutes }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case date, person, project, role
    case billableMinutes = "billable_minutes"
    case nonbillableMinutes = "nonbillable_minutes"
    case origin
  }
}

/// A row of one person, project and date, with who wrote it.
package struct CellRow: TabularRow, Decodable {
  package let role: String
  package let billableMinutes: Int
  package let nonbillableMinutes: Int
  /// `manual` also where somebody edited what was imported.
  package let origin: Origin
  package let importRunID: Int64?
  package let updatedAt: String
  /// What the import wrote in the row, as `person/project/role/date/billable/nonbillable`; nil: nothing in this row.
  package let written: String?

  package var minutes: Int { billableMinutes + nonbillableMinutes }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case role
    case billableMinutes = "billable_minutes"
    case nonbillableMinutes = "nonbillable_minutes"
    case origin
    case importRunID = "import_run_id"
    case updatedAt = "updated_at"
    case written
  }
}

/// Hours typed by hand where Clockify has others, minutes.
package struct ConflictRow: TabularRow, Decodable {
  package let personID: PersonID
  package let person: String
  package let projectID: ProjectID
  package let project: String
  /// As stored.
  package let date: String
  package let manualMinutes: Int
  /// As imported before.
  package let importedMinutes: Int
  /// As Clockify has them.
  package let sourceMinutes: Int

  /// nil: what is stored is no date.
  package var cell: Cell? { CalendarDay(date).map { Cell(person: personID, project: projectID, day: $0) } }

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case personID = "person_id"
    case person
    case projectID = "project_id"
    case project, date
    case manualMinutes = "manual_minutes"
    case importedMinutes = "imported_minutes"
    case sourceMinutes = "source_minutes"
  }
}

extension Questions {
  /// - Parameter modifiedAfter: only rows that were written later.
  package func actuals(
    from: CalendarDay, through: CalendarDay, person: PersonID?, project: ProjectID?, modifiedAfter: Instant? = nil
  ) throws -> [WorkedRow] {
    try rows(
      """
      SELECT a.date, person.name AS person, project.name AS project, role.name AS role, a.billable_minutes,
        a.nonbillable_minutes, CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin
      FROM person
      CROSS JOIN actual a INDEXED BY actual_by_person_date ON a.person_id = person.id AND a.date BETWEEN ?1 AND ?2
      JOIN project ON project.id = a.project_id JOIN role ON role.id = a.role_id
      WHERE (?3 IS NULL OR person.id = ?3) AND (?4 IS NULL OR a.project_id = ?4)
        AND (?5 IS NULL OR a.updated_at > ?5)
      ORDER BY a.date, person.name, project.name, role.name
      """, [from.description, through.description, person, project, modifiedAfter?.description])
  }

  package func actualRows(of cell: Cell) throws -> [CellRow] {
    try rows(
      """
      SELECT role.name AS role, a.billable_minutes, a.nonbillable_minutes,
        CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin, a.import_run_id, a.updated_at,
        CASE WHEN a.written = \(Written.sqlKey(day: "unixepoch(date) / 86400")) THEN a.person_id || '/' || a.project_id || '/' || a.role_id || '/' || a.date
          || '/' || a.written_billable || '/' || a.written_nonbillable END AS written
      FROM actual a JOIN role ON role.id = a.role_id
      WHERE a.person_id = ? AND a.project_id = ? AND a.date = ? ORDER BY role.name
      """, [cell.person, cell.project, cell.day.description])
  }

  package func conflicts() throws -> [ConflictRow] {
    try rows(
      """
      SELECT c.person_id, person.name AS person, c.project_id, project.name AS project, c.date, c.manual_minutes,
        c.imported_minutes, c.source_minutes
      FROM actual_conflict c JOIN person ON person.id = c.person_id JOIN project ON project.id = c.project_id
      ORDER BY c.date, person.name COLLATE NOCASE, project.name COLLATE NOCASE
      """)
  }
}

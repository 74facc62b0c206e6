/// What a test compares.
extension World {
  /// `Ana Alpha Dev 2026-03-03 450/30` per row, zeros marked `·`, hours typed by hand `*`.
  package func actuals() throws -> [String] {
    let text = try sql(
      """
      SELECT person || ' ' || project || ' ' || role || ' ' || date || ' ' || billable_minutes || '/' || nonbillable_minutes
        || CASE origin WHEN 'autofill' THEN '·' WHEN 'manual' THEN '*' ELSE '' END
      FROM actual_detail ORDER BY date, person, project, role
      """)
    return text.isEmpty ? [] : text.split(separator: "\n").map(String.init)
  }

  /// Everything planners see, for comparisons; run log and stamps left out.
  package func state() throws -> String {
    try sql(
      """
      SELECT 'client', name, is_archived FROM client ORDER BY 2;
      SELECT 'project', name, is_archived, archived_by FROM project ORDER BY 2, 1;
      SELECT 'person', name, is_archived, archived_by FROM person ORDER BY 2;
      SELECT person, project, role, date, billable_minutes, nonbillable_minutes, origin FROM actual_detail ORDER BY 1, 2, 3, 4;
      SELECT l.entry_id, l.state, l.reason, l.date, l.seconds, l.billable, person.name, project.name, role.name
        FROM ledger l LEFT JOIN person ON person.id = l.person_id LEFT JOIN project ON project.id = l.project_id
        LEFT JOIN role ON role.id = l.role_id ORDER BY 1;
      SELECT manual_minutes, imported_minutes, source_minutes, date FROM actual_conflict ORDER BY date;
      """)
  }

  /// Every table but the run log, byte for byte.
  package func dump() throws -> String {
    try sql(
      """
      .dump client project person contract role external_reference actual placement_row placement_basis clockify_% setting deferred_cell actual_conflict entry_change cell_change delete_plan
      """)
  }
}

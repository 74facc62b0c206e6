import GRDB
package import Planning

package struct AuditCell: Sendable {
  package let minutes: Int
  package let isManual: Bool
}

/// A stripped copy, and two databases cell by cell.
package struct Audit: Subject {
  let session: StoreSession

  /// Takes out of a copy everything that came from Clockify's time, and what would keep time out of cells, so that a
  /// fresh read fills it as if for the first time. Pinned zones and dates stay: a pinned date is no difference (rule 96).
  package func strip() throws {
    try db.execute(
      sql: """
        DELETE FROM actual; DELETE FROM cell_change; DELETE FROM deferred_cell; DELETE FROM delete_plan;
        DELETE FROM entry_change; DELETE FROM placement_basis WHERE pair_key NOT IN (SELECT pair_key FROM placement_row);
        UPDATE placement_basis SET fingerprint = NULL;
        UPDATE placement_row SET state = 'deleted', reason = NULL, person_id = NULL, project_id = NULL, role_id = NULL,
          role_step = NULL, counted = NULL;
        DELETE FROM actual_conflict; DELETE FROM timesheet_lock; DELETE FROM project_tag WHERE tag = 'sync_off';
        DELETE FROM client_tag WHERE tag = 'sync_off';
        UPDATE person SET is_archived = 0;
        """)
  }

  /// Whether rows of a cell were removed or moved by hand since the last import (rule 58).
  package func isChangedByHand(_ cell: Cell) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: "SELECT EXISTS (SELECT 1 FROM cell_change WHERE person_id = ? AND project_id = ? AND date = ?)",
      arguments: [cell.person, cell.project, cell.day.description]) ?? false
  }

  /// Minutes per cell between two dates, zeros left out.
  package func cells(from: CalendarDay, through: CalendarDay) throws -> [Cell: AuditCell] {
    var cells: [Cell: AuditCell] = [:]
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT person_id, project_id, date, sum(billable_minutes + nonbillable_minutes) AS minutes, max(is_manual) AS manual
        FROM actual WHERE date BETWEEN ? AND ? GROUP BY 1, 2, 3
        """, arguments: [from.description, through.description])
    for row in rows {
      guard let day = CalendarDay(row["date"] as String) else { continue }
      let audit = AuditCell(minutes: row["minutes"], isManual: row["manual"])
      if audit.minutes > 0 || audit.isManual {
        cells[Cell(person: row["person_id"], project: row["project_id"], day: day)] = audit
      }
    }
    return cells
  }
}

import GRDB
package import Planning

package struct PurgeScope: Sendable {
  package var run: Int64?
  package var project: ProjectID?
  package var origin: Origin?
  package var withItems = false
  /// The project that time without a project goes to: it stays (rule 91).
  package var catchAll: ProjectID?

  package init() {}
}

package struct Purged: Sendable, Equatable {
  package var actuals = 0
  package var minutes = 0
  package var zeros = 0
  /// Chosen, but typed or edited by hand.
  package var manual = 0
  /// Chosen, but on locked dates.
  package var locked = 0
  package var people = 0
  package var projects = 0
  package var clients = 0
}

/// Removing what the import made and nobody touched (rule 79).
package struct Purging: Subject {
  let session: StoreSession

  /// Removes what the import made and nobody touched; locked dates stay.
  package func purge(_ purge: PurgeScope) throws -> Purged {
    var purged = Purged()
    let plan = try session.plan.snapshot()
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT person_id, project_id, role_id, date, billable_minutes + nonbillable_minutes AS minutes, origin, is_manual
        FROM actual
        WHERE (?1 IS NULL OR import_run_id = ?1) AND (?2 IS NULL OR project_id = ?2)
          AND (?3 IS NULL OR ifnull(imported_origin, origin) = ?3)
          AND (is_manual = 0 OR import_run_id IS NOT NULL)
        """, arguments: [purge.run, purge.project, purge.origin?.rawValue])
    for row in rows {
      let (project, date): (ProjectID, String) = (row["project_id"], row["date"])
      if row["is_manual"] == true {
        purged.manual += 1
      } else if let day = CalendarDay(date), plan.isLocked(day, on: project) {
        purged.locked += 1
      } else {
        purged.actuals += 1
        purged.minutes += row["minutes"]
        if row["origin"] == Origin.autofill.rawValue { purged.zeros += 1 }
        try db.execute(
          sql: "DELETE FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?",
          arguments: [row["person_id"], project, row["role_id"], date])
      }
    }
    if purge.withItems { try purgeItems(&purged, but: purge.catchAll) }
    return purged
  }

  /// Imported items that nothing of the planners' hangs on.
  private func purgeItems(_ purged: inout Purged, but catchAll: ProjectID?) throws {
    func delete(_ table: String, unless used: String) throws -> Int {
      let ids = try Int64.fetchAll(
        db, sql: "SELECT id FROM \(table) WHERE origin = 'clockify' AND NOT (\(used)) ORDER BY id")
      for id in ids { try db.execute(sql: "DELETE FROM \(table) WHERE id = ?", arguments: [id]) }
      return ids.count
    }
    purged.people = try delete(
      "person",
      unless: """
        EXISTS (SELECT 1 FROM actual WHERE person_id = person.id) OR EXISTS (SELECT 1 FROM assignment WHERE person_id = person.id)
        OR EXISTS (SELECT 1 FROM time_off WHERE person_id = person.id)
        """)
    purged.projects = try delete(
      "project",
      unless: """
        project.id = \(catchAll ?? 0) OR EXISTS (SELECT 1 FROM actual WHERE project_id = project.id)
        OR EXISTS (SELECT 1 FROM assignment WHERE project_id = project.id)
        """)
    purged.clients = try delete("client", unless: "EXISTS (SELECT 1 FROM project WHERE client_id = client.id)")
  }
}

import GRDB
package import Planning

/// Corrections by planners: conflicts, hours typed by hand, purges, deletions (rules 15, 55, 57 to 59, 79).
extension StoreSession {
  // MARK: Conflicts

  package func conflictList() throws -> Table {
    try table(
      """
      SELECT c.person_id, person.name AS person, c.project_id, project.name AS project, c.date, c.manual_minutes,
        c.imported_minutes, c.source_minutes
      FROM actual_conflict c JOIN person ON person.id = c.person_id JOIN project ON project.id = c.project_id
      ORDER BY c.date, person.name COLLATE NOCASE, project.name COLLATE NOCASE
      """)
  }

  /// Rule 59: what was typed gives way. Rows that were edited get back what the import wrote; the next import writes
  /// Clockify's figure.
  ///
  /// - Throws: `PlanRefusal` if there is no such conflict or the date is locked.
  package func takeSource(_ cell: Cell) throws {
    _ = try conflictSource(cell)
    try refuseLocked(cell)
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT role_id, written, person_id || '/' || project_id || '/' || role_id || '/' || date || '/' AS own FROM actual
        WHERE person_id = ? AND project_id = ? AND date = ? AND is_manual = 1
        """, arguments: [cell.person, cell.project, cell.day.description])
    for row in rows {
      let (role, written, own): (RoleID, String?, String) = (row["role_id"], row["written"], row["own"])
      let key: StatementArguments = [cell.person, cell.project, role, cell.day.description]
      let minutes = written.flatMap { $0.hasPrefix(own) ? $0.dropFirst(own.count).split(separator: "/") : nil } ?? []
      if minutes.count == 2, let billable = Int(minutes[0]), let nonbillable = Int(minutes[1]) {
        try db.execute(
          sql: """
            UPDATE actual SET billable_minutes = ?5, nonbillable_minutes = ?6, origin = 'clockify', imported_origin = NULL
            WHERE person_id = ?1 AND project_id = ?2 AND role_id = ?3 AND date = ?4
            """, arguments: key + [billable, nonbillable])
      } else {
        try db.execute(
          sql: "DELETE FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?", arguments: key)
      }
    }
    try db.execute(
      sql: "INSERT OR IGNORE INTO cell_change VALUES (?, ?, ?)",
      arguments: [cell.person, cell.project, cell.day.description])
    try forget(cell)
  }

  /// Rule 59: what was typed stays, and the conflict is settled until Clockify's figure changes.
  ///
  /// - Throws: `PlanRefusal` if there is no such conflict.
  package func keepLocal(_ cell: Cell) throws {
    let source = try conflictSource(cell)
    try forget(cell)
    try db.execute(
      sql: "INSERT INTO conflict_settlement VALUES (?, ?, ?, ?)",
      arguments: [cell.person, cell.project, cell.day.description, source])
  }

  private func conflictSource(_ cell: Cell) throws -> Int {
    let source = try Int.fetchOne(
      db, sql: "SELECT source_minutes FROM actual_conflict WHERE person_id = ? AND project_id = ? AND date = ?",
      arguments: [cell.person, cell.project, cell.day.description])
    guard let source else {
      throw PlanRefusal("there is no conflict on that person, project and date", next: "rota conflicts list")
    }
    return source
  }

  private func forget(_ cell: Cell) throws {
    for table in ["actual_conflict", "conflict_settlement"] {
      try db.execute(
        sql: "DELETE FROM \(table) WHERE person_id = ? AND project_id = ? AND date = ?",
        arguments: [cell.person, cell.project, cell.day.description])
    }
  }

  /// Cells whose conflict was settled, with the figure that was settled against.
  package func settledConflicts() throws -> [Cell: Int] {
    var settled: [Cell: Int] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT * FROM conflict_settlement") {
      guard let day = CalendarDay(row["date"] as String) else { continue }
      settled[Cell(person: row["person_id"], project: row["project_id"], day: day)] = row["source_minutes"]
    }
    return settled
  }

  private func refuseLocked(_ cell: Cell) throws {
    if try planSnapshot().isLocked(cell.day, on: cell.project) {
      throw PlanRefusal("\(cell.day) is locked; nothing was changed", next: "rota lock show")
    }
  }

  // MARK: Hours typed by hand

  /// Writes hours as if typed into the table: they are manual, and the import leaves the cell alone.
  ///
  /// - Parameter minutes: nil takes what was typed away; the next import writes what Clockify has.
  /// - Throws: `PlanRefusal` on a locked date, or if nothing was typed there.
  package func typeActual(
    _ cell: Cell, role: RoleID, minutes: (billable: Int, nonbillable: Int)?, at now: Instant
  ) throws {
    try refuseLocked(cell)
    let key: StatementArguments = [cell.person, cell.project, role, cell.day.description]
    guard let minutes else {
      try db.execute(
        sql: """
          DELETE FROM actual
          WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ? AND is_manual = 1
          """, arguments: key)
      if db.changesCount == 0 { throw PlanRefusal("nothing was typed there in that role") }
      return
    }
    try db.execute(
      sql: """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (person_id, project_id, role_id, date) DO UPDATE SET billable_minutes = ?5, nonbillable_minutes = ?6,
          origin = 'manual', imported_origin = NULL, updated_at = ?7
        """, arguments: key + [minutes.billable, minutes.nonbillable, now.description])
  }

  // MARK: Purging (rule 79)

  package struct Purge: Sendable {
    package var run: Int64?
    package var project: ProjectID?
    package var origin: String?
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

  /// Removes what the import made and nobody touched; locked dates stay.
  package func purge(_ purge: Purge) throws -> Purged {
    var purged = Purged()
    let plan = try planSnapshot()
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT person_id, project_id, role_id, date, billable_minutes + nonbillable_minutes AS minutes, origin, is_manual
        FROM actual
        WHERE (?1 IS NULL OR import_run_id = ?1) AND (?2 IS NULL OR project_id = ?2)
          AND (?3 IS NULL OR ifnull(imported_origin, origin) = ?3)
          AND (is_manual = 0 OR import_run_id IS NOT NULL)
        """, arguments: [purge.run, purge.project, purge.origin])
    for row in rows {
      let (project, date): (ProjectID, String) = (row["project_id"], row["date"])
      if row["is_manual"] == true {
        purged.manual += 1
      } else if let day = CalendarDay(date), plan.isLocked(day, on: project) {
        purged.locked += 1
      } else {
        purged.actuals += 1
        purged.minutes += row["minutes"]
        if row["origin"] == "autofill" { purged.zeros += 1 }
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

  // MARK: Deleting (rule 15)

  /// What would go with an item, in words, and its Clockify ids.
  package func whatHangsOn(_ kind: PlanSnapshot.Kind, _ id: Int64) throws -> (words: [String], clockifyIDs: [String]) {
    let column = "\(kind.rawValue)_id"
    var counts: [(String, String)] = []
    switch kind {
    case .client: counts = [("project", "SELECT count(*) FROM project WHERE client_id = ?")]
    case .project, .person:
      counts = [
        ("assignment", "SELECT count(*) FROM assignment WHERE \(column) = ?"),
        ("actual", "SELECT count(*) FROM actual WHERE \(column) = ?"),
      ]
      if kind == .person {
        counts += [
          ("contract", "SELECT count(*) FROM contract WHERE person_id = ?"),
          ("absence", "SELECT count(*) FROM time_off WHERE person_id = ?"),
        ]
      }
    }
    let actuals =
      kind == .client ? "a.project_id IN (SELECT id FROM project WHERE client_id = ?)" : "a.\(column) = ?"
    if kind == .client { counts.append(("actual", "SELECT count(*) FROM actual a WHERE \(actuals)")) }
    counts += [
      ("row typed by hand", "SELECT count(*) FROM actual a WHERE a.is_manual = 1 AND \(actuals)"),
      (
        "row on locked dates",
        """
        SELECT count(*) FROM actual a WHERE EXISTS (SELECT 1 FROM timesheet_lock l
          WHERE ifnull(l.project_id, a.project_id) = a.project_id AND a.date <= l.locked_until) AND \(actuals)
        """
      ),
    ]
    let words = try counts.compactMap { name, sql -> String? in
      let count = try Int.fetchOne(db, sql: sql, arguments: [id]) ?? 0
      let plural = name.hasPrefix("row ") ? "rows\(name.dropFirst(3))" : "\(name)s"
      return count == 0 ? nil : "\(count) \(count == 1 ? name : plural)"
    }
    return (words, try clockifyIDs(kind, of: id))
  }

  /// Deletes an item with all that hangs on it; a client with its projects.
  ///
  /// - Throws: `PlanRefusal` if the catch-all project would go (rule 91).
  package func deleteItem(_ kind: PlanSnapshot.Kind, _ id: Int64, catchAll: ProjectID? = nil) throws {
    if kind == .project { try refuseCatchAll(catchAll, among: [id]) }
    if kind == .client {
      try refuseCatchAll(
        catchAll, among: ProjectID.fetchAll(db, sql: "SELECT id FROM project WHERE client_id = ?", arguments: [id]))
      try db.execute(sql: "DELETE FROM project WHERE client_id = ?", arguments: [id])
    }
    try db.execute(sql: "DELETE FROM \(kind.rawValue) WHERE id = ?", arguments: [id])
  }

  // MARK: Explaining

  /// Every entry that has to do with a cell: placed there, held or skipped there, or gone from it.
  package func entries(of cell: Cell, users: [String], projects: [String]) throws -> Table {
    func list(_ ids: [String]) -> String { ids.isEmpty ? "''" : ids.map { "'\($0)'" }.joined(separator: ", ") }
    return try table(
      """
      SELECT l.entry_id, l.started_at, l.ended_at, l.seconds, l.billable, l.type, l.zone, l.date, l.state, l.reason,
        role.name AS role, l.role_step, e.description, e.first_seen_run
      FROM ledger l JOIN clockify_time_entry e ON e.id = l.entry_id LEFT JOIN role ON role.id = l.role_id
      WHERE (l.person_id = ?1 AND l.project_id = ?2 AND l.date = ?3)
        OR (l.date = ?3 AND l.user_id IN (\(list(users)))
          AND (l.clockify_project_id IN (\(list(projects))) OR (l.clockify_project_id IS NULL AND l.type = 'BREAK')))
      ORDER BY l.started_at
      """, [cell.person, cell.project, cell.day.description])
  }

  /// What stands behind one person and project and is not counted: date, state, reason, entries, seconds.
  package func notPlaced(
    person: PersonID, project: ProjectID, users: [String], projects: [String], in days: ClosedRange<CalendarDay>
  ) throws -> Table {
    func list(_ ids: [String]) -> String { ids.isEmpty ? "''" : ids.map { "'\($0)'" }.joined(separator: ", ") }
    return try table(
      """
      SELECT date, state, reason, count(*), sum(seconds) FROM ledger
      WHERE state <> 'placed' AND date BETWEEN ?3 AND ?4
        AND ((person_id = ?1 AND project_id = ?2)
          OR (user_id IN (\(list(users))) AND clockify_project_id IN (\(list(projects)))))
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      """, [person, project, days.lowerBound.description, days.upperBound.description])
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

  /// The last run that read a whole day of one person's time from Clockify.
  ///
  /// - Parameters:
  ///   - day: as a day of UTC, padded by fourteen hours either way, so that it holds in any zone.
  ///   - users: the person's Clockify ids.
  package func lastRunThatRead(_ day: CalendarDay, users: [String]) throws -> Int64? {
    let (from, to) = (Zone.utc.start(of: day) + -14 * 3600, Zone.utc.start(of: day + 1) + 14 * 3600)
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT import_run_id, user_id FROM read_slice
        WHERE is_complete AND from_instant < ? AND to_instant > ? ORDER BY import_run_id DESC
        """, arguments: [to.description, from.description])
    return rows.first { row in (row["user_id"] as String?).map(users.contains) ?? true }?["import_run_id"]
  }

  // MARK: Grouped actuals

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

  // MARK: Auditing (rule 78)

  /// Takes out of a copy everything that came from Clockify's time, and what would keep time out of cells, so that a
  /// fresh read fills it as if for the first time. Pinned zones and dates stay: a pinned date is no difference (rule 96).
  package func stripForAudit() throws {
    try db.execute(
      sql: """
        DELETE FROM actual; DELETE FROM cell_change; DELETE FROM deferred_cell; DELETE FROM delete_plan;
        DELETE FROM entry_change; DELETE FROM placement_basis WHERE pair_key NOT IN (SELECT pair_key FROM placement);
        UPDATE placement_basis SET fingerprint = NULL;
        UPDATE placement SET state = 'deleted', reason = NULL, person_id = NULL, project_id = NULL, role_id = NULL,
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

  package struct AuditCell: Sendable {
    package let minutes: Int
    package let isManual: Bool
  }

  /// Minutes per cell between two dates, zeros left out.
  package func auditCells(from: CalendarDay, through: CalendarDay) throws -> [Cell: AuditCell] {
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

import GRDB
package import Planning

/// What a merge did, or would do (rule 76).
package struct MergeReport: Sendable, Equatable {
  package var merge: Int64 = 0
  package var kept = ""
  package var dropped = ""
  package var links = 0
  package var projects = 0
  package var assignments = 0
  package var contracts = 0
  /// Contracts of the dropped person that overlap one of the kept person: they go with the person.
  package var contractsDropped = 0
  package var absences = 0
  package var tags = 0
  package var actuals = 0
  package var minutes = 0
  /// Cells that both had in the same role: recomputed from the ledger, or, where they are frozen, added up.
  package var actualsCombined = 0
  /// Hours typed by hand on both sides, added up.
  package var manualAddedUp = 0
  /// Hours typed by hand on one side and imported on the other: the typed ones stay, the next import lists the conflict.
  package var manualKept = 0
}

package struct MergeRecord: Sendable {
  package let id: Int64
  package let kind: PlanSnapshot.Kind
  package let kept: Int64
  package let dropped: Int64
  package let droppedName: String
}

extension StoreSession {
  // MARK: Merging

  /// Moves everything of one item to another of its kind and deletes the first; every row is kept as it was and as it
  /// became, so that the merge can be undone.
  ///
  /// - Parameter catchAll: the project of the settings that time without a project goes to: it stays (rule 91).
  /// - Throws: `PlanRefusal`; nothing was changed.
  package func merge(
    _ kind: PlanSnapshot.Kind, keep: Int64, drop: Int64, catchAll: ProjectID? = nil, at now: Instant
  ) throws -> MergeReport {
    let (keptName, droppedName) = (try name(kind, keep), try name(kind, drop))
    try refuseMerge(kind, keep: keep, drop: drop)
    if kind == .project { try refuseCatchAll(catchAll, among: [drop]) }
    var report = MergeReport()
    (report.kept, report.dropped) = (keptName, droppedName)
    let scopes = MergeScope.of(kind)
    let before = try images(scopes, ids: [keep, drop])
    let targets = try targets(of: kind, keep: keep, drop: drop)
    try db.execute(
      sql: "INSERT INTO merge (kind, kept_id, dropped_id, dropped_name, merged_at) VALUES (?, ?, ?, ?, ?)",
      arguments: [kind.rawValue, keep, drop, droppedName, now.description])
    report.merge = db.lastInsertedRowID

    report.links = try move("external_reference", "planning_id", drop, keep, where: "kind = '\(kind.rawValue)'")
    switch kind {
    case .client:
      report.projects = try move("project", "client_id", drop, keep)
      report.tags = try moveTags(.client, drop, keep)
    case .project:
      report.assignments = try move("assignment", "project_id", drop, keep)
      report.tags = try moveTags(.project, drop, keep)
      try moveLock(drop, keep)
      try moveEntries(.project, drop, keep, merge: report.merge)
      try moveActuals(.project, drop, keep, &report)
    case .person:
      report.assignments = try move("assignment", "person_id", drop, keep)
      report.absences = try move("time_off", "person_id", drop, keep)
      try moveContracts(drop, keep, &report)
      try moveEntries(.person, drop, keep, merge: report.merge)
      try moveActuals(.person, drop, keep, &report)
    }
    try db.execute(sql: "DELETE FROM \(kind.rawValue) WHERE id = ?", arguments: [drop])
    try journal(before, try images(scopes, ids: [keep, drop]), always: targets, merge: report.merge)
    return report
  }

  private func name(_ kind: PlanSnapshot.Kind, _ id: Int64) throws -> String {
    guard
      let name = try String.fetchOne(db, sql: "SELECT name FROM \(kind.rawValue) WHERE id = ?", arguments: [id])
    else { throw PlanRefusal("there is no \(kind.rawValue) \(id)") }
    return name
  }

  /// Rule 91: time without a project would have nowhere to go.
  func refuseCatchAll(_ catchAll: ProjectID?, among projects: [ProjectID]) throws {
    guard let catchAll, projects.contains(catchAll) else { return }
    throw PlanRefusal(
      "project \(catchAll) takes the time without a project (setting import: catch_all_project); nothing was changed",
      next: "name another project there, or none, and run this again")
  }

  private func refuseMerge(_ kind: PlanSnapshot.Kind, keep: Int64, drop: Int64) throws {
    if keep == drop { throw PlanRefusal("\(kind.rawValue) \(keep) cannot be merged with itself") }
    let ignored = try String.fetchOne(
      db,
      sql: """
        SELECT r.external_id FROM external_reference r JOIN ignored_reference i USING (system, kind, external_id)
        WHERE r.kind = ? AND r.planning_id IN (?, ?)
        """, arguments: [kind.rawValue, keep, drop])
    if let ignored {
      throw PlanRefusal(
        "the Clockify id \(ignored) of one of them is on the ignore list",
        next: "rota references unignore \(kind.rawValue) \(ignored)   or   rota references unlink \(kind.rawValue) ID")
    }
  }

  private func move(
    _ table: String, _ column: String, _ from: Int64, _ to: Int64, where condition: String = "1"
  ) throws -> Int {
    try db.execute(
      sql: "UPDATE \(table) SET \(column) = ? WHERE \(column) = ? AND \(condition)", arguments: [to, from])
    return db.changesCount
  }

  private func moveTags(_ kind: PlanSnapshot.Kind, _ from: Int64, _ to: Int64) throws -> Int {
    let (table, column) = ("\(kind.rawValue)_tag", "\(kind.rawValue)_id")
    try db.execute(
      sql: "INSERT OR IGNORE INTO \(table) SELECT ?, tag FROM \(table) WHERE \(column) = ?", arguments: [to, from])
    return db.changesCount
  }

  /// The later of both locks holds.
  private func moveLock(_ from: ProjectID, _ to: ProjectID) throws {
    try db.execute(
      sql: """
        INSERT INTO timesheet_lock (project_id, locked_until)
        SELECT ?2, max(locked_until) FROM timesheet_lock WHERE project_id IN (?1, ?2)
        HAVING sum(project_id = ?1) > 0 AND sum(project_id = ?2) = 0
        """, arguments: [from, to])
    try db.execute(
      sql: """
        UPDATE timesheet_lock SET locked_until = max(locked_until,
          ifnull((SELECT locked_until FROM timesheet_lock WHERE project_id = ?1), locked_until))
        WHERE project_id = ?2
        """, arguments: [from, to])
  }

  /// Real contracts replace a kept person's Unknown; those that overlap a real one go with the dropped person.
  private func moveContracts(_ from: PersonID, _ to: PersonID, _ report: inout MergeReport) throws {
    let hasReal = """
      EXISTS (SELECT 1 FROM contract c JOIN role ON role.id = c.role_id WHERE c.person_id = ? AND role.is_system = 0)
      """
    if try Bool.fetchOne(db, sql: "SELECT \(hasReal)", arguments: [from]) == true,
      try Bool.fetchOne(db, sql: "SELECT NOT \(hasReal)", arguments: [to]) == true
    {
      try db.execute(sql: "DELETE FROM contract WHERE person_id = ?", arguments: [to])
    }
    for id in try Int64.fetchAll(db, sql: "SELECT id FROM contract WHERE person_id = ? ORDER BY id", arguments: [from])
    {
      try db.execute(
        sql: """
          UPDATE contract SET person_id = ?1 WHERE id = ?2 AND NOT EXISTS (
            SELECT 1 FROM contract o WHERE o.person_id = ?1
              AND ifnull(o.starts_on, '0000') <= ifnull(contract.ends_on, '9999')
              AND ifnull(contract.starts_on, '0000') <= ifnull(o.ends_on, '9999'))
          """, arguments: [to, id])
      if db.changesCount > 0 { report.contracts += 1 } else { report.contractsDropped += 1 }
    }
  }

  // MARK: Actuals

  /// The ledger, before the actuals: combined cells are added up from it. Which entries moved is kept for an undo
  /// (rule 95).
  private func moveEntries(_ kind: PlanSnapshot.Kind, _ from: Int64, _ to: Int64, merge: Int64) throws {
    let column = "\(kind.rawValue)_id"
    let other = kind == .person ? "?2, project_id" : "person_id, ?2"
    try db.execute(
      sql: "INSERT INTO merge_entry SELECT ?, entry_key FROM placement WHERE \(column) = ?", arguments: [merge, from])
    try db.execute(sql: "UPDATE placement SET \(column) = ? WHERE \(column) = ?", arguments: [to, from])
    try db.execute(
      sql: "INSERT OR IGNORE INTO deferred_cell SELECT \(other), date FROM deferred_cell WHERE \(column) = ?1",
      arguments: [from, to])
    // Rows removed by hand shortly before are written anew on the kept item (rule 58).
    try db.execute(
      sql: "INSERT OR IGNORE INTO cell_change SELECT \(other), date FROM cell_change WHERE \(column) = ?1",
      arguments: [from, to])
    // What was settled stays so; where both were, both figures are in the cell now.
    try db.execute(
      sql: """
        INSERT INTO conflict_settlement (person_id, project_id, date, source_minutes)
        SELECT \(other), date, source_minutes FROM conflict_settlement WHERE \(column) = ?1
        ON CONFLICT (person_id, project_id, date) DO UPDATE SET source_minutes = source_minutes + excluded.source_minutes
        """, arguments: [from, to])
    try db.execute(sql: "DELETE FROM conflict_settlement WHERE \(column) = ?", arguments: [from])
  }

  private func moveActuals(
    _ kind: PlanSnapshot.Kind, _ from: Int64, _ to: Int64, _ report: inout MergeReport
  ) throws {
    let column = "\(kind.rawValue)_id"
    let plan = try planSnapshot()
    for row in try Row.fetchAll(db, sql: "SELECT * FROM actual WHERE \(column) = ?", arguments: [from]) {
      var actual = StoredActual(row)
      if kind == .person { actual.person = to } else { actual.project = to }
      report.minutes += actual.minutes
      try db.execute(
        sql: "DELETE FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?",
        arguments: [row["person_id"], row["project_id"], row["role_id"], row["date"]])
      let other = try Row.fetchOne(
        db, sql: "SELECT * FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?",
        arguments: actual.key
      ).map(StoredActual.init)
      try put(
        other.map { try combined(actual, $0, plan, &report) } ?? actual, isCombined: other != nil)
      report.actuals += 1
    }
    try db.execute(sql: "DELETE FROM actual_conflict WHERE \(column) = ?", arguments: [from])
  }

  struct StoredActual {
    var person: PersonID
    var project: ProjectID
    var role: RoleID
    var date: String
    var billable: Int
    var nonbillable: Int
    var origin: String
    var run: Int64?
    var updatedAt: String
    var written: String?
    var importedOrigin: String?
    var isManual: Bool

    init(_ row: Row) {
      person = row["person_id"]
      project = row["project_id"]
      role = row["role_id"]
      date = row["date"]
      billable = row["billable_minutes"]
      nonbillable = row["nonbillable_minutes"]
      origin = row["origin"]
      run = row["import_run_id"]
      updatedAt = row["updated_at"]
      written = row["written"]
      importedOrigin = row["imported_origin"]
      isManual = row["is_manual"]
    }

    var minutes: Int { billable + nonbillable }
    var cell: Cell { Cell(person: person, project: project, day: CalendarDay(date) ?? CalendarDay(number: 0)) }
    var key: StatementArguments { [person, project, role, date] }
  }

  /// Rule 76: imported minutes from the ledger (in frozen cells added up: nothing in them may change), typed ones added up; real hours before zeros.
  private func combined(
    _ moved: StoredActual, _ standing: StoredActual, _ plan: PlanSnapshot, _ report: inout MergeReport
  ) throws -> StoredActual {
    var result = standing
    switch (moved.isManual, standing.isManual) {
    case (true, true):
      report.manualAddedUp += 1
      result.billable += moved.billable
      result.nonbillable += moved.nonbillable
      result.written = nil
      result.origin = "manual"
      result.importedOrigin = nil
    case (true, false), (false, true):
      report.manualKept += 1
      result = moved.isManual ? moved : standing
    case (false, false):
      if moved.origin == "autofill" { return standing }
      if standing.origin == "autofill" { return moved }
      report.actualsCombined += 1
      if try isFrozen(moved.cell, plan) {
        result.billable += moved.billable
        result.nonbillable += moved.nonbillable
      } else {
        (result.billable, result.nonbillable) = try ledgerMinutes(moved)
      }
    }
    return result
  }

  /// Whether the import may change nothing in a cell (rule 47), hours typed by hand included.
  func isFrozen(_ cell: Cell, _ plan: PlanSnapshot) throws -> Bool {
    if plan.isFrozen(cell) { return true }
    return try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM actual WHERE person_id = ? AND project_id = ? AND date = ? AND is_manual = 1)
        """, arguments: [cell.person, cell.project, cell.day.description]) ?? false
  }

  /// What the placed entries of a row's key add up to, rounded once for each bucket.
  func ledgerMinutes(_ actual: StoredActual) throws -> (Int, Int) {
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT ifnull(sum(CASE WHEN is_billable THEN seconds ELSE 0 END), 0) AS billable,
          ifnull(sum(CASE WHEN is_billable THEN 0 ELSE seconds END), 0) AS nonbillable
        FROM placement
        WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ? AND state = 'placed'
        """, arguments: actual.key)
    return (Minutes.rounded(seconds: row?["billable"] ?? 0), Minutes.rounded(seconds: row?["nonbillable"] ?? 0))
  }

  func put(_ actual: StoredActual, isCombined: Bool) throws {
    if isCombined {
      try db.execute(
        sql: "DELETE FROM actual WHERE person_id = ? AND project_id = ? AND role_id = ? AND date = ?",
        arguments: actual.key)
    }
    try db.execute(
      sql: """
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin,
          import_run_id, updated_at, written, imported_origin)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
          CASE WHEN ?12 THEN ?10 ELSE ?1 || '/' || ?2 || '/' || ?3 || '/' || ?4 || '/' || ?5 || '/' || ?6 END, ?11)
        """,
      arguments: [
        actual.person, actual.project, actual.role, actual.date, actual.billable, actual.nonbillable, actual.origin,
        actual.run, actual.updatedAt, actual.written, actual.importedOrigin, actual.isManual,
      ])
    try db.execute(
      sql: "INSERT OR IGNORE INTO cell_change VALUES (?, ?, ?)",
      arguments: [actual.person, actual.project, actual.date])
  }
}

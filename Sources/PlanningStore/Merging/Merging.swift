import GRDB
package import Planning

/// Two planning items become one (rule 76), step by step.
package struct Merging: Subject {
  let session: StoreSession

  private var journal: MergeJournal { MergeJournal(session: session) }
  private var actuals: MergedActuals { MergedActuals(session: session) }

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
    let before = try journal.images(scopes, ids: [keep, drop])
    let targets = try journal.targets(of: kind, keep: keep, drop: drop)
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
      try actuals.move(.project, drop, keep, &report)
    case .person:
      report.assignments = try move("assignment", "person_id", drop, keep)
      report.absences = try move("time_off", "person_id", drop, keep)
      try moveContracts(drop, keep, &report)
      try moveEntries(.person, drop, keep, merge: report.merge)
      try actuals.move(.person, drop, keep, &report)
    }
    try db.execute(sql: "DELETE FROM \(kind.rawValue) WHERE id = ?", arguments: [drop])
    try journal.write(
      before, try journal.images(scopes, ids: [keep, drop]), always: targets, merge: report.merge)
    return report
  }

  private func name(_ kind: PlanSnapshot.Kind, _ id: Int64) throws -> String {
    guard
      let name = try String.fetchOne(db, sql: "SELECT name FROM \(kind.rawValue) WHERE id = ?", arguments: [id])
    else { throw PlanRefusal.noItemWithID(kind, id) }
    return name
  }

  /// Rule 91: time without a project would have nowhere to go.
  func refuseCatchAll(_ catchAll: ProjectID?, among projects: [ProjectID]) throws {
    guard let catchAll, projects.contains(catchAll) else { return }
    throw PlanRefusal.takesTimeWithoutProject(catchAll)
  }

  private func refuseMerge(_ kind: PlanSnapshot.Kind, keep: Int64, drop: Int64) throws {
    if keep == drop { throw PlanRefusal.mergedWithItself(kind, keep) }
    if let pending = try session.pushes.isPending(kind, among: [keep, drop]) {
      throw PlanRefusal.isBeingPushed(kind, pending)
    }
    let ignored = try String.fetchOne(
      db,
      sql: """
        SELECT r.external_id FROM external_reference r JOIN ignored_reference i USING (system, kind, external_id)
        WHERE r.kind = ? AND r.planning_id IN (?, ?)
        """, arguments: [kind.rawValue, keep, drop])
    if let ignored { throw PlanRefusal.isIgnored(kind, ignored) }
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

  /// The ledger, before the actuals: combined cells are added up from it. Which entries moved is kept for an undo
  /// (rule 95).
  private func moveEntries(_ kind: PlanSnapshot.Kind, _ from: Int64, _ to: Int64, merge: Int64) throws {
    let column = "\(kind.rawValue)_id"
    let other = kind == .person ? "?2, project_id" : "person_id, ?2"
    try db.execute(
      sql: "INSERT INTO merge_entry SELECT ?, entry_key FROM placement_row WHERE \(column) = ?",
      arguments: [merge, from])
    try db.execute(sql: "UPDATE placement_row SET \(column) = ? WHERE \(column) = ?", arguments: [to, from])
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
}

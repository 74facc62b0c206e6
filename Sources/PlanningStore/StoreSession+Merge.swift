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
  /// Cells that both had in the same role: recomputed from the ledger, or, where a date is locked, added up.
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
  /// - Throws: `PlanRefusal`; nothing was changed.
  package func merge(_ kind: PlanSnapshot.Kind, keep: Int64, drop: Int64, at now: Instant) throws -> MergeReport {
    let (keptName, droppedName) = (try name(kind, keep), try name(kind, drop))
    try refuseMerge(kind, keep: keep, drop: drop)
    var report = MergeReport()
    (report.kept, report.dropped) = (keptName, droppedName)
    let scopes = MergeScope.of(kind)
    let before = try images(scopes, ids: [keep, drop])
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
      try moveActuals(.project, drop, keep, &report)
    case .person:
      report.assignments = try move("assignment", "person_id", drop, keep)
      report.absences = try move("time_off", "person_id", drop, keep)
      try moveContracts(drop, keep, &report)
      try moveActuals(.person, drop, keep, &report)
    }
    try db.execute(sql: "DELETE FROM \(kind.rawValue) WHERE id = ?", arguments: [drop])
    try journal(before, try images(scopes, ids: [keep, drop]), merge: report.merge)
    return report
  }

  private func name(_ kind: PlanSnapshot.Kind, _ id: Int64) throws -> String {
    guard
      let name = try String.fetchOne(db, sql: "SELECT name FROM \(kind.rawValue) WHERE id = ?", arguments: [id])
    else { throw PlanRefusal("there is no \(kind.rawValue) \(id)") }
    return name
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

  private func moveActuals(
    _ kind: PlanSnapshot.Kind, _ from: Int64, _ to: Int64, _ report: inout MergeReport
  ) throws {
    let column = "\(kind.rawValue)_id"
    // The ledger first: combined cells are added up from it.
    try db.execute(sql: "UPDATE placement SET \(column) = ? WHERE \(column) = ?", arguments: [to, from])
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO deferred_cell
        SELECT \(kind == .person ? "?2, project_id" : "person_id, ?2"), date FROM deferred_cell WHERE \(column) = ?1
        """, arguments: [from, to])
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

  private struct StoredActual {
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
    var key: StatementArguments { [person, project, role, date] }
  }

  /// Rule 76: imported minutes from the ledger (on locked dates added up), typed ones added up; real hours before zeros.
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
      if let day = CalendarDay(moved.date), plan.isLocked(day, on: moved.project) {
        result.billable += moved.billable
        result.nonbillable += moved.nonbillable
      } else {
        (result.billable, result.nonbillable) = try ledgerMinutes(moved)
      }
    }
    return result
  }

  private func ledgerMinutes(_ actual: StoredActual) throws -> (Int, Int) {
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

  private func put(_ actual: StoredActual, isCombined: Bool) throws {
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

  // MARK: The journal

  private struct MergeScope {
    let table: String
    let condition: String

    /// Rows of two items; items first, so that what points at them can be put back after them.
    static func of(_ kind: PlanSnapshot.Kind) -> [MergeScope] {
      func by(_ table: String, _ column: String) -> MergeScope {
        MergeScope(table: table, condition: "\(column) IN (?1, ?2)")
      }
      let links = MergeScope(
        table: "external_reference", condition: "kind = '\(kind.rawValue)' AND planning_id IN (?1, ?2)")
      switch kind {
      case .client: return [by("client", "id"), by("client_tag", "client_id"), by("project", "client_id"), links]
      case .project:
        return [
          by("project", "id"), by("project_tag", "project_id"), by("assignment", "project_id"),
          by("timesheet_lock", "project_id"), by("actual", "project_id"), by("actual_conflict", "project_id"), links,
        ]
      case .person:
        return [
          by("person", "id"), by("contract", "person_id"), by("assignment", "person_id"), by("time_off", "person_id"),
          by("actual", "person_id"), by("actual_conflict", "person_id"), links,
        ]
      }
    }
  }

  private struct RowKey: Hashable {
    let table: String
    let key: String
  }

  /// Columns that hold data, and those that make the key.
  private func columns(of table: String) throws -> (all: [String], key: [String]) {
    let rows = try Row.fetchAll(db, sql: "SELECT name, pk, hidden FROM pragma_table_xinfo(?)", arguments: [table])
    let all = rows.filter { $0["hidden"] == 0 }.map { $0["name"] as String }
    let key = rows.filter { $0["pk"] > 0 }.sorted { ($0["pk"] as Int) < $1["pk"] }.map { $0["name"] as String }
    return (all, key.isEmpty ? ["project_id"] : key)
  }

  private func images(_ scopes: [MergeScope], ids: [Int64]) throws -> [RowKey: String] {
    var images: [RowKey: String] = [:]
    for scope in scopes {
      let (all, key) = try columns(of: scope.table)
      let object = all.map { "'\($0)', \($0)" }.joined(separator: ", ")
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT json_array(\(key.joined(separator: ", "))) AS k, json_object(\(object)) AS o
          FROM \(scope.table) WHERE \(scope.condition)
          """, arguments: [ids[0], ids[1]])
      for row in rows { images[RowKey(table: scope.table, key: row["k"])] = row["o"] }
    }
    return images
  }

  private func journal(_ before: [RowKey: String], _ after: [RowKey: String], merge: Int64) throws {
    for key in Set(before.keys).union(after.keys) where before[key] != after[key] {
      try db.execute(
        sql: "INSERT INTO merge_row (merge_id, table_name, row_key, before, after) VALUES (?, ?, ?, ?, ?)",
        arguments: [merge, key.table, key.key, before[key], after[key]])
    }
  }

  // MARK: Undoing

  package func mergesTable() throws -> Table {
    try table(
      """
      SELECT id, kind, kept_id, dropped_id, dropped_name, merged_at, undone_at FROM merge ORDER BY id DESC
      """)
  }

  /// Puts every row back as it was. Imports in between do not count: the next one places their time anew.
  ///
  /// - Parameter id: nil: the last merge that is not undone.
  /// - Throws: `PlanRefusal` naming the later merge or edit that stands in the way; nothing was changed.
  package func undoMerge(_ id: Int64?, at now: Instant) throws -> MergeRecord {
    let row = try Row.fetchOne(
      db, sql: "SELECT * FROM merge WHERE id = ifnull(?, (SELECT max(id) FROM merge WHERE undone_at IS NULL))",
      arguments: [id])
    guard let row, let kind = PlanSnapshot.Kind(rawValue: row["kind"]) else {
      throw PlanRefusal(
        id.map { "there is no merge \($0)" } ?? "there is no merge to undo", next: "rota duplicates merges")
    }
    let record = MergeRecord(
      id: row["id"], kind: kind, kept: row["kept_id"], dropped: row["dropped_id"], droppedName: row["dropped_name"])
    guard row["undone_at"] as String? == nil else { throw PlanRefusal("merge \(record.id) was undone already") }
    let rows = try Row.fetchAll(
      db, sql: "SELECT table_name, row_key, before, after FROM merge_row WHERE merge_id = ? ORDER BY id",
      arguments: [record.id])
    try refuseUndo(record, rows)

    try putBack(rows, tables: MergeScope.of(kind).map(\.table))
    try giveBackLedger(record)
    try db.execute(sql: "UPDATE merge SET undone_at = ? WHERE id = ?", arguments: [now.description, record.id])
    return record
  }

  /// Rows that the merge made go, the deleted item comes back, changed rows become what they were (never by deleting
  /// them: that would take along what hangs on them), and the rest is put in again.
  private func putBack(_ rows: [Row], tables: [String]) throws {
    func each(_ body: (_ table: String, _ all: [String], _ match: String, _ row: Row) throws -> Void) throws {
      for table in tables {
        let (all, key) = try columns(of: table)
        let match = key.indices.map { "\(key[$0]) IS json_extract(?1, '$[\($0)]')" }.joined(separator: " AND ")
        for row in rows where row["table_name"] == table { try body(table, all, match, row) }
      }
    }
    func insert(_ table: String, _ all: [String], _ before: String) throws {
      let values = all.map { "json_extract(?1, '$.\($0)')" }.joined(separator: ", ")
      try db.execute(
        sql: "INSERT INTO \(table) (\(all.joined(separator: ", "))) SELECT \(values)", arguments: [before])
    }
    try each { table, _, match, row in
      guard row["before"] as String? == nil else { return }
      try db.execute(sql: "DELETE FROM \(table) WHERE \(match)", arguments: [row["row_key"] as String])
    }
    try each { table, all, _, row in
      guard table == tables[0], row["after"] as String? == nil, let before = row["before"] as String? else { return }
      try insert(table, all, before)
    }
    try each { table, all, match, row in
      guard row["after"] as String? != nil, let before = row["before"] as String? else { return }
      let values = all.map { "\($0) = json_extract(?2, '$.\($0)')" }.joined(separator: ", ")
      try db.execute(
        sql: "UPDATE \(table) SET \(values) WHERE \(match)", arguments: [row["row_key"] as String, before])
      // An import may have removed it since.
      if db.changesCount == 0 { try insert(table, all, before) }
    }
    try each { table, all, match, row in
      guard table != tables[0], row["after"] as String? == nil, let before = row["before"] as String? else { return }
      if table == "actual" || table == "actual_conflict" {
        try db.execute(sql: "DELETE FROM \(table) WHERE \(match)", arguments: [row["row_key"] as String])
      }
      try insert(table, all, before)
    }
  }

  private func refuseUndo(_ record: MergeRecord, _ rows: [Row]) throws {
    let later = try Int64.fetchOne(
      db,
      sql: """
        SELECT m.id FROM merge m WHERE m.id > ?1 AND m.undone_at IS NULL AND (
          (m.kind = ?2 AND (m.kept_id IN (?3, ?4) OR m.dropped_id IN (?3, ?4)))
          OR EXISTS (SELECT 1 FROM merge_row a JOIN merge_row b USING (table_name, row_key)
            WHERE a.merge_id = m.id AND b.merge_id = ?1 AND a.table_name <> 'actual'))
        ORDER BY m.id DESC
        """, arguments: [record.id, record.kind.rawValue, record.kept, record.dropped])
    if let later {
      throw PlanRefusal("merge \(later) came later and builds on it", next: "rota duplicates undo \(later)")
    }
    for row in rows {
      let table: String = row["table_name"]
      let (all, key) = try columns(of: table)
      let object = all.map { "'\($0)', \($0)" }.joined(separator: ", ")
      let condition = key.indices.map { "\(key[$0]) IS json_extract(?1, '$[\($0)]')" }.joined(separator: " AND ")
      let isManual = table == "actual" ? "is_manual" : "1"
      let now = try Row.fetchOne(
        db, sql: "SELECT json_object(\(object)) AS o, \(isManual) AS m FROM \(table) WHERE \(condition)",
        arguments: [row["row_key"] as String])
      if now?["o"] as String? == row["after"] as String? { continue }
      // What an import writes anew does not count.
      if table == "actual_conflict" || (table == "actual" && now?["m"] as Bool? != true) { continue }
      if table == "external_reference", now != nil, try isSameLink(row["after"], now?["o"]) { continue }
      throw PlanRefusal(
        "\(table) \(row["row_key"] as String) was changed after merge \(record.id)",
        next: "change it back, or correct the items by hand")
    }
  }

  /// Imports note on links what Clockify says and since when it is gone.
  private func isSameLink(_ after: String?, _ now: String?) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: """
        SELECT json_extract(?1, '$.planning_id') IS json_extract(?2, '$.planning_id')
          AND json_extract(?1, '$.external_id') IS json_extract(?2, '$.external_id')
        """, arguments: [after, now]) ?? false
  }

  /// The ledger rows of the links that went back, and a mark that their time is to be placed anew.
  private func giveBackLedger(_ record: MergeRecord) throws {
    guard record.kind != .client else { return }
    let column = "\(record.kind.rawValue)_id"
    let side = record.kind == .person ? "user_id" : "clockify_project_id"
    let pairs = """
      SELECT pair_key FROM placement_basis WHERE \(side) IN (
        SELECT external_id FROM external_reference WHERE kind = '\(record.kind.rawValue)' AND planning_id = ?1)
      """
    let ids: StatementArguments = [record.dropped, record.kept]
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO cell_change SELECT person_id, project_id, date FROM placement
        WHERE \(column) = ?2 AND pair_key IN (\(pairs))
        """, arguments: ids)
    try db.execute(
      sql: "UPDATE placement SET \(column) = ?1 WHERE \(column) = ?2 AND pair_key IN (\(pairs))", arguments: ids)
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO cell_change SELECT person_id, project_id, date FROM placement
        WHERE \(column) = ?1 AND pair_key IN (\(pairs))
        """, arguments: [record.dropped])
    try db.execute(
      sql: "UPDATE placement_basis SET fingerprint = NULL WHERE pair_key IN (\(pairs))", arguments: [record.dropped])
  }
}

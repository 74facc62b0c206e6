import GRDB
package import Planning

/// Undoing a merge: every row as it was, and the entries that it moved (rule 95).
package struct MergeUndo: Subject {
  let session: StoreSession

  /// Puts every row back as it was, and the entries that the merge moved (rule 95). Imports in between do not count: the
  /// next one settles every cell concerned anew.
  ///
  /// - Parameter id: nil: the last merge that is not undone.
  /// - Throws: `PlanRefusal` naming the later merge or edit that stands in the way; nothing was changed.
  package func merge(_ id: Int64?, at now: Instant) throws -> MergeRecord {
    let row = try Row.fetchOne(
      db, sql: "SELECT * FROM merge WHERE id = ifnull(?, (SELECT max(id) FROM merge WHERE undone_at IS NULL))",
      arguments: [id])
    guard let row, let kind = PlanSnapshot.Kind(rawValue: row["kind"]) else {
      throw PlanRefusal.noMerge(id)
    }
    let record = MergeRecord(
      id: row["id"], kind: kind, kept: row["kept_id"], dropped: row["dropped_id"], droppedName: row["dropped_name"])
    guard row["undone_at"] as String? == nil else { throw PlanRefusal.undoneAlready(record.id) }
    let rows = try Row.fetchAll(
      db, sql: "SELECT table_name, row_key, before, after FROM merge_row WHERE merge_id = ? ORDER BY id",
      arguments: [record.id])
    try refuseUndo(record, rows)

    do {
      try putBack(rows.filter { $0["table_name"] != "actual" }, tables: MergeScope.of(kind).map(\.table))
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      throw PlanRefusal.goneSince(merge: record.id, constraint: error.message ?? "constraint")
    }
    if kind != .client {
      try markTouched(record)
      try giveBackEntries(record)
      try UndoneActuals(session: session).putBack(rows.filter { $0["table_name"] == "actual" }, record)
      try markTouched(record)
    }
    try db.execute(sql: "UPDATE merge SET undone_at = ? WHERE id = ?", arguments: [now.description, record.id])
    return record
  }

  /// Rows that the merge made go, the deleted item comes back, changed rows become what they were (never by deleting
  /// them: that would take along what hangs on them), and the rest is put in again.
  private func putBack(_ rows: [Row], tables: [String]) throws {
    func each(_ body: (_ table: String, _ all: [String], _ match: String, _ row: Row) throws -> Void) throws {
      for table in tables {
        let (all, key) = try MergeJournal(session: session).columns(of: table)
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
      if db.changesCount == 0, try !MergeScope.derived.contains(table) || cellIsThere(before) {
        try insert(table, all, before)
      }
    }
    try each { table, all, match, row in
      guard table != tables[0], row["after"] as String? == nil, let before = row["before"] as String? else { return }
      if MergeScope.derived.contains(table) {
        try db.execute(sql: "DELETE FROM \(table) WHERE \(match)", arguments: [row["row_key"] as String])
        guard try cellIsThere(before) else { return }
      }
      try insert(table, all, before)
    }
  }

  /// Another merge may have taken the other half of the cell away since.
  private func cellIsThere(_ image: String) throws -> Bool {
    try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM person WHERE id = json_extract(?1, '$.person_id'))
          AND EXISTS (SELECT 1 FROM project WHERE id = json_extract(?1, '$.project_id'))
        """, arguments: [image]) ?? false
  }

  private func refuseUndo(_ record: MergeRecord, _ rows: [Row]) throws {
    let later = try Int64.fetchOne(
      db,
      sql: """
        SELECT m.id FROM merge m WHERE m.id > ?1 AND m.undone_at IS NULL AND (
          (m.kind = ?2 AND (m.kept_id IN (?3, ?4) OR m.dropped_id IN (?3, ?4)))
          OR EXISTS (SELECT 1 FROM merge_row a JOIN merge_row b USING (table_name, row_key)
            WHERE a.merge_id = m.id AND b.merge_id = ?1 AND a.table_name NOT IN ('actual', 'actual_conflict', 'conflict_settlement', 'deferred_cell')))
        ORDER BY m.id DESC
        """, arguments: [record.id, record.kind.rawValue, record.kept, record.dropped])
    if let later {
      throw PlanRefusal.laterMerge(later)
    }
    for row in rows {
      let table: String = row["table_name"]
      let (all, key) = try MergeJournal(session: session).columns(of: table)
      let object = all.map { "'\($0)', \($0)" }.joined(separator: ", ")
      let condition = key.indices.map { "\(key[$0]) IS json_extract(?1, '$[\($0)]')" }.joined(separator: " AND ")
      let isManual = table == "actual" ? "is_manual" : "1"
      let now = try Row.fetchOne(
        db, sql: "SELECT json_object(\(object)) AS o, \(isManual) AS m FROM \(table) WHERE \(condition)",
        arguments: [row["row_key"] as String])
      if now?["o"] as String? == row["after"] as String? { continue }
      // What an import writes anew does not count.
      if MergeScope.derived.contains(table) || (table == "actual" && now?["m"] as Bool? != true) { continue }
      if table == "external_reference", now != nil, try isSameLink(row["after"], now?["o"]) { continue }
      throw PlanRefusal.changedSince(merge: record.id, table: table, key: row["row_key"])
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

  /// The entries that the merge moved go back, wherever they are now: but for those that Clockify has since put on what
  /// the kept item itself is linked to.
  private func giveBackEntries(_ record: MergeRecord) throws {
    let column = "\(record.kind.rawValue)_id"
    try db.execute(
      sql: """
        UPDATE placement_row SET \(column) = ?1
        WHERE \(column) = ?2 AND entry_key IN (SELECT entry_key FROM merge_entry WHERE merge_id = ?3)
          AND pair_key NOT IN (\(pairs(of: record.kind, linkedTo: "?2")))
        """, arguments: [record.dropped, record.kept, record.id])
    // What arrived since on the links that went back is placed again by the next import.
    try db.execute(
      sql:
        "UPDATE placement_basis SET fingerprint = NULL WHERE pair_key IN (\(pairs(of: record.kind, linkedTo: "?1")))",
      arguments: [record.dropped])
  }

  private func pairs(of kind: PlanSnapshot.Kind, linkedTo item: String) -> String {
    """
    SELECT pair_key FROM placement_basis WHERE \(kind == .person ? "user_id" : "clockify_project_id") IN (
      SELECT external_id FROM external_reference WHERE kind = '\(kind.rawValue)' AND planning_id = \(item))
    """
  }

  /// The next import settles every cell that the merge touched and every cell that its entries are in, and places those
  /// entries anew.
  private func markTouched(_ record: MergeRecord) throws {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO cell_change
        SELECT json_extract(row_key, '$[0]'), json_extract(row_key, '$[1]'), json_extract(row_key, '$[3]')
        FROM merge_row WHERE merge_id = ? AND table_name = 'actual'
        """, arguments: [record.id])
    let moved = "FROM placement WHERE entry_key IN (SELECT entry_key FROM merge_entry WHERE merge_id = ?)"
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO cell_change SELECT person_id, project_id, date \(moved)
          AND person_id IS NOT NULL AND project_id IS NOT NULL
        """, arguments: [record.id])
    try db.execute(
      sql: "INSERT OR IGNORE INTO entry_change (entry_key) SELECT entry_key \(moved)", arguments: [record.id])
  }
}

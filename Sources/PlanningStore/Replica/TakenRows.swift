import GRDB
import Planning

/// A row that Clockify would plan, as text by the schema's column names; ids of items are ours.
package struct TakenRow: Sendable {
  /// Clockify's id of what it is made of.
  package let externalID: String
  /// As people know it.
  package let name: String
  package var fields: [String: String]
  /// Why it cannot be planned here; nil: it can.
  package var obstacle: String?
}

/// What taking Clockify's rows into the plan did.
package struct TakenReport: Sendable {
  package var added: [TakenRow] = []
  package var changed: [TakenRow] = []
  /// Rows that Clockify has no more, as text by column.
  package var removed: [[String: String]] = []
  package var same = 0
  /// Edited by a planner since: left as they are.
  package var edited = 0
  /// Planned by hand already, word for word.
  package var there = 0
  package var obstacles: [TakenRow] = []
}

/// Rows of the plan that came from Clockify, by command: `origin` says so, `external_id` of what, `imported` how they were
/// written. What differs from that was edited by a planner, and is theirs.
package struct TakenRows: Subject {
  let session: StoreSession

  /// Adds what is new, changes what changed, removes what is gone, of rows that came from there and nobody edited.
  package func take(_ rows: [TakenRow], into table: PlanTable) throws -> TakenReport {
    var report = TakenReport()
    var own = try own(of: table)
    for row in rows {
      if row.obstacle != nil {
        report.obstacles.append(row)
        continue
      }
      var row = row
      let values: [String: DatabaseValue]
      do {
        var given = try session.rows.values(row.fields.filter { !$0.value.isEmpty }, of: table) {
          try session.rows.value($0, $1)
        }
        try session.rows.complete(&given, table)
        try session.rows.checkOrder(given)
        values = given
      } catch let refusal as PlanRefusal {
        row.obstacle = refusal.isRoleNeeded ? "the person has no contract on that date" : "it cannot be planned"
        report.obstacles.append(row)
        continue
      }
      let fingerprint = try fingerprint(table) { values[$0] ?? .null }
      let key = Self.key(row.externalID, table) { values[$0] ?? .null }
      if let known = own.removeValue(forKey: key) {
        if known.isEdited {
          report.edited += 1
        } else if known.imported == fingerprint {
          report.same += 1
        } else {
          let whole = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, values[$0.name] ?? .null) })
          try session.rows.update(known.id, whole, of: table)
          try mark(known.id, row.externalID, fingerprint, table)
          report.changed.append(row)
        }
      } else if try isThere(values, table) {
        report.there += 1
      } else {
        let id = try session.rows.insert(values, into: table)
        try mark(id, row.externalID, fingerprint, table)
        report.added.append(row)
      }
    }
    for known in own.values.sorted(by: { $0.id < $1.id }) {
      if known.isEdited {
        report.edited += 1
        continue
      }
      report.removed.append(try session.rows.fields(known.id, of: table))
      try session.rows.delete(known.id, from: table)
    }
    return report
  }

  /// Removes what came from Clockify and nobody edited.
  ///
  /// - Returns: how many were removed, and how many left because they were edited.
  package func purge(_ table: PlanTable) throws -> (removed: Int, edited: Int) {
    let own = try own(of: table).values
    for row in own where !row.isEdited { try session.rows.delete(row.id, from: table) }
    return (own.count { !$0.isEdited }, own.count(where: \.isEdited))
  }

  private struct Known {
    let id: Int64
    let imported: String
    let isEdited: Bool
  }

  private func own(of table: PlanTable) throws -> [String: Known] {
    var known: [String: Known] = [:]
    // Where it was edited, the key it came with still tells what it is.
    let written = table.columns.indices.map {
      "json_extract(imported, '$[\($0)]') AS written_\(table.columns[$0].name)"
    }
    let rows = "SELECT *, \(written.joined(separator: ", ")) FROM \(table.name) WHERE origin = 'clockify' ORDER BY id"
    for row in try Row.fetchAll(db, sql: rows) {
      let imported: String = row["imported"] ?? ""
      let now = try fingerprint(table) { row[$0] }
      let key = Self.key(row["external_id"] ?? "", table) { row["written_\($0)"] }
      known[key] = Known(id: row["id"], imported: imported, isEdited: now != imported)
    }
    return known
  }

  /// One record of Clockify's may be many holidays: date and group tell them apart.
  private static func key(_ externalID: String, _ table: PlanTable, _ value: (String) -> DatabaseValue) -> String {
    guard table.name == PlanTable.holiday.name else { return externalID }
    func text(_ value: DatabaseValue) -> String { String.fromDatabaseValue(value) ?? "" }
    return [externalID, text(value("date")), text(value("holiday_group"))].joined(separator: "\u{1f}")
  }

  /// The row as it stands, as JSON.
  private func fingerprint(_ table: PlanTable, _ value: (String) -> DatabaseValue) throws -> String {
    try String.fetchOne(
      db.cachedStatement(sql: "SELECT json_array(\(table.columns.map { _ in "?" }.joined(separator: ", ")))"),
      arguments: StatementArguments(table.columns.map { value($0.name) })) ?? ""
  }

  private func mark(_ id: Int64, _ externalID: String, _ fingerprint: String, _ table: PlanTable) throws {
    try db.execute(
      sql: "UPDATE \(table.name) SET origin = 'clockify', external_id = ?, imported = ? WHERE id = ?",
      arguments: [externalID, fingerprint, id])
  }

  private func isThere(_ values: [String: DatabaseValue], _ table: PlanTable) throws -> Bool {
    let names = table.columns.map(\.name)
    return try Bool.fetchOne(
      db.cachedStatement(
        sql:
          "SELECT EXISTS (SELECT 1 FROM \(table.name) WHERE \(names.map { "\($0) IS ?" }.joined(separator: " AND ")))"),
      arguments: StatementArguments(names.map { values[$0] ?? .null })) ?? false
  }
}

import GRDB
import Planning

/// Which rows of a table a merge of two items may change.
struct MergeScope {
  let table: String
  let condition: String

  /// What imports write anew: a difference there stands in no undo's way.
  static let derived: Set = ["actual_conflict", "conflict_settlement", "deferred_cell"]

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
        by("timesheet_lock", "project_id"), by("actual", "project_id"), by("actual_conflict", "project_id"),
        by("conflict_settlement", "project_id"), by("deferred_cell", "project_id"), links,
      ]
    case .person:
      return [
        by("person", "id"), by("contract", "person_id"), by("assignment", "person_id"), by("time_off", "person_id"),
        by("actual", "person_id"), by("actual_conflict", "person_id"), by("conflict_settlement", "person_id"),
        by("deferred_cell", "person_id"), links,
      ]
    }
  }
}

struct RowKey: Hashable {
  let table: String
  let key: String
}

/// The journal of a merge: every row that it changed, as it was and as it became.
struct MergeJournal: Subject {
  let session: StoreSession

  /// Columns that hold data, and those that make the key.
  func columns(of table: String) throws -> (all: [String], key: [String]) {
    let rows = try Row.fetchAll(db, sql: "SELECT name, pk, hidden FROM pragma_table_xinfo(?)", arguments: [table])
    let all = rows.filter { $0["hidden"] == 0 }.map { $0["name"] as String }
    let key = rows.filter { $0["pk"] > 0 }.sorted { ($0["pk"] as Int) < $1["pk"] }.map { $0["name"] as String }
    return (all, key.isEmpty ? ["project_id"] : key)
  }

  func images(_ scopes: [MergeScope], ids: [Int64]) throws -> [RowKey: String] {
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

  /// - Parameter always: rows that are kept in the journal also where the merge left them as they were.
  func write(
    _ before: [RowKey: String], _ after: [RowKey: String], always: Set<RowKey> = [], merge: Int64
  ) throws {
    for key in Set(before.keys).union(after.keys) where before[key] != after[key] || always.contains(key) {
      try db.execute(
        sql: "INSERT INTO merge_row (merge_id, table_name, row_key, before, after) VALUES (?, ?, ?, ?, ?)",
        arguments: [merge, key.table, key.key, before[key], after[key]])
    }
  }

  /// The keys of the kept item's actuals that the dropped one's actuals go to: an undo looks whether they are still as
  /// the merge left them.
  func targets(of kind: PlanSnapshot.Kind, keep: Int64, drop: Int64) throws -> Set<RowKey> {
    guard kind != .client else { return [] }
    let key = kind == .person ? "?1, project_id, role_id, date" : "person_id, ?1, role_id, date"
    let keys = try String.fetchAll(
      db, sql: "SELECT json_array(\(key)) FROM actual WHERE \(kind.rawValue)_id = ?2", arguments: [keep, drop])
    return Set(keys.map { RowKey(table: "actual", key: $0) })
  }
}

import GRDB
package import Planning

/// A value of a replicated row.
package enum ReplicaField: Sendable, Hashable {
  case null
  case whole(Int64)
  case real(Double)
  case text(String)
}

/// A table of the replica, by the names of the schema.
package struct ReplicaShape: Sendable {
  package struct Child: Sendable {
    package let table: String
    package let columns: [String]

    package init(table: String, columns: [String]) {
      self.table = table
      self.columns = columns
    }
  }

  package let table: String
  package let columns: [String]
  /// What the children call the row.
  package let parentColumn: String
  package let children: [Child]

  package init(table: String, columns: [String], parentColumn: String, children: [Child]) {
    self.table = table
    self.columns = columns
    self.parentColumn = parentColumn
    self.children = children
  }
}

/// A row as it is written.
package struct StoredReplica: Sendable {
  package let id: String
  package let values: [ReplicaField]
  /// For each child its rows.
  package let children: [[[ReplicaField]]]
  package let raw: String?
  package let hash: Int64

  package init(id: String, values: [ReplicaField], children: [[[ReplicaField]]], raw: String?, hash: Int64) {
    self.id = id
    self.values = values
    self.children = children
    self.raw = raw
    self.hash = hash
  }
}

/// What is known of a row before it is read again.
package struct KnownReplica: Sendable, Hashable {
  /// nil: never read whole.
  package let hash: Int64?
  package let isGone: Bool

  package init(hash: Int64?, isGone: Bool) {
    self.hash = hash
    self.isGone = isGone
  }
}

/// Rows of Clockify's other kinds. Names of tables and columns are those of the descriptors, never of anybody's input.
package struct Replica: Subject {
  let session: StoreSession

  /// Every row of a workspace, by id.
  package func known(_ shape: ReplicaShape, in workspace: String) throws -> [String: KnownReplica] {
    var known: [String: KnownReplica] = [:]
    let rows = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT id, row_hash, deleted_at IS NOT NULL FROM \(shape.table) WHERE workspace_id = ?"),
      arguments: [workspace])
    while let row = try rows.next() { known[row[0]] = KnownReplica(hash: row[1], isGone: row[2]) }
    return known
  }

  /// Writes a row that is new, has changed, or has come back; its children anew.
  package func write(_ row: StoredReplica, _ shape: ReplicaShape, in workspace: String, run: Int64) throws {
    let columns = shape.columns + ["raw", "row_hash", "changed_run"]
    let all = ["workspace_id", "id"] + columns + ["first_seen_run"]
    let values =
      [.text(workspace), .text(row.id)] + row.values
      + [row.raw.map(ReplicaField.text) ?? .null, .whole(row.hash), .whole(run), .whole(run)]
    try execute(
      """
      INSERT INTO \(shape.table) (\(all.joined(separator: ", "))) VALUES (\(Self.places(all.count)))
      ON CONFLICT (workspace_id, id) DO UPDATE
      SET \(columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")), deleted_at = NULL
      """, values)
    for (child, rows) in zip(shape.children, row.children) {
      try execute(
        "DELETE FROM \(child.table) WHERE workspace_id = ? AND \(shape.parentColumn) = ?",
        [.text(workspace), .text(row.id)])
      let names = ["workspace_id", shape.parentColumn] + child.columns
      for values in rows {
        try execute(
          "INSERT INTO \(child.table) (\(names.joined(separator: ", "))) VALUES (\(Self.places(names.count)))",
          [.text(workspace), .text(row.id)] + values)
      }
    }
  }

  /// - Parameter ids: of rows that are there and not marked yet.
  package func markGone(
    _ ids: some Sequence<String>, _ shape: ReplicaShape, in workspace: String, run: Int64, at now: Instant
  ) throws {
    for id in ids {
      try execute(
        "UPDATE \(shape.table) SET deleted_at = ?, changed_run = ? WHERE workspace_id = ? AND id = ?",
        [.text(now.description), .whole(run), .text(workspace), .text(id)])
    }
  }

  /// Ids of a kind's rows that are there, oldest first.
  package func ids(of table: String, in workspace: String) throws -> [String] {
    try String.fetchAll(
      db, sql: "SELECT id FROM \(table) WHERE workspace_id = ? AND deleted_at IS NULL ORDER BY rowid",
      arguments: [workspace])
  }

  /// Ids of rows that are there and lie wholly in a period.
  ///
  /// - Parameters: instants as they are stored; the columns that hold the bounds.
  package func ids(
    of table: String, in workspace: String, from: String, to: String, _ start: String, _ end: String
  ) throws -> Set<String> {
    try String.fetchSet(
      db,
      sql: """
        SELECT id FROM \(table)
        WHERE workspace_id = ? AND deleted_at IS NULL AND \(start) >= ? AND \(end) <= ?
        """, arguments: [workspace, from, to])
  }

  private static func places(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }

  private func execute(_ sql: String, _ values: [ReplicaField]) throws {
    let statement = try db.cachedStatement(sql: sql)
    try statement.execute(arguments: StatementArguments(values.map(\.databaseValue)))
  }
}

extension ReplicaField {
  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .whole(let number): number.databaseValue
    case .real(let number): number.databaseValue
    case .text(let text): text.databaseValue
    }
  }
}

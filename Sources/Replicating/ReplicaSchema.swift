package import PlanningStore

// What the descriptors make in the database.

extension ReplicaTable {
  /// The statements that make the table and those of its lists, as a migration holds them.
  package var schema: String {
    let own = ["workspace_id TEXT NOT NULL", "id TEXT NOT NULL"] + columns.flatMap(\.definitions)
    let engine = [
      "raw TEXT CHECK (raw IS NULL OR json_valid(raw))", "row_hash INTEGER", "first_seen_run INTEGER",
      "changed_run INTEGER", "deleted_at TEXT", "PRIMARY KEY (workspace_id, id)",
    ]
    return
      ([Self.table(name, own + engine)]
      + children.map { child in
        let key = ["workspace_id", parentColumn] + child.key
        let columns = child.columns.flatMap { column in
          child.key.contains(column.name) ? column.definitions.map { "\($0) NOT NULL" } : column.definitions
        }
        return Self.table(
          child.table,
          ["workspace_id TEXT NOT NULL", "\(parentColumn) TEXT NOT NULL"] + columns
            + ["PRIMARY KEY (\(key.joined(separator: ", ")))"])
      }).joined(separator: "\n")
  }

  private static func table(_ name: String, _ lines: [String]) -> String {
    "CREATE TABLE \(name) (\n  \(lines.joined(separator: ",\n  "))\n) STRICT;"
  }

  /// As the store writes it.
  package var shape: ReplicaShape {
    ReplicaShape(
      table: name, columns: columns.flatMap { $0.stored.map(\.name) }, parentColumn: parentColumn,
      children: children.map { child in
        .init(table: child.table, columns: child.columns.flatMap { $0.stored.map(\.name) })
      })
  }
}

extension ReplicaColumn {
  fileprivate var definitions: [String] {
    form == .flag
      ? ["\(name) INTEGER CHECK (\(name) IN (0, 1))"] : stored.map { "\($0.name) \($0.type)" }
  }
}

package enum ReplicaSchema {
  /// What the engine remembers of kinds.
  package static let states = """
    CREATE TABLE replica_state (
      workspace_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('complete', 'not_available', 'failed', 'waiting')),
      asked_at TEXT,
      complete_at TEXT,
      complete_run INTEGER,
      rows INTEGER NOT NULL DEFAULT 0,
      deleted INTEGER NOT NULL DEFAULT 0,
      requests INTEGER NOT NULL DEFAULT 0,
      http_status INTEGER,
      code TEXT,
      covered_from TEXT,
      PRIMARY KEY (workspace_id, kind)
    ) STRICT;
    CREATE TABLE replica_note (
      kind TEXT NOT NULL,
      path TEXT NOT NULL,
      problem TEXT NOT NULL,
      first_run INTEGER,
      PRIMARY KEY (kind, path, problem)
    ) STRICT;
    """
}

package import PlanningStore

// What the descriptors make in the database.

extension ReplicaTable {
  /// The statements that make the table and those of its lists, as a migration holds them; of a table that is there
  /// already, those that add to it.
  package var schema: String {
    let own = (origin == .own ? columns : columns.filter { $0.writer != .importer }).flatMap(\.definitions)
    let engine = ["raw TEXT CHECK (raw IS NULL OR json_valid(raw))", "row_hash INTEGER", "changed_run INTEGER"]
    let parent =
      origin == .own
      ? Self.table(
        name,
        ["workspace_id TEXT NOT NULL", "id TEXT NOT NULL"] + own + engine
          + ["first_seen_run INTEGER", "deleted_at TEXT", "PRIMARY KEY (workspace_id, id)"])
      : (own + engine).filter { origin != .altered || !$0.hasPrefix("name ") }
        .map { "ALTER TABLE \(name) ADD COLUMN \($0);" }.joined(separator: "\n")
    return ([parent] + children.filter { $0.table != "clockify_membership" }.map(schema)).joined(separator: "\n")
  }

  private func schema(_ child: ReplicaChild) -> String {
    // A workspace is its own.
    let parents = ["workspace_id", parentColumn(of: child)].filter { $0 != "workspace_id" }
    let columns = child.columns.flatMap { column in
      child.key.contains(column.name) ? column.definitions.map { "\($0) NOT NULL" } : column.definitions
    }
    return Self.table(
      child.table,
      ["workspace_id TEXT NOT NULL"] + parents.map { "\($0) TEXT NOT NULL" } + columns
        + (child.keepsGone ? ["deleted_at TEXT"] : [])
        + ["PRIMARY KEY (\((["workspace_id"] + parents + child.key).joined(separator: ", ")))"])
  }

  private static func table(_ name: String, _ lines: [String]) -> String {
    "CREATE TABLE \(name) (\n  \(lines.joined(separator: ",\n  "))\n) STRICT;"
  }

  /// As the store writes it.
  package var shape: ReplicaShape {
    func stored(_ columns: [ReplicaColumn]) -> [String] { columns.flatMap { $0.stored.map(\.name) } }
    return ReplicaShape(
      table: name, columns: stored(columns(by: .replica)), isImports: origin == .imported,
      children: children.map { child in
        .init(
          table: child.table, columns: stored(child.columns), keyCount: child.key.count,
          parentColumn: parentColumn(of: child),
          keeping: child.keepsGone
            ? .init(condition: child.condition, hasRun: child.table == "clockify_membership") : nil)
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

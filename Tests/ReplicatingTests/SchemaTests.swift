import PlanningStore
import Replicating
import RotaTesting
import Testing

/// The descriptors and the migrated schema say the same.
@Suite("The replica's schema")
struct SchemaTests {
  /// Name and type of each column, generated ones too.
  private func columns(_ table: String, _ world: World) throws -> [String: String] {
    let rows = try world.sql("SELECT name, type FROM pragma_table_xinfo('\(table)')").split(separator: "\n")
    return Dictionary(
      uniqueKeysWithValues: rows.map { row in
        let parts = row.split(separator: "|", omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
      })
  }

  @Test("Tables have the columns of their descriptors, and those of the replica's own no others")
  func tables() async throws {
    try await World.with { world in
      for kind in ReplicaKind.all {
        let found = try columns(kind.table.name, world)
        var expected = [
          "workspace_id": "TEXT", "id": "TEXT", "raw": "TEXT", "row_hash": "INTEGER", "changed_run": "INTEGER",
        ]
        (expected["first_seen_run"], expected["deleted_at"]) = ("INTEGER", "TEXT")
        for column in kind.table.columns.flatMap(\.stored) { expected[column.name] = column.type }
        for (name, type) in expected { #expect(found[name] == type, "\(kind.table.name).\(name)") }
        if !kind.table.isImports { #expect(Set(found.keys) == Set(expected.keys), "\(kind.table.name)") }
        for child in kind.table.children {
          let found = try columns(child.table, world)
          var expected = ["workspace_id": "TEXT"]
          expected[kind.table.parentColumn(of: child)] = "TEXT"
          for column in child.columns.flatMap(\.stored) { expected[column.name] = column.type }
          if child.keepsGone { expected["deleted_at"] = "TEXT" }
          for (name, type) in expected { #expect(found[name] == type, "\(child.table).\(name)") }
          if child.table != "clockify_membership" { #expect(Set(found.keys) == Set(expected.keys), "\(child.table)") }
        }
      }
      #expect(
        try world.sql("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'clockify_%' AND sql LIKE '%STRICT%'") != "0")
    }
  }

  @Test("Every view for BI can be asked")
  func views() async throws {
    try await World.with { world in
      let names = try world.sql("SELECT name FROM sqlite_schema WHERE type = 'view'").split(separator: "\n")
      #expect(names.count > 15)
      for name in names { _ = try world.sql("SELECT * FROM \(name) LIMIT 1") }
    }
  }
}

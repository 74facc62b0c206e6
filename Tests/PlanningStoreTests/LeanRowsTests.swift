import Foundation
import Migrations
import Planning
import PlanningStore
import Testing

/// Schema 13 stores entries, placements and what the import wrote as numbers: whatever a file of schema 12 said must be said
/// after it, under the same names.
@Suite("From schema 12 to lean rows")
struct LeanRowsTests {
  private func sqlite(_ path: String, _ sql: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-batch", "-bail", path, sql]
    let out = Pipe()
    process.standardOutput = out
    try process.run()
    let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static let said = """
    SELECT entry_key, id, workspace_id, user_id, project_id, task_id, description, billable, type, start, "end", time_zone,
      content_hash, detail_hash, first_seen_run, deleted_at FROM clockify_time_entry ORDER BY 1;
    SELECT entry_key, pair_key, state, reason, zone, date, seconds, is_billable, person_id, project_id, role_id, role_step,
      counted, pinned FROM placement ORDER BY 1;
    SELECT * FROM ledger ORDER BY 1; SELECT * FROM ledger_detail ORDER BY 1; SELECT * FROM actual_detail ORDER BY 1, 2, 3, 4;
    SELECT person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin, import_run_id, updated_at,
      imported_origin, is_manual FROM actual ORDER BY 1, 2, 3, 4;
    """

  private static let rows = """
    INSERT INTO role (name) VALUES ('Dev'); INSERT INTO client (name) VALUES ('Acme');
    INSERT INTO project (client_id, name) VALUES (1, 'Alpha'), (1, 'Beta'); INSERT INTO person (name) VALUES ('Ana'), ('Bob');
    INSERT INTO import_run (trigger, scope, status, started_at) VALUES ('manual', 'actuals', 'done', '2026-03-01T02:00:00Z');
    INSERT INTO clockify_time_entry VALUES
      (1, 'e1', 'A', 'u', 'p', 't', 'Größe "x"', 1, 'REGULAR', '2026-02-02T08:00:00Z', '2026-02-02T09:00:00Z', 'Europe/Berlin',
        -7, 8, 1, NULL),
      (2, 'e2', 'A', 'u', NULL, NULL, NULL, NULL, NULL, '0001-01-01T00:00:00Z', NULL, NULL, 1, 2, NULL, '2026-03-01T02:00:00Z'),
      (3, 'e3', 'B', 'v', 'p', NULL, '', 0, 'BREAK', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z', 'UTC', 1, 2, 1, NULL);
    INSERT INTO placement_basis VALUES (1, 'u', 'p', 1), (2, 'u', '', NULL), (3, 'v', 'p', 5);
    INSERT INTO placement VALUES
      (1, 1, 'placed', NULL, 'Europe/Berlin', '2026-02-02', 3600, 1, 1, 1, 1, 'c', -7, 11),
      (2, 2, 'deleted', NULL, 'UTC', '0001-01-01', 0, 0, NULL, NULL, NULL, NULL, NULL, 12),
      (3, 3, 'held', 'future', 'UTC', '9999-12-31', 0, 0, NULL, NULL, NULL, NULL, NULL, 13);
    INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin, import_run_id, updated_at,
      written, imported_origin) VALUES
      (1, 1, 1, '2026-02-02', 60, 0, 'clockify', 1, '2026-03-01T02:00:00Z', '1/1/1/2026-02-02/60/0', NULL),
      (1, 1, 1, '2026-02-03', 90, 5, 'manual', 1, '2026-03-01T02:00:00Z', '1/1/1/2026-02-03/60/0', 'clockify'),
      (1, 1, 1, '2026-02-05', 30, 0, 'clockify', 1, '2026-03-01T02:00:00Z', '1/1/1/2026-02-04/30/0', NULL),
      (1, 2, 1, '2026-02-02', 0, 0, 'autofill', 1, '2026-03-01T02:00:00Z', '1/2/1/2026-02-02/0/0', NULL),
      (2, 2, 1, '2026-02-02', 45, 0, 'manual', NULL, '2026-03-01T02:00:00Z', NULL, NULL);
    """

  @Test("Every view says the same; what the import wrote is known by numbers")
  func same() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-lean-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("rota.sqlite").path
    let steps = Migrations.all.prefix(12)
    let names = steps.map { "('\($0.name)')" }.joined(separator: ", ")
    _ = try sqlite(
      path,
      "BEGIN;" + steps.map(\.sql).joined() + Self.rows
        + """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES \(names);
        INSERT INTO merge (kind, kept_id, dropped_id, dropped_name, merged_at)
          VALUES ('person', 1, 3, 'Ann', '2026-02-20T00:00:00Z');
        INSERT INTO merge_row (merge_id, table_name, row_key, before, after)
          SELECT 1, 'actual', json_array(person_id, project_id, role_id, date), NULL, json_object('person_id', person_id,
            'project_id', project_id, 'role_id', role_id, 'date', date, 'billable_minutes', billable_minutes,
            'nonbillable_minutes', nonbillable_minutes, 'origin', origin, 'import_run_id', import_run_id,
            'updated_at', updated_at, 'written', written, 'imported_origin', imported_origin) FROM actual;
        COMMIT;
        """)
    let before = try sqlite(path, Self.said)
    try PlanningDatabase(path: path, creates: false).close()

    #expect(try sqlite(path, Self.said) == before)
    // By hand: moved, edited and typed rows are somebody's; the rest are the import's.
    #expect(
      try sqlite(path, "SELECT person_id, project_id, date, is_manual FROM actual ORDER BY 1, 2, 3")
        == "1|1|2026-02-02|0\n1|1|2026-02-03|1\n1|1|2026-02-05|1\n1|2|2026-02-02|0\n2|2|2026-02-02|1")
    #expect(
      try sqlite(path, "SELECT written_billable, written_nonbillable FROM actual ORDER BY person_id, project_id, date")
        == "60|0\n60|0\n30|0\n0|0\n|")
    // An edit that is taken back is the import's again; so is a row that is moved back.
    _ = try sqlite(
      path,
      """
      UPDATE actual SET billable_minutes = 60, nonbillable_minutes = 0, origin = 'clockify', imported_origin = NULL
      WHERE date = '2026-02-03';
      UPDATE actual SET date = '2026-02-04' WHERE date = '2026-02-05';
      """)
    #expect(try sqlite(path, "SELECT count(*) FROM actual WHERE is_manual = 1") == "1")
    // The images that a merge kept are those of the rows now.
    #expect(
      try sqlite(
        path,
        """
        SELECT count(*) FROM merge_row r JOIN actual a ON r.after = json_object('person_id', a.person_id,
          'project_id', a.project_id, 'role_id', a.role_id, 'date', a.date, 'billable_minutes', a.billable_minutes,
          'nonbillable_minutes', a.nonbillable_minutes, 'origin', a.origin, 'import_run_id', a.import_run_id,
          'updated_at', a.updated_at, 'written', a.written, 'written_billable', a.written_billable,
          'written_nonbillable', a.written_nonbillable, 'imported_origin', a.imported_origin)
        """) == "3")
    #expect(try sqlite(path, "PRAGMA integrity_check") == "ok")
  }
}

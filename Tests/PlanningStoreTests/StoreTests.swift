import Foundation
import Migrations
import PlanningStore
import Synchronization
import Testing

@Suite("Planning database")
struct StoreTests {
  private func temporary(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appendingPathComponent("rota.sqlite").path)
  }

  private func sqlite(_ path: String, _ sql: String) throws -> (out: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-batch", "-bail", path, sql]
    let out = Pipe()
    process.standardOutput = out
    process.standardError = Pipe()
    try process.run()
    let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (text.trimmingCharacters(in: .whitespacesAndNewlines), process.terminationStatus)
  }

  private func code(_ body: () throws -> Void) -> StoreError.Code? {
    do {
      try body()
      return nil
    } catch { return (error as? StoreError)?.code }
  }

  @Test("The list of migrations is the folder")
  func listed() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let files = try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent("migrations/sqlite").path)
    #expect(files.sorted() == Migrations.all.map { $0.name + ".sql" })
  }

  @Test("Not there, no database, somebody else's database, a newer schema: a clear error, and the file is left alone")
  func refused() throws {
    try temporary { path in
      #expect(code { _ = try PlanningDatabase(path: path, creates: false) } == .notFound)
      try Data("not a database, just text that is long enough".utf8).write(to: URL(fileURLWithPath: path))
      #expect(code { _ = try PlanningDatabase(path: path, creates: false) } == .notADatabase)
      try FileManager.default.removeItem(atPath: path)
      _ = try sqlite(path, "CREATE TABLE other (x)")
      #expect(code { _ = try PlanningDatabase(path: path, creates: true) } == .foreign)
      try FileManager.default.removeItem(atPath: path)
      try PlanningDatabase(path: path, creates: true).close()
      _ = try sqlite(path, "INSERT INTO grdb_migrations VALUES ('m9999_future')")
      #expect(
        code { _ = try PlanningDatabase(path: path, creates: false) } == .newerSchema(applied: Migrations.all.count + 1)
      )
    }
  }

  @Test(
    "The schema refuses nonsense from any tool",
    arguments: [
      "INSERT INTO project (client_id, name) VALUES (1, ' ')",
      "INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (1, 1, 1, '2026-03-06', '2026-03-02')",
      "INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (1, 1, 1, '2026-02-30', '2026-03-02')",
      "INSERT INTO contract (person_id, role_id, starts_on) VALUES (1, 1, '2026-03-02')",
      "UPDATE contract SET working_days = 'mon,noday'",
      "INSERT INTO role (name) VALUES ('dev')",
      "INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('project', 77, 'x')",
      "INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('project', 1, 'used')",
      "INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES (1, 1, 1, '2026-03-02', -5)",
      "DELETE FROM client", "DELETE FROM role",
    ])
  func nonsense(sql: String) throws {
    try temporary { path in
      try PlanningDatabase(path: path, creates: true).close()
      let set = """
        INSERT INTO role (name) VALUES ('Dev'); INSERT INTO client (name) VALUES ('Acme');
        INSERT INTO project (client_id, name) VALUES (1, 'Alpha'); INSERT INTO person (name) VALUES ('Ana');
        INSERT INTO contract (person_id, role_id) VALUES (1, 1);
        INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('project', 1, 'used');
        """
      #expect(try sqlite(path, set).status == 0)
      #expect(try sqlite(path, sql).status != 0)
    }
  }

  @Test("Rule 15: deleting a person by plain SQL removes what hangs on it; ids are never reused")
  func cascades() throws {
    try temporary { path in
      try PlanningDatabase(path: path, creates: true).close()
      let result = try sqlite(
        path,
        """
        INSERT INTO role (name) VALUES ('Dev'); INSERT INTO client (name) VALUES ('Acme');
        INSERT INTO project (client_id, name) VALUES (1, 'Alpha'); INSERT INTO person (name) VALUES ('Ana');
        INSERT INTO contract (person_id, role_id) VALUES (1, 1);
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES (1, 1, 1, '2026-03-02', 5);
        INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('person', 1, 'used');
        DELETE FROM person; INSERT INTO person (name) VALUES ('Bob');
        SELECT (SELECT count(*) FROM contract), (SELECT count(*) FROM actual), (SELECT count(*) FROM external_reference), (SELECT id FROM person);
        """)
      #expect(result.out == "0|0|0|2")
    }
  }

  @Test("Rule 5: the write lock: held by one, refused to another, free once let go")
  func lock() throws {
    try temporary { path in
      var first = try WriteLock(database: path, patience: 0)
      #expect(first != nil)
      #expect(try WriteLock(database: path, patience: 0.1) == nil)
      first = nil
      #expect(try WriteLock(database: path, patience: 0) != nil)
    }
  }

  @Test(
    "A file of schema 8 with runs, shared accounts, waiting changes and an open merge comes forward with all of them")
  func fromSchema8() throws {
    try temporary { path in
      let steps = Migrations.all.prefix(8)
      let names = steps.map { "('\($0.name)')" }.joined(separator: ", ")
      let made = try sqlite(
        path,
        "BEGIN;" + steps.map(\.sql).joined() + """
          CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
          INSERT INTO grdb_migrations VALUES \(names);
          INSERT INTO role (name) VALUES ('Dev');
          INSERT INTO client (name) VALUES ('Acme');
          INSERT INTO project (client_id, name) VALUES (1, 'Alpha'), (1, 'Alpha');
          INSERT INTO person (name) VALUES ('Ana');
          INSERT INTO contract (person_id, role_id) VALUES (1, 1);
          INSERT INTO import_run (trigger, scope, status, started_at, window_from, window_to, is_narrowed) VALUES
            ('manual', 'actuals', 'done', '2026-03-01T02:00:00Z', '2026-01-15', '2026-03-01', 0),
            ('manual', 'actuals', 'done', '2026-03-02T02:00:00Z', '2026-02-01', '2026-02-03', 1);
          INSERT INTO read_slice VALUES (1, 'A', NULL, '2026-01-13T22:00:00Z', '2026-03-03T02:00:00Z', 1, 60, 1),
            (2, 'A', NULL, '2026-01-30T22:00:00Z', '2026-02-05T02:00:00Z', 1, 60, 1);
          INSERT INTO clockify_workspace (id, workspace_id, name) VALUES ('A', 'A', 'A'), ('B', 'B', 'B');
          INSERT INTO clockify_user (workspace_id, id, name, membership_status) VALUES
            ('A', 'u', 'Ana', 'ACTIVE'), ('B', 'u', 'Ana', 'INACTIVE');
          INSERT INTO clockify_time_entry (id, workspace_id, user_id, project_id, start, content_hash, detail_hash)
            VALUES ('e', 'A', 'u', 'p', '2026-02-02T08:00:00Z', 1, 1);
          INSERT INTO placement_basis VALUES (1, 'u', 'p', 1);
          INSERT INTO placement VALUES (1, 1, 'placed', NULL, 'UTC', '2026-02-02', 60, 1, 1, 1, 1, 'c', 1, 1);
          INSERT INTO entry_change VALUES (1);
          INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('project', 1, 'p');
          INSERT INTO merge (kind, kept_id, dropped_id, dropped_name, merged_at) VALUES ('project', 1, 3, 'Alpha', '2026-02-20T00:00:00Z');
          INSERT INTO merge_row (merge_id, table_name, row_key, before, after)
            VALUES (1, 'external_reference', '[1]', '{"planning_id":3,"external_id":"p"}', '{"planning_id":1,"external_id":"p"}');
          INSERT INTO timesheet_lock VALUES (NULL, '31.10.2026');
          COMMIT;
          """)
      #expect(made.status == 0)
      let database = try PlanningDatabase(path: path, creates: false)

      #expect(FileManager.default.fileExists(atPath: "\(path).before-schema-\(Migrations.all.count)"))
      #expect(
        try sqlite(path, "SELECT import_run_id, workspace_id, source, window_to, is_complete FROM workspace_reading")
          .out
          == "1|A|reports|2026-03-01|1\n2|A|reports|2026-02-03|1")
      #expect(try sqlite(path, "SELECT from_date, to_date FROM read_slice").out == "2026-01-15|2026-03-01\n|")
      #expect(try sqlite(path, "SELECT workspace_id, is_current FROM clockify_user ORDER BY 1").out == "A|1\nB|0")
      #expect(try sqlite(path, "SELECT id, is_archived FROM clockify_account").out == "u|0")
      #expect(try sqlite(path, "SELECT entry_key, arrived FROM entry_change").out == "1|1")
      #expect(try sqlite(path, "SELECT merge_id, entry_key FROM merge_entry").out == "1|1")
      #expect(try database.read { try $0.coverage.lastCompleteRunDay(of: "A")?.description } == "2026-03-01")
      // What is no date stays, is named, and can be told apart.
      let stamps = try database.read { try $0.faults.all() }.compactMap { fault in
        if case .badStamp(_, _, _, _, let value, _) = fault { value } else { nil }
      }
      #expect(stamps.contains("31.10.2026"))
      try database.close()
    }
  }
}

/// The lock that every writer holds (rule 5).
@Suite("Write lock")
struct WriteLockTests {
  @Test("It is free at once when its holder lets go, though a program that was just started still has the file")
  func started() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("lock-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path + ".lock") }
    var held = try WriteLock(database: path, patience: 0)
    // What fork() does for a moment, until the program runs: one more descriptor of the same open file.
    let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
    let file = try #require(
      files.first {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path + ".lock"
      })
    let copy = dup(file)
    defer { close(copy) }
    #expect(held != nil)
    held = nil
    #expect(try WriteLock(database: path, patience: 0) != nil)
  }

  @Test("One that is not to be had closes its file once: descriptors of others stay open")
  func descriptors() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("lock-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path + ".lock") }
    let held = try #require(try WriteLock(database: path, patience: 0))
    final class Watched: Sendable {
      let broken = Atomic(0)
      let isDone = Atomic(false)
    }
    let watched = Watched()
    let other = Thread {
      while !watched.isDone.load(ordering: .relaxed) {
        let file = open("/dev/null", O_RDONLY)
        for _ in 0..<20 where fcntl(file, F_GETFD) < 0 { watched.broken.add(1, ordering: .relaxed) }
        close(file)
      }
    }
    other.start()
    for _ in 0..<3000 { #expect(try WriteLock(database: path, patience: 0) == nil) }
    watched.isDone.store(true, ordering: .relaxed)
    #expect(watched.broken.load(ordering: .relaxed) == 0)
    withExtendedLifetime(held) {}
  }
}

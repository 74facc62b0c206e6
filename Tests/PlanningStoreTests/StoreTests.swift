import Foundation
import Migrations
import PlanningStore
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
      #expect(code { _ = try PlanningDatabase(path: path, creates: true) } == .notADatabase)
      try FileManager.default.removeItem(atPath: path)
      try PlanningDatabase(path: path, creates: true).close()
      _ = try sqlite(path, "INSERT INTO grdb_migrations VALUES ('m9999_future')")
      #expect(code { _ = try PlanningDatabase(path: path, creates: false) } == .newerSchema)
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

  @Test("Deleting a person by plain SQL removes what hangs on it; ids are never reused")
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

  @Test("The write lock: held by one, refused to another, free once let go")
  func lock() throws {
    try temporary { path in
      var first = try WriteLock(database: path, patience: 0)
      #expect(first != nil)
      #expect(try WriteLock(database: path, patience: 0.1) == nil)
      first = nil
      #expect(try WriteLock(database: path, patience: 0) != nil)
    }
  }
}

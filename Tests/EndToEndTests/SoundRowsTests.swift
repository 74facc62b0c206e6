import Foundation
import Migrations
import PlanningStore
import Testing

/// What plain SQL may do to the plan, and what rota says of it.
@Suite("Sound rows")
struct SoundRowsTests {
  private static let setUp = [
    ["init"], ["roles", "add", "Dev"], ["clients", "add", "Acme"], ["projects", "add", "Alpha", "--client", "Acme"],
    ["people", "add", "Ana", "--role", "Dev"],
  ]

  @Test(
    "What names nothing or is no date is refused from any tool, with words",
    arguments: [
      ("INSERT INTO timesheet_lock (locked_until) VALUES ('31.10.2026')", "timesheet_lock.locked_until is not a date"),
      ("UPDATE timesheet_lock SET locked_until = 'soon'", "timesheet_lock.locked_until is not a date"),
      (
        "INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (1, 1, 1, 'a', 'b')",
        "assignment.starts_on is not a date"
      ),
      (
        "INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (999, 1, 1, '2026-03-02', '2026-03-02')",
        "assignment.person_id names no person"
      ),
      ("INSERT INTO time_off (person_id, starts_on, ends_on) VALUES (1, '1.3.26', '2.3.26')", "is not a date"),
      (
        "INSERT INTO time_off (person_id, starts_on, ends_on) VALUES (9, '2026-03-02', '2026-03-02')", "names no person"
      ),
      ("INSERT INTO holiday (date) VALUES ('Easter')", "holiday.date is not a date"),
      ("UPDATE contract SET ends_on = 'never'", "contract.ends_on is not a date"),
      ("UPDATE contract SET role_id = 9", "contract.role_id names no role"),
      ("INSERT INTO actual (person_id, project_id, role_id, date) VALUES (1, 1, 1, 'x')", "actual.date is not a date"),
      ("INSERT INTO actual (person_id, project_id, role_id, date) VALUES (1, 9, 1, '2026-03-02')", "names no project"),
      ("UPDATE actual SET updated_at = 'x'", "actual.updated_at is not an instant"),
      ("UPDATE person SET actuals_from = '1.3.2026'", "person.actuals_from is not a date"),
      ("UPDATE project SET actuals_from = '1.3.2026'", "project.actuals_from is not a date"),
      ("UPDATE project SET client_id = 9", "project.client_id names no client"),
      ("INSERT INTO project_tag VALUES (9, 'x')", "project_tag.project_id names no project"),
      ("INSERT INTO client_tag VALUES (9, 'x')", "client_tag.client_id names no client"),
      ("UPDATE person SET id = 7", "person.id may not change"), ("UPDATE project SET id = 7", "may not change"),
      ("UPDATE client SET id = 7", "may not change"), ("UPDATE role SET id = 7", "may not change"),
    ])
  func refused(_ sql: String, _ words: String) async throws {
    try await Shell.with(Self.setUp) { shell in
      _ = try shell.sql(
        "INSERT INTO timesheet_lock (locked_until) VALUES ('2026-02-28'); INSERT INTO actual (person_id, project_id, role_id, date) VALUES (1, 1, 1, '2026-03-01')"
      )
      let before = try shell.sql(".dump")
      #expect(try shell.sqlErrors(sql).contains(words))
      #expect(try shell.sql(".dump") == before)
    }
  }

  /// A database as it was before the triggers, with bad rows in it.
  private func withBadRows(_ body: (Shell) async throws -> Void) async throws {
    try await Shell.with([]) { shell in
      for step in Migrations.all.prefix(while: { $0.name < "m0009" }) { _ = try shell.sql("\n" + step.sql) }
      let names = Migrations.all.map(\.name).filter { $0 < "m0009" }
      _ = try shell.sql(
        """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES \(names.map { "('\($0)')" }.joined(separator: ", "));
        INSERT INTO role (name) VALUES ('Dev'); INSERT INTO client (name) VALUES ('Acme');
        INSERT INTO project (client_id, name) VALUES (1, 'Alpha'); INSERT INTO person (name) VALUES ('Ana');
        INSERT INTO contract (person_id, role_id, starts_on) VALUES (1, 1, '1.1.2026');
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES
          (999, 1, 1, '2026-03-02', '2026-03-06'), (1, 1, 1, '2026-03-02', '6.3.2026');
        INSERT INTO timesheet_lock (locked_until) VALUES ('31.10.2026');
        INSERT INTO actual (person_id, project_id, role_id, date) VALUES (1, 1, 1, 'Monday');
        """)
      try await body(shell)
    }
  }

  @Test("Bad rows of before are named by 'database check', each with what mends it; mended, the file is whole")
  func check() async throws {
    try await withBadRows { shell in
      #expect(try await shell.run("status").out.contains("nothing: \"31.10.2026\" of all projects is no date"))
      let check = try await shell.run("database", "check")
      #expect(check.status == 1)
      for words in [
        "timesheet_lock, project_id IS NULL: locked_until is \"31.10.2026\", which is no date",
        "Mend: rota lock set DATE", "assignment, id = 2: ends_on is \"6.3.2026\"", "rota assignments edit 2 --to DATE",
        "contract, id = 1: starts_on is \"1.1.2026\"", "UPDATE contract SET starts_on = 'DATE' WHERE id = 1",
        "actual, person_id = 1 AND project_id = 1 AND role_id = 1 AND date = 'Monday': date is \"Monday\"",
        "assignment, row 1: person_id is 999, and there is no such person", "rota assignments delete 1",
      ] { #expect(check.out.contains(words), "\(words) in \(check.out)") }
      try await shell.succeed(
        ["lock", "set", "2026-10-31"], ["assignments", "edit", "2", "--to", "2026-03-06"],
        ["assignments", "delete", "1"])
      _ = try shell.sql("UPDATE contract SET starts_on = '2026-01-01' WHERE id = 1; DELETE FROM actual")
      try await shell.succeed(["database", "check"])
    }
  }

  @Test("Several that open a file of an earlier schema at once: one backup, of what was there, and all of them get on")
  func migratedAtOnce() async throws {
    try await withBadRows { shell in
      let answers = try await withThrowingTaskGroup(of: (status: Int32, out: String, errors: String).self) { group in
        for _ in 0..<4 { group.addTask { try await shell.run("people", "list") } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for answer in answers { #expect(answer.status == 0 && answer.out.contains("Ana"), "\(answer.errors)") }
      let backups = try FileManager.default.contentsOfDirectory(atPath: shell.folder.path)
        .filter { $0.contains("before-schema") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
      #expect(backups == ["rota.sqlite.before-schema-\(Migrations.all.count)"])
      let earlier = Migrations.all.filter { $0.name < "m0009" }.count
      for backup in backups {
        let copy = shell.folder.appendingPathComponent(backup)
        try FileManager.default.moveItem(at: copy, to: shell.folder.appendingPathComponent("copy.sqlite"))
      }
      #expect(
        try shell.sql("ATTACH 'copy.sqlite' AS copy; SELECT count(*) FROM copy.grdb_migrations") == "\(earlier)")
    }
  }

  @Test("Several that make the file at once all get on")
  func madeAtOnce() async throws {
    try await Shell.with([]) { shell in
      let answers = try await withThrowingTaskGroup(of: (status: Int32, out: String, errors: String).self) { group in
        for _ in 0..<4 { group.addTask { try await shell.run("init") } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for answer in answers { #expect(answer.status == 0, "\(answer.errors)") }
      try await shell.succeed(["database", "check"])
    }
  }

  @Test("Rows that name nothing are told in the order of what they name")
  func danglingInOrder() async throws {
    try await withBadRows { shell in
      _ = try shell.sql(
        """
        PRAGMA foreign_keys = OFF; DELETE FROM contract;
        INSERT INTO contract (person_id, role_id, starts_on, ends_on) VALUES
          (1, 88, '2026-01-01', '2026-01-31'), (1, 9, '2026-02-01', '2026-02-28');
        """)
      let told = try await shell.run("database", "check").out.matches(of: /role_id is (\d+)/).map { String($0.1) }
      #expect(told == ["9", "88"])
    }
  }

  @Test("A project whose client is not there is named by every command, and told what is wrong")
  func projectWithoutClientRow() async throws {
    try await withBadRows { shell in
      _ = try shell.sql("PRAGMA foreign_keys = OFF; UPDATE project SET client_id = 88")
      let shown = try await shell.run("projects", "show", "1")
      #expect(shown.status == 64 && shown.errors.contains("project 1 Alpha (?) belongs to no client"))
      #expect(shown.errors.contains("Next: rota database check"))
      #expect(
        try await shell.run("database", "check").out.contains("client_id is 88, and there is no such client"))
    }
  }

  @Test("An import into a file with such rows names them and the way on")
  func importRefused() async throws {
    try await withBadRows { shell in
      var shell = shell
      shell.environment["CLOCKIFY_API_KEY"] = "k"
      shell.environment["CLOCKIFY_API_URL"] = "http://127.0.0.1:9/api/v1"
      let result = try await shell.run("import")
      #expect(result.status == 1)
      #expect(result.errors.contains("assignment, row 1: person_id is 999, and there is no such person"))
      #expect(result.errors.contains("Next: rota database check"))
    }
  }

  @Test("Hours of a view add up to what was worked")
  func hours() async throws {
    try await Shell.with(Self.setUp) { shell in
      let days = (1...9).map { "(1, 1, 1, '2026-03-0\($0)', 20)" }.joined(separator: ", ")
      _ = try shell.sql(
        "INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES \(days)")
      #expect(
        try shell.sql("SELECT round(sum(hours), 6), round(sum(billable_hours), 6) FROM actual_detail") == "3.0|3.0")
    }
  }

  @Test(
    "plan_vs_actual: every day of the plan whatever was entered first, holidays and absences, two assignments of one day"
  )
  func planned() async throws {
    try await Shell.with(Self.setUp) { shell in
      _ = try shell.sql(
        """
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day) VALUES
          (1, 1, 1, '2026-03-09', '2026-03-10', 240), (1, 1, 1, '2026-03-05', '2026-03-10', 60);
        UPDATE assignment SET ends_on = '2026-03-12' WHERE id = 2;
        INSERT INTO holiday (date) VALUES ('2026-03-06');
        INSERT INTO time_off (person_id, starts_on, ends_on, minutes_per_day) VALUES (1, '2026-03-11', '2026-03-11', 240);
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES (1, 1, 1, '2026-03-10', 5),
          (1, 1, 1, '2026-03-08', 7);
        """)
      #expect(
        try shell.sql("SELECT date, scheduled_minutes, actual_minutes FROM plan_vs_actual ORDER BY date")
          == "2026-03-05|60|\n2026-03-08|0|7\n2026-03-09|300|\n2026-03-10|300|5\n2026-03-11|30|\n2026-03-12|60|")
      #expect(try shell.sql("SELECT min(date), max(date) FROM calendar_day") == "2026-03-05|2026-03-12")
    }
  }

  @Test("A foreign SQLite file is left as it was, whatever is asked of it")
  func foreign() async throws {
    try await Shell.with([]) { shell in
      _ = try shell.sql("CREATE TABLE other (x); INSERT INTO other VALUES (1)")
      let file = shell.folder.appendingPathComponent("rota.sqlite")
      let before = try Data(contentsOf: file)
      for command in [
        ["init"], ["status"], ["people", "list"], ["lock", "set", "2026-03-01"], ["database", "migrate"],
      ] {
        let result = try await shell.run(command)
        #expect(result.status == 64 && result.errors.contains("not rota's; nothing was changed"))
        #expect(try Data(contentsOf: file) == before)
        #expect(!FileManager.default.fileExists(atPath: file.path + "-wal"))
      }
    }
  }

  @Test("Who may read but not write can look, and nothing is made beside the file")
  func readOnly() async throws {
    try await Shell.with(Self.setUp) { shell in
      // A superuser may write everywhere: then somebody else looks.
      let isRoot = getuid() == 0
      let folder = shell.folder.path
      // What its owner grants to others.
      for name in ["rota.sqlite", "rota.yaml"] { chmod(shell.folder.appendingPathComponent(name).path, 0o644) }
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
      defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder) }
      func look(_ arguments: [String]) throws -> (status: Int32, out: String) {
        let process = Process()
        let command = [Shell.binary.path] + arguments
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
          (isRoot ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : []) + command
        process.environment = shell.environment
        process.currentDirectoryURL = shell.folder
        let out = Pipe()
        process.standardOutput = out
        process.standardError = out
        try process.run()
        let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
      }
      let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      let people = try look(["people", "list"])
      #expect(people.status == 0 && people.out.contains("Ana"), "\(people.out)")
      #expect(try look(["status"]).status == 0)
      #expect(try look(["database", "check"]).status == 0)
      let lock = try look(["lock", "set", "2026-03-01"])
      #expect(lock.status == 1 && lock.out.contains("Next:"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)

      // An empty file that may not be written is none that was made.
      let empty = shell.folder.appendingPathComponent("empty")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
      try Data().write(to: empty)
      try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: empty.path)
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
      let made = try look(["init", "--database", "empty"])
      #expect(made.status == 1 && made.out.contains("cannot be written: the file or its folder is read-only"))
    }
  }

  @Test("What holds names, hours or secrets is read by nobody but its owner, whatever the umask; what is granted stays")
  func rights() async throws {
    try await Shell.with(
      SmallWorkspace.make(hours: [(SmallWorkspace.anaID, SmallWorkspace.alphaID)]),
      SmallWorkspace.setUp + [
        ["database", "backup", "copy.sqlite"], ["web", "tokens", "add", "bi", "--role", "viewer"],
      ]
    ) { shell, _ in
      func rights(_ name: String) throws -> Int {
        let file = shell.folder.appendingPathComponent(name).path
        return try #require(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int)
      }
      let made = try FileManager.default.contentsOfDirectory(atPath: shell.folder.path).sorted()
      #expect(
        Set(made).isSuperset(of: ["rota.sqlite", "rota.sqlite.lock", "rota.sqlite.web", "rota.yaml", "copy.sqlite"]))
      for name in made {
        let rights = try rights(name)
        #expect(rights & 0o077 == 0, "\(name): \(String(rights, radix: 8))")
      }
      // A group that may read the database may read what SQLite puts beside it.
      chmod(shell.folder.appendingPathComponent("rota.sqlite").path, 0o640)
      try await shell.succeed(["import"] + SmallWorkspace.now)
      #expect(try rights("rota.sqlite") == 0o640)
    }
  }

  @Test("check warns of a key file that others may read")
  func keyFile() async throws {
    try await Shell.with([["init"]]) { shell in
      var shell = shell
      try shell.write("key", "k")
      let file = shell.folder.appendingPathComponent("key").path
      shell.environment["CLOCKIFY_API_KEY_FILE"] = file
      shell.environment["CLOCKIFY_API_URL"] = "http://127.0.0.1:9/api/v1"
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
      #expect(try await shell.run("check").out.contains("can be read by others (0644): chmod 0600"))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
      #expect(try await !shell.run("check").out.contains("can be read by others"))
      try FileManager.default.setAttributes([.posixPermissions: 0o622], ofItemAtPath: file)
      let refused = try await shell.run("import")
      #expect(refused.status == 64 && refused.errors.contains("everybody on this machine may write the key file"))
      #expect(refused.errors.contains("Next: chmod 0600 \(file)"))
    }
  }
}

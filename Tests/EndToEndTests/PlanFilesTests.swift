import Foundation
import Testing

/// The plan out to files and in again, and what names from outside may do to a terminal or a spreadsheet.
@Suite("Plan files")
struct PlanFilesTests {
  private func with(_ body: (Shell) async throws -> Void) async throws {
    let setUp = [
      ["init"], ["roles", "add", "Dev"], ["roles", "add", "Senior"], ["clients", "add", "Acme"],
      ["clients", "add", "Us"], ["projects", "add", "Alpha", "--client", "Acme"],
      ["projects", "add", "Alpha", "--client", "Us"], ["projects", "add", "=1+1, or \"more\"", "--client", "Us"],
      ["people", "add", "Ana Ruiz", "--role", "Dev"], ["people", "add", "@Bob", "--role", "Dev"],
      ["people", "add", "42", "--role", "Senior"],
      ["assignments", "add", "1", "1", "--from", "2026-03-02", "--to", "2026-03-06", "--minutes-per-day", "240"],
      ["assignments", "add", "1", "2", "--from", "2026-03-02", "--to", "2026-03-06", "--non-working-day"],
      ["assignments", "add", "2", "3", "--from", "2026-04-02", "--to", "2026-04-06", "--role", "Senior"],
      ["assignments", "add", "3", "3", "--from", "2026-03-02", "--to", "2026-03-06"],
      ["time-off", "add", "2", "--from", "2026-03-04", "--kind=-half", "--minutes-per-day", "240"],
      ["holidays", "add", "2026-05-01", "--name", "'+Day", "--group", "DE"], ["holidays", "add", "2026-05-01"],
      ["people", "contract", "set", "1", "--role", "Senior", "--from", "2026-03-09"],
    ]
    try await Shell.with(setUp, body)
  }

  private static let subjects = [
    (["assignments"], "assignment"), (["time-off"], "time_off"), (["holidays"], "holiday"),
    (["people", "contract"], "contract"),
  ]

  private func content(_ shell: Shell, _ table: String) throws -> String {
    let columns = try shell.sql("SELECT group_concat(name) FROM pragma_table_info('\(table)') WHERE name <> 'id'")
    return try shell.sql("SELECT \(columns) FROM \(table) ORDER BY \(columns)")
  }

  @Test("Export and import are the identity: read back into what is there, and into an empty table")
  func roundTrip() async throws {
    try await with { shell in
      for (command, table) in Self.subjects {
        let file = try await shell.run(command + ["export"]).out
        try shell.write("x.csv", file)
        let before = try content(shell, table)
        let again = try await shell.run(command + ["import", "x.csv", "--replace"])
        #expect(again.status == 0 && again.errors.contains("Imported 0"), "\(again.errors)")
        #expect(try content(shell, table) == before)
        _ = try shell.sql("DELETE FROM \(table)")
        try await shell.succeed(command + ["import", "x.csv"])
        #expect(try content(shell, table) == before)
        #expect(try await shell.run(command + ["export"]).out == file)
      }
    }
  }

  @Test("A changed line is refused, and with --replace changes its row instead of doubling it")
  func replace() async throws {
    try await with { shell in
      try shell.write(
        "x.csv", "person,project,role,starts_on,ends_on,minutes_per_day\n1,1,Senior,2026-03-02,2026-03-13,60\n")
      let refused = try await shell.run("assignments", "import", "x.csv")
      #expect(refused.status == 64)
      #expect(
        refused.errors.contains(
          "line 2: assignment 1 has the same person, project, starts_on and says otherwise: role_id 1, here 2; ends_on 2026-03-06, here 2026-03-13; minutes_per_day 240, here 60"
        ), "\(refused.errors)")
      #expect(refused.errors.contains("--replace"))
      let done = try await shell.run("assignments", "import", "x.csv", "--replace")
      #expect(done.errors.contains("Imported 0 assignments from x.csv; changed 1."))
      #expect(
        try shell.sql(
          "SELECT role_id, ends_on, minutes_per_day FROM assignment WHERE id = 1; SELECT count(*) FROM assignment")
          == "2|2026-03-13|60\n4")
      try shell.write("c.csv", "person,role,starts_on,ends_on\n42,Dev,,2026-12-31\n")
      try await shell.succeed(["people", "contract", "import", "c.csv", "--replace"])
      #expect(try shell.sql("SELECT role_id, ends_on FROM contract WHERE person_id = 3") == "1|2026-12-31")
    }
  }

  @Test("Standard input, UTF-16, and assignments of a range of dates")
  func inputs() async throws {
    try await with { shell in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = [
        "-c", "'\(Shell.binary.path)' assignments export | '\(Shell.binary.path)' assignments import - --skip-existing",
      ]
      process.currentDirectoryURL = shell.folder
      process.environment = shell.environment
      let errors = Pipe()
      process.standardError = errors
      try process.run()
      let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0 && words.contains("from standard input; 4 were there already"), "\(words)")

      try "date,name\n2026-05-02,x\n".data(using: .utf16LittleEndian)!.write(
        to: shell.folder.appendingPathComponent("x.csv"))
      let wide = try await shell.run("holidays", "import", "x.csv")
      #expect(wide.status == 64 && wide.errors.contains("UTF-16") && wide.errors.contains("iconv -f utf-16"))

      let april = try await shell.run("assignments", "list", "--from", "2026-03-07", "--to", "2026-04-02", "--json").out
      #expect(april.contains("\"id\" : 3") && !april.contains("\"id\" : 1"))
    }
  }

  @Test("What stands in names is shown as signs: no escape, no bell, no broken line")
  func harmless() async throws {
    try await with { shell in
      _ = try shell.sql(
        "UPDATE person SET name = 'Ana' || char(27) || '[31m' || char(7) || char(10) || 'x' || char(8238) WHERE id = 1; UPDATE person SET name = '=HYPERLINK(1)' WHERE id = 2"
      )
      for command in [
        ["people", "list"], ["people", "show", "1"], ["assignments", "list"], ["people", "archive", "1"],
      ] {
        let result = try await shell.run(command)
        for bad in ["\u{1B}", "\u{07}", "\u{202E}"] {
          #expect(!result.out.contains(bad) && !result.errors.contains(bad), "\(command)")
        }
      }
      let list = try await shell.run("people", "list").out
      #expect(list.split(separator: "\n").count == 4 && list.contains("Ana␛[31m␇␊x"))
      let export = try await shell.run("time-off", "export").out
      #expect(export.contains("'=HYPERLINK(1),2026-03-04,2026-03-04,240,'-half"))
    }
  }

  @Test("Ten thousand lines: every name a different one, and again with changes")
  func many() async throws {
    try await with { shell in
      _ = try shell.sql(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO person (name) SELECT 'Person ' || i FROM n;
        INSERT INTO contract (person_id, role_id) SELECT id, 1 FROM person WHERE id > 3;
        INSERT INTO external_reference (kind, planning_id, external_id) SELECT 'person', id, id + 1000000 FROM person;
        """)
      let lines = (1...10_000).map { "Person \($0),3,2026-03-02,2026-06-30" }
      let text = "person,project,starts_on,ends_on\n" + lines.joined(separator: "\n")
      try shell.write("x.csv", text)
      try await shell.succeed(["assignments", "import", "x.csv"])
      #expect(try shell.sql("SELECT count(*) FROM assignment") == "10004")
    }
  }
}

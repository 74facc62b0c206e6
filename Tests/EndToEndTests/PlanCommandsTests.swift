import ClockifySimulator
import Foundation
import Testing

/// The plan by command, by CSV file and by plain SQL; nothing here needs Clockify.
@Suite("Plan commands")
struct PlanCommandsTests {
  private func with(_ body: (Shell) async throws -> Void) async throws {
    let setUp = [
      ["init"], ["roles", "add", "Developer"], ["roles", "add", "Senior"], ["clients", "add", "Acme"],
      ["clients", "add", "Internal"], ["projects", "add", "Alpha", "--client", "Acme"],
      ["projects", "add", "Beta", "--client", "Acme"], ["projects", "add", "Alpha", "--client", "Internal"],
      ["people", "add", "Ana Ruiz", "--email", "Ana@ex.test", "--role", "Developer"],
      ["people", "add", "Bob", "--role", "Developer", "--holiday-group", "DE"],
    ]
    try await Shell.with(setUp, body)
  }

  @Test("CSV files: names or ids, all lines or none, the line of every mistake")
  func files() async throws {
    try await with { shell in
      try shell.write(
        "plan.csv",
        "person,project_id,starts_on,ends_on,minutes_per_day,role\nAna Ruiz,Beta,2026-03-02,2026-03-31,240,\n\"Bob\",2,2026-03-02,2026-03-06,,senior\n"
      )
      #expect(try await shell.run("assignments", "import", "plan.csv", "--dry-run").status == 0)
      #expect(try shell.sql("SELECT count(*) FROM assignment") == "0")
      #expect(try await shell.run("assignments", "import", "plan.csv").status == 0)
      #expect(
        try shell.sql(
          "SELECT person_id, project_id, role.name, starts_on, ends_on, minutes_per_day FROM assignment JOIN role ON role.id = role_id"
        ) == "1|2|Developer|2026-03-02|2026-03-31|240\n2|2|Senior|2026-03-02|2026-03-06|480")

      let again = try await shell.run("assignments", "import", "plan.csv")
      #expect(again.status == 64 && again.errors.contains("plan.csv line 2: assignment 1 says the same already"))
      #expect(try await shell.run("assignments", "import", "plan.csv", "--skip-existing").status == 0)
      #expect(try shell.sql("SELECT count(*) FROM assignment") == "2")

      // Semicolons, CRLF, a byte order mark, blank lines, a quoted line break, as spreadsheets write them.
      try shell.write(
        "leave.csv",
        "\u{FEFF}person;starts_on;kind\r\n\r\nAna Ruiz;2026-03-04;\"parental\nleave\"\r\nBob;2026-03-05;\r\n")
      #expect(try await shell.run("time-off", "import", "leave.csv").status == 0)
      #expect(
        try shell.sql("SELECT person_id, starts_on, ends_on, minutes_per_day, kind FROM time_off")
          == "1|2026-03-04|2026-03-04||parental\nleave\n2|2026-03-05|2026-03-05||leave")
    }
  }

  @Test(
    "What bad input gets: the line, and nothing changed",
    arguments: [
      (
        "assignments", "person,project,starts_on,ends_on,role\nAna Ruiz,Beta,2026-03-02,2026-03-06,Develper",
        "line 2: there is no role \"Develper\". Did you mean \"Developer\"?"
      ),
      (
        "assignments",
        "person,project,starts_on,ends_on\nAna Ruiz,Beta,2026-03-02,2026-03-06\nAna Ruiz,Alpha,2026-03-02,2026-03-06",
        "line 3: \"Alpha\" is ambiguous: project 1 Alpha (Acme), project 3 Alpha (Internal)"
      ),
      (
        "assignments", "person,project,starts_on,ends_on\nAna Ruiz,Beta,2026-03-06,2026-03-02",
        "it ends (2026-03-02) before it starts"
      ),
      ("assignments", "person,project,starts_on,ends_on\nAna Ruiz,Beta,2026-02-30,2026-03-02", "no date that exists"),
      (
        "assignments",
        "person,project,starts_on,ends_on\nAna Ruiz,Beta,2026-03-02,2026-03-06\nAna Ruiz,Beta,2026-03-02,2026-03-06",
        "line 3: it repeats line 2"
      ),
      (
        "assignments", "person,project,starts_on,ends_on\nAna Ruiz,\"Beta,2026-03-02,2026-03-06",
        "line 2: a quote is opened and never closed"
      ),
      ("assignments", "person,project,starts_on,ends_on\nAna Ruiz,Be\"ta,2026-03-02,2026-03-06", "quote"),
      (
        "assignments", "person,project,starts_on,ends_on\nAna Ruiz,Beta,2026-03-02,2026-03-06,9,9",
        "line 2: more fields than the 4"
      ),
      ("assignments", "person,project,begins\nAna Ruiz,Beta,2026-03-02", "line 1: there is no column \"begins\""),
      ("assignments", "person,project,starts_on\nAna Ruiz,Beta,2026-03-02", "line 1: the column ends_on is missing"),
      ("assignments", "person,person,project,starts_on,ends_on\na,b,c,d,e", "the column \"person\" is there twice"),
      ("assignments", "", "is empty"),
      (
        "assignments", "person,project,starts_on,ends_on,minutes_per_day\nAna Ruiz,Beta,2026-03-02,2026-03-06,1441",
        "from 0 to 1440"
      ),
      ("time-off", "person,starts_on,minutes_per_day\nAna Ruiz,2026-03-02,0", "from 1 to 1440"),
      ("time-off", "person,starts_on\nAna Riuz,2026-03-02", "Did you mean \"Ana Ruiz\"?"),
      ("holidays", "date\n2026-13-01", "no date that exists"),
      (
        "people contract", "person,role\nAna Ruiz,Senior",
        "line 2: it overlaps contract 1 of the same person, from the beginning on"
      ),
      ("people contract", "person,role,working_days\nAna Ruiz,Senior,monday funday", "must be weekdays"),
    ])
  func badFiles(_ command: String, _ text: String, _ words: String) async throws {
    try await with { shell in
      try shell.write("x.csv", text)
      let before = try shell.sql(".dump assignment time_off holiday contract")
      let result = try await shell.run(command.split(separator: " ").map(String.init) + ["import", "x.csv"])
      #expect(result.status == 64)
      #expect(result.errors.contains(words), "\(result.errors)")
      #expect(try shell.sql(".dump assignment time_off holiday contract") == before)
    }
  }

  @Test("Latin-1 bytes, a file that is not there, a folder")
  func notText() async throws {
    try await with { shell in
      try Data([0x64, 0x61, 0x74, 0x65, 0x2C, 0x6E, 0x61, 0x6D, 0x65, 10, 0x32, 0xEA, 10])
        .write(to: shell.folder.appendingPathComponent("x.csv"))
      let latin = try await shell.run("holidays", "import", "x.csv")
      #expect(latin.status == 64 && latin.errors.contains("x.csv line 2: the text is not UTF-8"))
      #expect(try await shell.run("holidays", "import", "none.csv").errors.contains("cannot be read"))
      #expect(try await shell.run("holidays", "import", ".").status == 64)
    }
  }

  @Test("A client is shown with its projects, in JSON also with how much hangs on it")
  func clientWithCounts() async throws {
    try await Shell.with([["init"], ["clients", "add", "Fabrikam"], ["clients", "add", "Empty"]]) { shell in
      try await shell.succeed(
        ["projects", "add", "Alpha", "--client", "Fabrikam"], ["projects", "add", "Beta", "--client", "Fabrikam"],
        ["roles", "add", "Developer"], ["people", "add", "Ana Ruiz", "--role", "Developer"],
        ["assignments", "add", "Ana Ruiz", "Beta", "--from", "2026-03-02", "--to", "2026-03-06"],
        ["actuals", "set", "Ana Ruiz", "Alpha", "2026-03-03", "--billable", "90"])
      struct Shown: Decodable {
        struct Project: Decodable { let name: String }
        let projects: [Project]
        let counts: [String: Int?]
      }
      func shown(_ client: String) async throws -> (projects: [String], counts: [String: Int?]) {
        let text = try await shell.run("clients", "show", client, "--json").out
          .replacingOccurrences(of: "\"2026-03-03\"", with: "20260303")
        let shown = try JSONDecoder().decode(Shown.self, from: Data(text.utf8))
        return (shown.projects.map(\.name), shown.counts)
      }

      let fabrikam = try await shown("Fabrikam")
      #expect(fabrikam.projects == ["Alpha", "Beta"])
      #expect(
        fabrikam.counts == [
          "links": 0, "projects": 2, "assignments": 1, "actuals": 1, "manual_actuals": 1, "minutes": 90,
          "last_used": 20_260_303,
        ])
      let empty = try await shown("Empty")
      #expect(empty.projects.isEmpty && empty.counts["actuals"] == 0 && empty.counts["last_used"] == .some(nil))
    }
  }

  @Test("Contracts: part-time, a role from a date, an end; overlaps and gaps are refused or said")
  func contracts() async throws {
    try await with { shell in
      func contracts() throws -> String {
        try shell.sql(
          "SELECT role.name, starts_on, ends_on, minutes_per_day, working_days FROM contract JOIN role ON role.id = role_id WHERE person_id = 1 ORDER BY starts_on"
        )
      }
      let set = ["people", "contract", "set", "Ana Ruiz"]
      try await shell.succeed(set + ["--minutes-per-day", "240", "--working-days", "mon,tue,wed"])
      #expect(try contracts() == "Developer|||240|mon,tue,wed")
      try await shell.succeed(set + ["--role", "Senior", "--from", "2026-03-09"])
      #expect(
        try contracts() == "Developer||2026-03-08|240|mon,tue,wed\nSenior|2026-03-09||240|mon,tue,wed")
      let several = try await shell.run(set + ["--minutes-per-day", "480"])
      #expect(several.status == 64 && several.errors.contains("2 contracts: say from when"))
      try await shell.succeed(set + ["--minutes-per-day", "480", "--from", "2026-03-09"])
      try await shell.succeed(["people", "contract", "end", "Ana Ruiz", "--on", "2026-06-30"])
      #expect(
        try contracts() == "Developer||2026-03-08|240|mon,tue,wed\nSenior|2026-03-09|2026-06-30|480|mon,tue,wed")
      try await shell.succeed(set + ["--role", "Developer", "--from", "2026-09-01"])
      #expect(try contracts().hasSuffix("Developer|2026-09-01||480|mon,tue,wed"))
      let past = try await shell.run("people", "contract", "end", "Ana Ruiz", "--on", "2026-04-01")
      #expect(past.status == 64 && past.errors.contains("begins later, on 2026-09-01"))
    }
  }

  @Test("Edit and delete say what they did; nothing given, nothing there, nothing different")
  func edits() async throws {
    try await with { shell in
      try await shell.succeed(
        ["assignments", "add", "Bob", "Beta", "--from", "2026-03-02", "--to", "2026-03-06"],
        ["assignments", "edit", "1", "--minutes-per-day", "240", "--role", "Senior"],
        ["time-off", "add", "Bob", "--from", "2026-03-04", "--minutes-per-day", "120"],
        ["time-off", "edit", "1", "--minutes-per-day", "none", "--to", "2026-03-05"],
        ["holidays", "add", "2026-03-06", "--name", "Day", "--group", "DE"],
        ["holidays", "edit", "1", "--group", "none"],
        ["people", "edit", "Bob", "--time-zone", "America/New_York", "--email", "none"],
        ["projects", "edit", "Beta", "--billable", "no", "--name", "Gamma"],
        ["clients", "edit", "Internal", "--name", "Us"],
        ["projects", "archive", "Gamma"], ["clients", "archive", "Us"], ["clients", "tag", "Us", "Sync_Off"])
      #expect(
        try shell.sql(
          "SELECT minutes_per_day, role_id FROM assignment; SELECT ends_on, minutes_per_day FROM time_off; SELECT holiday_group FROM holiday; SELECT time_zone, email FROM person WHERE id = 2; SELECT name, is_billable, is_archived FROM project WHERE id = 2; SELECT name, is_archived, tag FROM client JOIN client_tag ON client_id = id"
        ) == "240|2\n2026-03-05|\n\nAmerica/New_York|\nGamma|0|1\nUs|1|Sync_Off")
      #expect(try await shell.run("assignments", "edit", "1").errors.contains("nothing to change was given"))
      #expect(try await shell.run("assignments", "edit", "7", "--to", "2026-03-09").errors.contains("no assignment 7"))
      #expect(try await shell.run("clients", "archive", "Us").errors.contains("archived already"))
      #expect(try await shell.run("people", "edit", "Bob", "--time-zone", "Mars").status == 64)
      #expect(try await shell.run("assignments", "delete", "1", "9").status == 64)
      #expect(try shell.sql("SELECT count(*) FROM assignment") == "1")
      try await shell.succeed(
        ["assignments", "delete", "1"], ["time-off", "delete", "1"], ["holidays", "delete", "1"])
      #expect(try shell.sql("SELECT (SELECT count(*) FROM assignment) + (SELECT count(*) FROM time_off)") == "0")
      #expect(try await shell.run("holidays", "list", "--json").out == "[\n\n]\n")
    }
  }
}

extension PlanCommandsTests {
  @Test("The same plan by commands and CSV, and by plain SQL, ends in the same actuals")
  func commandsEqualSQL() async throws {
    let workspace = WorkspaceGenerator(people: 14, projects: 23, days: 47, lastDay: 20_777).make()
    let clockify = try await SimulatedClockify.start([workspace])
    var results: [String] = []
    let now = ["--as-of", "2026-11-20T06:00:00Z"]
    for isSQL in [false, true] {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-same-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      var shell = Shell(folder: folder)
      shell.environment["CLOCKIFY_API_KEY"] = SimulatedClockify.key
      shell.environment["CLOCKIFY_API_URL"] = clockify.apiURL
      try await shell.succeed(["init"], ["import"] + now, ["roles", "add", "Developer"], ["roles", "add", "Designer"])
      if isSQL {
        _ = try shell.sql(
          """
          UPDATE contract SET role_id = 2;
          UPDATE contract SET minutes_per_day = 240 WHERE person_id = 1;
          UPDATE contract SET working_days = 'mon,tue,wed', ends_on = '2026-11-01' WHERE person_id = 2;
          INSERT INTO contract (person_id, role_id, starts_on, working_days) VALUES (2, 3, '2026-11-02', 'mon,tue,wed');
          INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day)
            VALUES (3, 1, 2, '2026-10-01', '2026-12-31', 240), (4, 2, 3, '2026-10-01', '2026-10-31', 480);
          INSERT INTO holiday (date, name, holiday_group) VALUES ('2026-10-26', 'Day', 'AT'), ('2026-11-18', 'Day', NULL);
          UPDATE person SET holiday_group = 'AT' WHERE id = 3;
          INSERT INTO time_off (person_id, starts_on, ends_on, minutes_per_day) VALUES (3, '2026-11-09', '2026-11-10', NULL);
          """)
      } else {
        try shell.write(
          "plan.csv",
          "person,project,role,starts_on,ends_on,minutes_per_day\n3,1,Developer,2026-10-01,2026-12-31,240\n4,2,Designer,2026-10-01,2026-10-31,480\n"
        )
        try shell.write("days.csv", "date,name,holiday_group\n2026-10-26,Day,AT\n2026-11-18,Day,\n")
        try await shell.succeed(
          ["people", "set-role", "Developer", "--unknown"],
          ["people", "contract", "set", "1", "--minutes-per-day", "240"],
          ["people", "contract", "set", "2", "--working-days", "mon,tue,wed"],
          ["people", "set-role", "Designer", "2", "--from", "2026-11-02"], ["assignments", "import", "plan.csv"],
          ["holidays", "import", "days.csv"], ["people", "edit", "3", "--holiday-group", "AT"],
          ["time-off", "add", "3", "--from", "2026-11-09", "--to", "2026-11-10"])
      }
      try await shell.succeed(["actuals", "enable", "--autofill-from", "2026-10-07"] + now, ["import"] + now)
      results.append(
        try shell.sql(
          "SELECT person, project, role, date, billable_minutes, nonbillable_minutes, origin FROM actual_detail ORDER BY 1, 2, 3, 4"
        ))
    }
    await clockify.stop()
    #expect(results[0].split(separator: "\n").count > 1000)
    #expect(results[0] == results[1])
  }
}

import ClockifySimulator
import Foundation
import Testing

/// Small words and corners: what somebody saw who read every line.
@Suite("Corners")
struct CornersTests {
  private let now = ["--as-of", "2026-03-09T06:00:00Z"]

  /// Ana with one hour on Alpha on Monday 2 March, half an hour without a project, and a quarter on a project without a client.
  private func with(_ commands: [[String]] = [], _ body: (Shell, SimulatedClockify) async throws -> Void) async throws {
    var workspace = SimulatedWorkspace(id: "6630aa10b1c2d3e4f5060000", name: "W", plan: "PRO_2021")
    var ana = SimulatedWorkspace.User(
      id: "6630aa10b1c2d3e4f5060001", name: "Ana", email: "ana@ex.test", timeZone: "UTC")
    ana.role = .owner
    workspace.users = [ana]
    workspace.clients = [.init(id: "6630aa10b1c2d3e4f5060010", name: "Acme")]
    workspace.projects = [
      .init(id: "6630aa10b1c2d3e4f5060020", name: "Alpha", clientID: "6630aa10b1c2d3e4f5060010"),
      .init(id: "6630aa10b1c2d3e4f5060021", name: "Chores", clientID: nil),
    ]
    let monday = 1_772_438_400  // 2026-03-02T08:00:00Z
    for (index, (project, minutes)) in [
      (workspace.projects[0].id, 60), (nil as String?, 30), (workspace.projects[1].id, 15),
    ].enumerated() {
      workspace.add(
        .init(
          id: "66500c00b1c2d3e4f506000\(index)", userID: ana.id, projectID: project, start: monday + index * 7200,
          end: monday + index * 7200 + minutes * 60))
    }
    let setUp = [
      ["init"], ["import"] + now, ["roles", "add", "Dev"], ["people", "set-role", "Dev", "--unknown"],
      ["actuals", "enable"] + now, ["import"] + now,
    ]
    try await Shell.with(workspace, setUp + commands, body)
  }

  @Test("Rule 77: an id that is linked and ignored is listed once, as ignored")
  func ignoredLink() async throws {
    try await with { shell, _ in
      try await shell.succeed(["references", "ignore", "project", "6630aa10b1c2d3e4f5060020"])
      let list = try await shell.run("references", "list", "--kind", "project", "--json").out
      #expect(list.contains("\"is_ignored\" : 1") && !list.contains("\"is_ignored\" : 0"))
    }
  }

  @Test("contract import --skip-existing passes over a contract that is there word for word")
  func contractAgain() async throws {
    try await with { shell, _ in
      try shell.write("c.csv", "person,role,starts_on\nAna,Dev,\n")
      let plain = try await shell.run("people", "contract", "import", "c.csv")
      #expect(plain.status == 64 && plain.errors.contains("contract 1 says the same already"))
      let skipped = try await shell.run("people", "contract", "import", "c.csv", "--skip-existing")
      #expect(skipped.status == 0 && skipped.errors.contains("0 contracts from c.csv; 1 was there already"))
    }
  }

  @Test("A dry run of an undo says what would have been undone; one entry is one entry; a person is called a person")
  func words() async throws {
    try await with([["projects", "add", "Alpha2", "--client", "Acme"]]) { shell, _ in
      try await shell.succeed(["duplicates", "merge", "project", "1", "2"])
      #expect(
        try await shell.run("duplicates", "undo", "1", "--dry-run").errors.contains("Would have undone merge 1"))
      let run = try await shell.run("runs", "show", "2").out
      #expect(run.contains("1 entry of Ana") && !run.contains("1 entries"))
      #expect(run.contains("[person 1 = 6630aa10b1c2d3e4f5060001]") && !run.contains("[entry"))
      let hanging = try await shell.run("projects", "delete", "Alpha")
      #expect(hanging.errors.contains("1 actual hangs on project 1"))
    }
  }

  @Test("status: held time is the ledger's, in both places")
  func held() async throws {
    try await with { shell, _ in
      try await shell.succeed(["import", "--since", "2026-03-08"] + now)
      let status = try await shell.run("status").out
      #expect(status.contains("Held in all   15 m") || status.contains("Held in all   0 h 15 m"))
      #expect(status.contains("1 project without a client, 0 h 15 m held in all"))
    }
  }

  @Test("A number out of range: the range is said")
  func range() async throws {
    try await Shell.with([]) { plain in
      var shell = plain
      shell.environment["ROTA_CLOCKIFY_REQUESTS_PER_SECOND"] = nil
      try shell.write("rota.yaml", "clockify:\n  requests_per_second: 100000\n")
      #expect(try await shell.run("status").errors.contains("must be a number from 0.1 to 10,000"))
    }
  }

  @Test("audit and export without dates: the days that an import reads again")
  func dates() async throws {
    try await with { shell, _ in
      let audit = try await shell.run(["actuals", "audit"] + now)
      #expect(audit.status == 0 && audit.errors.contains("Our actuals of 2026-01-23 to 2026-03-09"))
      #expect(
        try await shell.run(["actuals", "export"] + now).out.contains("2026-03-02,Ana,Acme,Alpha,Dev,clockify,60,0"))
    }
  }
}

extension CornersTests {
  @Test(
    "Rules 18, 24: archived people who came with their time: listed, said by status, reached by the bulk command; the gate does not wait"
  )
  func archivedUnknown() async throws {
    try await with { shell, _ in
      _ = try shell.sql(
        """
        INSERT INTO person (name, is_archived, archived_by) VALUES ('Gone', 1, 'import'), ('Idle', 1, 'import');
        INSERT INTO contract (person_id, role_id) SELECT p.id, r.id FROM person p, role r WHERE p.id > 1 AND r.is_system;
        INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes) SELECT 2, 1, id, '2026-03-02', 60
          FROM role WHERE is_system;
        """)
      let list = try await shell.run("people", "list", "--unknown", "--json").out
      #expect(list.contains("\"Gone\"") && list.contains("\"is_archived\" : 1") && !list.contains("Idle"))
      #expect(
        try await shell.run("status").out.contains(
          "Unknown       1 archived person with hours   rota people list --unknown"))
      try await shell.succeed(["actuals", "enable"])
      #expect(try await shell.run("people", "set-role", "Dev", "--unknown").errors.contains("Gave 1 person"))
      #expect(try shell.sql("SELECT name FROM role JOIN contract ON role_id = role.id WHERE person_id = 2") == "Dev")
    }
  }

  @Test("Rule 20: sync-off with --purge says one thing; a tag that only looks like sync_off is warned about")
  func tags() async throws {
    try await with { shell, _ in
      let off = try await shell.run("projects", "sync-off", "Alpha", "--purge").errors
      #expect(off.contains("Removed 1 actual") && off.contains("what was removed stays away"))
      #expect(!off.contains("What is stored stays") && !off.contains("comes back"))
      for tag in ["sync off", "sync-off", "SyncOff"] {
        #expect(try await shell.run("clients", "tag", "Acme", tag).errors.contains("does nothing"))
      }
      #expect(try await !shell.run("clients", "tag", "Acme", "Sync_Off").errors.contains("does nothing"))
    }
  }

  @Test("More minutes than a day has, time before 2000, a word that is no command: refused, with what was meant")
  func meant() async throws {
    try await with { shell, _ in
      let cell = ["actuals", "set", "Ana", "Alpha", "2026-03-04", "--billable", "9999"]
      let long = try await shell.run(cell)
      #expect(long.status == 64 && long.errors.contains("9,999 minutes are more than a day has"))
      try await shell.succeed(cell + ["--force"])
      let old = try await shell.run(["import", "--since", "1900-01-01"] + now)
      #expect(
        old.status == 64 && old.errors.contains("from 126 to 1,487 requests") && old.errors.contains("--full"),
        "\(old.errors)")
      #expect(try await shell.run(["actuals", "audit", "--from", "1999-12-31"] + now).status == 64)
      #expect(try await shell.run("statsu").errors.contains("Did you mean \"rota status\"?"))
      #expect(try await shell.run("people", "lst").errors.contains("Did you mean \"rota people list\"?"))
      for (typed, meant) in [
        (["list", "people"], "rota people list"), (["list", "peple"], "rota people list"),
        (["explain", "1", "2"], "rota actuals explain"), (["help", "peple"], "rota people"),
        (["help", "people", "lst"], "rota people list"),
      ] {
        let answer = try await shell.run(typed)
        #expect(answer.status == 64 && answer.errors.contains("Did you mean \"\(meant)\"?"), "\(typed)")
      }
      #expect(try await shell.run("import", "--sinse", "2026-01-01").errors.contains("Did you mean '--since'?"))
      #expect(try await !shell.run("frobnicate").errors.contains("Did you mean"))
      #expect(try await shell.run("help", "people", "list").status == 0)
    }
  }

  @Test(
    "A settings file that is no YAML: the line, in words, and what next",
    arguments: [
      ("a: 1\n\tb: 2\n", "line 2: a tab"), ("database: x: y\n", "line 1: a colon where none may be"),
      ("clockify:\n  workspaces: [a, b\n", "not closed"), ("database: 1\ndatabase: 2\n", "'database' is there twice"),
    ])
  func yaml(_ text: String, _ words: String) async throws {
    try await Shell.with([]) { shell in
      try shell.write("rota.yaml", text)
      let result = try await shell.run("status")
      #expect(
        result.status == 64 && result.errors.contains(words) && result.errors.contains("Next:"), "\(result.errors)")
    }
  }

  @Test("explain: a month, day by day; on a planned day of an open week, when the zero comes")
  func explained() async throws {
    try await with([
      ["assignments", "add", "Ana", "Alpha", "--from", "2026-03-02", "--to", "2026-03-13", "--minutes-per-day", "240"],
      ["actuals", "set", "Ana", "Alpha", "2026-03-03", "--billable", "90"],
    ]) { shell, _ in
      let month = try await shell.run("actuals", "explain", "Ana", "Alpha", "2026-03").out
      #expect(month.contains("2026-03-02 Mon  planned   4:00  worked   1:00  Dev"), "\(month)")
      #expect(month.contains("2026-03-03 Tue  planned   4:00  worked   1:30  typed by hand (Dev)"))
      #expect(month.contains("planned  40:00  worked   2:30"))
      #expect(
        try await shell.run("actuals", "explain", "Ana", "Alpha", "2026-03", "--json").out.contains(
          "\"planned_minutes\" : 240"))
      let open = try await shell.run(["actuals", "explain", "Ana", "Alpha", "2026-03-10"] + now).out
      #expect(open.contains("a zero comes with the first import on or after 2026-03-16"), "\(open)")
      let early = try await shell.run(["actuals", "explain", "Ana", "Alpha", "2026-03-05"] + now).out
      #expect(early.contains("No zero comes: they begin on 2026-03-09") || !early.contains("The week is open"))
      #expect(try await shell.run("actuals", "explain", "Ana", "Alpha", "March").status == 64)
    }
  }

  @Test("-v shows each request; status and findings stay within 80 columns")
  func shown() async throws {
    try await with { shell, clockify in
      let loud = try await shell.run(["import", "-v"] + now).errors
      #expect(loud.contains("request=GET /user") || loud.contains("GET /user"), "\(loud)")
      clockify.change { $0.workspace.projects[1].name = String(repeating: "Chores of the house ", count: 8) }
      try await shell.succeed(["import"] + now)
      let (run, status) = (try await shell.run("runs", "show", "3").out, try await shell.run("status").out)
      for line in (run + status).split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
  }

  @Test("Rule 84: a dry run that breaks or ends early speaks of no run that was kept")
  func dryRun() async throws {
    try await with { shell, clockify in
      let dry = ["import", "--dry-run"] + now
      clockify.change { $0.controls.faults = [Fault(.status(500), on: "detailed")] }
      let partial = try await shell.run(dry)
      #expect(
        partial.status == 3 && partial.errors.contains("It was a dry run: nothing was kept."), "\(partial.errors)")
      clockify.change { $0.controls.faults = [Fault(.status(500), on: "/users")] }
      let failed = try await shell.run(dry)
      #expect(failed.status == 1 && !failed.errors.contains("Run 3"), "\(failed.errors)")
      let requests = clockify.read(\.requests).count
      clockify.change { $0.controls.faults = [Fault(.delay(20), on: "/users")] }
      let (process, _, errors) = try shell.start(dry)
      while clockify.read(\.requests).count < requests + 2, process.isRunning {
        try await Task.sleep(for: .milliseconds(2))
      }
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      #expect(process.terminationStatus == 130 && words.contains("It was a dry run: nothing was kept."), "\(words)")
      #expect(!words.contains("'partial'"))
      #expect(try shell.sql("SELECT count(*) FROM import_run") == "2")
    }
  }
}

import ClockifySimulator
import Foundation
import Testing

/// Lock, drift, references, status, backup: against a simulated Clockify of 6 people.
@Suite("Steering commands")
struct SteeringCommandsTests {
  private func with(_ body: (Shell, SimulatedClockify) async throws -> Void) async throws {
    var workspace = SimulatedWorkspace(id: "6630aa10b1c2d3e4f5060000", name: "W", plan: "PRO_2021")
    var ana = SimulatedWorkspace.User(
      id: "6630aa10b1c2d3e4f5060001", name: "Ana Ruiz", email: "ana@ex.test", timeZone: "UTC")
    ana.role = .owner
    workspace.users = [ana]
    workspace.clients = [
      .init(id: "6630aa10b1c2d3e4f5060010", name: "Acme"), .init(id: "6630aa10b1c2d3e4f5060011", name: "Zeta"),
    ]
    workspace.projects = [
      .init(id: "6630aa10b1c2d3e4f5060020", name: "Alpha", clientID: "6630aa10b1c2d3e4f5060010"),
      .init(id: "6630aa10b1c2d3e4f5060021", name: "Beta", clientID: "6630aa10b1c2d3e4f5060010"),
    ]
    try await Shell.with(workspace, [], body)
  }

  private let importNow = ["import", "--as-of", "2026-03-09T06:00:00Z"]

  @Test("Rule 11: drift is listed, accepted field by field, and dismissed; a planner's own rename is none")
  func drift() async throws {
    try await with { shell, clockify in
      try await shell.succeed(["init"], importNow, ["clients", "edit", "Zeta", "--name", "Ours"])
      #expect(try await shell.run("drift", "list").errors.contains("changed nothing"))
      clockify.change { state in
        state.workspace.projects[0].name = "Alpha 2"
        state.workspace.projects[0].clientID = "6630aa10b1c2d3e4f5060011"
        state.workspace.projects[1].name = "Beta 2"
        state.workspace.users[0].email = "Ana.Ruiz@ex.test"
      }
      try await shell.succeed(importNow)
      #expect(try shell.sql("SELECT count(*) FROM drift") == "4")
      #expect(try await shell.run("status").out.contains("rota drift list"))
      try await shell.succeed(["drift", "accept", "project", "Alpha", "--field", "name", "--dry-run"])
      #expect(try shell.sql("SELECT name FROM project WHERE id = 1") == "Alpha")
      try await shell.succeed(["drift", "accept", "project", "Alpha", "--field", "name"])
      #expect(try shell.sql("SELECT name, client_id FROM project WHERE id = 1") == "Alpha 2|1")
      try await shell.succeed(["drift", "dismiss", "project", "Beta"], ["drift", "accept", "--all"])
      #expect(
        try shell.sql("SELECT name, client_id FROM project; SELECT email FROM person")
          == "Alpha 2|2\nBeta|1\nana.ruiz@ex.test")
      #expect(try shell.sql("SELECT count(*) FROM drift") == "0")
      try await shell.succeed(importNow)
      #expect(try shell.sql("SELECT count(*) FROM drift") == "0")
      #expect(try await shell.run("drift", "accept").status == 64)
    }
  }

  @Test("Rule 55: lock: set, show, move, clear, per project")
  func lock() async throws {
    try await with { shell, _ in
      try await shell.succeed(
        ["init"], importNow, ["lock", "set", "2026-02-28"], ["lock", "set", "2026-03-31", "--project", "Alpha"],
        ["lock", "set", "2026-02-27"])
      #expect(
        try shell.sql("SELECT project_id, locked_until FROM timesheet_lock ORDER BY 1") == "|2026-02-27\n1|2026-03-31")
      #expect(try await shell.run("lock", "show").out.contains("all projects"))
      #expect(try await shell.run("status").out.contains("Alpha until 2026-03-31"))
      try await shell.succeed(["lock", "clear"], ["lock", "clear", "--project", "Alpha"])
      #expect(try await shell.run("lock", "clear").errors.contains("There is no lock"))
      #expect(try await shell.run("lock", "set", "2026-02-30").status == 64)
      #expect(try await shell.run("lock", "set", "2026-02-28", "--project", "Gamma").status == 64)
    }
  }

  @Test("Rule 13: references: a plan made first is linked from a file, and the import creates nothing twice")
  func references() async throws {
    try await with { shell, _ in
      try await shell.succeed(
        ["init"], ["clients", "add", "ACME Inc."], ["projects", "add", "Alpha", "--client", "ACME Inc."],
        ["projects", "add", "Betta", "--client", "ACME Inc."], ["people", "add", "A. Ruiz", "--email", "ana@ex.test"],
        importNow + ["--scope", "actuals"])
      #expect(try await shell.run("references", "find", "alp").out.contains("6630aa10b1c2d3e4f5060020"))
      #expect(try await shell.run("references", "find", "ana@ex.test", "--kind", "person").out.contains("060001"))
      let export = try await shell.run("references", "export").out
      #expect(
        export == """
          kind,planning_id,name,detail,external_id,candidate_id,candidate_name,reason
          client,1,ACME Inc.,,,6630aa10b1c2d3e4f5060010,Acme,same name
          project,1,Alpha,ACME Inc.,,6630aa10b1c2d3e4f5060020,Alpha,same name and client
          project,2,Betta,ACME Inc.,,6630aa10b1c2d3e4f5060021,Beta,names are near
          person,1,A. Ruiz,ana@ex.test,,6630aa10b1c2d3e4f5060001,Ana Ruiz,same e-mail

          """)
      try shell.write("bad.csv", "kind,planning_id,external_id\nproject,1,6630aa10b1c2d3e4f5060010\nperson,9,66\n")
      let bad = try await shell.run("references", "import", "bad.csv")
      #expect(bad.status == 64 && bad.errors.contains("bad.csv line 2") && bad.errors.contains("line 3"))
      #expect(try shell.sql("SELECT count(*) FROM external_reference") == "0")
      // As a planner would in a spreadsheet: candidate_id copied to external_id.
      let filled = export.split(separator: "\n").enumerated().map { index, line -> String in
        var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if index > 0 { fields[4] = fields[5] }
        return fields.joined(separator: ",")
      }
      try shell.write("links.csv", filled.joined(separator: "\n"))
      try await shell.succeed(["references", "import", "links.csv", "--dry-run"])
      #expect(try shell.sql("SELECT count(*) FROM external_reference") == "0")
      try await shell.succeed(["references", "import", "links.csv"], ["references", "import", "links.csv"], importNow)
      #expect(
        try shell.sql("SELECT count(*) FROM client; SELECT count(*) FROM project; SELECT count(*) FROM person")
          == "2\n2\n1")
    }
  }

  @Test(
    "Rules 22, 33, 91: filters, a catch-all and several workspaces from the settings file; flags of import; wrong ones refused"
  )
  func settings() async throws {
    try await with { shell, _ in
      try await shell.succeed(["init"])
      try shell.write(
        "rota.yaml",
        "import:\n  exclude:\n    projects: [6630AA10b1c2d3e4f5060021]\n  include:\n    users: 6630aa10b1c2d3e4f5060001\n"
      )
      let scalar = try await shell.run(importNow)
      #expect(scalar.status == 0, "\(scalar.errors)")
      #expect(try shell.sql("SELECT group_concat(name) FROM project") == "Alpha")
      try shell.write("rota.yaml", "import:\n  exclude:\n    people: [a]\n  catch_all_project: x\n")
      let wrong = try await shell.run(importNow)
      #expect(wrong.status == 64 && wrong.errors.contains("import.exclude.people") && wrong.errors.contains("line 4"))
      try shell.write("rota.yaml", "import:\n  catch_all_project: 77\n")
      try await shell.succeed(
        ["roles", "add", "Dev"], ["people", "set-role", "Dev", "--unknown"], ["actuals", "enable"])
      let missing = try await shell.run(importNow)
      #expect(missing.status == 64 || missing.status == 1)
      #expect(missing.errors.contains("there is no project 77"))
      try shell.write("rota.yaml", "")
      try await shell.succeed(
        importNow + ["--person", "Ana Ruiz"], importNow + ["--project", "Alpha", "--since", "2026-03-01"],
        importNow + ["--full"], importNow + ["--workspace", "6630aa10b1c2d3e4f5060000", "--wait"],
        ["actuals", "rezone", "--person", "Ana Ruiz", "--from", "2026-03-01"])
      #expect(try await shell.run(importNow + ["--workspace", "6630aa10b1c2d3e4f5069999"]).status != 0)
      #expect(try await shell.run(importNow + ["--since", "2026-03-02", "--until", "2026-03-01"]).status == 64)
      #expect(try await shell.run(importNow + ["--full", "--since", "2026-03-02"]).status == 64)
      try await shell.succeed(["people", "add", "Kim"])
      #expect(try await shell.run(importNow + ["--person", "Kim"]).errors.contains("not linked to Clockify"))
    }
  }

  @Test("check --probe answers by what the server does, and names nobody")
  func probe() async throws {
    try await with { shell, clockify in
      let start = 1_772_524_800  // 2026-03-03T08:00:00Z
      clockify.change { state in
        for hour in 0..<3 {
          state.workspace.add(
            .init(
              id: "66500c00b1c2d3e4f506000\(hour)", userID: "6630aa10b1c2d3e4f5060001",
              projectID: "6630aa10b1c2d3e4f5060020", start: start + hour * 7200,
              end: hour == 2 ? nil : start + hour * 7200 + 3600))
        }
      }
      func answers() async throws -> [String: String] {
        let result = try await shell.run("check", "--probe", "--as-of", "2026-03-09T06:00:00Z")
        #expect(result.status == 0)
        for word in ["Ana", "Ruiz", "ex.test", "Alpha", "6630aa10", "66500c00", "127.0.0.1"] {
          #expect(!result.out.contains(word), "\(word) in the report")
        }
        let pairs = result.out.split(separator: "\n").dropFirst().map { line in
          let words = line.split(separator: " ", maxSplits: 1)
          return (words[1].trimmingCharacters(in: .whitespaces).components(separatedBy: "  ")[0], String(words[0]))
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
      }
      let first = try await answers()
      #expect(first["and one at its last second"] == "yes")
      #expect(first["windows of core lists are read in UTC"] == "yes")
      #expect(first["reports list running timers"] == "yes")
      #expect(first["the stated count is the number of rows"] == "yes")
      #expect(first["reports send the header Last-Page"] == "yes")
      clockify.change { state in
        state.controls.reportIncludesEnd = false
        state.controls.coreWindowZone = "Asia/Kolkata"
        state.controls.reportsListRunningTimers = false
        state.controls.totals = .overstated(by: 1)
        state.controls.sendsLastPage = false
        state.controls.reportStatesZones = false
      }
      let second = try await answers()
      #expect(second["and one at its last second"] == "no")
      #expect(second["windows of core lists are read in UTC"] == "no")
      #expect(second["reports list running timers"] == "unknown")
      #expect(second["reports send the header Last-Page"] == "no")
      #expect(second["report rows state a time zone"] == "no")
    }
  }

  @Test("database check finds what does not add up; backup is whole, never over a file, and restores")
  func database() async throws {
    try await with { shell, clockify in
      let start = 1_772_524_800  // 2026-03-03T08:00:00Z
      clockify.change {
        $0.workspace.add(
          .init(
            id: "66500c00b1c2d3e4f5060001", userID: "6630aa10b1c2d3e4f5060001", projectID: "6630aa10b1c2d3e4f5060020",
            start: start, end: start + 3600))
      }
      try await shell.succeed(
        ["init"], importNow, ["roles", "add", "Dev"], ["people", "set-role", "Dev", "--unknown"],
        ["actuals", "enable"],
        importNow, ["database", "check"], ["database", "backup", "copy.sqlite"])
      #expect(try await shell.run("database", "backup", "copy.sqlite").errors.contains("there already"))
      let nowhere = try await shell.run("database", "backup", "no/where.sqlite")
      #expect(
        nowhere.status == 1
          && nowhere.errors.contains(
            "no/where.sqlite was not written: its folder is not there or may not be written")
      )
      _ = try shell.sql("UPDATE placement_row SET seconds = 7200")
      let wrong = try await shell.run("database", "check")
      #expect(wrong.status == 1 && wrong.out.contains("the actuals say 60 min, the ledger 120"))
      _ = try shell.sql("UPDATE placement_row SET day = NULL")
      let dateless = try await shell.run("database", "check")
      #expect(dateless.status == 1 && dateless.out.contains("?: the actuals say 0 min, the ledger 120"))
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(at: shell.folder.appendingPathComponent("rota.sqlite" + suffix))
      }
      try FileManager.default.moveItem(
        at: shell.folder.appendingPathComponent("copy.sqlite"), to: shell.folder.appendingPathComponent("rota.sqlite"))
      try await shell.succeed(["database", "check"], importNow)
      #expect(try shell.sql("SELECT sum(billable_minutes) FROM actual") == "60")
    }
  }
}

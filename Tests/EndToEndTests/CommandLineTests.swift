import ClockifySimulator
import Foundation
import Testing

/// The built binary, as its user types it.
@Suite("Command line", .serialized)
struct CommandLineTests {
  private func with(_ body: (Shell, SimulatedClockify) async throws -> Void) async throws {
    let workspace = WorkspaceGenerator(people: 8, projects: 12, clients: 4, days: 40, lastDay: 20_520).make()
    try await Shell.with(workspace, [], body)
  }

  @Test("Rules 4, 24: from init to actuals: the gate refuses, opens, and a second import writes nothing")
  func firstUse() async throws {
    try await with { shell, _ in
      let asOf = ["--as-of", "2026-03-09T06:00:00Z"]
      #expect(try await shell.run("init").status == 0)
      #expect(try await shell.run("init").errors.contains("left as it is"))
      let check = try await shell.run("check")
      #expect(check.status == 0 && !check.out.contains("fail"))
      #expect(try await shell.run("import", asOf[0], asOf[1]).status == 0)
      let refused = try await shell.run("actuals", "enable")
      #expect(refused.status == 4 && refused.errors.contains("Unknown"))
      #expect(try await shell.run("roles", "add", "Developer").status == 0)
      #expect(try await shell.run("people", "set-role", "Developer", "--unknown").status == 0)
      #expect(try await shell.run("actuals", "enable", asOf[0], asOf[1]).status == 0)
      let dry = try await shell.run("import", "--dry-run", asOf[0], asOf[1])
      #expect(dry.status == 0 && dry.errors.contains("Would import"))
      #expect(try await shell.run("runs", "list", "--json").out.contains("\"id\" : 2") == false)
      let real = try await shell.run("import", asOf[0], asOf[1])
      #expect(real.status == 0 && real.errors.contains("balance:"))
      let again = try await shell.run("import", asOf[0], asOf[1])
      #expect(again.errors.contains("nothing new") && again.errors.contains("0 written, 0 removed"))
      #expect(try await shell.run("status").out.contains("balanced"))
      #expect(
        try await shell.run("actuals", "list", "--from", "2026-03-01", "--to", "2026-03-05").out.contains("clockify"))
    }
  }

  @Test("Rule 82: what a user gets wrong: a clear error, a fitting exit code, nothing made")
  func mistakes() async throws {
    try await with { shell, clockify in
      var bare = shell
      bare.environment["CLOCKIFY_API_KEY"] = nil
      #expect(try await shell.run("import").status == 64)
      #expect(try await shell.run("import").errors.contains("rota init"))
      #expect(!FileManager.default.fileExists(atPath: shell.folder.appendingPathComponent("rota.sqlite").path))
      _ = try await shell.run("init")
      let noKey = try await bare.run("import")
      #expect(noKey.status == 64 && noKey.errors.contains("CLOCKIFY_API_KEY"))
      var wrong = shell
      wrong.environment["CLOCKIFY_API_KEY"] = "wrong-key"
      let refused = try await wrong.run("import")
      #expect(
        refused.status == 5 && refused.errors.contains("refused the key") && !refused.errors.contains("wrong-key"))
      let member = clockify.read { $0.workspace.users[1].id }
      clockify.change { $0.keys["member-key"] = member }
      wrong.environment["CLOCKIFY_API_KEY"] = "member-key"
      #expect(try await wrong.run("import").status == 5)
      var elsewhere = shell
      elsewhere.environment["CLOCKIFY_API_URL"] = "http://127.0.0.1:1/api/v1"
      #expect(try await elsewhere.run("import").status == 5)
      elsewhere.environment["CLOCKIFY_API_URL"] = "http://api.example.com/api/v1"
      #expect(try await elsewhere.run("import").errors.contains("plain http"))
      var unknown = shell
      unknown.environment["ROTA_CLOCKIFY_WORKSPACES"] = "ffffffffffffffffffffffff"
      #expect(try await unknown.run("import").errors.contains("does not see"))
      #expect(try await shell.run("import", "--scope", "cats").status == 64)
      #expect(try await shell.run("people", "show", "Nobody").errors.contains("there is no person"))
      #expect(try await shell.run("nonsense").status == 64)
    }
  }

  @Test("A settings file with an unknown key and a wrong type: every problem at once, with its line")
  func settings() async throws {
    try await with { shell, _ in
      let file = shell.folder.appendingPathComponent("rota.yaml")
      try Data("databse: x\nimport:\n  window_days: many\nautofill:\n  mode: off\n  from: 2026-02-30\n".utf8).write(
        to: file)
      let result = try await shell.run("status")
      #expect(result.status == 64)
      for part in ["line 1", "databse", "line 3", "import.window_days", "line 6", "autofill.from"] {
        #expect(result.errors.contains(part))
      }
      #expect(!result.errors.contains("autofill.mode"))
      try Data().write(to: file)
      #expect(try await shell.run("init").status == 0)
    }
  }

  @Test("Rule 5: a file that is not SQLite, and a second import while one runs")
  func fileTrouble() async throws {
    try await with { shell, clockify in
      try Data("this is not a database at all, sorry".utf8).write(to: shell.folder.appendingPathComponent("x.sqlite"))
      let notOurs = try await shell.run("import", "--database", "x.sqlite")
      #expect(notOurs.status == 64 && notOurs.errors.contains("not an SQLite database"))
      _ = try await shell.run("init")
      clockify.change { $0.controls.faults = [Fault(.delay(600), on: "/clients", times: 1)] }
      let (first, out, errors) = try shell.start(["import"])
      while clockify.read(\.requests).isEmpty { try await Task.sleep(for: .milliseconds(20)) }
      let second = try await shell.run("import")
      #expect(second.status == 6 && second.errors.contains("run 1"))
      first.interrupt()
      _ = (out.fileHandleForReading.readDataToEndOfFile(), errors.fileHandleForReading.readDataToEndOfFile())
      await Shell.end(first)
      #expect(first.terminationStatus == 130)
      clockify.change { $0.controls.faults = [] }
      #expect(try await shell.run("import").status == 0)
    }
  }

  @Test(
    "Rules 2, 82: SIGINT leaves the run partial with exit 130; SIGKILL at any moment, and the next run ends as if it had not been"
  )
  func killed() async throws {
    try await with { shell, clockify in
      let asOf = ["--as-of", "2026-03-09T06:00:00Z"]
      func prepare(_ database: String) async throws {
        _ = try await shell.run("import", "--database", database, asOf[0], asOf[1])
        _ = try await shell.run("people", "set-role", "Developer", "--unknown", "--create-role", "--database", database)
        _ = try await shell.run("actuals", "enable", "--database", database, asOf[0], asOf[1])
      }
      func state(_ database: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
          "sqlite3", shell.folder.appendingPathComponent(database).path,
          "SELECT person, project, role, date, billable_minutes, nonbillable_minutes, origin FROM actual_detail ORDER BY 1, 2, 3, 4; SELECT entry_id, state, reason, date, seconds FROM ledger ORDER BY 1",
        ]
        let out = Pipe()
        process.standardOutput = out
        try process.run()
        return String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      }
      clockify.change { $0.controls.silentPageCap = 60 }
      try await prepare("killed.sqlite")
      let requests = clockify.read(\.requests).count
      for round in 1...6 {
        let (process, _, _) = try shell.start(["import", "-q", "--database", "killed.sqlite"] + asOf)
        let target = requests + round * 4
        while clockify.read(\.requests).count < target, process.isRunning {
          try await Task.sleep(for: .milliseconds(2))
        }
        kill(process.processIdentifier, round == 3 ? SIGINT : SIGKILL)
        process.waitUntilExit()
        if round == 3 { #expect(process.terminationStatus == 130) }
        // Edits between the kill and the next start.
        clockify.change { state in
          let id = state.workspace.entries[round * 7].id
          state.workspace.editEntry(id) { $0.end = $0.end.map { $0 + 61 } }
          state.workspace.removeEntry(state.workspace.entries[round * 11].id)
        }
      }
      #expect(try await shell.run("import", "--database", "killed.sqlite", asOf[0], asOf[1]).status == 0)
      try await prepare("calm.sqlite")
      #expect(try await shell.run("import", "--database", "calm.sqlite", asOf[0], asOf[1]).status == 0)
      let calm = try state("calm.sqlite")
      let survived = try state("killed.sqlite").split(separator: "\n").filter {
        !$0.contains("|deleted|") && !$0.contains("|missing|")
      }
      #expect(calm.split(separator: "\n").count > 100)
      #expect(survived == calm.split(separator: "\n"))
    }
  }

  @Test("While another process writes, whoever asks is answered at once with what was committed")
  func readsBesideAWriter() async throws {
    try await Shell.with([["init"], ["people", "add", "Ana Ruiz"]]) { shell in
      let writer = Process()
      writer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      writer.arguments = ["sqlite3", "-batch", "rota.sqlite"]
      writer.currentDirectoryURL = shell.folder
      let (input, output) = (Pipe(), Pipe())
      writer.standardInput = input
      writer.standardOutput = output
      try writer.run()
      // The transaction stays open until this test lets go of it.
      input.fileHandleForWriting.write(
        Data("BEGIN IMMEDIATE; UPDATE person SET name = 'Half'; SELECT 'open';\n".utf8))
      var said = ""
      while !said.contains("open") {
        said += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      }

      for command in [
        ["status"], ["people", "list"], ["runs", "list"], ["actuals", "list"], ["duplicates", "list"],
        ["database", "info"], ["database", "check"], ["people", "show", "Ana Ruiz"],
      ] {
        let answer = try await shell.run(command)
        #expect(answer.status == 0, "\(command): \(answer.errors)")
        #expect(!answer.out.contains("Half"))
      }
      #expect(try await shell.run("people", "list").out.contains("Ana Ruiz"))

      input.fileHandleForWriting.write(Data("ROLLBACK;\n.quit\n".utf8))
      await Shell.end(writer)
    }
  }
}

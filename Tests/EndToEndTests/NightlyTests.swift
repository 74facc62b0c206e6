import ClockifySimulator
import Foundation
import Planning
import Scheduling
import Testing

/// Nights of the built binary against a simulated Clockify that changes under it.
@Suite("Nightly", .serialized)
struct NightlyTests {
  private static let schedule = NightlySchedule(time: "02:30", zone: Zone("Europe/Berlin")!)!
  /// The night of 29 March 2026 is the one in which 02:30 does not exist.
  private static let firstDay = CalendarDay("2026-03-05")!
  private static let nights = 31

  /// A workspace whose time comes in day by day, with the edits of real people: the same in both months.
  private struct World {
    let workspace: SimulatedWorkspace
    private let all: [SimulatedWorkspace.Entry]

    init() {
      var made = WorkspaceGenerator(
        seed: 7, people: 6, projects: 9, clients: 4, days: 50, lastDay: firstDay.number + nights, entriesPerDay: 3
      ).make()
      all = made.entries
      for entry in all where entry.start >= firstDay.number * 86_400 { made.removeEntry(entry.id) }
      workspace = made
    }

    /// What happened since the night before.
    func change(_ workspace: inout SimulatedWorkspace, night: Int) {
      let now = schedule.night(of: firstDay + night).seconds
      let before = schedule.night(of: firstDay + (night - 1)).seconds
      for entry in all where entry.start >= max(before, firstDay.number * 86_400) && entry.start < now {
        workspace.add(entry)
      }
      let known = all.filter { $0.start < before && $0.end != nil }
      workspace.editEntry(known[(night * 37) % known.count].id) { $0.end = $0.end.map { $0 + 60 * night } }
      workspace.removeEntry(known[(night * 53) % known.count].id)
      let moved = workspace.projects[night % workspace.projects.count].id
      workspace.editEntry(known[(night * 71) % known.count].id) { $0.projectID = moved }
    }
  }

  private func state(_ shell: Shell) throws -> String {
    try shell.sql(
      """
      SELECT person, project, role, date, billable_minutes, nonbillable_minutes, origin FROM actual_detail ORDER BY 1, 2, 3, 4;
      SELECT entry_id, state, reason, date, seconds FROM ledger WHERE state NOT IN ('missing', 'deleted') ORDER BY 1
      """)
  }

  private func month(rough: Bool) async throws -> String {
    let world = World()
    var end = ""
    try await Shell.with(world.workspace) { shell, clockify in
      func asOf(_ night: Int) -> [String] { ["--as-of", Self.schedule.night(of: Self.firstDay + night).description] }
      let start = ["--as-of", "2026-03-04T12:00:00Z"]
      try await shell.succeed(
        ["init"], ["import"] + start, ["people", "set-role", "Developer", "--unknown", "--create-role"],
        ["actuals", "enable", "--autofill-from", "2026-03-01"] + start)
      try FileManager.default.createDirectory(
        at: shell.folder.appendingPathComponent("backups"), withIntermediateDirectories: true)
      let nightly = ["nightly", "--once", "-q", "--backup-to", "backups", "--keep", "3"]
      for night in 1...Self.nights {
        clockify.change { world.change(&$0.workspace, night: night) }
        guard rough else {
          try await shell.succeed(nightly + asOf(night))
          continue
        }
        switch night {
        case 4, 5: continue  // The machine was off.
        case 8:  // The reports service is down all night.
          clockify.change { $0.controls.faults = [Fault(.status(503), on: "/reports/")] }
          #expect(try await shell.run(nightly + asOf(night)).status == 3)
        case 12:  // Half an answer, and it stays so.
          clockify.change { $0.controls.faults = [Fault(.truncated(900), on: "/reports/")] }
          #expect(try await shell.run(nightly + asOf(night)).status != 0)
        case 17:  // Killed in the middle.
          clockify.change { $0.controls.faults = [Fault(.delay(600), on: "/reports/")] }
          let requests = clockify.read(\.requests).count
          let (process, _, _) = try shell.start(nightly + asOf(night))
          while clockify.read(\.requests).count < requests + 4 { try await Task.sleep(for: .milliseconds(5)) }
          kill(process.processIdentifier, SIGKILL)
          await Shell.end(process)
        case 22:  // The disk broke: the file is restored from the night before.
          for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(at: shell.folder.appendingPathComponent("rota.sqlite" + suffix))
          }
          let folder = shell.folder.appendingPathComponent("backups")
          let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
          #expect(names.count == 3)
          try FileManager.default.copyItem(
            at: folder.appendingPathComponent(names.last!), to: shell.folder.appendingPathComponent("rota.sqlite"))
          try await shell.succeed(nightly + asOf(night))
        default: try await shell.succeed(nightly + asOf(night))
        }
        clockify.change { $0.controls.faults = [] }
      }
      #expect(try await shell.run("database", "check").status == 0)
      let status = try await shell.run(["status"] + asOf(Self.nights))
      #expect(status.out.contains("balanced"))
      if rough {
        #expect(
          try shell.sql("SELECT count(*) FROM import_run WHERE status = 'failed' AND trigger = 'scheduled'") >= "1")
        #expect(try shell.sql("SELECT count(*) FROM import_run WHERE trigger = 'scheduled'") == "29")
      }
      end = try state(shell)
    }
    return end
  }

  @Test("Rule 2: a month with faults, two missed nights, a kill, a restored backup and a DST change ends as a calm one")
  func month() async throws {
    #expect(Self.schedule.night(of: CalendarDay("2026-03-29")!) == Instant("2026-03-29T01:00:00Z")!)
    let calm = try await month(rough: false)
    let rough = try await month(rough: true)
    #expect(calm.split(separator: "\n").count > 200)
    #expect(calm == rough)
  }

  @Test(
    "Rule 82: the service catches up at its start, runs once, and ends with 0 when asked to, also in the middle of a run"
  )
  func service() async throws {
    let workspace = WorkspaceGenerator(people: 4, projects: 6, clients: 3, days: 5, lastDay: 20_520).make()
    try await Shell.with(workspace, [["init"]]) { shell, clockify in
      func runs() throws -> String { try shell.sql("SELECT group_concat(status) FROM import_run") }
      func wait(_ until: () throws -> Bool) async throws {
        for _ in 0..<2000 {
          if try until() { return }
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      clockify.change { $0.controls.faults = [Fault(.delay(600), on: "/clients", times: 1)] }
      let (first, _, firstErrors) = try shell.start(["nightly", "--at", "00:00"])
      try await wait { !clockify.read(\.requests).isEmpty }
      let second = try await shell.run("nightly", "--at", "00:00")
      #expect(second.status == 6 && second.errors.contains("another 'rota nightly'"))
      first.terminate()
      await Shell.end(first)
      #expect(first.terminationStatus == 0 && first.terminationReason == .exit)
      let said = String(decoding: firstErrors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      #expect(said.contains("\"message\":\"stopped as asked\""))
      #expect(try runs() == "partial")

      clockify.change { $0.controls.faults = [] }
      let (again, _, _) = try shell.start(["nightly", "--at", "00:00"])
      try await wait { try runs() == "partial,done" }
      try await wait { try !shell.sql("SELECT value FROM setting WHERE key = 'nightly_schedule'").isEmpty }
      let status = try await shell.run("status")
      #expect(status.out.contains("daily at 00:00 UTC (rota nightly)"))
      try await Task.sleep(for: .milliseconds(300))
      again.interrupt()
      await Shell.end(again)
      #expect(again.terminationStatus == 0)
      #expect(try runs() == "partial,done")
    }
  }

  @Test("What a person gets wrong, and what breaks beside the import: said once, the import runs to its end")
  func mistakes() async throws {
    let workspace = WorkspaceGenerator(people: 4, projects: 6, clients: 3, days: 5, lastDay: 20_520).make()
    try await Shell.with(workspace, [["init"]]) { shell, _ in
      for arguments in [["--at", "25:00"], ["--at", "2"], ["--time-zone", "Mars/Olympus"], ["--keep", "0"]] {
        let result = try await shell.run(["nightly", "--once"] + arguments)
        #expect(
          result.status == 64 && result.errors.contains(arguments[0] == "--time-zone" ? "Mars/Olympus" : arguments[0]))
      }
      #expect(try await shell.run("nightly", "--as-of", "2026-03-09").status == 64)
      var noKey = shell
      noKey.environment["CLOCKIFY_API_KEY"] = nil
      noKey.environment["ROTA_NOTIFY_COMMAND"] = "cat > told.json"
      #expect(try await noKey.run("nightly", "--once").status == 64)
      let told = try String(contentsOf: shell.folder.appendingPathComponent("told.json"), encoding: .utf8)
      #expect(told.contains("there is no Clockify key"))
      // A night never makes a database: one that is gone may be a disk that is not there.
      noKey.environment["CLOCKIFY_API_KEY"] = SimulatedClockify.key
      let gone = try await noKey.run("nightly", "--once", "--database", "elsewhere.sqlite")
      #expect(gone.status == 64 && gone.errors.contains("there is no database at elsewhere.sqlite"))
      #expect(!FileManager.default.fileExists(atPath: shell.folder.appendingPathComponent("elsewhere.sqlite").path))

      var broken = shell
      broken.environment["ROTA_BACKUP_TO"] = "/nowhere/at/all"
      broken.environment["ROTA_METRICS_FILE"] = "/nowhere/metrics.prom"
      broken.environment["ROTA_NOTIFY_COMMAND"] = "exit 9"
      broken.environment["ROTA_NOTIFY_EMAIL"] = "ops@example.test"
      broken.environment["ROTA_NOTIFY_SENDMAIL"] = "/no/such/sendmail -t"
      let check = try await broken.run("check")
      #expect(check.status == 1)
      for fault in ["fail  backup", "fail  metrics", "there is no program /no/such/sendmail"] {
        #expect(check.out.contains(fault), "\(fault)")
      }
      let asOf = ["--as-of", "2026-03-09T06:00:00Z"]
      let night = try await broken.run(["nightly", "--once"] + asOf)
      #expect(night.status == 0)
      for fault in [
        "no backup: /nowhere/at/all", "/nowhere/metrics.prom was not written", "exit code 9", "telling by email",
      ] {
        #expect(night.errors.components(separatedBy: fault).count == 2, "\(fault): \(night.errors)")
      }
      #expect(try shell.sql("SELECT group_concat(status) FROM import_run") == "done")
      let status = try await shell.run(["status", "--exit-code"] + asOf)
      #expect(status.status == 3 && status.out.contains("telling by email failed"))

      // Mended: the fault goes with the next night.
      try await shell.succeed(["nightly", "--once", "-q", "--as-of", "2026-03-10T06:00:00Z"])
      #expect(try await !shell.run("status").out.contains("telling by"))
      // All settled, nothing waits: the monitor is content, until the nights stay away.
      try await shell.succeed(
        ["people", "set-role", "Dev", "--unknown", "--create-role"], ["actuals", "enable"] + asOf)
      _ = try shell.sql("DELETE FROM finding; UPDATE import_run SET summary = '{}'")
      #expect(try await shell.run("status", "--exit-code", "--as-of", "2026-03-10T08:00:00Z").status == 0)
      let late = try await shell.run("status", "--exit-code", "--as-of", "2026-03-12T08:00:00Z")
      #expect(late.status == 3 && late.out.contains("Overdue"))
    }
  }

  @Test("Metrics: stable names with help lines, in one piece")
  func metrics() async throws {
    let workspace = WorkspaceGenerator(people: 4, projects: 6, clients: 3, days: 5, lastDay: 20_520).make()
    try await Shell.with(workspace, [["init"]]) { shell, _ in
      try await shell.succeed([
        "nightly", "--once", "-q", "--metrics-file", "m.prom", "--as-of", "2026-03-09T06:00:00Z",
      ])
      let text = try String(contentsOf: shell.folder.appendingPathComponent("m.prom"), encoding: .utf8)
      let lines = text.split(separator: "\n")
      #expect(lines.contains("rota_last_run_timestamp_seconds 1773036000"))
      #expect(lines.contains("rota_last_run_status{status=\"done\"} 1") && lines.contains("rota_books_balanced 1"))
      let values = lines.filter { !$0.hasPrefix("#") }
      let names = Set(values.map { $0.prefix { $0 != "{" && $0 != " " } })
      let documented = try String(
        contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
          .deletingLastPathComponent().appendingPathComponent("docs/operations.md"), encoding: .utf8)
      for name in names {
        #expect(lines.contains { $0.hasPrefix("# HELP \(name) ") } && lines.contains("# TYPE \(name) gauge"))
        #expect(documented.contains("`\(name)`"), "\(name) is not in docs/operations.md")
      }
      #expect(values.allSatisfy { $0.split(separator: " ").count == 2 && Int($0.split(separator: " ")[1]) != nil })
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: shell.folder.path).count { $0.contains("m.prom") } == 1)
    }
  }
}

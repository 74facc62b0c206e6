import ClockifySimulator
import Foundation
import Testing

/// Conflicts, typed hours, purges, deletions, explanations and audits, as typed.
@Suite("Corrections")
struct CorrectionsTests {
  private let now = ["--as-of", "2026-03-09T06:00:00Z"]

  private func with(_ body: (Shell, SimulatedClockify) async throws -> Void) async throws {
    var workspace = SimulatedWorkspace(id: "6630aa10b1c2d3e4f5060000", name: "W", plan: "PRO_2021")
    var ana = SimulatedWorkspace.User(
      id: "6630aa10b1c2d3e4f5060001", name: "Ana", email: "ana@ex.test", timeZone: "Europe/Berlin")
    ana.role = .owner
    workspace.users = [ana]
    workspace.clients = [.init(id: "6630aa10b1c2d3e4f5060010", name: "Acme")]
    workspace.projects = [
      .init(id: "6630aa10b1c2d3e4f5060020", name: "Alpha", clientID: "6630aa10b1c2d3e4f5060010"),
      .init(id: "6630aa10b1c2d3e4f5060021", name: "Beta", clientID: "6630aa10b1c2d3e4f5060010"),
    ]
    let monday = 1_772_438_400  // 2026-03-02T08:00:00Z
    for day in 0..<5 {
      workspace.add(
        .init(
          id: "66500c00b1c2d3e4f506000\(day)", userID: ana.id, projectID: workspace.projects[day % 2].id,
          start: monday + day * 86_400, end: monday + day * 86_400 + 18_030))
    }
    let setUp = [
      ["init"], ["import"] + now, ["roles", "add", "Dev"], ["people", "set-role", "Dev", "--unknown"],
      ["actuals", "enable"] + now, ["import"] + now,
    ]
    try await Shell.with(workspace, setUp, body)
  }

  @Test("Rule 59: take-source brings 330 from Clockify, keep-local settles until Clockify's figure changes")
  func conflicts() async throws {
    try await with { shell, clockify in
      _ = try shell.sql("UPDATE actual SET billable_minutes = 270 WHERE date = '2026-03-02'")
      clockify.change { $0.workspace.editEntry("66500c00b1c2d3e4f5060000") { $0.end! = $0.start + 330 * 60 } }
      try await shell.succeed(["import"] + now)
      #expect(
        try shell.sql("SELECT manual_minutes, imported_minutes, source_minutes FROM actual_conflict") == "270|301|330")
      let cell = ["Ana", "Alpha", "2026-03-02"]
      try await shell.succeed(["conflicts", "keep-local"] + cell, ["import"] + now)
      #expect(try await shell.run("conflicts", "list").errors.contains("No hours typed by hand"))
      clockify.change { $0.workspace.editEntry("66500c00b1c2d3e4f5060000") { $0.end! += 60 } }
      try await shell.succeed(["import"] + now)
      #expect(try await shell.run("conflicts", "list").out.contains("331"))
      #expect(try await shell.run("status").out.contains("rota conflicts list"))
      try await shell.succeed(["conflicts", "take-source"] + cell + ["--dry-run"])
      #expect(try shell.sql("SELECT billable_minutes FROM actual WHERE date = '2026-03-02'") == "270")
      try await shell.succeed(["conflicts", "take-source"] + cell, ["import"] + now)
      #expect(try shell.sql("SELECT billable_minutes, origin FROM actual WHERE date = '2026-03-02'") == "331|clockify")
      #expect(try await shell.run(["conflicts", "take-source"] + cell).errors.contains("there is no conflict"))
    }
  }

  @Test("Typed hours: set, seen in explain and audit, cleared; nothing on locked dates")
  func typed() async throws {
    try await with { shell, _ in
      let cell = ["Ana", "Alpha", "2026-03-02"]
      let explain = try await shell.run(["actuals", "explain"] + cell)
      #expect(
        explain.out.contains("09:00–14:00  5:00:30  billable")
          && explain.out.contains("5:00:30 → 5:01 (rounded once, half up)") && explain.out.contains("Europe/Berlin"))
      try await shell.succeed(["actuals", "set"] + cell + ["--billable", "60"], ["import"] + now)
      #expect(try shell.sql("SELECT billable_minutes, is_manual FROM actual WHERE date = '2026-03-02'") == "60|1")
      #expect(
        try shell.sql("SELECT manual_minutes, imported_minutes, source_minutes FROM actual_conflict") == "60|301|301")
      #expect(try await shell.run(["actuals", "explain"] + cell).out.contains("typed by hand"))
      let range = ["--from", "2026-03-01", "--to", "2026-03-08"]
      let audit = try await shell.run(["actuals", "audit"] + range + now)
      #expect(audit.status == 3 && audit.out.contains("-241") && audit.out.contains("edited by hand"))
      try await shell.succeed(["actuals", "set"] + cell + ["--clear"], ["import"] + now)
      let clean = try await shell.run(["actuals", "audit"] + range + now)
      #expect(clean.status == 0 && clean.errors.contains("are what Clockify has"))
      try await shell.succeed(["lock", "set", "2026-03-03"])
      let locked = try await shell.run(["actuals", "set"] + cell + ["--billable", "1"])
      #expect(locked.status == 64 && locked.errors.contains("2026-03-02 is locked"))
      #expect(try await shell.run(["actuals", "set"] + cell).status == 64)
    }
  }

  @Test("Rule 78: a leftover is found, and what was never read again after it changed")
  func audit() async throws {
    try await with { shell, clockify in
      clockify.change { $0.workspace.removeEntry("66500c00b1c2d3e4f5060002") }
      let before = try shell.sql(".dump")
      let found = try await shell.run(
        ["actuals", "audit", "--from", "2026-03-02", "--to", "2026-03-08", "--json"] + now)
      #expect(found.status == 3)
      #expect(found.out.contains("\"difference\" : 301") && found.out.contains("\"date\" : \"2026-03-04\""))
      #expect(try shell.sql(".dump") == before)
      #expect(
        try await shell.run(["actuals", "audit", "--from", "2026-03-08", "--to", "2026-03-01"] + now).status == 64)
    }
  }

  @Test("Rule 78: every cause is told, with the command that settles it")
  func causes() async throws {
    try await with { shell, clockify in
      let range = ["--from", "2026-03-02", "--to", "2026-03-08"]
      func cause() async throws -> String {
        let audit = try await shell.run(["actuals", "audit"] + range + now)
        #expect(audit.status == 3)
        return audit.out
      }
      _ = try shell.sql("UPDATE actual SET billable_minutes = 1 WHERE date = '2026-03-02'")
      #expect(try await cause().contains("typed or edited by hand"))
      _ = try shell.sql("DELETE FROM actual WHERE date = '2026-03-02'")
      try await shell.succeed(["import"] + now)

      clockify.change { $0.workspace.editEntry("66500c00b1c2d3e4f5060000") { $0.end! += 3600 } }
      #expect(try await cause().contains("changed in Clockify, last read by run 3"))
      let later = try await shell.run(["actuals", "audit"] + range + ["--as-of", "2026-06-09T06:00:00Z"])
      #expect(later.out.contains("changed outside the window") && later.out.contains("--since 2026-03-02 --until"))
      try await shell.succeed(["lock", "set", "2026-03-02"])
      #expect(try await cause().contains("rota lock show"))
      try await shell.succeed(["lock", "clear"], ["projects", "sync-off", "Alpha"])
      #expect(try await cause().contains("rota projects untag 1 sync_off"))
      try await shell.succeed(["projects", "untag", "Alpha", "sync_off"], ["people", "archive", "Ana"])
      #expect(try await cause().contains("person archived here"))
      try await shell.succeed(["people", "unarchive", "Ana"])
      let link = ["project", "6630aa10b1c2d3e4f5060020"]
      try await shell.succeed(["references", "unlink"] + link)
      #expect(try await cause().contains("leftover: project without a link"))
      try await shell.succeed(["references", "link", "project", "Alpha", link[1]], ["import"] + now)
      #expect(try await shell.run(["actuals", "audit"] + range + now).status == 0)
      let explain = try await shell.run("actuals", "explain", "Ana", "Alpha", "2026-03-02").out
      #expect(
        explain.contains("Entries first read by run 2.") && explain.contains("Last compared with Clockify by run"))
    }
  }

  @Test("Scheduled minutes stand beside worked ones, also where nothing was worked")
  func planned() async throws {
    try await with { shell, _ in
      try await shell.succeed(
        [
          "assignments", "add", "Ana", "Alpha", "--from", "2026-03-02", "--to", "2026-03-06", "--minutes-per-day",
          "240",
        ])
      let list = try await shell.run(
        "actuals", "list", "--from", "2026-03-02", "--to", "2026-03-08", "--project", "Alpha", "--planned")
      // 5 h 0:30 on Monday, Wednesday and Friday; nothing on Tuesday and Thursday.
      let columns = list.out.split(separator: "\n").dropFirst().map {
        $0.split(separator: " ").suffix(2).map(String.init)
      }
      #expect(columns == [["240", "301"], ["240", "0"], ["240", "301"], ["240", "0"], ["240", "301"]])
      let month = try await shell.run(
        "actuals", "export", "--from", "2026-03-01", "--to", "2026-03-31", "--by", "month,client,project", "--planned")
      #expect(
        month.out == """
          month,client,project,scheduled_minutes,actual_minutes
          2026-03,Acme,Alpha,1200,903
          2026-03,Acme,Beta,0,602

          """)
      #expect(try await shell.run("actuals", "list", "--planned", "--origin", "manual").status == 64)
    }
  }

  @Test("Rule 79: a purge leaves what was typed and locked; with the next import everything is as before")
  func purge() async throws {
    try await with { shell, _ in
      let all = "SELECT person, project, role, date, billable_minutes, origin FROM actual_detail ORDER BY date"
      let before = try shell.sql(all)
      let dry = try await shell.run("actuals", "purge", "--run", "2", "--dry-run")
      #expect(dry.errors.contains("Would have removed 5 actuals"))
      try await shell.succeed(["actuals", "purge", "--all-imported", "--with-items"])
      #expect(
        try shell.sql(
          "SELECT (SELECT count(*) FROM actual) + (SELECT count(*) FROM person) + (SELECT count(*) FROM client)") == "0"
      )
      try await shell.succeed(["import"] + now, ["people", "set-role", "Dev", "--unknown"], ["import"] + now)
      #expect(try shell.sql(all) == before)

      _ = try shell.sql("UPDATE actual SET billable_minutes = 9 WHERE date = '2026-03-02'")
      try await shell.succeed(["lock", "set", "2026-03-03"], ["actuals", "purge", "--project", "Alpha"])
      #expect(
        try shell.sql("SELECT date, billable_minutes FROM actual ORDER BY 1")
          == "2026-03-02|9\n2026-03-03|301\n2026-03-05|301")
      #expect(try await shell.run("actuals", "purge").status == 64)
      #expect(try await shell.run("actuals", "purge", "--run", "99").errors.contains("there is no run 99"))
    }
  }

  @Test("Rule 15: delete says what hangs on an item, refuses, cascades, and keeps an ignored one away")
  func delete() async throws {
    try await with { shell, _ in
      let refused = try await shell.run("projects", "delete", "Alpha")
      #expect(refused.status == 4 && refused.errors.contains("3 actuals hang on project 1"))
      try await shell.succeed(["projects", "delete", "Alpha", "--cascade", "--dry-run"])
      #expect(try shell.sql("SELECT count(*) FROM project") == "2")
      let done = try await shell.run("projects", "delete", "Alpha", "--cascade")
      #expect(done.errors.contains("rota references ignore project 6630aa10b1c2d3e4f5060020"))
      try await shell.succeed(["import"] + now)
      #expect(try shell.sql("SELECT count(*) FROM actual; SELECT max(id) FROM project") == "5\n3")
      try await shell.succeed(["projects", "delete", "Alpha", "--cascade", "--ignore"], ["import"] + now)
      #expect(try shell.sql("SELECT count(*) FROM actual; SELECT count(*) FROM project") == "2\n1")
      try await shell.succeed(["clients", "delete", "Acme", "--cascade", "--ignore"], ["import"] + now)
      #expect(try shell.sql("SELECT count(*) FROM client") == "0")
    }
  }

  @Test("Export: CSV and JSON, by day, week and month, narrowed")
  func export() async throws {
    try await with { shell, _ in
      let month = try await shell.run(
        ["actuals", "export", "--from", "2026-03-01", "--by", "month,client,origin"] + now)
      #expect(month.out == "month,client,origin,billable_minutes,nonbillable_minutes\n2026-03,Acme,clockify,1505,0\n")
      let week = try await shell.run(
        ["actuals", "export", "--from", "2026-03-01", "--by", "week,project", "--project", "Beta", "--json"] + now)
      #expect(week.out.contains("\"week\" : \"2026-03-02\"") && week.out.contains("602"))
      #expect(try await shell.run(["actuals", "export", "--from", "2026-03-01", "--by", "day"] + now).status == 64)
      let list = ["actuals", "list", "--from", "2026-03-01"] + now
      let grouped = try await shell.run(list + ["--group", "week", "--client", "Acme", "--role", "Dev", "--json"])
      #expect(grouped.out.contains("\"billable_minutes\" : 903") && grouped.out.contains("\"week\" : \"2026-03-02\""))
      #expect(try await shell.run(list + ["--origin", "manual"]).errors.contains("No actuals"))
      #expect(try await shell.run(list + ["--group", "year"]).status == 64)
      #expect(try await shell.run(["actuals", "export", "--from", "2026-03-10"] + now).status == 64)
    }
  }
}

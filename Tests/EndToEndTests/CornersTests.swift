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
    try await Shell.with([]) { shell in
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

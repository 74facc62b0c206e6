import ClockifySimulator
import Foundation
import Testing

/// What somebody has seen and left as it is, and what a report says by name.
@Suite("Acknowledging, and names in reports")
struct AcknowledgeTests {
  private static let choresID = "6630aa10b1c2d3e4f5060021"
  private let now = SmallWorkspace.now

  /// An hour each on Alpha, and the project Chores without a client.
  private func with(_ body: (Shell, SimulatedClockify) async throws -> Void) async throws {
    var workspace = SmallWorkspace.make(
      hours: [(SmallWorkspace.anaID, SmallWorkspace.alphaID), (SmallWorkspace.bobID, SmallWorkspace.alphaID)])
    workspace.projects.append(.init(id: Self.choresID, name: "Chores", clientID: nil))
    try await Shell.with(workspace, SmallWorkspace.setUp, body)
  }

  @Test(
    "Rules 16, 17: an item gone from Clockify and a project without a client wait until they are acknowledged; both stay as they are"
  )
  func acknowledge() async throws {
    try await with { shell, clockify in
      clockify.change { $0.workspace.users[1].isRemoved = true }
      try await shell.succeed(["import"] + now)
      let status = ["status", "--exit-code"] + now
      let waiting = try await shell.run(status)
      #expect(waiting.status == 3)
      let said = waiting.out + waiting.errors
      #expect(said.contains("rota references acknowledge person 2"))
      #expect(said.contains("rota references acknowledge project \(Self.choresID)"))

      #expect(try await shell.run("references", "acknowledge", "person", "Ana").status == 64)
      let dry = try await shell.run("references", "acknowledge", "person", "Bob", "--dry-run")
      #expect(dry.errors.contains("would be acknowledged"))
      try await shell.succeed(
        ["references", "acknowledge", "person", "Bob", "--note", "left in May"],
        ["references", "acknowledge", "project", Self.choresID])
      #expect(try await shell.run(status).status == 0)
      let before = try shell.sql(
        "SELECT * FROM actual ORDER BY 1; SELECT planning_id, external_id FROM external_reference")
      try await shell.succeed(["import"] + now)
      #expect(try await shell.run(status).status == 0)
      #expect(
        try shell.sql("SELECT * FROM actual ORDER BY 1; SELECT planning_id, external_id FROM external_reference")
          == before)
      let list = try await shell.run("references", "acknowledged", "--json").out
      #expect(list.contains("left in May") && list.contains("\"Chores\""))

      // What changes is news again.
      clockify.change { state in
        state.workspace.users[1].isRemoved = false
        state.workspace.projects[1].clientID = state.workspace.clients[0].id
      }
      try await shell.succeed(["import"] + now)
      #expect(try shell.sql("SELECT count(*) FROM acknowledgement") == "0")
      clockify.change { $0.workspace.users[1].isRemoved = true }
      try await shell.succeed(["import"] + now)
      #expect(try await shell.run(status).status == 3)
      try await shell.succeed(
        ["references", "acknowledge", "person", "2"], ["references", "unacknowledge", "person", "2"])
      #expect(try await shell.run(status).status == 3)
    }
  }

  @Test("Rule 77: unlinking somebody who is gone makes no second person, and their time stays")
  func unlinkGone() async throws {
    try await with { shell, clockify in
      clockify.change { $0.workspace.users[1].isRemoved = true }
      try await shell.succeed(["import"] + now, ["references", "unlink", "person", "Bob"], ["import"] + now)
      #expect(try shell.sql("SELECT group_concat(name) FROM (SELECT name FROM person ORDER BY id)") == "Ana,Bob")
      #expect(try shell.sql("SELECT person, billable_minutes FROM actual_detail ORDER BY 1") == "Ana|60\nBob|60")
    }
  }

  @Test("The report and runs show name what is new, twenty of a kind and then a count; a masked export names nobody")
  func names() async throws {
    try await with { shell, clockify in
      clockify.change { state in
        for number in 1...23 {
          state.workspace.clients.append(
            .init(id: "6630aa10b1c2d3e4f50601\(number + 10)", name: "Client \(number)"))
        }
        state.workspace.users.append(
          .init(id: "6630aa10b1c2d3e4f5060003", name: "Chloe", email: "c@ex.test", timeZone: "UTC"))
      }
      let report = try await shell.run(["import"] + now).errors.replacing(/\s+/, with: " ")
      #expect(report.contains("people 1 new (Chloe), 2 known"))
      #expect(report.contains("clients 23 new (Client 1, ") && report.contains("and 3 more), 1 known"))
      let run = try shell.sql("SELECT max(id) FROM import_run")
      let shown = try await shell.run("runs", "show", run).out.replacing(/\s+/, with: " ")
      #expect(shown.contains("new people 1 (Chloe)"))
      let masked = try await shell.run("runs", "export", run, "--mask-names").out
      #expect(!masked.contains("Chloe") && masked.contains("new_names"))
    }
  }

  @Test("Where reports are refused, the report says that time was read from the lists, and whom that leaves out")
  func listsInstead() async throws {
    try await with { shell, clockify in
      clockify.change { $0.controls.faults = [.init(.status(403), on: "/reports/")] }
      let report = try await shell.run(["import"] + now)
      #expect(report.status == 0)
      let words = report.errors.replacing(/\s+/, with: " ")
      #expect(
        words.contains(
          "time was read from everybody's own list, not the report: time of people who are not listed is not covered"))
    }
  }

  @Test("Off a terminal an import that takes long says every ten seconds what it is at")
  func signOfLife() async throws {
    try await with { shell, clockify in
      clockify.change { $0.controls.faults = [.init(.delay(10.5), on: "/users", times: 1)] }
      let report = try await shell.run(["import"] + now)
      #expect(report.status == 0)
      #expect(
        report.errors.split(separator: "\n").filter { $0.hasPrefix("Reading ") || $0 == "Placing time" }.count == 1)
    }
  }
}

import ClockifySimulator
import Foundation
import Testing

/// What the built binary refuses, or asks about first, so that no minute leaves by accident (rules 82, 87, 89, 91, 94).
@Suite("Refusals of an import")
struct RefusalsTests {
  private static let groupID = "6630aa10b1c2d3e4f5060040"
  private let now = SmallWorkspace.now

  /// Ana with an hour without a project, Bob with an hour on Alpha; both in the group Studio.
  private func with(_ body: (Shell, SimulatedClockify) async throws -> Void) async throws {
    var workspace = SmallWorkspace.make(
      hours: [(SmallWorkspace.anaID, nil), (SmallWorkspace.bobID, SmallWorkspace.alphaID)])
    workspace.groups = [
      .init(id: Self.groupID, name: "Studio", userIDs: [SmallWorkspace.anaID, SmallWorkspace.bobID])
    ]
    try await Shell.with(workspace, SmallWorkspace.setUp, body)
  }

  @Test("Rule 89: a group that is gone is exit 64 with its last members; a filter that takes too much is exit 4")
  func filters() async throws {
    try await with { plain, clockify in
      var shell = plain
      shell.environment["ROTA_IMPORT_INCLUDE_GROUPS"] = Self.groupID
      try await shell.succeed(["import"] + now)
      clockify.change { $0.workspace.groups = [] }
      let gone = try await shell.run(["import"] + now)
      #expect(gone.status == 64)
      #expect(gone.errors.contains("(\"Studio\")") && gone.errors.contains("last known members: Ana, Bob"))
      #expect(try shell.sql("SELECT sum(billable_minutes) FROM actual") == "60")

      shell.environment["ROTA_IMPORT_INCLUDE_GROUPS"] = nil
      shell.environment["ROTA_IMPORT_EXCLUDE_USERS"] = SmallWorkspace.bobID
      let held = try await shell.run(["import"] + now)
      #expect(held.status == 4)
      let run = try shell.sql("SELECT max(id) FROM import_run")
      #expect(held.errors.contains("rota import --confirm-deletes \(run)"))
      #expect(try shell.sql("SELECT sum(billable_minutes) FROM actual") == "60")
      try await shell.succeed(["import", "--confirm-deletes", run] + now)
      #expect(try shell.sql("SELECT count(*) FROM actual") == "0")
    }
  }

  @Test("Rule 91: the catch-all project stays: no delete, no merge; one that never was is exit 64 before any request")
  func catchAll() async throws {
    try await with { plain, clockify in
      var shell = plain
      try await shell.succeed(["projects", "add", "Unassigned", "--client", "Acme"])
      shell.environment["ROTA_IMPORT_CATCH_ALL_PROJECT"] = "2"
      try await shell.succeed(["import"] + now)
      #expect(try shell.sql("SELECT sum(billable_minutes) FROM actual WHERE project_id = 2") == "60")
      for command in [
        ["projects", "delete", "2", "--cascade"], ["clients", "delete", "Acme", "--cascade"],
        ["duplicates", "merge", "project", "1", "2"],
      ] {
        let refused = try await shell.run(command)
        #expect(refused.status == 64, "\(command)")
        #expect(refused.errors.contains("import: catch_all_project"), "\(refused.errors)")
      }
      #expect(try shell.sql("SELECT count(*) FROM project") == "2")

      shell.environment["ROTA_IMPORT_CATCH_ALL_PROJECT"] = "99"
      clockify.clearRequests()
      #expect(try await shell.run(["import"] + now).status == 64)
      #expect(clockify.read { $0.requests.isEmpty })
      shell.environment["ROTA_IMPORT_CATCH_ALL_PROJECT"] = nil
      shell.environment["ROTA_IMPORT_EXCLUDE_USERS"] = "bob"
      #expect(try await shell.run(["import"] + now).errors.contains("\"bob\" is no Clockify id"))
    }
  }

  @Test("Rule 94: the hour's budget ending among the lists is exit 3, with the time to go on")
  func budget() async throws {
    try await with { plain, _ in
      var shell = plain
      shell.environment["ROTA_CLOCKIFY_REQUESTS_PER_HOUR"] = "100"
      let spent = Int(try shell.sql("SELECT sum(requests) FROM import_run"))!
      shell.environment["ROTA_CLOCKIFY_REQUESTS_PER_HOUR"] = "\(spent + 3)"
      let partial = try await shell.run(["import"] + now)
      #expect(partial.status == 3)
      #expect(partial.errors.contains("Kept: what had arrived of the lists. Nothing planners see was changed."))
      #expect(partial.errors.contains("run 'rota import' again after "))
    }
  }
}

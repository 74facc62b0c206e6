import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

/// Several workspaces with shared accounts: rules 87 and 88.
@Suite("Several workspaces")
struct WorkspacesTests {
  private static let a = "6630aa10b1c2d3e4f5060000"
  private static let b = "6630aa10b1c2d3e4f50600bb"
  private static let gammaID = "6630aa10b1c2d3e4f5060050"
  private static let danID = "6630aa10b1c2d3e4f5060004"

  /// Workspace B: Ana and Bob are in it too, Dan only there; client Globex with project Gamma.
  private func withTwo(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      world.clockify.change { state in
        var b = SimulatedWorkspace(id: Self.b, name: "B")
        b.users = state.workspace.users.filter { $0.id != World.chloeID }
        b.users.append(.init(id: Self.danID, name: "Dan", email: "dan@ex.test", timeZone: "UTC"))
        b.clients = [.init(id: "6630aa10b1c2d3e4f5060051", name: "Globex")]
        b.projects = [.init(id: Self.gammaID, name: "Gamma", clientID: "6630aa10b1c2d3e4f5060051")]
        state.workspaces.append(b)
      }
      world.settings.workspaces = [Self.a, Self.b]
      try await body(world)
    }
  }

  private func trackInB(_ world: World, _ id: String, _ user: String, _ start: String, minutes: Int) {
    let begin = Instant(start)!.seconds
    let entry = SimulatedWorkspace.Entry(
      id: id, userID: user, projectID: Self.gammaID, start: begin, end: begin + minutes * 60)
    world.clockify.change { [entry] in $0.workspaces[1].add(entry) }
  }

  private func fault(_ world: World, _ status: Int, on path: String) {
    world.clockify.change { $0.controls.faults = [.init(.status(status), on: path)] }
  }

  @Test("Rule 87: A answers 403 to reports and 503 to one list, B is fine: B complete, A incomplete, the run partial")
  func oneFails() async throws {
    try await withTwo { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      trackInB(world, "66600c00b1c2d3e4f5060001", World.bobID, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      world.clockify.change { state in
        state.controls.faults = [
          .init(.status(403), on: "/workspaces/\(Self.a)/reports/"),
          .init(.status(503), on: "/user/\(World.bobID)/time-entries"),
        ]
      }
      let report = try await world.importNow()

      #expect(report.status == .partial)
      #expect(report.stopped?.isUnreachable == false)
      #expect(report.summary.workspaces?.map(\.isComplete) == [false, true])
      #expect(report.summary.workspaces?.map(\.source) == [.entries, .reports])
      #expect(report.stopped?.message.hasPrefix("W: ") ?? false)
      #expect(try world.actuals().contains("Bob Gamma Dev 2026-03-03 30/0"))

      // The next night reads A's gap.
      world.clockify.change { $0.controls.faults = [] }
      world.track("2025-05-05T08:00:00Z", minutes: 7)
      world.now = world.now + 86_400
      let next = try await world.importNow()
      #expect(next.status == .done)
      #expect(try world.actuals().contains("Ana Alpha Dev 2025-05-05 7/0"))
    }
  }

  @Test("Rule 87: what fails among the lists of one does not stop the other", arguments: [401, 403, 404, 503])
  func listsFail(status: Int) async throws {
    try await withTwo { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      trackInB(world, "66600c00b1c2d3e4f5060001", Self.danID, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      fault(world, status, on: "/workspaces/\(Self.a)/clients")
      let report = try await world.importNow()

      #expect(report.status == .partial)
      #expect(report.stopped?.isUnreachable == false)
      #expect(try world.actuals() == ["Dan Gamma Dev 2026-03-03 30/0"])
      #expect(
        try world.sql("SELECT workspace_id, is_complete FROM workspace_reading ORDER BY import_run_id DESC, 1 LIMIT 2")
          == "\(Self.a)|0\n\(Self.b)|1")
      world.clockify.change { $0.controls.faults = [] }
      #expect(try await world.importNow().status == .done)
      #expect(try world.actuals().count == 2)
    }
  }

  @Test("Rule 87: a workspace of the settings that the key sees no more is named, and the other goes on")
  func lostAccess() async throws {
    try await withTwo { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      world.clockify.change { $0.workspaces[1].users.removeAll { $0.id == World.anaID } }
      let report = try await world.importNow()
      #expect(report.status == .partial)
      #expect(report.summary.workspaces?.last?.failure != nil)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
    }
  }

  @Test("Rule 87: a deep pass of B is remembered, also where A can only be read by lists")
  func deepPass() async throws {
    try await withTwo { world in
      try await world.enableActuals()
      world.clockify.change { $0.controls.faults = [.init(.status(403), on: "/workspaces/\(Self.a)/reports/")] }
      try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM setting WHERE key LIKE 'last_deep_pass:%'") == "2")
    }
  }

  @Test("Rule 53, 87: a brake in A leaves B's time to itself")
  func brakeIsOfOne() async throws {
    try await withTwo { world in
      let ids = (0..<30).map { world.track("2026-03-0\(1 + $0 % 6)T0\($0 / 6):00:00Z", minutes: 10) }
      trackInB(world, "66600c00b1c2d3e4f5060001", Self.danID, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      for id in ids { world.remove(id) }
      world.clockify.change { $0.workspaces[1].editEntry("66600c00b1c2d3e4f5060001") { $0.end! += 600 } }
      let report = try await world.importNow()
      #expect(report.status == .held)
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual_detail WHERE person = 'Dan'") == "40")
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual_detail WHERE person = 'Ana'") == "300")
    }
  }

  @Test("Rule 87: zeros need every workspace that knows the person, and no other")
  func zeros() async throws {
    try await withTwo { world in
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.sql(
        """
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on)
        SELECT p.id, 1, 2, '2026-03-03', '2026-03-03' FROM person p
        """)
      fault(world, 502, on: "/workspaces/\(Self.b)/reports/")
      try await world.importNow()
      // Chloe is only in A; Ana, Bob and Dan may have time in B.
      #expect(
        try world.sql("SELECT DISTINCT person FROM actual_detail WHERE origin = 'autofill' AND date = '2026-03-03'")
          == "Chloe")
      world.clockify.change { $0.controls.faults = [] }
      try await world.importNow()
      #expect(
        try world.sql(
          "SELECT group_concat(DISTINCT person) FROM actual_detail WHERE origin = 'autofill' AND date = '2026-03-03'")
          == "Ana,Bob,Chloe,Dan")
    }
  }

  // MARK: One account (88)

  @Test("Rule 88: Bob active in A, inactive in B: not archived, no drift; inactive in both: drift")
  func activeInOne() async throws {
    try await withTwo { world in
      world.clockify.change { $0.workspaces[1].users[1].membershipStatus = "INACTIVE" }
      try await world.importNow()
      #expect(try world.sql("SELECT is_archived FROM person WHERE name = 'Bob'") == "0")
      #expect(try world.sql("SELECT count(*) FROM drift") == "0")
      world.clockify.change { $0.workspaces[0].users[1].membershipStatus = "INACTIVE" }
      try await world.importNow()
      #expect(try world.sql("SELECT kind, field, clockify_value FROM drift") == "person|archived|1")
    }
  }

  @Test("Rule 88: gone from one workspace is not gone")
  func goneFromOne() async throws {
    try await withTwo { world in
      try await world.importNow()
      world.clockify.change { $0.workspaces[0].users[1].isRemoved = true }
      let report = try await world.importNow()
      #expect(!report.findings.contains { $0.code.rawValue == "source_missing" })
      #expect(try world.sql("SELECT count(*) FROM drift") == "0")
      world.clockify.change { $0.workspaces[1].users[1].isRemoved = true }
      #expect(
        try await world.importNow().findings.filter { $0.code.rawValue == "source_missing" }.map(\.name) == ["Bob"])
    }
  }

  @Test("Rule 88: B leaves the settings and Bob moves to Berlin in A: his next entry is dated in Berlin")
  func zoneOfNamed() async throws {
    try await withTwo { world in
      try await world.enableActuals()
      world.settings.workspaces = [Self.a]
      world.clockify.change { $0.workspaces[0].users[1].timeZone = "Europe/Berlin" }
      world.track(World.bobID, World.alphaID, "2026-03-06T03:30:00Z", minutes: 90)
      try await world.importNow()
      #expect(try world.actuals() == ["Bob Alpha Dev 2026-03-06 90/0"])
    }
  }

  @Test("Rules 15, 88: deleted here, Bob is back although a workspace outside the settings knows him too")
  func deletedIsBack() async throws {
    try await withTwo { world in
      try await world.enableActuals()
      world.settings.workspaces = [Self.a]
      try world.sql("DELETE FROM person WHERE name IN ('Bob', 'Dan')")
      try await world.importNow()
      #expect(try world.sql("SELECT group_concat(name) FROM (SELECT name FROM person ORDER BY id)") == "Ana,Chloe,Bob")
      #expect(try world.sql("SELECT count(*) FROM external_reference WHERE source_missing_since IS NOT NULL") == "0")
    }
  }

  @Test("Rule 88: what left the settings stays placed, and nothing is missing")
  func leftSettings() async throws {
    try await withTwo { world in
      trackInB(world, "66600c00b1c2d3e4f5060001", Self.danID, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      world.settings.workspaces = [Self.a]
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(try world.actuals() == ["Dan Gamma Dev 2026-03-03 30/0"])
      #expect(!report.findings.contains { $0.code.rawValue == "source_missing" })
    }
  }

  @Test("Rule 89: a run narrowed to A uses the membership last read of a group of B")
  func groupOfTheOther() async throws {
    try await withTwo { world in
      world.clockify.change {
        $0.workspaces[1].groups = [.init(id: "6630aa10b1c2d3e4f5060060", name: "G", userIDs: [World.anaID])]
      }
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.settings.include.groups = ["6630aa10b1c2d3e4f5060060"]
      try await world.enableActuals()
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
      let report = try await world.importNow { $0.workspaces = [Self.a] }
      #expect(report.status == .done)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
      #expect(try world.sql("SELECT group_concat(name) FROM person") == "Ana")
    }
  }

  @Test("Rule 88: somebody gone from A who is on entries of B, in no list there, keeps the zone of their profile")
  func unlistedElsewhere() async throws {
    try await withTwo { world in
      try await world.enableActuals()
      world.clockify.change { state in
        state.workspaces[0].users[2].isRemoved = true
        var chloe = state.workspaces[0].users[2]
        chloe.isRemoved = true
        state.workspaces[1].users.append(chloe)
      }
      trackInB(world, "66600c00b1c2d3e4f5060001", World.chloeID, "2026-03-05T11:30:00Z", minutes: 30)
      try await world.importNow()
      let before = try world.dump()
      try await world.importNow()
      #expect(try world.dump() == before)
      #expect(
        try world.sql("SELECT time_zone FROM clockify_account WHERE id = '\(World.chloeID)'") == "Pacific/Auckland")
    }
  }
}

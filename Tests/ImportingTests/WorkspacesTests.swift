import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

/// Workspaces with shared accounts.
@Suite("Rules 87, 88: several workspaces")
struct WorkspacesTests {
  /// Who and what is only in workspace B.
  private struct OnlyInB {
    let dan: Cast.Person
    let gamma: Cast.Project
  }

  /// The cast in A; in B Ana and Bob too, Dan only there; client Globex with project Gamma.
  private func withTwo(_ body: (World, OnlyInB) async throws -> Void) async throws {
    try await World.several(["A": Cast.people, "B": [.ana, .bob]]) { world in
      let gamma = world.newProject("Gamma", client: world.newClient("Globex", in: "B"), in: "B")
      try await body(world, OnlyInB(dan: world.hire("Dan", in: "B"), gamma: gamma))
    }
  }

  private func fault(_ world: World, _ status: Int, on path: String) {
    world.clockify.change { $0.controls.faults = [.init(.status(status), on: path)] }
  }

  @Test("Rules 54, 87: several workspaces in one run: one plan, one ledger; a run of one leaves the other's time alone")
  func workspaces() async throws {
    try await World.several(["W": Cast.people, "Second": [.ana, .bob]]) { world in
      world.settings.workspaces = []
      let omega = world.newProject("Omega", client: world.newClient("Zeta", in: "Second"), in: "Second")
      let id = world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.track(.ana, omega, "2026-03-03T10:00:00Z", minutes: 30, in: "Second")
      await #expect(throws: RunFailed.self) { try await world.importNow() }
      world.settings.workspaces = ["all"]
      try await world.enableActuals()
      let both = try await world.importNow()
      #expect(both.books.secondsRead == 90 * 60 && both.books.isBalanced)
      #expect(try world.sql("SELECT count(*) FROM person") == "3")
      #expect(
        try world.sql("SELECT group_concat(DISTINCT workspace_id) FROM external_reference WHERE kind = 'project'")
          .contains(world.workspace("Second")))
      let expected = ["Ana Alpha Dev 2026-03-03 60/0", "Ana Omega Dev 2026-03-03 30/0"]
      #expect(try world.actuals() == expected)
      let dump = try world.dump()
      try await world.importNow()
      #expect(try world.dump() == dump)

      // Only the first is read; what the second has stays, and follows the plan.
      world.edit(id) { $0.end! += 60 }
      world.track(.bob, omega, "2026-03-04T15:00:00Z", minutes: 30, in: "Second")
      try world.giveEverybody(role: "QA")
      let one = try await world.importNow { $0.workspaces = [world.workspace("W")] }
      #expect(one.books.secondsRead == 61 * 60)
      #expect(try world.actuals() == ["Ana Alpha QA 2026-03-03 61/0", "Ana Omega QA 2026-03-03 30/0"])
      try await world.importNow()
      #expect(try world.actuals().last == "Bob Omega QA 2026-03-04 30/0")
    }
  }

  @Test("Rule 87: A answers 403 to reports and 503 to one list, B is fine: B complete, A incomplete, the run partial")
  func oneFails() async throws {
    try await withTwo { world, b in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.track(.bob, b.gamma, "2026-03-03T15:00:00Z", minutes: 30, in: "B")
      try await world.enableActuals()
      let a = world.workspace("A")
      world.clockify.change { state in
        state.controls.faults = [
          .init(.status(403), on: "/workspaces/\(a)/reports/"),
          .init(.status(503), on: "/user/\(Cast.Person.bob.id)/time-entries"),
        ]
      }
      let report = try await world.importNow()

      #expect(report.status == .partial)
      #expect(report.stopped?.isUnreachable == false)
      #expect(report.summary.workspaces?.map(\.isComplete) == [false, true])
      #expect(report.summary.workspaces?.map(\.source) == [.entries, .reports])
      #expect(report.stopped?.message.hasPrefix("A: ") ?? false)
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
    try await withTwo { world, b in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.track(b.dan, b.gamma, "2026-03-03T15:00:00Z", minutes: 30, in: "B")
      try await world.enableActuals()
      fault(world, status, on: "/workspaces/\(world.workspace("A"))/clients")
      let report = try await world.importNow()

      #expect(report.status == .partial)
      #expect(report.stopped?.isUnreachable == false)
      #expect(try world.actuals() == ["Dan Gamma Dev 2026-03-03 30/0"])
      #expect(
        try world.sql("SELECT workspace_id, is_complete FROM workspace_reading ORDER BY import_run_id DESC, 1 LIMIT 2")
          == "\(world.workspace("A"))|0\n\(world.workspace("B"))|1")
      world.clockify.change { $0.controls.faults = [] }
      #expect(try await world.importNow().status == .done)
      #expect(try world.actuals().count == 2)
    }
  }

  @Test("Rule 87: a workspace of the settings that the key sees no more is named, and the other goes on")
  func lostAccess() async throws {
    try await withTwo { world, _ in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      world.takeOut(.ana, of: "B")
      let report = try await world.importNow()
      #expect(report.status == .partial)
      #expect(report.summary.workspaces?.last?.failure != nil)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
    }
  }

  @Test("Rule 87: a deep pass of B is remembered, also where A can only be read by lists")
  func deepPass() async throws {
    try await withTwo { world, _ in
      try await world.enableActuals()
      fault(world, 403, on: "/workspaces/\(world.workspace("A"))/reports/")
      try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM setting WHERE key LIKE 'last_deep_pass:%'") == "2")
    }
  }

  @Test("Rules 53, 87: a brake in A leaves B's time to itself")
  func brakeIsOfOne() async throws {
    try await withTwo { world, b in
      let ids = (0..<30).map { world.track("2026-03-0\(1 + $0 % 6)T0\($0 / 6):00:00Z", minutes: 10) }
      let dans = world.track(b.dan, b.gamma, "2026-03-03T15:00:00Z", minutes: 30, in: "B")
      try await world.enableActuals()
      try await world.importNow()
      for id in ids { world.remove(id) }
      world.edit(dans) { $0.end! += 600 }
      let report = try await world.importNow()
      #expect(report.status == .held)
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual_detail WHERE person = 'Dan'") == "40")
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual_detail WHERE person = 'Ana'") == "300")
    }
  }

  @Test("Rule 87: zeros need every workspace that knows the person, and no other")
  func zeros() async throws {
    try await withTwo { world, b in
      try await world.enableActuals(zerosFrom: "2026-03-02")
      for person in Cast.people + [b.dan] {
        try world.assign(person, to: .alpha, from: "2026-03-03", to: "2026-03-03")
      }
      fault(world, 502, on: "/workspaces/\(world.workspace("B"))/reports/")
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

  @Test("Rule 88: Bob active in A, inactive in B: not archived, no drift; inactive in both: drift")
  func activeInOne() async throws {
    try await withTwo { world, _ in
      world.change(.bob, in: "B") { $0.membershipStatus = "INACTIVE" }
      try await world.importNow()
      #expect(try world.sql("SELECT is_archived FROM person WHERE name = 'Bob'") == "0")
      #expect(try world.sql("SELECT count(*) FROM drift") == "0")
      world.change(.bob, in: "A") { $0.membershipStatus = "INACTIVE" }
      try await world.importNow()
      #expect(try world.sql("SELECT kind, field, clockify_value FROM drift") == "person|archived|1")
    }
  }

  @Test("Rule 88: gone from one workspace is not gone")
  func goneFromOne() async throws {
    try await withTwo { world, _ in
      try await world.importNow()
      world.change(.bob, in: "A") { $0.isRemoved = true }
      let report = try await world.importNow()
      #expect(!report.findings.contains { $0.code.rawValue == "source_missing" })
      #expect(try world.sql("SELECT count(*) FROM drift") == "0")
      world.change(.bob, in: "B") { $0.isRemoved = true }
      #expect(
        try await world.importNow().findings.filter { $0.code.rawValue == "source_missing" }.map(\.name) == ["Bob"])
    }
  }

  @Test("Rule 88: B leaves the settings and Bob moves to Berlin in A: his next entry is dated in Berlin")
  func zoneOfNamed() async throws {
    try await withTwo { world, _ in
      try await world.enableActuals()
      world.settings.workspaces = [world.workspace("A")]
      world.change(.bob, in: "A") { $0.timeZone = "Europe/Berlin" }
      world.track(.bob, .alpha, "2026-03-06T03:30:00Z", minutes: 90)
      try await world.importNow()
      #expect(try world.actuals() == ["Bob Alpha Dev 2026-03-06 90/0"])
    }
  }

  @Test("Rules 15, 88: deleted here, Bob is back although a workspace outside the settings knows him too")
  func deletedIsBack() async throws {
    try await withTwo { world, b in
      try await world.enableActuals()
      world.settings.workspaces = [world.workspace("A")]
      for person in [.bob, b.dan] { try world.delete(person) }
      try await world.importNow()
      #expect(try world.sql("SELECT group_concat(name) FROM (SELECT name FROM person ORDER BY id)") == "Ana,Chloe,Bob")
      #expect(try world.sql("SELECT count(*) FROM external_reference WHERE source_missing_since IS NOT NULL") == "0")
    }
  }

  @Test("Rule 88: what left the settings stays placed, and nothing is missing")
  func leftSettings() async throws {
    try await withTwo { world, b in
      world.track(b.dan, b.gamma, "2026-03-03T15:00:00Z", minutes: 30, in: "B")
      try await world.enableActuals()
      try await world.importNow()
      world.settings.workspaces = [world.workspace("A")]
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(try world.actuals() == ["Dan Gamma Dev 2026-03-03 30/0"])
      #expect(!report.findings.contains { $0.code.rawValue == "source_missing" })
    }
  }

  @Test("Rule 88: somebody gone from A who is on entries of B, in no list there, keeps the zone of their profile")
  func unlistedElsewhere() async throws {
    try await withTwo { world, b in
      try await world.enableActuals()
      world.change(.chloe) { $0.isRemoved = true }
      world.join(.chloe, in: "B")
      world.track(.chloe, b.gamma, "2026-03-05T11:30:00Z", minutes: 30, in: "B")
      try await world.importNow()
      let before = try world.dump()
      try await world.importNow()
      #expect(try world.dump() == before)
      #expect(
        try world.sql("SELECT time_zone FROM clockify_account WHERE id = '\(Cast.Person.chloe.id)'")
          == "Pacific/Auckland")
    }
  }
}

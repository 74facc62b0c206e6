import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// What one import does, in whatever order the network answers.
@Suite("Rules 1 to 7, 83: one run")
struct RunningTests {
  @Test("Rule 1: an import sends reads only")
  func readsOnly() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()

      let requests = world.clockify.read(\.requests)
      #expect(requests.count > 5)
      #expect(
        requests.allSatisfy { $0.method == "GET" || ($0.method == "POST" && $0.path.hasSuffix("/reports/detailed")) })
      #expect(requests.allSatisfy { $0.status == 200 })
    }
  }

  @Test("Rule 2: an entry that came back before a kill is placed by the next run, whatever that one reads")
  func backBeforeKill() async throws {
    try await World.with { world in
      let id = world.track("2026-03-01T08:00:00Z", minutes: 33)
      try await world.enableActuals()
      try await world.importNow()
      let entry = world.clockify.read { $0.workspace.entries[0] }
      world.remove(id)
      try await world.importNow()
      world.clockify.change { $0.workspace.add(entry) }
      try world.sql("CREATE TRIGGER broken BEFORE UPDATE ON placement_row BEGIN SELECT raise(ABORT, 'broken'); END")
      await #expect(throws: RunFailed.self) { try await world.importNow() }
      try world.sql("DROP TRIGGER broken")
      try await world.importNow(since: "2026-03-05")
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-01 33/0"])
    }
  }

  @Test("Rule 3: --scope people creates people and no actuals")
  func scopes() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.importNow(scopes: [.people])

      #expect(
        try world.sql(
          "SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM project), (SELECT count(*) FROM actual)")
          == "3|0|0")
    }
  }

  @Test("Rule 3: --scope actuals alone creates nothing and holds what is not linked")
  func actualsAlone() async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.ana, world.newProject("New", client: .acme), "2026-03-03T08:00:00Z", minutes: 60)
      let report = try await world.importNow(scopes: [.actuals])

      #expect(report.summary.held["project_not_linked"]?.seconds == 3600)
      #expect(try world.sql("SELECT count(*) FROM project") == "3")
    }
  }

  @Test("Rule 4: a second import writes nothing outside the run log")
  func idempotent() async throws {
    try await World.with { world in
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 200 + day) }
      world.track(.bob, nil, "2026-03-03T15:00:00Z", minutes: 30)
      world.track(.bob, .beta, "2026-03-03T16:00:00Z", minutes: nil)
      try await world.enableActuals(zerosFrom: "2026-02-23")
      try await world.importNow()
      let before = try world.dump()
      let report = try await world.importNow()

      #expect(before.contains("INSERT"))
      #expect(try world.dump() == before)
      #expect(report.summary.actuals == ActualCounts.none)
    }
  }

  @Test("Rule 5: a run that died is marked failed and reported by the next")
  func deadRun() async throws {
    try await World.with { world in
      let dead = try world.number(
        """
        INSERT INTO import_run (trigger, scope, status, started_at)
        VALUES ('scheduled', 'people', 'running', '2026-03-08T02:00:00Z');
        SELECT max(id) FROM import_run;
        """)
      let report = try await world.importNow()

      #expect(report.summary.deadRuns == [dead])
      #expect(try world.sql("SELECT status FROM import_run ORDER BY id") == "failed\ndone")
    }
  }

  @Test(
    "Rule 6: a page that fails for good leaves the slice incomplete: what arrived is placed, nothing goes, no zeros")
  func incompleteSlice() async throws {
    try await World.with { world in
      var ids: [String] = []
      for day in 2...6 { ids.append(world.track("2026-03-0\(day)T08:00:00Z", minutes: 60)) }
      world.clockify.change { $0.controls.silentPageCap = 2 }
      try await world.enableActuals(zerosFrom: "2026-02-02")
      try await world.importNow(scopes: [.actuals])
      let zeros = try world.sql("SELECT count(*) FROM actual WHERE origin = 'autofill'")
      world.remove(ids[4])
      world.edit(ids[0]) { $0.end! += 60 }
      world.clockify.change { $0.controls.faults = [.init(.status(502), on: "/reports/", page: 2)] }
      let report = try await world.importNow()

      #expect(report.status == .partial)
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-02 61/0"))
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-06 60/0"))
      #expect(try world.sql("SELECT count(*) FROM actual WHERE origin = 'autofill'") == zeros)
    }
  }

  @Test("Rule 6: a server that caps pages at 2 when asked for 1,000, without Last-Page: everything is read")
  func cappedPages() async throws {
    try await World.with { world in
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 60) }
      world.clockify.change {
        $0.controls.silentPageCap = 2; $0.controls.sendsLastPage = false
      }
      try await world.enableActuals()
      let report = try await world.importNow(scopes: [.actuals])

      #expect(report.books.secondsPlaced == 5 * 3600)
      #expect(report.status == .done)
    }
  }

  @Test("Rule 6: totals that overstate twice the same: complete with a warning, but nothing becomes missing")
  func overstatedTotals() async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.track("2026-03-04T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      world.remove(id)
      world.clockify.change { $0.controls.totals = .overstated(by: 1) }
      let report = try await world.importNow()

      #expect(report.status == .done)
      #expect(report.findings.contains { $0.code.rawValue == "totals_disagree" })
      #expect(try world.actuals().count == 2)
    }
  }

  @Test("Rule 7: rows that arrive more than once count once")
  func repeatedRows() async throws {
    try await World.with { world in
      for hour in 8...17 { world.track("2026-03-03T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 10) }
      let late = world.entry(.ana, .alpha, "2026-03-03T05:00:00Z", minutes: 10)
      world.clockify.change { state in
        state.controls.silentPageCap = 4
        // An entry that appears before page 2 is read shifts a row into it again.
        state.beforeAnswer = { state, path, page in
          guard page == 2, !state.workspace.entries.contains(where: { $0.id == late.id }) else { return }
          state.workspace.add(late)
        }
      }
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(report.summary.repeatedIDs > 0)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 110/0"])
      #expect(report.books.isBalanced)
    }
  }

  @Test("Rule 83: findings go after history_days, run rows stay")
  func history() async throws {
    try await World.with { world in
      world.settings.historyDays = 10
      let first = try await world.importNow().run
      #expect(try world.sql("SELECT count(*) > 0 FROM finding WHERE import_run_id = \(first)") == "1")
      world.now = world.now + 11 * 86_400
      try await world.importNow()

      #expect(try world.sql("SELECT count(*) FROM finding WHERE import_run_id = \(first)") == "0")
      #expect(try world.sql("SELECT count(*) FROM import_run") == "2")
    }
  }
}

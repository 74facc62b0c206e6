import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// Timers, overlaps, absurd entries, time without a project.
@Suite("Rules 30 to 33, 91, 93: which time counts")
struct CountedTimeTests {
  /// A planning id that no project has.
  private static let noProject: Int64 = 99

  @Test("Rules 30 to 33: what counts and what does not")
  func whatCounts() async throws {
    try await World.with { world in
      for hour in 7...14 { world.track("2026-03-03T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 30) }
      world.track(.ana, nil, "2026-03-03T16:00:00Z", minutes: 30, type: "BREAK")
      world.track(.ana, .alpha, "2026-03-03T17:00:00Z", minutes: 20, type: "TIME_OFF")
      world.track(.ana, nil, "2026-03-03T18:00:00Z", minutes: 45)
      world.track(.ana, .alpha, "2026-03-03T19:00:00Z", minutes: 0)
      world.track(.ana, .alpha, "2026-03-10T19:00:00Z", minutes: 10)
      let timer = world.track("2026-03-08T22:10:00Z", minutes: nil)
      try await world.enableActuals()
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 240/0"])
      #expect(report.summary.skipped["break"]?.seconds == 1800)
      #expect(report.summary.skipped["leave_entry"]?.seconds == 1200)
      #expect(report.summary.skipped["no_project"]?.seconds == 2700)
      #expect(report.summary.skipped["invalid_interval"]?.entries == 1)
      #expect(report.summary.skipped["running"] == RunSummary.Sum(entries: 1, seconds: 0))
      #expect(report.summary.held["future"]?.seconds == 600)

      world.edit(timer) { $0.end = $0.start + 190 * 60 }
      try await world.importNow()
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-08 190/0"))
    }
  }

  @Test("Rule 31: a timer that has run for more than a day is a warning, a younger one is not")
  func oldTimer() async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track("2026-03-08T07:00:00Z", minutes: nil)
      let young = try await world.importNow()
      #expect(young.findings.filter { $0.code.rawValue == "running" }.map(\.level) == [.info])
      world.now = world.now + 2 * 3600
      let old = try await world.importNow()
      #expect(old.findings.filter { $0.code.rawValue == "running" }.map(\.level) == [.warning])
      #expect(old.summary.skipped["running"] == RunSummary.Sum(entries: 1, seconds: 0))
    }
  }

  @Test("Rule 32: a forgotten timer of 50 hours counts whole, with a warning; overlaps warn")
  func longEntry() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 3000)
      world.track("2026-03-04T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 3000/0", "Ana Alpha Dev 2026-03-04 60/0"])
      #expect(report.findings.contains { $0.code.rawValue == "long_entry" && $0.entries == 1 })
      #expect(report.findings.contains { $0.code.rawValue == "overlap" && $0.seconds == 3600 })
    }
  }

  @Test("Rules 6, 32: warnings count an entry once, also when its slice is read twice, and over slice edges")
  func warnedOnce() async throws {
    try await World.with { world in
      // 11 March 02:00 UTC less 30 days is the edge of two slices.
      world.track("2026-02-09T01:00:00Z", minutes: 90)
      world.track("2026-02-09T02:10:00Z", minutes: 60)
      world.track("2026-03-03T08:00:00Z", minutes: 3000)
      world.clockify.change { $0.controls.totals = .overstated(by: 1) }
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(report.findings.filter { $0.code.rawValue == "totals_disagree" }.count == 1)
      #expect(report.findings.first { $0.code.rawValue == "long_entry" }?.entries == 1)
      #expect(report.findings.filter { $0.code.rawValue == "overlap" }.map(\.entries) == [1])
      #expect(report.findings.first { $0.code.rawValue == "overlap" }?.seconds == 20 * 60)
    }
  }

  @Test("Rule 32: a slice that is asked for again, in smaller pages, calls no entry an overlap of itself")
  func restartedSlice() async throws {
    try await World.with { world in
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 60) }
      world.clockify.change { $0.controls.silentPageCap = 2 }
      try await world.enableActuals()
      world.clockify.change { $0.controls.faults = [.init(.status(400), on: "/reports/", page: 2, times: 1)] }
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(!report.findings.contains { $0.code.rawValue == "overlap" })
    }
  }

  @Test(
    "Rule 32: overlaps in everybody's own lists are found, and none is made up",
    arguments: [ImportSettings.TimeSource.entries, .reports])
  func overlapsInLists(source: ImportSettings.TimeSource) async throws {
    try await World.with { world in
      world.settings.source = source
      world.clockify.change { $0.controls.silentPageCap = 2 }
      for day in 1...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 60) }
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 60)
      world.track(.bob, .alpha, "2026-03-03T15:30:00Z", minutes: 60)
      try await world.enableActuals()
      let report = try await world.importNow()
      let overlaps = report.findings.filter { $0.code.rawValue == "overlap" }
      #expect(overlaps.map(\.externalID) == [Cast.Person.bob.id])
      #expect(overlaps.map(\.seconds) == [1800])
    }
  }

  @Test("Rule 33: time without a project goes to the catch-all project, and back out of it")
  func catchAll() async throws {
    try await World.with { world in
      world.track(.ana, nil, "2026-03-03T08:00:00Z", minutes: 45)
      try await world.enableActuals()
      world.settings.catchAllProject = try world.planProject("Unassigned", client: world.client(.internal))
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Unassigned Dev 2026-03-03 45/0"])
      world.settings.catchAllProject = nil
      let report = try await world.importNow()
      #expect(try world.actuals().isEmpty)
      #expect(report.summary.skipped["no_project"]?.seconds == 45 * 60)

      world.settings.catchAllProject = Self.noProject
      await #expect(throws: ImportError.self) { try await world.importNow() }
    }
  }

  @Test("Rule 91: a catch-all gone by plain SQL holds its time with a warning; one that never was is refused at once")
  func catchAllGone() async throws {
    try await World.with { world in
      world.track(.ana, nil, "2026-03-03T08:00:00Z", minutes: 45)
      try await world.enableActuals()
      let unassigned = try world.planProject("Unassigned", client: world.client(.internal))
      world.settings.catchAllProject = unassigned
      try await world.importNow()
      try world.sql("DELETE FROM project WHERE id = \(unassigned)")
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(report.summary.held["no_project"]?.seconds == 2700)
      #expect(
        report.findings.contains {
          $0.code.rawValue == "no_project" && $0.level == .warning && $0.planningID == unassigned
        })
      #expect(try world.actuals().isEmpty)
      world.settings.catchAllProject = try world.project(.leave)
      try await world.importNow()
      #expect(try world.sql("SELECT project, billable_minutes FROM actual_detail") == "Leave|45")

      world.clockify.clearRequests()
      world.settings.catchAllProject = Self.noProject
      await #expect(throws: ImportError.self) { try await world.importNow() }
      #expect(world.clockify.read { $0.requests.isEmpty })
    }
  }

  @Test("Rule 93: an entry of 68 years is skipped with its figures, and the run goes on", arguments: [1...3])
  func absurd(_ nights: ClosedRange<Int>) async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      let id = world.track("2026-03-02T08:00:00Z", minutes: 60)
      world.edit(id) { $0.end = $0.start + 68 * 365 * 86_400 }
      try await world.enableActuals()
      for _ in nights {
        let report = try await world.importNow()
        #expect(report.status == .done)
        #expect(report.summary.skipped["invalid_interval"] == RunSummary.Sum(entries: 1, seconds: 0))
        let finding = report.findings.first { $0.code.rawValue == "invalid_interval" }
        #expect(finding?.level == .warning)
        #expect(finding?.message.contains("595680 h") ?? false)
        #expect(!report.findings.contains { $0.code.rawValue == "overlap" })
        #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
      }
    }
  }

  @Test("Rule 93: 31 days count, a second more does not; the years 1 and 9999 cost nobody else anything")
  func edges() async throws {
    try await World.with { world in
      world.settings.source = .entries
      world.track("2026-02-03T08:00:00Z", minutes: 31 * 1440)
      world.track(.bob, .alpha, "2026-02-03T08:00:00Z", minutes: 31 * 1440, seconds: 1)
      world.track(.chloe, .alpha, "9999-12-31T20:00:00Z", minutes: 60)
      world.track(.chloe, .alpha, "0001-01-01T00:00:00Z", minutes: 60)
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(report.status == .done)
      #expect(report.summary.skipped["invalid_interval"]?.entries ?? 0 >= 1)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-03 44640/0"])
    }
  }
}

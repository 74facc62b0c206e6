import ClockifySimulator
import Importing
import Planning
import RotaTesting
import Testing

@Suite("Rule 36: the second source, each person's own list of entries")
struct SecondSourceTests {
  @Test(
    "Rule 36: equal to the report for everybody who is listed, whichever zone the server reads windows in",
    arguments: 1...6)
  func equalSources(seed: UInt64) async throws {
    var states: [String] = []
    for source in [ImportSettings.TimeSource.reports, .entries] {
      var random = SeededRandom(state: seed)
      try await World.with { world in
        world.settings.source = source
        world.settings.since = CalendarDay("2026-01-10")
        world.clockify.change { state in
          state.controls.coreWindowZone =
            ["Pacific/Kiritimati", "Pacific/Pago_Pago", nil, "UTC", "Asia/Kolkata"][
              Int(seed) % 5]
          state.controls.maximumListPageSize = 60
          state.controls.sendsLastPage = seed % 2 == 0
        }
        var ids: [String] = []
        func track() {
          let projects: [Cast.Project?] = Cast.projects + [nil]
          let start = Instant("2026-01-08T00:00:00Z")! + random.below(60 * 86_400)
          ids.append(
            world.track(
              Cast.people[random.below(3)], projects[random.below(4)], start.description,
              minutes: random.below(12) == 0 ? nil : random.below(700), billable: random.below(3) > 0))
        }
        for _ in 0..<150 { track() }
        try await world.enableActuals()
        try await world.importNow()
        for _ in 0..<20 {
          track()
          world.edit(ids[random.below(ids.count)]) { $0.start += 3600 }
          world.remove(ids.remove(at: random.below(ids.count)))
        }
        let report = try await world.importNow()
        #expect(report.status == .done && report.books.isBalanced)
        states.append(try world.state())
        let dump = try world.dump()
        try await world.importNow()
        #expect(try world.dump() == dump)
      }
    }
    #expect(states[0] == states[1])
  }

  @Test("Without a reports service the lists are read by themselves; removed people are never called missing")
  func fallback() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      let before = try world.actuals()
      world.clockify.change { $0.controls.hasReports = false }
      world.change(.bob) { $0.isRemoved = true }
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(report.summary.usesLists == true)
      #expect(report.findings.contains { $0.code.rawValue == "not_covered" && $0.name == "Bob" })
      #expect(try world.actuals() == before)
      #expect(try world.sql("SELECT count(*) FROM read_slice WHERE user_id IS NOT NULL") == "2")

      world.settings.source = .reports
      let strict = try await world.importNow()
      #expect(strict.status == .partial)
    }
  }
}

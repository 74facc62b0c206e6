import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

@Suite("Import rules: what is read again")
struct WindowRulesTests {
  /// How many report requests were made since the last call.
  private func reportRequests(_ world: World) -> Int {
    let count = world.clockify.read { $0.requests.filter { $0.path.hasSuffix("/reports/detailed") }.count }
    world.clockify.clearRequests()
    return count
  }

  @Test("Rule 8: a backfill that the budget cuts goes on where it ended, and reads nothing twice")
  func backfill() async throws {
    try await World.with(plan: "FREE") { world in
      world.settings.since = CalendarDay("2024-03-09")
      world.settings.deepWindowDays = 0
      world.settings.freeRequestsPerHour = 14
      for month in 1...9 { world.track("2025-0\(month)-15T08:00:00Z", minutes: 60) }
      world.track("2024-04-02T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      _ = reportRequests(world)

      // 730 days are 25 slices of at most 30; what is left of 14 requests an hour after the lists are about 8.
      var statuses: [String] = []
      var requests: [Int] = []
      for _ in 0..<8 {
        let report = try await world.importNow()
        statuses.append(report.status.rawValue)
        requests.append(reportRequests(world))
        #expect(report.status == .done || report.summary.retryAt != nil)
      }
      let nights = statuses.firstIndex(of: "done") ?? .max
      #expect((2...6).contains(nights), "\(statuses) \(requests)")
      #expect(statuses.dropFirst(nights).allSatisfy { $0 == "done" })
      // 25 slices, and each further night the window of two and the edges where one night ended.
      #expect(requests.prefix(nights + 1).reduce(0, +) <= 25 + 4 * nights)
      #expect(requests.last == 2)
      #expect(try world.sql("SELECT count(*), sum(billable_minutes), min(date) FROM actual") == "10|600|2024-04-02")
    }
  }

  @Test("Rule 8: --since narrows a run; what it read need not be read again by the backfill")
  func sinceCounts() async throws {
    try await World.with { world in
      try await world.enableActuals()
      _ = reportRequests(world)
      try await world.importNow(since: "2025-03-01")
      let narrowed = reportRequests(world)
      let report = try await world.importNow()

      // 373 days and twice 26 hours of padding, by 30 days; then only the deep pass of 181 days that is due.
      #expect(narrowed == 13)
      #expect(reportRequests(world) == 7)
      #expect(report.status == .done)
    }
  }

  @Test("Rule 8: FREE workspaces read one older slice a night, in rotation, also after a night that failed")
  func rotation() async throws {
    try await World.with(plan: "FREE") { world in
      world.settings.since = CalendarDay("2025-11-01")
      let id = world.track("2025-11-20T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      world.edit(id) { $0.end! += 60 }

      // Before the window from 23 January: 24 December … 22 January, 24 November …, and then 1 November to 23 November.
      var seen: [String] = []
      for night in 1...3 {
        world.now = world.now + 86_400
        if night == 2 {
          world.clockify.change { $0.controls.faults = [.init(.status(502), on: "/reports/", skip: 2)] }
          #expect(try await world.importNow().status == .partial)
          world.clockify.change { $0.controls.faults = [] }
        }
        let report = try await world.importNow()
        #expect(report.status == .done)
        seen.append(try world.sql("SELECT billable_minutes FROM actual"))
      }
      #expect(seen == ["60", "60", "61"])
    }
  }

  @Test("Rule 8: a deep pass of 180 days once a week, and the first run counts as one")
  func deepPass() async throws {
    try await World.with { world in
      let id = world.track("2025-10-15T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      world.edit(id) { $0.end! += 60 }
      world.now = world.now + 6 * 86_400
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2025-10-15 60/0"])
      world.now = world.now + 86_400
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2025-10-15 61/0"])
      #expect(report.window?.lowerBound == CalendarDay("2026-03-16")! - 180)
    }
  }

  @Test("Rule 54: the oldest guaranteed date is the first of an unbroken line of complete slices")
  func guaranteed() async throws {
    try await World.with { world in
      try await world.enableActuals()
      let whole = try await world.importNow()
      #expect(whole.summary.guaranteedFrom == "2025-03-08")
      #expect(whole.summary.readsBackTo == "2025-03-08")

      world.clockify.change { $0.controls.faults = [.init(.status(502), on: "/reports/", skip: 1, times: 3)] }
      let partial = try await world.importNow()
      #expect(partial.status == .partial)
      // The newest slice ends 26 h after the end of 9 March and is 30 days long: 9 February 02:00 is its first moment,
      // so 10 February is the first date that it holds on every clock.
      #expect(partial.summary.guaranteedFrom == "2026-02-10")
    }
  }

  @Test("Rule 5: a run that died is marked failed and reported by the next")
  func deadRun() async throws {
    try await World.with { world in
      try world.sql(
        "INSERT INTO import_run (trigger, scope, status, started_at) VALUES ('scheduled', 'people', 'running', '2026-03-08T02:00:00Z')"
      )
      let report = try await world.importNow()

      #expect(report.summary.deadRuns == [1])
      #expect(try world.sql("SELECT status FROM import_run ORDER BY id") == "failed\ndone")
    }
  }

  @Test("Rule 83: findings go after history_days, run rows stay")
  func history() async throws {
    try await World.with { world in
      world.settings.historyDays = 10
      try await world.importNow()
      #expect(try world.sql("SELECT count(*) > 0 FROM finding WHERE import_run_id = 1") == "1")
      world.now = world.now + 11 * 86_400
      try await world.importNow()

      #expect(try world.sql("SELECT count(*) FROM finding WHERE import_run_id = 1") == "0")
      #expect(try world.sql("SELECT count(*) FROM import_run") == "2")
    }
  }
}

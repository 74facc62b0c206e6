import ClockifySimulator
import Importing
import Planning
import RotaTesting
import Testing

/// The window, narrowed runs, deep passes, the budget of the hour.
@Suite("Rules 8, 54, 92, 94: what is read again")
struct WindowTests {
  /// How many report requests were made since the last call.
  private func reportRequests(_ world: World) -> Int {
    let count = world.clockify.read { $0.requests.filter { $0.path.hasSuffix("/reports/detailed") }.count }
    world.clockify.clearRequests()
    return count
  }

  @Test("Rule 8: after 60 days off the next run reads 62 days")
  func longWindow() async throws {
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      world.settings.deepWindowDays = 0
      try await world.enableActuals()
      try await world.importNow()
      world.now = Instant("2026-05-08T06:00:00Z")!
      let report = try await world.importNow()

      #expect(report.window == CalendarDay("2026-03-07")!...CalendarDay("2026-05-08")!)
    }
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

  @Test("Rule 8: slices grow while little comes back, and are short again where much does; the result is the same")
  func growingSlices() async throws {
    var seen: [String] = []
    for (longest, requests) in [(nil, 12), (31.0, 123)] as [(Double?, Int)] {
      try await World.with { world in
        world.settings.since = CalendarDay("2016-03-09")
        world.settings.deepWindowDays = 0
        world.clockify.change { $0.controls.longestReportDays = longest }
        for year in 2016...2025 { world.track("\(year)-06-15T08:00:00Z", minutes: 60) }
        try await world.enableActuals()
        _ = reportRequests(world)
        let report = try await world.importNow()

        // 3,653 days and 52 hours: 30, 120, and then ten of 365. A server that takes 31 days refuses the first long one.
        #expect(report.status == .done)
        #expect(reportRequests(world) == requests)
        #expect(report.summary.guaranteedFrom == "2016-03-09")
        seen.append(try world.actuals().joined(separator: "\n"))
      }
    }
    #expect(seen[0] == seen[1] && seen[0].split(separator: "\n").count == 10)
  }

  @Test("Rule 8: after a slice that came back full the next one is short again")
  func shrinkingSlices() async throws {
    try await World.with { world in
      world.settings.since = CalendarDay("2024-03-09")
      world.settings.deepWindowDays = 0
      // In the second slice, of 120 days from 12 October 2025, more than ten pages.
      for _ in 0..<10_100 { world.track("2025-12-01T00:00:00Z", minutes: 1) }
      try await world.enableActuals()
      _ = reportRequests(world)
      #expect(try await world.importNow().status == .done)
      // 732 days: 30, 120 in eleven pages, 30, 120, 365 and the rest of 67.
      #expect(reportRequests(world) == 1 + 11 + 4)
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

      // 373 days and twice 26 hours of padding: 30 days, 120 because nothing came back, the rest; then only the deep pass
      // of 181 days that is due: 30, 120, the rest.
      #expect(narrowed == 3)
      #expect(reportRequests(world) == 3)
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

  @Test("Rules 8, 92: --until ends the window early, --full reads back to the beginning")
  func untilAndFull() async throws {
    try await World.with { world in
      world.settings.deepWindowDays = 0
      let old = world.track("2025-06-03T08:00:00Z", minutes: 60)
      let new = world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      for id in [old, new] { world.edit(id) { $0.end! += 60 } }
      let until = try await world.importNow {
        $0.since = CalendarDay("2026-02-01")
        $0.until = CalendarDay("2026-02-20")
      }
      #expect(until.window == CalendarDay("2026-02-01")!...CalendarDay("2026-02-20")!)
      #expect(try world.billableMinutes() == 120)
      try await world.importNow()
      #expect(try world.billableMinutes() == 121)
      let full = try await world.importNow { $0.isFull = true }
      #expect(full.window?.lowerBound == CalendarDay("2025-03-08"))
      #expect(try world.billableMinutes() == 122)
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

  @Test("Rule 54: --person and --project read that time only, and take nobody else's for gone")
  func narrowed() async throws {
    try await World.with { world in
      let mine = world.track("2026-03-03T08:00:00Z", minutes: 60)
      let moved = world.track("2026-03-04T08:00:00Z", minutes: 60)
      let other = world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      world.edit(mine) { $0.end! += 600 }
      world.edit(other) { $0.end! += 600 }
      world.remove(moved)
      let (ana, alpha) = (try world.person(.ana), try world.project(.alpha))
      let hers = try await world.importNow { $0.person = ana }
      #expect(hers.status == .done)
      #expect(hers.books.entriesRead == 1)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 70/0", "Bob Alpha Dev 2026-03-03 60/0"])
      #expect(
        try world.sql("SELECT count(*) FROM read_slice WHERE import_run_id = \(hers.run) AND user_id IS NULL") == "0")

      world.move(mine, to: .beta)
      let its = try await world.importNow { $0.project = alpha }
      #expect(its.books.isBalanced)
      #expect(try world.actuals() == ["Ana Beta Dev 2026-03-03 70/0", "Bob Alpha Dev 2026-03-03 70/0"])

      // What leaves a project without a word by id stays: here every look-up fails.
      world.clockify.change { $0.controls.faults = [.init(.status(502), on: "/time-entries/")] }
      world.move(other, to: .beta)
      try await world.importNow { $0.project = alpha }
      #expect(try world.actuals().last == "Bob Alpha Dev 2026-03-03 70/0")
      world.clockify.change { $0.controls.faults = [] }
      try await world.importNow()
      #expect(try world.actuals().last == "Bob Beta Dev 2026-03-03 70/0")
    }
  }

  @Test("Rule 92: --until is a bound: the 4th is not taken in")
  func untilIsABound() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.track("2026-03-04T08:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow {
        $0.since = CalendarDay("2026-03-01"); $0.until = CalendarDay("2026-03-03")
      }
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
    }
  }

  @Test("Rule 92: a day between two narrowed runs was read by nobody, and the next full run reads it")
  func betweenNarrowedRuns() async throws {
    try await World.with(now: "2026-06-01T06:00:00Z") { world in
      world.settings.since = CalendarDay("2026-02-01")
      try await world.enableActuals()
      try await world.importNow {
        $0.since = CalendarDay("2026-02-01"); $0.until = CalendarDay("2026-02-10")
      }
      try await world.importNow {
        $0.since = CalendarDay("2026-02-12"); $0.until = CalendarDay("2026-05-31")
      }
      world.track("2026-02-11T08:00:00Z", minutes: 60)
      world.settings.deepWindowDays = 0
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-11 60/0"])
    }
  }

  @Test(
    "Rule 94: the hour's budget may end among the lists: partial, with the time to go on; what was read is kept",
    arguments: 1...6)
  func budgetEndsInLists(requests: Int) async throws {
    try await World.with(plan: "FREE") { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.settings.freeRequestsPerHour = requests
      let report = try await world.importNow()
      // By what the server was asked: a request that was sent twice counts twice.
      let asked = world.clockify.read { $0.requests.map(\.path) }
      let isWhole = asked.contains { $0.hasSuffix("/projects") }
      #expect(requests > 4 || !isWhole)
      #expect(report.status == (isWhole ? .done : .partial))
      if !isWhole { #expect(report.summary.retryAt != nil) }
      #expect(try world.sql("SELECT status FROM import_run") == report.status.rawValue)
      #expect(
        try world.sql("SELECT count(*) FROM clockify_user") == (asked.contains { $0.hasSuffix("/users") } ? "3" : "0"))
      world.settings.freeRequestsPerHour = 30
      #expect(try await world.importNow().status == .done)
    }
  }
}

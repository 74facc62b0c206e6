import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// Zones, pins, midnights, rounding, the billable flag.
@Suite("Rules 34 to 42, 96: on which day, how many minutes")
struct DayTests {
  @Test("Rules 34, 36: whose day")
  func whoseDay() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(.bob, .alpha, "2026-03-06T03:30:00Z", minutes: 90)
      world.track(.chloe, .alpha, "2026-03-05T11:30:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      #expect(try world.actuals() == ["Bob Alpha Dev 2026-03-05 90/0", "Chloe Alpha Dev 2026-03-06 90/0"])
    }
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(.bob, .alpha, "2026-03-06T03:30:00Z", minutes: 90)
      world.track(.chloe, .alpha, "2026-03-05T11:30:00Z", minutes: 90)
      world.settings.timeZone = "Europe/Berlin"
      try await world.enableActuals()
      try await world.importNow()
      #expect(try world.actuals() == ["Chloe Alpha Dev 2026-03-05 90/0", "Bob Alpha Dev 2026-03-06 90/0"])
    }
  }

  @Test("Rule 35: a later move to another zone leaves the date where it is")
  func pinned() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(.bob, .alpha, "2026-03-06T03:30:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      world.change(.bob) { $0.timeZone = "Europe/Berlin" }
      try world.giveEverybody(role: "QA")
      try await world.importNow()

      #expect(try world.actuals() == ["Bob Alpha QA 2026-03-05 90/0"])
    }
  }

  @Test("Rule 35: rezone lets go of zone and date of the entries named, and of no others")
  func rezone() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(.bob, .alpha, "2026-03-06T03:30:00Z", minutes: 90)
      world.track(.bob, .alpha, "2026-03-08T03:30:00Z", minutes: 30)
      world.track(.chloe, .alpha, "2026-03-05T11:30:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      let before = try world.actuals()
      world.change(.bob) { $0.timeZone = "Europe/Berlin" }
      world.change(.chloe) { $0.timeZone = "Europe/Berlin" }
      try await world.importNow()
      #expect(try world.actuals() == before)

      let bob = try world.person(.bob)
      let count = try world.database.write {
        try $0.ledger.unpin(person: bob, from: CalendarDay("2026-03-05"), through: CalendarDay("2026-03-06"))
      }
      #expect(count == 1)
      try await world.importNow()
      #expect(
        try world.actuals() == [
          "Bob Alpha Dev 2026-03-06 90/0", "Chloe Alpha Dev 2026-03-06 90/0", "Bob Alpha Dev 2026-03-07 30/0",
        ])
    }
  }

  @Test("Rules 32, 35: an entry that was today's where its person was then is not future because they moved west")
  func pinnedToday() async throws {
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      world.track("2026-03-09T05:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      world.change(.ana) { $0.timeZone = "America/Los_Angeles" }
      let (qa, ana) = (try world.role("QA"), try world.person(.ana))
      try world.sql("UPDATE contract SET role_id = \(qa) WHERE person_id = \(ana)")
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha QA 2026-03-09 30/0"])
    }
  }

  @Test("Rules 37, 38: everything on the start date; durations are differences of instants")
  func acrossMidnight() async throws {
    try await World.with(now: "2026-03-30T06:00:00Z") { world in
      world.track("2026-03-09T22:30:00Z", minutes: 165)
      world.track("2026-03-28T22:00:00Z", minutes: 360)
      try await world.enableActuals()
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-09 165/0", "Ana Alpha Dev 2026-03-28 360/0"])
    }
  }

  @Test("Rules 39 to 42: summed per key and bucket, rounded once half up; the entry's flag decides the bucket")
  func rounding() async throws {
    try await World.with { world in
      for hour in 8...10 { world.track("2026-03-02T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 10, seconds: 20) }
      for minute in 10...49 {
        world.track(.bob, .alpha, "2026-03-03T15:\(minute):00Z", minutes: 0, seconds: 29)
      }
      let id = world.track("2026-03-03T08:00:00Z", minutes: 450)
      world.track("2026-03-03T16:00:00Z", minutes: 30, billable: false)
      world.track(.chloe, .alpha, "2026-03-03T01:00:00Z", minutes: 0, seconds: 10)
      world.track(.chloe, .beta, "2026-03-03T01:00:00Z", minutes: 7, billable: nil)
      try await world.enableActuals()
      let report = try await world.importNow()
      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-03-02 31/0", "Ana Alpha Dev 2026-03-03 450/30", "Bob Alpha Dev 2026-03-03 19/0",
          "Chloe Alpha Dev 2026-03-03 0/0", "Chloe Beta Dev 2026-03-03 7/0",
        ])
      #expect(report.findings.contains { $0.code.rawValue == "no_billable_flag" })

      world.edit(id) { $0.billable = false }
      try await world.importNow()
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-03 0/480"))
    }
  }

  @Test("Rule 96: a pinned date is no difference in an audit")
  func auditKeepsPins() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(.bob, .alpha, "2026-03-06T03:30:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      world.change(.bob) { $0.timeZone = "Europe/Berlin" }
      try await world.importNow()
      let days = CalendarDay("2026-03-01")!...CalendarDay("2026-03-10")!
      let ours = try world.database.read { try $0.audit.cells(from: days.lowerBound, through: days.upperBound) }
      try world.database.write { try $0.audit.strip() }
      #expect(try world.actuals().isEmpty)
      try await world.importNow {
        $0.since = days.lowerBound; $0.until = days.upperBound
      }
      let fresh = try world.database.read { try $0.audit.cells(from: days.lowerBound, through: days.upperBound) }

      #expect(ours.mapValues(\.minutes) == fresh.mapValues(\.minutes))
      #expect(ours.keys.map(\.day) == [CalendarDay("2026-03-05")!])
    }
  }
}

import ClockifySimulator
import Importing
import Planning
import RotaTesting
import Testing

/// Which days get a zero, and when one goes.
@Suite("Rules 52, 60 to 71: zeros")
struct ZeroTests {
  @Test("Rules 60, 69, 71: zeros on planned days without time; real hours replace them, leave withdraws them")
  func scheduled() async throws {
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      world.settings.autofillMode = .scheduled
      world.track("2026-03-02T08:00:00Z", minutes: 480)
      world.track("2026-03-05T08:00:00Z", minutes: 200)
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06")
      try world.takeOff(.ana, "2026-03-04")
      try await world.importNow()
      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-03-02 480/0", "Ana Alpha Dev 2026-03-03 0/0·", "Ana Alpha Dev 2026-03-05 200/0",
          "Ana Alpha Dev 2026-03-06 0/0·",
        ])

      world.now = Instant("2026-03-12T06:00:00Z")!
      world.track("2026-03-06T08:00:00Z", minutes: 120)
      try world.takeOff(.ana, "2026-03-03")
      let report = try await world.importNow()
      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-03-02 480/0", "Ana Alpha Dev 2026-03-05 200/0", "Ana Alpha Dev 2026-03-06 120/0",
        ])
      #expect(report.summary.actuals?.zerosReplaced == 1)
      #expect(report.summary.actuals?.zerosWithdrawn == 1)
    }
  }

  @Test("Rule 61: not before the week is over in the person's zone")
  func notInTheRunningWeek() async throws {
    try await World.with(now: "2026-03-08T22:30:00Z") { world in
      world.settings.planningZone = "Pacific/Auckland"
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06")
      try await world.importNow()
      #expect(try world.actuals().isEmpty)

      world.now = Instant("2026-03-08T23:00:00Z")!
      try await world.importNow()
      #expect(try world.actuals().count == 5)
    }
  }

  @Test("Rule 62: missed weeks are caught up inside the window")
  func missedWeeks() async throws {
    try await World.with(now: "2026-03-02T06:00:00Z") { world in
      world.settings.autofillMode = .scheduled
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-20")
      world.now = Instant("2026-03-21T06:00:00Z")!
      try await world.importNow()

      // Monday to Friday of two weeks; the week of 16 March is running.
      #expect(try world.sql("SELECT count(*), min(date), max(date) FROM actual") == "10|2026-03-02|2026-03-13")
    }
  }

  @Test("Rule 64: no zeros outside a contract")
  func outsideContract() async throws {
    try await World.with { world in
      world.settings.autofillMode = .scheduled
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06")
      try world.sql("UPDATE contract SET ends_on = '2026-03-04' WHERE person_id = \(world.person(.ana))")
      try await world.importNow()

      #expect(try world.sql("SELECT group_concat(date) FROM actual") == "2026-03-02,2026-03-03,2026-03-04")
    }
  }

  @Test("Rule 65: the first week counts from the day actuals were enabled")
  func firstWeek() async throws {
    try await World.with(now: "2026-03-04T06:00:00Z") { world in
      try await world.enableActuals(zerosFrom: "2026-03-04")
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06")
      world.now = Instant("2026-03-09T06:00:00Z")!
      try await world.importNow()

      #expect(try world.sql("SELECT group_concat(date) FROM actual") == "2026-03-04,2026-03-05,2026-03-06")
    }
  }

  @Test("Rule 65: actuals_from bars zeros, not time; zeros that a later date bars are withdrawn")
  func laterFrom() async throws {
    try await World.with { world in
      world.settings.autofillMode = .scheduled
      world.track("2026-03-02T08:00:00Z", minutes: 60)
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06")
      try await world.importNow()
      #expect(try world.actuals().count == 5)
      try world.sql("UPDATE project SET actuals_from = '2026-03-05' WHERE id = \(world.project(.alpha))")
      try await world.importNow()
      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-03-02 60/0", "Ana Alpha Dev 2026-03-05 0/0·", "Ana Alpha Dev 2026-03-06 0/0·",
        ])

      try world.sql("UPDATE setting SET value = '2026-03-06' WHERE key = 'autofill_from'")
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-02 60/0", "Ana Alpha Dev 2026-03-06 0/0·"])
    }
  }

  @Test("Rule 66: missed days go to project and role of the last actual; mode scheduled leaves them")
  func missedDays() async throws {
    for mode in [AutofillMode.days, .scheduled] {
      try await World.with(now: "2026-03-09T12:00:00Z") { world in
        world.settings.autofillMode = mode
        for (day, project) in [(2, Cast.Project.alpha), (4, .beta), (6, .alpha)] {
          world.track(.bob, project, "2026-03-0\(day)T15:00:00Z", minutes: 100)
        }
        try await world.enableActuals(zerosFrom: "2026-03-02")
        try await world.importNow()

        let zeros = try world.actuals().filter { $0.hasSuffix("·") }
        #expect(zeros == (mode == .days ? ["Bob Alpha Dev 2026-03-03 0/0·", "Bob Beta Dev 2026-03-05 0/0·"] : []))
      }
    }
  }

  @Test("Rule 67: a plan-only project gets no zeros")
  func planOnly() async throws {
    try await World.with { world in
      try await world.enableActuals(zerosFrom: "2026-03-02")
      let sales = try world.planProject("Sales", client: world.client(.acme))
      try world.assign(.ana, to: sales, from: "2026-03-02", to: "2026-03-06")
      try await world.importNow()

      #expect(try world.actuals().isEmpty)
    }
  }

  @Test("Rule 68: a 0 typed by hand is hours typed by hand")
  func manualZero() async throws {
    try await World.with { world in
      world.settings.autofillMode = .scheduled
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.enter(.ana, .alpha, as: "Dev", "2026-03-03", minutes: 0)
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06")
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      let report = try await world.importNow()

      #expect(report.summary.held["manual_present"]?.seconds == 3600)
      #expect(try world.actuals().count == 5)
      #expect(try world.actuals()[1] == "Ana Alpha Dev 2026-03-03 0/0*")
    }
  }

  @Test("Rule 70: held time stops the zero of a missed day on its own date only")
  func heldStopsZero() async throws {
    try await World.with(now: "2026-03-09T12:00:00Z") { world in
      world.change(.beta) { $0.clientID = nil }
      world.track("2026-03-02T08:00:00Z", minutes: 60)
      world.track(.ana, .beta, "2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try await world.importNow()

      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-03-02 60/0", "Ana Alpha Dev 2026-03-04 0/0·", "Ana Alpha Dev 2026-03-05 0/0·",
          "Ana Alpha Dev 2026-03-06 0/0·",
        ])
    }
  }

  @Test("Rule 52: time deleted in a filled week leaves a zero instead of a gap")
  func deletedBecomesZero() async throws {
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      let id = world.track("2026-03-05T08:00:00Z", minutes: 240)
      try await world.enableActuals(zerosFrom: "2026-03-05")
      try world.assign(.ana, to: .alpha, from: "2026-03-05", to: "2026-03-05")
      try await world.importNow()
      world.remove(id)
      try await world.importNow()

      #expect(try world.actuals().first == "Ana Alpha Dev 2026-03-05 0/0·")
    }
  }

  @Test("Rules 47, 77: zeros on locked dates and of sync_off projects stay, whatever becomes of their reason")
  func keptZeros() async throws {
    try await World.with { world in
      world.settings.autofillMode = .scheduled
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06")
      try await world.importNow()
      try world.lock(until: "2026-03-03")
      try world.sql("DELETE FROM assignment")
      try await world.importNow()
      #expect(try world.sql("SELECT group_concat(date) FROM actual") == "2026-03-02,2026-03-03")

      try world.tag(.alpha, "sync_off")
      try world.sql("DELETE FROM external_reference WHERE kind = 'project'")
      try world.ignore(.alpha)
      try world.unlock()
      try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM actual") == "2")
    }
  }
}

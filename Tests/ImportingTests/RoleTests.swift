import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// Assignments, contracts, and roles that change later.
@Suite("Rules 25, 43 to 46: in which role")
struct RoleTests {
  @Test("Rules 43, 44: which role")
  func whichRole() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      try await world.enableActuals(role: "Designer")
      try world.assign(.ana, to: .alpha, as: "Dev", from: "2026-03-02", to: "2026-03-06", minutes: 240)
      try world.assign(.bob, to: .alpha, as: "Dev", from: "2026-03-02", to: "2026-03-06", minutes: 240)
      try world.assign(.bob, to: .alpha, as: "QA", from: "2026-03-02", to: "2026-03-06", minutes: 120)
      world.track("2026-03-04T08:00:00Z", minutes: 60)
      world.track("2026-03-12T08:00:00Z", minutes: 60)
      world.track(.ana, .beta, "2026-03-04T10:00:00Z", minutes: 60)
      world.track(.bob, .alpha, "2026-03-04T15:00:00Z", minutes: 60)
      try await world.importNow()

      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-03-04 60/0", "Ana Beta Designer 2026-03-04 60/0", "Bob Alpha Dev 2026-03-04 60/0",
          "Ana Alpha Dev 2026-03-12 60/0",
        ])
      #expect(try world.sql("SELECT DISTINCT role_step FROM ledger ORDER BY 1") == "a\nb\nc")
    }
  }

  @Test("Rule 45: a role changed later moves the minutes, never repeats them")
  func roleChangedLater() async throws {
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      try await world.enableActuals()
      try world.assign(.ana, to: .alpha, as: "Dev", from: "2026-03-02", to: "2026-03-06")
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 480) }
      try await world.importNow()
      try world.sql("UPDATE assignment SET role_id = \(world.role("Senior"))")
      try await world.importNow()

      #expect(try world.sql("SELECT role, sum(billable_minutes) FROM actual_detail GROUP BY role") == "Senior|2400")
    }
  }

  @Test("Rules 25, 46: Unknown is replaced from the beginning, a new contract changes roles from its start")
  func contracts() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track("2026-03-06T08:00:00Z", minutes: 60)
      world.track("2026-03-10T08:00:00Z", minutes: 60)
      try await world.importNow()
      try world.database.write { try $0.settings.set(Setting.actualsEnabledAt, world.now.description, at: world.now) }
      try await world.importNow()
      #expect(try world.sql("SELECT role, sum(billable_minutes) FROM actual_detail GROUP BY role") == "Unknown|120")

      let ana = try world.person(.ana)
      try world.database.write { session in
        let (dev, qa) = (try session.roles.add("Dev"), try session.roles.add("QA"))
        #expect(
          try session.contracts.setRole(dev, of: ana, from: nil, minutesPerDay: 480, workingDays: .mondayToFriday))
        #expect(
          try session.contracts.setRole(
            qa, of: ana, from: CalendarDay("2026-03-09"), minutesPerDay: 480, workingDays: .mondayToFriday))
        #expect(
          try !session.contracts.setRole(dev, of: ana, from: nil, minutesPerDay: 480, workingDays: .mondayToFriday))
      }
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-06 60/0", "Ana Alpha QA 2026-03-10 60/0"])
    }
  }
}

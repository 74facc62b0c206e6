import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// What time needs, and how a new person begins.
@Suite("Rules 18, 19, 90: who and what is created")
struct NeededTests {
  @Test("Rule 18: archived projects and removed people come only when used, and then as archived")
  func whenUsed() async throws {
    try await World.with { world in
      world.change(.beta) { $0.archived = true }
      world.change(.leave) { $0.archived = true }
      world.change(.bob) { $0.isRemoved = true }
      world.change(.chloe) { $0.membershipStatus = "PENDING" }
      world.track(.bob, .beta, "2026-03-03T15:00:00Z", minutes: 60)
      world.track(.chloe, .alpha, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      #expect(try world.sql("SELECT group_concat(name) FROM project") == "Alpha")
      let report = try await world.importNow()

      #expect(
        try world.sql("SELECT name, is_archived, archived_by FROM project WHERE name <> 'Alpha'") == "Beta|1|import")
      #expect(try world.sql("SELECT name, is_archived, archived_by FROM person WHERE name = 'Bob'") == "Bob|1|import")
      #expect(try world.actuals() == ["Bob Beta Unknown 2026-03-03 60/0"])
      #expect(report.summary.held["user_pending"]?.seconds == 1800)
      #expect(report.findings.contains { $0.code.rawValue == "archived_unused" && $0.name == "Leave" })
    }
  }

  @Test("Rule 18: time that would not be placed anyway makes nobody and nothing used")
  func notUsed() async throws {
    try await World.with { world in
      world.change(.beta) { $0.archived = true }
      world.change(.bob) { $0.isRemoved = true }
      try await world.enableActuals()
      try world.archive(.ana)
      try world.tag(.leave, "sync_off")
      try world.lock(until: "2026-02-28")
      world.track(.ana, .beta, "2026-03-03T08:00:00Z", minutes: 60)
      world.track(.bob, .leave, "2026-03-03T15:00:00Z", minutes: 60)
      world.track(.chloe, .beta, "2026-02-26T15:00:00Z", minutes: 60)
      let report = try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM project WHERE name = 'Beta'") == "0")
      #expect(try world.sql("SELECT count(*) FROM person WHERE name = 'Bob'") == "0")
      #expect(report.books.isBalanced)

      try world.unlock()
      try await world.importNow()
      #expect(try world.actuals() == ["Chloe Beta Dev 2026-02-27 60/0"])
    }
  }

  @Test("Rules 18, 33: an inactive user whose only time has no project is created for the catch-all")
  func catchAllNeedsPerson() async throws {
    try await World.with { world in
      world.change(.bob) { $0.membershipStatus = "INACTIVE" }
      world.track(.bob, nil, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      world.settings.catchAllProject = try world.project(.alpha)
      try await world.importNow()
      #expect(try world.sql("SELECT person, billable_minutes FROM actual_detail") == "Bob|30")
    }
  }

  @Test("Rules 19, 23: a new person has the lower-cased e-mail and an open Unknown contract")
  func newPerson() async throws {
    try await World.with { world in
      try await world.importNow()

      #expect(
        try world.sql(
          "SELECT p.name, email, r.name, starts_on, ends_on, minutes_per_day, working_days FROM person p JOIN contract ON person_id = p.id JOIN role r ON r.id = role_id WHERE p.name = 'Ana'"
        )
          == "Ana|ana@ex.test|Unknown|||480|mon,tue,wed,thu,fri")
      #expect(try world.sql("SELECT count(*) FROM role WHERE is_system = 1") == "1")
    }
  }

  @Test("Rules 15, 90: a former colleague deleted here is made again for time outside the window")
  func deletedPerson() async throws {
    try await World.with { world in
      world.track(.bob, .alpha, "2025-07-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      world.change(.bob) { $0.membershipStatus = "INACTIVE" }
      try world.delete(.bob)
      try await world.importNow()

      #expect(try world.actuals() == ["Bob Alpha Unknown 2025-07-03 30/0"])
      #expect(try world.sql("SELECT is_archived, archived_by FROM person WHERE name = 'Bob'") == "1|import")
    }
  }

  @Test("Rule 90: a first run that dies in its last transaction; the next creates what old time needs")
  func brokenFirstRun() async throws {
    try await World.with { world in
      let old = world.newProject("Old", client: .acme) { $0.archived = true }
      let former = world.hire("Former") { $0.membershipStatus = "INACTIVE" }
      world.track(.ana, old, "2025-07-03T08:00:00Z", minutes: 60)
      world.track(former, .alpha, "2025-07-03T08:00:00Z", minutes: 30)
      try await world.enableActuals()
      // The last transaction cannot be written: planners see nothing, the mirror keeps what arrived.
      try world.sql(
        "CREATE TRIGGER broken BEFORE INSERT ON placement_row BEGIN SELECT raise(ABORT, 'broken by the test'); END")
      await #expect(throws: RunFailed.self) { try await world.importNow() }
      try world.sql("DROP TRIGGER broken")
      let report = try await world.importNow()

      #expect(report.status == .done)
      #expect(report.window?.lowerBound ?? CalendarDay(number: 0) > CalendarDay("2025-08-01")!)
      #expect(
        try world.actuals() == ["Ana Old Dev 2025-07-03 60/0", "Former Alpha Unknown 2025-07-03 30/0"])
      // What a first import does without is there again.
      #expect(
        try world.sql(
          "SELECT group_concat(name) FROM (SELECT name FROM sqlite_master WHERE name = 'actual_sound_insert' OR name LIKE 'placement_by_%' ORDER BY name)"
        ) == "actual_sound_insert,placement_by_cell,placement_by_pair")
    }
  }
}

import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// Locks, sync_off, archived people: what is stored stays.
@Suite("Rules 20, 21, 47, 55: frozen cells")
struct FrozenCellTests {
  @Test("Rules 20, 47: sync_off freezes what is stored and skips the rest; taking it off resumes")
  func syncOff() async throws {
    try await World.with { world in
      let id = world.track(.ana, .leave, "2026-03-03T08:00:00Z", minutes: 480)
      try await world.enableActuals()
      try await world.importNow()
      try world.tag(.leave, "SYNC_OFF")
      world.edit(id) { $0.end! += 7200 }
      world.track(.ana, .leave, "2026-03-04T08:00:00Z", minutes: 960)
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Leave Dev 2026-03-03 480/0"])
      #expect(report.summary.skipped["sync_off"] == RunSummary.Sum(entries: 2, seconds: (600 + 960) * 60))
      #expect(report.books.isBalanced)

      try world.removeTags()
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Leave Dev 2026-03-03 600/0", "Ana Leave Dev 2026-03-04 960/0"])
    }
  }

  @Test("Rule 21: a person archived by a planner gets no more time; un-archiving brings it")
  func archivedPerson() async throws {
    try await World.with { world in
      for day in 2...4 { world.track(.bob, .alpha, "2026-03-0\(day)T15:00:00Z", minutes: 480) }
      try await world.enableActuals()
      try await world.importNow()
      try world.archive(.bob)
      for day in 5...6 { world.track(.bob, .alpha, "2026-03-0\(day)T15:00:00Z", minutes: 480) }
      let report = try await world.importNow()
      #expect(try world.actuals().count == 3)
      #expect(report.summary.skipped["person_archived"]?.seconds == 960 * 60)

      try world.unarchive(.bob)
      try await world.importNow()
      #expect(try world.actuals().count == 5)
    }
  }

  @Test("Rules 47, 55: nothing is written on locked dates; unlocking places what waited")
  func locked() async throws {
    try await World.with { world in
      let id = world.track("2026-02-27T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      try world.lock(until: "2026-02-28")
      world.track("2026-02-27T12:00:00Z", minutes: 60)
      try world.giveEverybody(role: "QA")
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-27 60/0"])
      #expect(report.summary.held["locked"]?.seconds == 3600)
      #expect(
        report.findings.contains { $0.code.rawValue == "locked" && $0.message == "late: +60 min Alpha Ana 2026-02-27" })

      world.remove(id)
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-27 60/0"])
      try world.unlock()
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha QA 2026-02-27 60/0"])
      #expect(try world.sql("SELECT count(*) FROM deferred_cell") == "0")
    }
  }

  @Test("Rule 47: an edit that is taken back inside a frozen cell is placed again, and the books balance")
  func editTakenBack() async throws {
    try await World.with { world in
      let id = world.track("2026-02-27T08:00:00Z", minutes: 480)
      try await world.enableActuals()
      try await world.importNow()
      try world.lock(until: "2026-02-28")
      world.edit(id) { $0.end! += 7200 }
      let changed = try await world.importNow()
      #expect(changed.summary.held["locked"]?.seconds == 600 * 60)
      world.edit(id) { $0.end! -= 7200 }
      let report = try await world.importNow()

      #expect(report.books.secondsPlaced == 480 * 60)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-27 480/0"])
    }
  }

  @Test("Rule 47: time that leaves a frozen cell is listed", arguments: ["sync_off", "person_archived", "locked"])
  func leavesFrozenCell(code: String) async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      switch code {
      case "sync_off": try world.tag(.alpha, "sync_off")
      case "locked": try world.lock(until: "2026-03-05")
      default: try world.archive(.ana)
      }
      try await world.importNow()
      world.remove(id)
      let report = try await world.importNow()
      let late = report.findings.filter { $0.kind == .cell }
      #expect(late.map(\.code.rawValue) == [code])
      #expect(late.first?.message.hasPrefix("late: -90 min Alpha Ana 2026-03-03") ?? false)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 90/0"])
    }
  }
}

import ClockifySimulator
import Importing
import Planning
import RotaTesting
import Testing

/// What changes or vanishes in Clockify after it was placed.
@Suite("Rules 48 to 51, 53, 56: edits, losses, the brake")
struct EditTests {
  @Test("Rules 48 to 51, 56: edited, deleted, moved, restored")
  func edits() async throws {
    try await World.with { world in
      let a = world.track("2026-03-02T08:00:00Z", minutes: 300)
      let b = world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 180)
      let c = world.track("2026-03-03T08:00:00Z", minutes: 180)
      let d = world.track("2026-03-04T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      world.settings.deepWindowDays = 0
      try await world.importNow()
      world.edit(a) { $0.end! += 1800 }
      let removed = world.clockify.read { $0.workspace.entries.first { $0.id == b }! }
      world.remove(b)
      world.move(c, to: .beta)
      world.edit(d) { entry in
        let start = Instant("2026-01-10T08:00:00Z")!.seconds
        (entry.start, entry.end) = (start, start + 3600)
      }
      let report = try await world.importNow()
      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-01-10 60/0", "Ana Alpha Dev 2026-03-02 330/0", "Ana Beta Dev 2026-03-03 180/0",
        ])
      #expect(report.summary.entriesDeleted == 1)
      #expect(try world.sql("SELECT state FROM ledger WHERE entry_id = '\(b)'") == "deleted")

      world.clockify.change { $0.workspace.add(removed) }
      try await world.importNow()
      #expect(try world.actuals().contains("Bob Alpha Dev 2026-03-03 180/0"))
    }
  }

  @Test("Rule 53: the brake stops a mass deletion, and lets it through when confirmed")
  func brake() async throws {
    try await World.with { world in
      for day in 2...6 {
        for hour in 7...16 { world.track("2026-03-0\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 30) }
      }
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 5)
      try await world.enableActuals()
      try await world.importNow()
      let before = try world.actuals()
      world.clockify.change { state in
        let kept = state.workspace.entries.filter {
          $0.userID == Cast.Person.bob.id || $0.start < Instant("2026-03-03T00:00:00Z")!.seconds
        }
        state.workspace.setEntries(kept)
      }
      let held = try await world.importNow()
      #expect(held.status == .held)
      #expect(held.books.isBalanced)
      #expect(try world.actuals() == before)

      await #expect(throws: ImportError.self) { try await world.importNow(confirm: held.run + 7) }
      let confirmed = try await world.importNow(confirm: held.run)
      #expect(confirmed.status == .done)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-02 300/0", "Bob Alpha Dev 2026-03-03 5/0"])
    }
  }

  @Test("Rule 53: deleted and entered anew is no loss: no brake, hours do not double")
  func reentered() async throws {
    try await World.with { world in
      for day in 2...6 {
        for hour in 7...16 { world.track("2026-03-0\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 30) }
      }
      try await world.enableActuals()
      try await world.importNow()
      let before = try world.actuals()
      world.clockify.change { state in
        state.workspace.setEntries(
          state.workspace.entries.map { entry in
            var entry = entry
            entry.id = "7" + entry.id.dropFirst()
            return entry
          })
      }
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(try world.actuals() == before)
    }
  }

  @Test("Rule 53: an entry of a braked person that moves to somebody else stays where it was")
  func brakedAndMoved() async throws {
    try await World.with { world in
      var last = ""
      for day in 2...6 {
        for hour in 7...16 { last = world.track("2026-03-0\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 30) }
      }
      for day in 2...6 {
        world.track(.bob, .alpha, "2026-03-0\(day)T12:00:00Z", minutes: 480)
        world.track(.chloe, .alpha, "2026-03-0\(day)T12:00:00Z", minutes: 480)
      }
      try await world.enableActuals()
      try await world.importNow()
      let before = try world.actuals()
      world.clockify.change { [last] state in
        state.workspace.setEntries(
          state.workspace.entries.filter { $0.userID != Cast.Person.ana.id || $0.id == last }.map { entry in
            var entry = entry
            if entry.id == last { entry.userID = Cast.Person.bob.id }
            return entry
          })
      }
      let held = try await world.importNow()
      #expect(held.status == .held)
      #expect(held.books.isBalanced)
      #expect(try world.actuals() == before)
      try await world.importNow(confirm: held.run)
      #expect(try world.actuals().count { $0.hasPrefix("Ana") } == 0)
      #expect(try world.actuals().contains("Bob Alpha Dev 2026-03-06 510/0"))
    }
  }

  @Test("Rules 47, 53: what waits for a thaw still waits after a night with the brake on")
  func deferredThroughBrake() async throws {
    try await World.with { world in
      let id = world.track("2026-02-27T08:00:00Z", minutes: 60)
      for day in 2...6 {
        for hour in 7...16 {
          world.track(.bob, .alpha, "2026-03-0\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 30)
        }
      }
      try await world.enableActuals()
      try await world.importNow()
      try world.lock(until: "2026-02-28")
      world.remove(id)
      try await world.importNow()
      world.clockify.change { state in
        state.workspace.setEntries(state.workspace.entries.filter { $0.userID != Cast.Person.bob.id })
      }
      let held = try await world.importNow()
      #expect(held.status == .held)
      try world.unlock()
      try await world.importNow(confirm: held.run)

      #expect(try world.actuals().isEmpty)
    }
  }

  @Test("Rule 53: a plan that a later complete run has nothing to do with waits no more")
  func planIsOver() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 75)
      try await world.enableActuals()
      try await world.importNow()
      world.settings.exclude = .people(.ana)
      #expect(try await world.importNow().status == .held)
      world.settings.exclude = ImportFilter()
      try await world.importNow(since: "2026-03-08")
      #expect(try world.sql("SELECT count(*) FROM delete_plan") == "1")
      try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM delete_plan") == "0")
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 75/0"])
    }
  }

  @Test("Rule 53: a confirmation reads again what the held run had read")
  func confirmsWholeRun() async throws {
    try await World.with { world in
      let ids = (0..<30).map { world.track("2025-06-0\(1 + $0 % 6)T0\($0 / 6):00:00Z", minutes: 10) }
      try await world.enableActuals()
      try await world.importNow()
      for id in ids { world.remove(id) }
      let held = try await world.importNow { $0.isFull = true }
      #expect(held.status == .held)
      #expect(try await world.importNow(confirm: held.run).status == .done)
      #expect(try world.actuals().isEmpty)
    }
  }

  @Test("Rule 53: fifty deletions are as many where --project names one project")
  func brakeOfOneProject() async throws {
    try await World.with { world in
      let ids = (0..<30).map { world.track("2026-03-0\(1 + $0 % 6)T0\($0 / 6):00:00Z", minutes: 10) }
      try await world.enableActuals()
      try await world.importNow()
      for id in ids { world.remove(id) }
      let alpha = try world.project(.alpha)
      let held = try await world.importNow { $0.project = alpha }
      #expect(held.status == .held)
      #expect(try world.billableMinutes() == 300)
      let confirmed = try await world.importNow(confirm: held.run) { $0.project = alpha }
      #expect(confirmed.status == .done)
      #expect(try world.actuals().isEmpty)
    }
  }

  @Test("Rules 2, 53, 56: an entry that comes back while a brake holds its person is placed once the brake is off")
  func backInBrakedRun() async throws {
    try await World.with { world in
      let first = world.track("2026-03-01T08:00:00Z", minutes: 33)
      let entries = (0..<30).map { world.track("2026-03-0\(2 + $0 % 6)T0\($0 / 6):00:00Z", minutes: 10) }
      try await world.enableActuals()
      try await world.importNow()
      let kept = world.clockify.read { $0.workspace.entries }
      world.remove(first)
      try await world.importNow()
      #expect(try world.sql("SELECT state FROM ledger WHERE entry_id = '\(first)'") == "deleted")
      for id in entries { world.remove(id) }
      world.clockify.change { state in state.workspace.add(kept.first { $0.id == first }!) }
      #expect(try await world.importNow().status == .held)
      world.clockify.change { state in for entry in kept where entry.id != first { state.workspace.add(entry) } }
      // Read without the day on which it is: the change must have stayed in the queue.
      try await world.importNow(since: "2026-03-04")
      #expect(try world.billableMinutes() == 333)
    }
  }

  @Test("Rules 20, 53: what came new under sync_off in a braked run is placed once both are off")
  func skippedInBrakedRun() async throws {
    try await World.with { world in
      world.track(.bob, .alpha, "2026-03-02T15:00:00Z", minutes: 5)
      let ids = (0..<30).map {
        world.track(.bob, .beta, "2026-03-0\(1 + $0 % 6)T1\($0 / 6):00:00Z", minutes: 10)
      }
      try await world.enableActuals()
      try await world.importNow()
      let kept = world.clockify.read { $0.workspace.entries }
      try world.tag(.alpha, "sync_off")
      for id in ids { world.remove(id) }
      world.track(.bob, .alpha, "2026-03-03T20:00:00Z", minutes: 7)
      let held = try await world.importNow()
      #expect(held.status == .held)
      #expect(held.summary.skipped["sync_off"]?.seconds == 420)
      world.clockify.change { state in for entry in kept where ids.contains(entry.id) { state.workspace.add(entry) } }
      try world.removeTags()
      try await world.importNow()
      #expect(try world.billableMinutes() == 312)
    }
  }
}

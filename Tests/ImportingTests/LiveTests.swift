import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// Live changes (live.md 4): chosen entries, the same actuals as a night would make.
@Suite("Live changes")
struct LiveTests {
  /// The night after a live day changes nothing that planners see.
  private func expectNightAgrees(_ world: World, _ place: SourceLocation = #_sourceLocation) async throws {
    let live = try world.state()
    try await world.importNow()
    let night = try world.state()
    #expect(live == night, sourceLocation: place)
  }

  private func started(_ body: (World, String) async throws -> Void) async throws {
    try await World.with { world in
      try await world.enableActuals()
      let first = world.track("2026-03-03T09:00:00Z", minutes: 60)
      try await world.importNow()
      try await body(world, first)
    }
  }

  @Test("A new entry is in the actuals after one request")
  func newEntry() async throws {
    try await started { world, _ in
      let id = world.track("2026-03-04T09:00:00Z", minutes: 30)
      world.clockify.clearRequests()
      let outcome = try await world.live(id)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0", "Ana Alpha Dev 2026-03-04 30/0"])
      #expect(outcome.requests == 1)
      #expect(outcome.changed == 1)
      #expect(
        try world.sql(
          "SELECT trigger, status, is_narrowed, entries_read, seconds_placed FROM import_run ORDER BY id DESC LIMIT 1")
          == "webhook|done|1|1|1800")
      try await expectNightAgrees(world)
    }
  }

  @Test("Longer, another day, project and person: what was is taken away again")
  func moves() async throws {
    try await started { world, id in
      world.edit(id) { $0.end! += 600 }
      try await world.live(id)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 70/0"])
      world.move(id, byDays: 1)
      world.move(id, to: .beta)
      world.handOver(id, to: .bob)
      try await world.live(id)
      #expect(try world.actuals() == ["Bob Beta Dev 2026-03-04 70/0"])
      try await expectNightAgrees(world)
    }
  }

  @Test("The same again writes nothing, and makes no row")
  func nothing() async throws {
    try await started { world, id in
      let before = try world.dump()
      let outcome = try await world.live(id)
      #expect(outcome.run == nil)
      #expect(try world.dump() == before)
      #expect(try world.number("SELECT count(*) FROM import_run WHERE trigger = 'webhook'") == 0)
    }
  }

  @Test("Running counts nothing, stopped it does")
  func running() async throws {
    try await started { world, _ in
      let id = world.track("2026-03-04T09:00:00Z", minutes: nil)
      try await world.live(id)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
      world.edit(id) { $0.end = $0.start + 900 }
      try await world.live(id)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0", "Ana Alpha Dev 2026-03-04 15/0"])
      try await expectNightAgrees(world)
    }
  }

  @Test("One row an hour holds the sums of its batches")
  func hours() async throws {
    try await started { world, id in
      let other = world.track("2026-03-04T09:00:00Z", minutes: 30)
      try await world.live(other)
      world.now = Instant("2026-03-09T06:40:00Z")!
      world.edit(id) { $0.end! += 60 }
      try await world.live(id)
      world.now = Instant("2026-03-09T07:00:00Z")!
      world.edit(id) { $0.end! += 60 }
      try await world.live(id)
      let rows = try world.sql(
        "SELECT started_at, finished_at, entries_read, seconds_read, seconds_placed, requests FROM import_run WHERE trigger = 'webhook' ORDER BY id"
      )
      #expect(
        rows == """
          2026-03-09T06:00:00Z|2026-03-09T06:40:00Z|2|5460|5460|2
          2026-03-09T07:00:00Z|2026-03-09T07:00:00Z|1|3720|3720|1
          """)
    }
  }

  @Test("Gone is what Clockify says twice, while it shows another entry of the same person")
  func deletion() async throws {
    try await started { world, id in
      let other = world.track("2026-03-04T09:00:00Z", minutes: 30)
      try await world.importNow()
      world.remove(id)
      world.clockify.clearRequests()
      let first = try await world.live([.gone(id)])
      #expect(first.again.map(\.seconds) == [2])
      #expect(first.again.first?.entry.isMissed == true)
      #expect(try world.actuals().count == 2)
      let second = try await world.live(first.again.map(\.entry))
      #expect(second.deleted == 1)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-04 30/0"])
      let asked = world.clockify.read { $0.requests.map(\.path).filter { $0.contains("time-entries") } }
      #expect(asked.map { String($0.suffix(24)) } == [id, other, id])
      try await expectNightAgrees(world)
    }
  }

  @Test("Gone once and there again: it stays, and what is deleted may come back")
  func restored() async throws {
    try await started { world, id in
      world.track("2026-03-04T09:00:00Z", minutes: 30)
      try await world.importNow()
      let entry = world.clockify.read { $0.workspace.entries.first { $0.id == id }! }
      world.remove(id)
      let first = try await world.live([.gone(id)])
      world.clockify.change { [entry] in $0.workspace.add(entry) }
      let second = try await world.live(first.again.map(\.entry))
      #expect(second.deleted == 0)
      #expect(try world.actuals().count == 2)
      world.remove(id)
      #expect(try await world.liveToTheEnd([.gone(id)]).deleted == 1)
      #expect(try world.actuals().count == 1)
      world.clockify.change { [entry] in $0.workspace.add(entry) }
      try await world.live(id)
      #expect(try world.actuals().count == 2)
      try await expectNightAgrees(world)
    }
  }

  @Test("A read may lag behind the event: again after 2 and 10 seconds, then the night")
  func lag() async throws {
    try await started { world, id in
      let first = try await world.live([.gone(id)])
      #expect(first.again.map(\.seconds) == [2])
      let second = try await world.live(first.again.map(\.entry))
      #expect(second.again.map(\.seconds) == [10])
      let third = try await world.live(second.again.map(\.entry))
      #expect(third.again.isEmpty)
      #expect(try world.actuals().count == 1)
    }
  }

  @Test("A key that lost its rights deletes nothing", arguments: [400, 403, 404, 500])
  func lostRights(_ status: Int) async throws {
    try await started { world, id in
      world.track("2026-03-04T09:00:00Z", minutes: 30)
      try await world.importNow()
      if status == 400 {
        world.clockify.change { $0.workspace.setEntries([]) }
      } else {
        world.clockify.change { $0.controls.faults = [.init(.status(status), on: "/time-entries/", skip: 1)] }
        world.remove(id)
      }
      if status == 500 {
        await #expect(throws: (any Error).self) { try await world.live([.gone(id)]) }
      } else {
        let outcome = try await world.live([.gone(id)])
        #expect(outcome.unproved == 1)
        #expect(outcome.again.isEmpty)
        #expect(try world.sql("SELECT code, entries FROM finding WHERE code = 'live_unproved'") == "live_unproved|1")
        #expect(try world.sql("SELECT status FROM import_run ORDER BY id DESC LIMIT 1") == "partial")
      }
      #expect(try world.actuals().count == 2)
    }
  }

  @Test("An id that the mirror does not have is nothing, whoever says that it is gone")
  func foreign() async throws {
    try await started { world, _ in
      world.clockify.clearRequests()
      let outcome = try await world.live([.gone("66500c00b1c2d3e4f506ffff")])
      #expect(outcome.again.isEmpty)
      #expect(outcome.unproved == 0)
      #expect(outcome.run == nil)
      #expect(outcome.requests == 1)
    }
  }

  @Test("A stream of small batches does not pass the brake")
  func brake() async throws {
    try await World.with { world in
      try await world.enableActuals()
      let ids = (0..<60).map { world.track("2026-03-0\(2 + $0 % 5)T\(10 + $0 / 5):00:00Z", minutes: 5) }
      try await world.importNow()
      var braked = 0
      for first in stride(from: 0, to: 50, by: 5) {
        let some = ids[first..<first + 5]
        for id in some { world.remove(id) }
        braked += try await world.liveToTheEnd(some.map { .gone($0) }).braked
      }
      // Of 60, 20 go without a question: more would be more than a fifth.
      #expect(braked == 30)
      #expect(try world.number("SELECT count(*) FROM ledger WHERE state = 'deleted'") == 20)
      let night = try await world.importNow()
      #expect(night.status == .held)
    }
  }

  @Test("The first entry of a new project and of a new person brings their lists")
  func newItems() async throws {
    try await started { world, _ in
      let gamma = world.newProject("Gamma", client: world.newClient("Neu"))
      let dora = world.hire("Dora")
      let id = world.track(dora, gamma, "2026-03-04T09:00:00Z", minutes: 30)
      let outcome = try await world.live(id)
      #expect(outcome.hasReadLists)
      #expect(try world.actuals().contains("Dora Gamma Unknown 2026-03-04 30/0"))
      try await expectNightAgrees(world)
    }
  }

  @Test("Where lists may not be read yet, the entry waits for them")
  func waits() async throws {
    try await started { world, _ in
      let gamma = world.newProject("Gamma", client: .acme)
      let id = world.track(.ana, gamma, "2026-03-04T09:00:00Z", minutes: 30)
      let first = try await world.live([.init(id: id)], lists: .no)
      #expect(first.needsLists)
      #expect(try world.sql("SELECT state, reason FROM ledger WHERE entry_id = '\(id)'") == "held|project_not_linked")
      try await world.live(lists: .yes)
      #expect(try world.actuals().contains("Ana Gamma Dev 2026-03-04 30/0"))
      try await expectNightAgrees(world)
    }
  }

  @Test("A project gets its client: the time that waited is placed (rule 17)")
  func client() async throws {
    try await started { world, _ in
      let gamma = world.newProject("Gamma", client: nil)
      world.track(.ana, gamma, "2026-03-04T09:00:00Z", minutes: 30)
      try await world.importNow()
      #expect(try world.actuals().count == 1)
      world.change(gamma) { $0.clientID = Cast.Client.acme.id }
      try await world.live(lists: .yes)
      #expect(try world.actuals().contains("Ana Gamma Dev 2026-03-04 30/0"))
      try await expectNightAgrees(world)
    }
  }

  @Test("Frozen cells keep what they have, and hours typed by hand meet Clockify's as a conflict")
  func frozen() async throws {
    try await started { world, id in
      try world.enter(.ana, .beta, as: "Dev", "2026-03-04", minutes: 45)
      try world.lock(until: "2026-03-03")
      try await world.importNow()
      world.edit(id) { $0.end! += 600 }
      let typed = world.track(.ana, .beta, "2026-03-04T09:00:00Z", minutes: 30)
      try await world.live(id, typed)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0", "Ana Beta Dev 2026-03-04 45/0*"])
      #expect(try world.sql("SELECT manual_minutes, source_minutes FROM actual_conflict") == "45|30")
      try await expectNightAgrees(world)
    }
  }

  @Test("Real hours take the place of a zero (rule 69)")
  func zero() async throws {
    try await World.with(now: "2026-03-10T06:00:00Z") { world in
      try await world.enableActuals(zerosFrom: "2026-03-02")
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06")
      try await world.importNow()
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-03 0/0·"))
      let id = world.track("2026-03-03T09:00:00Z", minutes: 30)
      try await world.live(id)
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-03 30/0"))
      try await expectNightAgrees(world)
    }
  }

  @Test("What a filter would take away waits for the night and its brake (rule 89)")
  func filtered() async throws {
    try await started { world, id in
      world.settings.exclude = .people(.ana)
      world.edit(id) { $0.end! += 600 }
      try await world.live(id)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
      #expect(try world.number("SELECT count(*) FROM entry_change") == 1)
    }
  }

  @Test("A report shows what no delivery told of, and what is gone is asked for by id")
  func report() async throws {
    try await started { world, id in
      let new = world.track("2026-03-03T12:00:00Z", minutes: 30)
      let bob = world.track(.bob, .alpha, "2026-03-03T12:00:00Z", minutes: 20)
      try await world.importNow()
      world.remove(id)
      world.edit(new) { $0.end! += 60 }
      world.edit(bob) { $0.end! += 60 }
      let days = CalendarDay("2026-03-03")!...CalendarDay("2026-03-03")!
      let outcome = try await world.liveToTheEnd([], reports: [.init(user: Cast.Person.ana.id, days: days)])
      #expect(outcome.deleted == 1)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 31/0", "Bob Alpha Dev 2026-03-03 20/0"])
      try await world.liveToTheEnd([], reports: [.init(user: nil, days: days)])
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 31/0", "Bob Alpha Dev 2026-03-03 21/0"])
      try await expectNightAgrees(world)
    }
  }

  @Test("Of several workspaces each id is looked for in that of its hook alone")
  func severalWorkspaces() async throws {
    try await World.several(["A": Cast.people, "B": [.ana, .bob]]) { world in
      let gamma = world.newProject("Gamma", client: world.newClient("Neu", in: "B"), in: "B")
      let there = world.track(.ana, gamma, "2026-03-03T09:00:00Z", minutes: 60, in: "B")
      let here = world.track("2026-03-03T12:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      let new = world.track(.bob, gamma, "2026-03-04T09:00:00Z", minutes: 20, in: "B")
      try await world.live([.init(id: new)], in: world.workspace("B"))
      #expect(try world.actuals().contains("Bob Gamma Dev 2026-03-04 20/0"))
      // The other workspace does not know it, which says nothing of it.
      for _ in 0..<2 {
        let wrong = try await world.live([.gone(there)], in: world.workspace("A"))
        #expect(wrong.again.isEmpty)
        #expect(wrong.deleted == 0)
      }
      world.remove(here)
      world.track("2026-03-02T12:00:00Z", minutes: 10)
      try await world.importNow()
      try await expectNightAgrees(world)
    }
  }

  @Test("Before the first whole import there is nothing to add to")
  func tooEarly() async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T09:00:00Z", minutes: 30)
      #expect(try await world.live(id).isTooEarly)
      try await world.importNow()
      #expect(try await world.live(id).isTooEarly)
    }
  }

  @Test("Nightly schedule, status and what waits do not take an hour of live changes for a run")
  func hoursAreNoRuns() async throws {
    try await started { world, id in
      world.edit(id) { $0.end! += 60 }
      let before = try world.database.read { try $0.runs.lastReporting()?.id }
      try await world.live(id)
      #expect(try world.database.read { try $0.runs.lastReporting()?.id } == before)
      #expect(try world.database.read { try $0.runs.latest(limit: 1).first?.id } == before)
      #expect(try world.database.read { try $0.runs.latest(limit: 1, withLive: true).first?.trigger } == .webhook)
      #expect(try world.database.read { try $0.runs.lastComplete()?.id } == before)
    }
  }
}

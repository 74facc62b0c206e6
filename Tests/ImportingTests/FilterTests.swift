import ClockifySimulator
import Importing
import RotaTesting
import Steering
import Testing

/// Filters, and the brake when they take much at once.
@Suite("Rules 22, 89: what filters keep out")
struct FilterTests {
  @Test("Rule 22: filters keep people, groups, clients and projects out; their entries are skipped as filtered")
  func filters() async throws {
    try await World.with { world in
      world.settings.exclude = .groups(world.newGroup("Contractors", [.bob]))
      world.newGroup("Other", [.ana])
      world.settings.exclude.clients = [Cast.Client.internal.id]
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 60)
      world.track(.bob, .leave, "2026-03-03T17:00:00Z", minutes: 10)
      world.track(.ana, .leave, "2026-03-03T15:00:00Z", minutes: 30)
      world.track("2026-03-04T08:00:00Z", minutes: 15)
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(try world.sql("SELECT group_concat(name) FROM person") == "Ana,Chloe")
      #expect(try world.sql("SELECT group_concat(name) FROM client") == "Acme")
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-04 15/0"])
      #expect(report.summary.skipped["filtered"] == RunSummary.Sum(entries: 3, seconds: 100 * 60))
      #expect(report.books.isBalanced)

      world.settings.exclude = ImportFilter()
      world.settings.include = .projects(.alpha)
      try await world.importNow()
      #expect(try world.actuals() == ["Bob Alpha Unknown 2026-03-03 60/0", "Ana Alpha Dev 2026-03-04 15/0"])
      world.settings.include = .people(.ana)
      // 60 of 75 stored minutes would leave at once: rule 89.
      let held = try await world.importNow()
      #expect(held.status == .held)
      #expect(try world.actuals().contains("Bob Alpha Unknown 2026-03-03 60/0"))
      try await world.importNow(confirm: held.run)
      #expect(try world.actuals() == ["Ana Leave Dev 2026-03-03 30/0", "Ana Alpha Dev 2026-03-04 15/0"])
    }
  }

  @Test("Rule 89: a group deleted in Clockify stops the run, named with its last members; nothing changes")
  func unknownGroup() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 900)
      world.settings.include = .groups(world.newGroup("Studio", [.ana, .chloe]))
      try await world.enableActuals()
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 900/0"])
      let before = try world.state()
      world.clockify.change { $0.workspace.groups = [] }

      let error = await #expect(throws: RunFailed.self) { try await world.importNow() }
      let words = error.flatMap { ErrorWords.words($0.cause)?.message } ?? ""
      #expect(words.contains("\"Studio\""))
      #expect(words.contains("Ana, Chloe"))
      #expect(try world.state() == before)
      #expect(world.clockify.read { state in state.requests.last?.path.hasSuffix("/user-groups") ?? false })
    }
  }

  @Test("Rule 89: more than a fifth of the stored minutes leaving by a filter is a brake; confirmed, it leaves")
  func filterBrake() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 75)
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 25)
      try await world.enableActuals()
      try await world.importNow()
      world.settings.exclude = .people(.bob)
      let held = try await world.importNow()
      #expect(held.status == .held)
      #expect(held.summary.stoppedEntries == 1 && held.summary.stoppedSeconds == 1500)
      #expect(try world.billableMinutes() == 100)
      #expect(held.books.isBalanced)

      world.track(.bob, .alpha, "2026-03-04T15:00:00Z", minutes: 5)
      let again = try await world.importNow()
      #expect(again.summary.skipped["filtered"]?.seconds == 300)
      let confirmed = try await world.importNow(confirm: again.run)
      #expect(confirmed.status == .done)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 75/0"])
      world.settings.exclude = ImportFilter()
      try await world.importNow()
      #expect(try world.billableMinutes() == 105)
    }
  }

  @Test("Rule 89: a fifth exactly leaves without a question; what is frozen does not count")
  func filterLeaves() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 80)
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 20)
      try await world.enableActuals()
      try await world.importNow()
      world.settings.exclude = .people(.bob)
      #expect(try await world.importNow().status == .done)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 80/0"])
    }
  }

  @Test("Rule 89: more than 20 people leaving by a filter is a brake, however little their time", arguments: [20, 21])
  func filterBrakeOfPeople(leaving: Int) async throws {
    try await World.with { world in
      let people = (10..<10 + leaving).map { world.hire("P\($0)") }
      world.track("2026-03-03T08:00:00Z", minutes: 1000)
      for person in people { world.track(person, .alpha, "2026-03-03T08:00:00Z", minutes: 1) }
      try await world.enableActuals()
      try await world.importNow()
      world.settings.exclude.users = Set(people.map(\.id))
      let report = try await world.importNow()
      #expect(report.status == (leaving > 20 ? .held : .done))
      #expect(try world.billableMinutes() == (leaving > 20 ? 1021 : 1000))
    }
  }

  @Test("Rule 89: a run narrowed to A uses the membership last read of a group of B")
  func groupOfTheOther() async throws {
    try await World.several(["A": Cast.people, "B": [.ana, .bob]]) { world in
      world.hire("Dan", in: "B")
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.settings.include = .groups(world.newGroup("G", [.ana], in: "B"))
      try await world.enableActuals()
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
      let report = try await world.importNow { $0.workspaces = [world.workspace("A")] }
      #expect(report.status == .done)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
      #expect(try world.sql("SELECT group_concat(name) FROM person") == "Ana")
    }
  }
}

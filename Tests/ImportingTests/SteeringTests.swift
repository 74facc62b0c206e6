import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

@Suite("Steering the import")
struct SteeringTests {
  @Test("Rule 22: filters keep people, groups, clients and projects out; their entries are skipped as filtered")
  func filters() async throws {
    try await World.with { world in
      world.clockify.change {
        $0.workspace.groups = [
          .init(id: "6630aa10b1c2d3e4f5060030", name: "Contractors", userIDs: [World.bobID]),
          .init(id: "6630aa10b1c2d3e4f5060031", name: "Other", userIDs: [World.anaID]),
        ]
      }
      world.settings.exclude.groups = ["6630aa10b1c2d3e4f5060030"]
      world.settings.exclude.clients = [World.internalID]
      world.track(World.bobID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 60)
      world.track(World.bobID, World.leaveID, "2026-03-03T17:00:00Z", minutes: 10)
      world.track(World.anaID, World.leaveID, "2026-03-03T15:00:00Z", minutes: 30)
      world.track("2026-03-04T08:00:00Z", minutes: 15)
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(try world.sql("SELECT group_concat(name) FROM person") == "Ana,Chloe")
      #expect(try world.sql("SELECT group_concat(name) FROM client") == "Acme")
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-04 15/0"])
      #expect(report.summary.skipped["filtered"] == RunSummary.Sum(entries: 3, seconds: 100 * 60))
      #expect(report.books.isBalanced)

      world.settings.exclude = ImportFilter()
      world.settings.include.projects = [World.alphaID]
      try await world.importNow()
      #expect(try world.actuals() == ["Bob Alpha Unknown 2026-03-03 60/0", "Ana Alpha Dev 2026-03-04 15/0"])
      world.settings.include = ImportFilter()
      world.settings.include.users = [World.anaID]
      // 60 of 75 stored minutes would leave at once: rule 89.
      let held = try await world.importNow()
      #expect(held.status == .held)
      #expect(try world.actuals().contains("Bob Alpha Unknown 2026-03-03 60/0"))
      try await world.importNow(confirm: held.run)
      #expect(try world.actuals() == ["Ana Leave Dev 2026-03-03 30/0", "Ana Alpha Dev 2026-03-04 15/0"])
    }
  }

  @Test("Rule 33: time without a project goes to the catch-all project, and back out of it")
  func catchAll() async throws {
    try await World.with { world in
      world.track(World.anaID, nil, "2026-03-03T08:00:00Z", minutes: 45)
      try await world.enableActuals()
      try world.sql("INSERT INTO project (client_id, name) VALUES (2, 'Unassigned')")
      let project = Int64(try world.sql("SELECT id FROM project WHERE name = 'Unassigned'"))!
      world.settings.catchAllProject = project
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Unassigned Dev 2026-03-03 45/0"])
      world.settings.catchAllProject = nil
      let report = try await world.importNow()
      #expect(try world.actuals().isEmpty)
      #expect(report.summary.skipped["no_project"]?.seconds == 45 * 60)

      world.settings.catchAllProject = 99
      await #expect(throws: ImportError.self) { try await world.importNow() }
    }
  }

  @Test("Rule 35: rezone lets go of zone and date of the entries named, and of no others")
  func rezone() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(World.bobID, World.alphaID, "2026-03-06T03:30:00Z", minutes: 90)
      world.track(World.bobID, World.alphaID, "2026-03-08T03:30:00Z", minutes: 30)
      world.track(World.chloeID, World.alphaID, "2026-03-05T11:30:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      let before = try world.actuals()
      world.clockify.change { state in
        for index in 1...2 { state.workspace.users[index].timeZone = "Europe/Berlin" }
      }
      try await world.importNow()
      #expect(try world.actuals() == before)

      let bob = Int64(try world.sql("SELECT id FROM person WHERE name = 'Bob'"))!
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

  @Test("--person and --project read that time only, and take nobody else's for gone")
  func narrowed() async throws {
    try await World.with { world in
      let mine = world.track("2026-03-03T08:00:00Z", minutes: 60)
      let moved = world.track("2026-03-04T08:00:00Z", minutes: 60)
      let other = world.track(World.bobID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      world.edit(mine) { $0.end! += 600 }
      world.edit(other) { $0.end! += 600 }
      world.remove(moved)
      let ana = try await world.importNow { $0.person = 1 }
      #expect(ana.status == .done)
      #expect(ana.books.entriesRead == 1)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 70/0", "Bob Alpha Dev 2026-03-03 60/0"])
      #expect(try world.sql("SELECT count(*) FROM read_slice WHERE import_run_id = 3 AND user_id IS NULL") == "0")

      world.edit(mine) { $0.projectID = World.betaID }
      let alpha = try await world.importNow { $0.project = 1 }
      #expect(alpha.books.isBalanced)
      #expect(try world.actuals() == ["Ana Beta Dev 2026-03-03 70/0", "Bob Alpha Dev 2026-03-03 70/0"])

      // What leaves a project without a word by id stays: here every look-up fails.
      world.clockify.change { $0.controls.faults = [.init(.status(502), on: "/time-entries/")] }
      world.edit(other) { $0.projectID = World.betaID }
      try await world.importNow { $0.project = 1 }
      #expect(try world.actuals().last == "Bob Alpha Dev 2026-03-03 70/0")
      world.clockify.change { $0.controls.faults = [] }
      try await world.importNow()
      #expect(try world.actuals().last == "Bob Beta Dev 2026-03-03 70/0")
    }
  }

  @Test("--until ends the window early, --full reads back to the beginning")
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
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == "120")
      try await world.importNow()
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == "121")
      let full = try await world.importNow { $0.isFull = true }
      #expect(full.window?.lowerBound == CalendarDay("2025-03-08"))
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == "122")
    }
  }

  @Test("Several workspaces in one run: one plan, one ledger; a run of one leaves the other's time alone")
  func workspaces() async throws {
    try await World.with { world in
      let second = "6630aa10b1c2d3e4f5060900"
      world.clockify.change { state in
        var other = state.workspace
        other.id = second
        other.name = "Second"
        other.clients = [.init(id: "6630aa10b1c2d3e4f5060910", name: "Zeta")]
        other.projects = [.init(id: "6630aa10b1c2d3e4f5060920", name: "Omega", clientID: "6630aa10b1c2d3e4f5060910")]
        other.users = Array(state.workspace.users.prefix(2))
        state.workspaces.append(other)
      }
      let id = world.track("2026-03-03T08:00:00Z", minutes: 60)
      func trackThere(_ id: String, _ user: String, _ start: String) {
        let begin = Instant(start)!.seconds
        world.clockify.change {
          $0.workspaces[1].add(
            .init(id: id, userID: user, projectID: "6630aa10b1c2d3e4f5060920", start: begin, end: begin + 1800))
        }
      }
      trackThere("66500c00b1c2d3e4f5069001", World.anaID, "2026-03-03T10:00:00Z")
      await #expect(throws: RunFailed.self) { try await world.importNow() }
      world.settings.workspaces = ["all"]
      try await world.enableActuals()
      let both = try await world.importNow()
      #expect(both.books.secondsRead == 90 * 60 && both.books.isBalanced)
      #expect(try world.sql("SELECT count(*) FROM person") == "3")
      #expect(
        try world.sql("SELECT group_concat(DISTINCT workspace_id) FROM external_reference WHERE kind = 'project'")
          .contains(second))
      let expected = ["Ana Alpha Dev 2026-03-03 60/0", "Ana Omega Dev 2026-03-03 30/0"]
      #expect(try world.actuals() == expected)
      let dump = try world.dump()
      try await world.importNow()
      #expect(try world.dump() == dump)

      // Only the first is read; what the second has stays, and follows the plan.
      world.edit(id) { $0.end! += 60 }
      trackThere("66500c00b1c2d3e4f5069002", World.bobID, "2026-03-04T15:00:00Z")
      try world.sql("INSERT INTO role (name) VALUES ('QA'); UPDATE contract SET role_id = (SELECT max(id) FROM role)")
      let one = try await world.importNow { $0.workspaces = [world.clockify.read { $0.workspaces[0].id }] }
      #expect(one.books.secondsRead == 61 * 60)
      #expect(try world.actuals() == ["Ana Alpha QA 2026-03-03 61/0", "Ana Omega QA 2026-03-03 30/0"])
      try await world.importNow()
      #expect(try world.actuals().last == "Bob Omega QA 2026-03-04 30/0")
    }
  }
}

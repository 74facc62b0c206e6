import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

/// Corners in which minutes doubled, vanished or stayed away while the run said `done` (rules 15, 18, 47, 53, 89 to 96).
@Suite("Corners")
struct CornersTests {
  private static let oldID = "6630aa10b1c2d3e4f5060030"
  private static let groupID = "6630aa10b1c2d3e4f5060040"

  // MARK: Filters (89)

  @Test("Rule 89: a group deleted in Clockify stops the run, named with its last members; nothing changes")
  func unknownGroup() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 900)
      world.clockify.change {
        $0.workspace.groups = [.init(id: Self.groupID, name: "Studio", userIDs: [World.anaID, World.chloeID])]
      }
      world.settings.include.groups = [Self.groupID]
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
      world.track(World.bobID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 25)
      try await world.enableActuals()
      try await world.importNow()
      world.settings.exclude.users = [World.bobID]
      let held = try await world.importNow()
      #expect(held.status == .held)
      #expect(held.summary.stoppedEntries == 1 && held.summary.stoppedSeconds == 1500)
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == "100")
      #expect(held.books.isBalanced)

      world.track(World.bobID, World.alphaID, "2026-03-04T15:00:00Z", minutes: 5)
      let again = try await world.importNow()
      #expect(again.summary.skipped["filtered"]?.seconds == 300)
      let confirmed = try await world.importNow(confirm: again.run)
      #expect(confirmed.status == .done)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 75/0"])
      world.settings.exclude = ImportFilter()
      try await world.importNow()
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == "105")
    }
  }

  @Test("Rule 53: a plan that a later complete run has nothing to do with waits no more")
  func planIsOver() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 75)
      try await world.enableActuals()
      try await world.importNow()
      world.settings.exclude.users = [World.anaID]
      #expect(try await world.importNow().status == .held)
      world.settings.exclude = ImportFilter()
      try await world.importNow(since: "2026-03-08")
      #expect(try world.sql("SELECT count(*) FROM delete_plan") == "1")
      try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM delete_plan") == "0")
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 75/0"])
    }
  }

  @Test("Rule 89: a fifth exactly leaves without a question; what is frozen does not count")
  func filterLeaves() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 80)
      world.track(World.bobID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 20)
      try await world.enableActuals()
      try await world.importNow()
      world.settings.exclude.users = [World.bobID]
      #expect(try await world.importNow().status == .done)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 80/0"])
    }
  }

  @Test("Rule 89: more than 20 people leaving by a filter is a brake, however little their time", arguments: [20, 21])
  func filterBrakeOfPeople(leaving: Int) async throws {
    try await World.with { world in
      let ids = (10..<10 + leaving).map { "6630aa10b1c2d3e4f50601\($0)" }
      world.clockify.change { state in
        for id in ids {
          state.workspace.users.append(.init(id: id, name: "P\(id.suffix(2))", email: "\(id)@ex.test", timeZone: "UTC"))
        }
      }
      world.track("2026-03-03T08:00:00Z", minutes: 1000)
      for id in ids { world.track(id, World.alphaID, "2026-03-03T08:00:00Z", minutes: 1) }
      try await world.enableActuals()
      try await world.importNow()
      world.settings.exclude.users = Set(ids)
      let report = try await world.importNow()
      #expect(report.status == (leaving > 20 ? .held : .done))
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == (leaving > 20 ? "1021" : "1000"))
    }
  }

  // MARK: Needed by an entry (15, 18, 90)

  @Test("Rule 90: a first run that dies in its last transaction; the next creates what old time needs")
  func brokenFirstRun() async throws {
    try await World.with { world in
      world.clockify.change { state in
        var old = SimulatedWorkspace.Project(id: Self.oldID, name: "Old", clientID: World.acmeID)
        old.archived = true
        state.workspace.projects.append(old)
        var former = SimulatedWorkspace.User(
          id: "6630aa10b1c2d3e4f5060009", name: "Former", email: "f@ex.test", timeZone: "UTC")
        former.membershipStatus = "INACTIVE"
        state.workspace.users.append(former)
      }
      world.track(World.anaID, Self.oldID, "2025-07-03T08:00:00Z", minutes: 60)
      world.track("6630aa10b1c2d3e4f5060009", World.alphaID, "2025-07-03T08:00:00Z", minutes: 30)
      try await world.enableActuals()
      // The last transaction cannot be written: planners see nothing, the mirror keeps what arrived.
      try world.sql(
        "CREATE TRIGGER broken BEFORE INSERT ON placement BEGIN SELECT raise(ABORT, 'broken by the test'); END")
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

  @Test("Rules 15, 90: a former colleague deleted here is made again for time outside the window")
  func deletedPerson() async throws {
    try await World.with { world in
      world.track(World.bobID, World.alphaID, "2025-07-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      world.clockify.change { $0.workspace.users[1].membershipStatus = "INACTIVE" }
      try world.sql("DELETE FROM person WHERE name = 'Bob'")
      try await world.importNow()

      #expect(try world.actuals() == ["Bob Alpha Unknown 2025-07-03 30/0"])
      #expect(try world.sql("SELECT is_archived, archived_by FROM person WHERE name = 'Bob'") == "1|import")
    }
  }

  @Test("Rules 18, 33: an inactive user whose only time has no project is created for the catch-all")
  func catchAllNeedsPerson() async throws {
    try await World.with { world in
      world.clockify.change { $0.workspace.users[1].membershipStatus = "INACTIVE" }
      world.track(World.bobID, nil, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      world.settings.catchAllProject = 1
      try await world.importNow()
      #expect(try world.sql("SELECT person, billable_minutes FROM actual_detail") == "Bob|30")
    }
  }

  @Test("Rule 91: a catch-all gone by plain SQL holds its time with a warning; one that never was is refused at once")
  func catchAllGone() async throws {
    try await World.with { world in
      world.track(World.anaID, nil, "2026-03-03T08:00:00Z", minutes: 45)
      try await world.enableActuals()
      try world.sql("INSERT INTO project (client_id, name) VALUES (2, 'Unassigned')")
      world.settings.catchAllProject = 4
      try await world.importNow()
      try world.sql("DELETE FROM project WHERE id = 4")
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(report.summary.held["no_project"]?.seconds == 2700)
      #expect(
        report.findings.contains { $0.code.rawValue == "no_project" && $0.level == .warning && $0.planningID == 4 })
      #expect(try world.actuals().isEmpty)
      world.settings.catchAllProject = 3
      try await world.importNow()
      #expect(try world.sql("SELECT project, billable_minutes FROM actual_detail") == "Leave|45")

      world.clockify.clearRequests()
      world.settings.catchAllProject = 99
      await #expect(throws: ImportError.self) { try await world.importNow() }
      #expect(world.clockify.read { $0.requests.isEmpty })
    }
  }

  // MARK: Coverage (8, 92)

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

  // MARK: Absurd data (93)

  @Test("Rule 93: an entry of 68 years is skipped with its figures, and the run goes on", arguments: [1...3])
  func absurd(_ nights: ClosedRange<Int>) async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      let id = world.track("2026-03-02T08:00:00Z", minutes: 60)
      world.edit(id) { $0.end = $0.start + 68 * 365 * 86_400 }
      try await world.enableActuals()
      for _ in nights {
        let report = try await world.importNow()
        #expect(report.status == .done)
        #expect(report.summary.skipped["invalid_interval"] == RunSummary.Sum(entries: 1, seconds: 0))
        let finding = report.findings.first { $0.code.rawValue == "invalid_interval" }
        #expect(finding?.level == .warning)
        #expect(finding?.message.contains("595680 h") ?? false)
        #expect(!report.findings.contains { $0.code.rawValue == "overlap" })
        #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0"])
      }
    }
  }

  @Test("Rule 93: 31 days count, a second more does not; the years 1 and 9999 cost nobody else anything")
  func edges() async throws {
    try await World.with { world in
      world.settings.source = .entries
      world.track("2026-02-03T08:00:00Z", minutes: 31 * 1440)
      world.track(World.bobID, World.alphaID, "2026-02-03T08:00:00Z", minutes: 31 * 1440, seconds: 1)
      world.track(World.chloeID, World.alphaID, "9999-12-31T20:00:00Z", minutes: 60)
      world.track(World.chloeID, World.alphaID, "0001-01-01T00:00:00Z", minutes: 60)
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(report.status == .done)
      #expect(report.summary.skipped["invalid_interval"]?.entries ?? 0 >= 1)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-03 44640/0"])
    }
  }

  // MARK: Pins (35, 96)

  @Test("Rule 96: a pinned date is no difference in an audit")
  func auditKeepsPins() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(World.bobID, World.alphaID, "2026-03-06T03:30:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      world.clockify.change { $0.workspace.users[1].timeZone = "Europe/Berlin" }
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

  @Test("Rules 32, 35: an entry that was today's where its person was then is not future because they moved west")
  func pinnedToday() async throws {
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      world.track("2026-03-09T05:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      world.clockify.change { $0.workspace.users[0].timeZone = "America/Los_Angeles" }
      try world.sql("INSERT INTO role (name) VALUES ('QA'); UPDATE contract SET role_id = 3 WHERE person_id = 1")
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha QA 2026-03-09 30/0"])
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

  // MARK: Losses (47, 49, 53, 58)

  @Test("Rules 47, 58: an entry that leaves a cell edited by hand is listed: 95 typed, 90 imported, 0 in Clockify")
  func leavesManualCell() async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      try world.sql("UPDATE actual SET billable_minutes = 95")
      try await world.importNow()
      world.remove(id)
      try await world.importNow()
      #expect(
        try world.sql("SELECT manual_minutes, imported_minutes, source_minutes FROM actual_conflict") == "95|90|0")
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 95/0*"])
    }
  }

  @Test("Rule 47: time that leaves a frozen cell is listed", arguments: ["sync_off", "person_archived", "locked"])
  func leavesFrozenCell(code: String) async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      switch code {
      case "sync_off": try world.sql("INSERT INTO project_tag SELECT id, 'sync_off' FROM project WHERE name = 'Alpha'")
      case "locked": try world.sql("INSERT INTO timesheet_lock VALUES (NULL, '2026-03-05')")
      default: try world.sql("UPDATE person SET is_archived = 1 WHERE name = 'Ana'")
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

  @Test("Rule 53: fifty deletions are as many where --project names one project")
  func brakeOfOneProject() async throws {
    try await World.with { world in
      let ids = (0..<30).map { world.track("2026-03-0\(1 + $0 % 6)T0\($0 / 6):00:00Z", minutes: 10) }
      try await world.enableActuals()
      try await world.importNow()
      for id in ids { world.remove(id) }
      let alpha = Int64(try world.sql("SELECT id FROM project WHERE name = 'Alpha'"))!
      let held = try await world.importNow { $0.project = alpha }
      #expect(held.status == .held)
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == "300")
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
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == "333")
    }
  }

  @Test("Rules 20, 53: what came new under sync_off in a braked run is placed once both are off")
  func skippedInBrakedRun() async throws {
    try await World.with { world in
      world.track(World.bobID, World.alphaID, "2026-03-02T15:00:00Z", minutes: 5)
      let ids = (0..<30).map {
        world.track(World.bobID, World.betaID, "2026-03-0\(1 + $0 % 6)T1\($0 / 6):00:00Z", minutes: 10)
      }
      try await world.enableActuals()
      try await world.importNow()
      let kept = world.clockify.read { $0.workspace.entries }
      try world.sql("INSERT INTO project_tag SELECT id, 'sync_off' FROM project WHERE name = 'Alpha'")
      for id in ids { world.remove(id) }
      world.track(World.bobID, World.alphaID, "2026-03-03T20:00:00Z", minutes: 7)
      let held = try await world.importNow()
      #expect(held.status == .held)
      #expect(held.summary.skipped["sync_off"]?.seconds == 420)
      world.clockify.change { state in for entry in kept where ids.contains(entry.id) { state.workspace.add(entry) } }
      try world.sql("DELETE FROM project_tag")
      try await world.importNow()
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual") == "312")
    }
  }

  @Test("Rule 2: an entry that came back before a kill is placed by the next run, whatever that one reads")
  func backBeforeKill() async throws {
    try await World.with { world in
      let id = world.track("2026-03-01T08:00:00Z", minutes: 33)
      try await world.enableActuals()
      try await world.importNow()
      let entry = world.clockify.read { $0.workspace.entries[0] }
      world.remove(id)
      try await world.importNow()
      world.clockify.change { $0.workspace.add(entry) }
      try world.sql("CREATE TRIGGER broken BEFORE UPDATE ON placement BEGIN SELECT raise(ABORT, 'broken'); END")
      await #expect(throws: RunFailed.self) { try await world.importNow() }
      try world.sql("DROP TRIGGER broken")
      try await world.importNow(since: "2026-03-05")
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-01 33/0"])
    }
  }

  // MARK: Warnings and links

  @Test("Rule 32: a slice that is asked for again, in smaller pages, calls no entry an overlap of itself")
  func restartedSlice() async throws {
    try await World.with { world in
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 60) }
      world.clockify.change { $0.controls.silentPageCap = 2 }
      try await world.enableActuals()
      world.clockify.change { $0.controls.faults = [.init(.status(400), on: "/reports/", page: 2, times: 1)] }
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(!report.findings.contains { $0.code.rawValue == "overlap" })
    }
  }

  @Test(
    "Rule 32: overlaps in everybody's own lists are found, and none is made up",
    arguments: [ImportSettings.TimeSource.entries, .reports])
  func overlapsInLists(source: ImportSettings.TimeSource) async throws {
    try await World.with { world in
      world.settings.source = source
      world.clockify.change { $0.controls.silentPageCap = 2 }
      for day in 1...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 60) }
      world.track(World.bobID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 60)
      world.track(World.bobID, World.alphaID, "2026-03-03T15:30:00Z", minutes: 60)
      try await world.enableActuals()
      let report = try await world.importNow()
      let overlaps = report.findings.filter { $0.code.rawValue == "overlap" }
      #expect(overlaps.map(\.externalID) == [World.bobID])
      #expect(overlaps.map(\.seconds) == [1800])
    }
  }

  @Test("Rule 13: a project deleted in Clockify before rota saw it takes its time once it is linked by hand")
  func linkedGoneProject() async throws {
    try await World.with { world in
      world.clockify.change { state in
        var gone = SimulatedWorkspace.Project(id: Self.oldID, name: "Gone", clientID: World.acmeID)
        gone.isDeleted = true
        state.workspace.projects.append(gone)
      }
      world.track(World.anaID, Self.oldID, "2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      #expect(try await world.importNow().summary.held["project_not_linked"]?.seconds == 3600)
      try world.sql(
        "INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('project', 1, '\(Self.oldID)')")
      try await world.importNow()
      #expect(try world.actuals().count == 1)
    }
  }

  // MARK: Budget (94)

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

import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// Worked examples of the import rules, one test each, named by the rule.
@Suite("Import rules: running, matching, placing")
struct RulesTests {
  @Test("Rule 1: an import sends reads only")
  func readsOnly() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()

      let requests = world.clockify.read(\.requests)
      #expect(requests.count > 5)
      #expect(
        requests.allSatisfy { $0.method == "GET" || ($0.method == "POST" && $0.path.hasSuffix("/reports/detailed")) })
      #expect(requests.allSatisfy { $0.status == 200 })
    }
  }

  @Test("Rule 3: --scope people creates people and no actuals")
  func scopes() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.importNow(scopes: [.people])

      #expect(
        try world.sql(
          "SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM project), (SELECT count(*) FROM actual)")
          == "3|0|0")
    }
  }

  @Test("Rule 3: --scope actuals alone creates nothing and holds what is not linked")
  func actualsAlone() async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.clockify.change {
        $0.workspace.projects.append(.init(id: "6630aa10b1c2d3e4f5060029", name: "New", clientID: World.acmeID))
      }
      world.track(World.anaID, "6630aa10b1c2d3e4f5060029", "2026-03-03T08:00:00Z", minutes: 60)
      let report = try await world.importNow(scopes: [.actuals])

      #expect(report.summary.held["project_not_linked"]?.seconds == 3600)
      #expect(try world.sql("SELECT count(*) FROM project") == "3")
    }
  }

  @Test("Rule 4: a second import writes nothing outside the run log")
  func idempotent() async throws {
    try await World.with { world in
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 200 + day) }
      world.track(World.bobID, nil, "2026-03-03T15:00:00Z", minutes: 30)
      world.track(World.bobID, World.betaID, "2026-03-03T16:00:00Z", minutes: nil)
      try await world.enableActuals(zerosFrom: "2026-02-23")
      try await world.importNow()
      let before = try world.dump()
      let report = try await world.importNow()

      #expect(before.contains("INSERT"))
      #expect(try world.dump() == before)
      #expect(report.summary.actuals == ActualCounts.none)
    }
  }

  @Test(
    "Rule 6: a page that fails for good leaves the slice incomplete: what arrived is placed, nothing goes, no zeros")
  func incompleteSlice() async throws {
    try await World.with { world in
      var ids: [String] = []
      for day in 2...6 { ids.append(world.track("2026-03-0\(day)T08:00:00Z", minutes: 60)) }
      world.clockify.change { $0.controls.silentPageCap = 2 }
      try await world.enableActuals(zerosFrom: "2026-02-02")
      try await world.importNow(scopes: [.actuals])
      let zeros = try world.sql("SELECT count(*) FROM actual WHERE origin = 'autofill'")
      world.remove(ids[4])
      world.edit(ids[0]) { $0.end! += 60 }
      world.clockify.change { $0.controls.faults = [.init(.status(502), on: "/reports/", page: 2)] }
      let report = try await world.importNow()

      #expect(report.status == .partial)
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-02 61/0"))
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-06 60/0"))
      #expect(try world.sql("SELECT count(*) FROM actual WHERE origin = 'autofill'") == zeros)
    }
  }

  @Test("Rule 6: a server that caps pages at 2 when asked for 1,000, without Last-Page: everything is read")
  func cappedPages() async throws {
    try await World.with { world in
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 60) }
      world.clockify.change {
        $0.controls.silentPageCap = 2; $0.controls.sendsLastPage = false
      }
      try await world.enableActuals()
      let report = try await world.importNow(scopes: [.actuals])

      #expect(report.books.secondsPlaced == 5 * 3600)
      #expect(report.status == .done)
    }
  }

  @Test("Rule 6: totals that overstate twice the same: complete with a warning, but nothing becomes missing")
  func overstatedTotals() async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 60)
      world.track("2026-03-04T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      world.remove(id)
      world.clockify.change { $0.controls.totals = .overstated(by: 1) }
      let report = try await world.importNow()

      #expect(report.status == .done)
      #expect(report.findings.contains { $0.code.rawValue == "totals_disagree" })
      #expect(try world.actuals().count == 2)
    }
  }

  @Test("Rule 7: rows that arrive more than once count once")
  func repeatedRows() async throws {
    try await World.with { world in
      for hour in 8...17 { world.track("2026-03-03T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 10) }
      world.clockify.change { state in
        state.controls.silentPageCap = 4
        // An entry that appears before page 2 is read shifts a row into it again.
        state.beforeAnswer = { state, path, page in
          guard page == 2, !state.workspace.entries.contains(where: { $0.id == "66500c00b1c2d3e4f5069999" }) else {
            return
          }
          state.workspace.add(
            .init(
              id: "66500c00b1c2d3e4f5069999", userID: World.anaID, projectID: World.alphaID,
              start: Instant("2026-03-03T05:00:00Z")!.seconds, end: Instant("2026-03-03T05:10:00Z")!.seconds))
        }
      }
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(report.summary.repeatedIDs > 0)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 110/0"])
      #expect(report.books.isBalanced)
    }
  }

  @Test("Rule 8: after 60 days off the next run reads 62 days")
  func longWindow() async throws {
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      world.settings.deepWindowDays = 0
      try await world.enableActuals()
      try await world.importNow()
      world.now = Instant("2026-05-08T06:00:00Z")!
      let report = try await world.importNow()

      #expect(report.window == CalendarDay("2026-03-07")!...CalendarDay("2026-05-08")!)
    }
  }

  @Test("Rules 9 and 12: the same name without a link makes a second project, flagged once as probable duplicate")
  func sameName() async throws {
    try await World.with { world in
      try world.sql(
        "INSERT INTO client (name) VALUES ('Acme'); INSERT INTO project (client_id, name) VALUES (1, 'Alpha')")
      let report = try await world.importNow()

      #expect(try world.sql("SELECT count(*) FROM project WHERE name = 'Alpha'") == "2")
      #expect(report.findings.filter { $0.code.rawValue == "probable_duplicate" && $0.kind == .project }.count == 1)
    }
  }

  @Test("Rule 11: a rename in Clockify is drift, and changes nothing here")
  func drift() async throws {
    try await World.with { world in
      try await world.importNow()
      world.clockify.change { $0.workspace.projects[0].name = "Alpha 2" }
      try await world.importNow()

      #expect(try world.sql("SELECT name FROM project ORDER BY id LIMIT 1") == "Alpha")
      #expect(try world.sql("SELECT field, linked_value, clockify_value FROM drift") == "name|Alpha|Alpha 2")
    }
  }

  @Test("Rule 13: linking first prevents the duplicate and places the time")
  func linkFirst() async throws {
    try await World.with { world in
      try world.sql(
        """
        INSERT INTO client (name) VALUES ('Acme'); INSERT INTO project (client_id, name) VALUES (1, 'Alpha');
        INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('project', 1, '\(World.alphaID)');
        INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('client', 1, '\(World.acmeID)');
        """)
      world.track("2026-03-03T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()

      #expect(
        try world.sql(
          "SELECT count(*), sum(billable_minutes) FROM project LEFT JOIN actual ON project_id = id WHERE name = 'Alpha'"
        ) == "1|60")
    }
  }

  @Test("Rule 14: two Clockify projects linked to one item add up in one actual")
  func twoLinks() async throws {
    try await World.with { world in
      try await world.enableActuals()
      try world.sql(
        "UPDATE external_reference SET planning_id = (SELECT planning_id FROM external_reference WHERE external_id = '\(World.alphaID)') WHERE external_id = '\(World.betaID)'"
      )
      world.track("2026-03-03T08:00:00Z", minutes: 120)
      world.track(World.anaID, World.betaID, "2026-03-03T12:00:00Z", minutes: 60)
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 180/0"])
    }
  }

  @Test("Rule 15: deleted here by plain SQL, created again with a new id; ignored, it stays away")
  func deletedHere() async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(World.bobID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 300)
      try await world.importNow()
      let old = try world.sql("SELECT id FROM person WHERE name = 'Bob'")
      try world.sql("DELETE FROM person WHERE name = 'Bob'")
      try await world.importNow()
      let new = try world.sql("SELECT id FROM person WHERE name = 'Bob'")
      #expect(old != new)
      #expect(try world.actuals() == ["Bob Alpha Unknown 2026-03-03 300/0"])

      try world.sql(
        "INSERT INTO ignored_reference (kind, external_id) VALUES ('person', '\(World.bobID)'); DELETE FROM person WHERE name = 'Bob'"
      )
      let report = try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM person WHERE name = 'Bob'") == "0")
      #expect(report.summary.skipped["ignored"]?.seconds == 300 * 60)
      #expect(try world.actuals().isEmpty)
    }
  }

  @Test("Rule 16: gone from Clockify changes nothing here but marks the link")
  func sourceMissing() async throws {
    try await World.with { world in
      try await world.importNow()
      world.clockify.change { $0.workspace.projects.removeFirst() }
      let report = try await world.importNow()

      #expect(report.findings.filter { $0.code.rawValue == "source_missing" }.count == 1)
      #expect(
        try world.sql("SELECT source_missing_since FROM external_reference WHERE external_id = '\(World.alphaID)'")
          == "2026-03-09")
      #expect(try world.sql("SELECT count(*) FROM project") == "3")
    }
  }

  @Test("Rule 17: a project without a client is held, and placed once it has one")
  func clientless() async throws {
    try await World.with { world in
      world.clockify.change { $0.workspace.projects[1].clientID = nil }
      world.track(World.anaID, World.betaID, "2026-03-03T08:00:00Z", minutes: 240)
      try await world.enableActuals()
      let first = try await world.importNow()
      #expect(first.summary.held["project_without_client"]?.seconds == 240 * 60)
      #expect(first.findings.contains { $0.code.rawValue == "project_without_client" && $0.kind == .project })

      world.clockify.change { $0.workspace.projects[1].clientID = World.acmeID }
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Beta Dev 2026-03-03 240/0"])
    }
  }

  @Test("Rule 18: archived projects and removed people come only when used, and then as archived")
  func whenUsed() async throws {
    try await World.with { world in
      world.clockify.change { state in
        state.workspace.projects[1].archived = true
        state.workspace.projects[2].archived = true
        state.workspace.users[1].isRemoved = true
        state.workspace.users[2].membershipStatus = "PENDING"
      }
      world.track(World.bobID, World.betaID, "2026-03-03T15:00:00Z", minutes: 60)
      world.track(World.chloeID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      #expect(try world.sql("SELECT group_concat(name) FROM project") == "Alpha")
      let report = try await world.importNow()

      #expect(try world.sql("SELECT name, is_archived, archived_by FROM project WHERE id > 1") == "Beta|1|import")
      #expect(try world.sql("SELECT name, is_archived, archived_by FROM person WHERE name = 'Bob'") == "Bob|1|import")
      #expect(try world.actuals() == ["Bob Beta Unknown 2026-03-03 60/0"])
      #expect(report.summary.held["user_pending"]?.seconds == 1800)
      #expect(report.findings.contains { $0.code.rawValue == "archived_unused" && $0.name == "Leave" })
    }
  }

  @Test("Rule 19: a new person has the lower-cased e-mail and an open Unknown contract")
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

  @Test("Rules 20 and 47: sync_off freezes what is stored and skips the rest; taking it off resumes")
  func syncOff() async throws {
    try await World.with { world in
      let id = world.track(World.anaID, World.leaveID, "2026-03-03T08:00:00Z", minutes: 480)
      try await world.enableActuals()
      try await world.importNow()
      try world.sql("INSERT INTO project_tag SELECT id, 'SYNC_OFF' FROM project WHERE name = 'Leave'")
      world.edit(id) { $0.end! += 7200 }
      world.track(World.anaID, World.leaveID, "2026-03-04T08:00:00Z", minutes: 960)
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Leave Dev 2026-03-03 480/0"])
      #expect(report.summary.skipped["sync_off"] == RunSummary.Sum(entries: 2, seconds: (600 + 960) * 60))
      #expect(report.books.isBalanced)

      try world.sql("DELETE FROM project_tag")
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Leave Dev 2026-03-03 600/0", "Ana Leave Dev 2026-03-04 960/0"])
    }
  }

  @Test("Rule 21: a person archived by a planner gets no more time; un-archiving brings it")
  func archivedPerson() async throws {
    try await World.with { world in
      for day in 2...4 { world.track(World.bobID, World.alphaID, "2026-03-0\(day)T15:00:00Z", minutes: 480) }
      try await world.enableActuals()
      try await world.importNow()
      try world.sql("UPDATE person SET is_archived = 1 WHERE name = 'Bob'")
      for day in 5...6 { world.track(World.bobID, World.alphaID, "2026-03-0\(day)T15:00:00Z", minutes: 480) }
      let report = try await world.importNow()
      #expect(try world.actuals().count == 3)
      #expect(report.summary.skipped["person_archived"]?.seconds == 960 * 60)

      try world.sql("UPDATE person SET is_archived = 0 WHERE name = 'Bob'")
      try await world.importNow()
      #expect(try world.actuals().count == 5)
    }
  }

  @Test("Rule 18: time that would not be placed anyway makes nobody and nothing used")
  func notUsed() async throws {
    try await World.with { world in
      world.clockify.change { state in
        state.workspace.projects[1].archived = true
        state.workspace.users[1].isRemoved = true
      }
      try await world.enableActuals()
      try world.sql(
        "UPDATE person SET is_archived = 1 WHERE name = 'Ana'; INSERT INTO project_tag SELECT id, 'sync_off' FROM project WHERE name = 'Leave'; INSERT INTO timesheet_lock (locked_until) VALUES ('2026-02-28')"
      )
      world.track(World.anaID, World.betaID, "2026-03-03T08:00:00Z", minutes: 60)
      world.track(World.bobID, World.leaveID, "2026-03-03T15:00:00Z", minutes: 60)
      world.track(World.chloeID, World.betaID, "2026-02-26T15:00:00Z", minutes: 60)
      let report = try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM project WHERE name = 'Beta'") == "0")
      #expect(try world.sql("SELECT count(*) FROM person WHERE name = 'Bob'") == "0")
      #expect(report.books.isBalanced)

      try world.sql("DELETE FROM timesheet_lock")
      try await world.importNow()
      #expect(try world.actuals() == ["Chloe Beta Dev 2026-02-27 60/0"])
    }
  }
}

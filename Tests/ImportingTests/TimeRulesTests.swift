import Importing
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

@Suite("Import rules: days, roles, edits")
struct TimeRulesTests {
  @Test("Rules 30 to 33: what counts and what does not")
  func whatCounts() async throws {
    try await World.with { world in
      for hour in 7...14 { world.track("2026-03-03T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 30) }
      world.track(World.anaID, nil, "2026-03-03T16:00:00Z", minutes: 30, type: "BREAK")
      world.track(World.anaID, World.alphaID, "2026-03-03T17:00:00Z", minutes: 20, type: "TIME_OFF")
      world.track(World.anaID, nil, "2026-03-03T18:00:00Z", minutes: 45)
      world.track(World.anaID, World.alphaID, "2026-03-03T19:00:00Z", minutes: 0)
      world.track(World.anaID, World.alphaID, "2026-03-10T19:00:00Z", minutes: 10)
      let timer = world.track("2026-03-08T22:10:00Z", minutes: nil)
      try await world.enableActuals()
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 240/0"])
      #expect(report.summary.skipped["break"]?.seconds == 1800)
      #expect(report.summary.skipped["leave_entry"]?.seconds == 1200)
      #expect(report.summary.skipped["no_project"]?.seconds == 2700)
      #expect(report.summary.skipped["invalid_interval"]?.entries == 1)
      #expect(report.summary.skipped["running"] == RunSummary.Sum(entries: 1, seconds: 0))
      #expect(report.summary.held["future"]?.seconds == 600)

      world.edit(timer) { $0.end = $0.start + 190 * 60 }
      try await world.importNow()
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-08 190/0"))
    }
  }

  @Test("Rule 32: a forgotten timer of 50 hours counts whole, with a warning; overlaps warn")
  func longEntry() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 3000)
      world.track("2026-03-04T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 3000/0", "Ana Alpha Dev 2026-03-04 60/0"])
      #expect(report.findings.contains { $0.code.rawValue == "long_entry" && $0.entries == 1 })
      #expect(report.findings.contains { $0.code.rawValue == "overlap" && $0.seconds == 3600 })
    }
  }

  @Test("Rules 34 and 36: whose day")
  func whoseDay() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(World.bobID, World.alphaID, "2026-03-06T03:30:00Z", minutes: 90)
      world.track(World.chloeID, World.alphaID, "2026-03-05T11:30:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      #expect(try world.actuals() == ["Bob Alpha Dev 2026-03-05 90/0", "Chloe Alpha Dev 2026-03-06 90/0"])
    }
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(World.bobID, World.alphaID, "2026-03-06T03:30:00Z", minutes: 90)
      world.track(World.chloeID, World.alphaID, "2026-03-05T11:30:00Z", minutes: 90)
      world.settings.timeZone = "Europe/Berlin"
      try await world.enableActuals()
      try await world.importNow()
      #expect(try world.actuals() == ["Chloe Alpha Dev 2026-03-05 90/0", "Bob Alpha Dev 2026-03-06 90/0"])
    }
  }

  @Test("Rule 35: a later move to another zone leaves the date where it is")
  func pinned() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track(World.bobID, World.alphaID, "2026-03-06T03:30:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      world.clockify.change { $0.workspace.users[1].timeZone = "Europe/Berlin" }
      try world.sql(
        "INSERT INTO role (name) VALUES ('QA'); UPDATE contract SET role_id = (SELECT id FROM role WHERE name = 'QA')")
      try await world.importNow()

      #expect(try world.actuals() == ["Bob Alpha QA 2026-03-05 90/0"])
    }
  }

  @Test("Rules 37 and 38: everything on the start date; durations are differences of instants")
  func acrossMidnight() async throws {
    try await World.with(now: "2026-03-30T06:00:00Z") { world in
      world.track("2026-03-09T22:30:00Z", minutes: 165)
      world.track("2026-03-28T22:00:00Z", minutes: 360)
      try await world.enableActuals()
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-09 165/0", "Ana Alpha Dev 2026-03-28 360/0"])
    }
  }

  @Test("Rules 39 to 42: summed per key and bucket, rounded once half up; the entry's flag decides the bucket")
  func rounding() async throws {
    try await World.with { world in
      for hour in 8...10 { world.track("2026-03-02T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 10, seconds: 20) }
      for minute in 10...49 {
        world.track(World.bobID, World.alphaID, "2026-03-03T15:\(minute):00Z", minutes: 0, seconds: 29)
      }
      let id = world.track("2026-03-03T08:00:00Z", minutes: 450)
      world.track("2026-03-03T16:00:00Z", minutes: 30, billable: false)
      world.track(World.chloeID, World.alphaID, "2026-03-03T01:00:00Z", minutes: 0, seconds: 10)
      world.track(World.chloeID, World.betaID, "2026-03-03T01:00:00Z", minutes: 7, billable: nil)
      try await world.enableActuals()
      let report = try await world.importNow()
      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-03-02 31/0", "Ana Alpha Dev 2026-03-03 450/30", "Bob Alpha Dev 2026-03-03 19/0",
          "Chloe Alpha Dev 2026-03-03 0/0", "Chloe Beta Dev 2026-03-03 7/0",
        ])
      #expect(report.findings.contains { $0.code.rawValue == "no_billable_flag" })

      world.edit(id) { $0.billable = false }
      try await world.importNow()
      #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-03 0/480"))
    }
  }

  @Test("Rules 43 and 44: which role")
  func whichRole() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      try await world.enableActuals(role: "Designer")
      try world.sql(
        """
        INSERT INTO role (name) VALUES ('Dev'), ('QA');
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day) VALUES
          (1, 1, (SELECT id FROM role WHERE name = 'Dev'), '2026-03-02', '2026-03-06', 240),
          (2, 1, (SELECT id FROM role WHERE name = 'Dev'), '2026-03-02', '2026-03-06', 240),
          (2, 1, (SELECT id FROM role WHERE name = 'QA'), '2026-03-02', '2026-03-06', 120);
        """)
      world.track("2026-03-04T08:00:00Z", minutes: 60)
      world.track("2026-03-12T08:00:00Z", minutes: 60)
      world.track(World.anaID, World.betaID, "2026-03-04T10:00:00Z", minutes: 60)
      world.track(World.bobID, World.alphaID, "2026-03-04T15:00:00Z", minutes: 60)
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
      try world.sql(
        "INSERT INTO role (name) VALUES ('Senior'); INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (1, 1, (SELECT id FROM role WHERE name = 'Dev'), '2026-03-02', '2026-03-06')"
      )
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 480) }
      try await world.importNow()
      try world.sql("UPDATE assignment SET role_id = (SELECT id FROM role WHERE name = 'Senior')")
      try await world.importNow()

      #expect(try world.sql("SELECT role, sum(billable_minutes) FROM actual_detail GROUP BY role") == "Senior|2400")
    }
  }

  @Test("Rules 25 and 46: Unknown is replaced from the beginning, a new contract changes roles from its start")
  func contracts() async throws {
    try await World.with(now: "2026-03-16T06:00:00Z") { world in
      world.track("2026-03-06T08:00:00Z", minutes: 60)
      world.track("2026-03-10T08:00:00Z", minutes: 60)
      try await world.importNow()
      try world.database.write { try $0.settings.set(Setting.actualsEnabledAt, world.now.description, at: world.now) }
      try await world.importNow()
      #expect(try world.sql("SELECT role, sum(billable_minutes) FROM actual_detail GROUP BY role") == "Unknown|120")

      try world.database.write { session in
        let (dev, qa) = (try session.roles.add("Dev"), try session.roles.add("QA"))
        #expect(try session.contracts.setRole(dev, of: 1, from: nil, minutesPerDay: 480, workingDays: .mondayToFriday))
        #expect(
          try session.contracts.setRole(
            qa, of: 1, from: CalendarDay("2026-03-09"), minutesPerDay: 480, workingDays: .mondayToFriday))
        #expect(try !session.contracts.setRole(dev, of: 1, from: nil, minutesPerDay: 480, workingDays: .mondayToFriday))
      }
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-06 60/0", "Ana Alpha QA 2026-03-10 60/0"])
    }
  }

  @Test("Rules 48 to 51 and 56: edited, deleted, moved, restored")
  func edits() async throws {
    try await World.with { world in
      let a = world.track("2026-03-02T08:00:00Z", minutes: 300)
      let b = world.track(World.bobID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 180)
      let c = world.track("2026-03-03T08:00:00Z", minutes: 180)
      let d = world.track("2026-03-04T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      world.settings.deepWindowDays = 0
      try await world.importNow()
      world.edit(a) { $0.end! += 1800 }
      let removed = world.clockify.read { $0.workspace.entries.first { $0.id == b }! }
      world.remove(b)
      world.edit(c) { $0.projectID = World.betaID }
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
      world.track(World.bobID, World.alphaID, "2026-03-03T15:00:00Z", minutes: 5)
      try await world.enableActuals()
      try await world.importNow()
      let before = try world.actuals()
      world.clockify.change { state in
        let kept = state.workspace.entries.filter {
          $0.userID == World.bobID || $0.start < Instant("2026-03-03T00:00:00Z")!.seconds
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

  @Test("Rules 55 and 47: nothing is written on locked dates; unlocking places what waited")
  func locked() async throws {
    try await World.with { world in
      let id = world.track("2026-02-27T08:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      try world.sql("INSERT INTO timesheet_lock (locked_until) VALUES ('2026-02-28')")
      world.track("2026-02-27T12:00:00Z", minutes: 60)
      try world.sql(
        "INSERT INTO role (name) VALUES ('QA'); UPDATE contract SET role_id = (SELECT id FROM role WHERE name = 'QA')")
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-27 60/0"])
      #expect(report.summary.held["locked"]?.seconds == 3600)
      #expect(
        report.findings.contains { $0.code.rawValue == "locked" && $0.message == "late: +60 min Alpha Ana 2026-02-27" })

      world.remove(id)
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-27 60/0"])
      try world.sql("DELETE FROM timesheet_lock")
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
      try world.sql("INSERT INTO timesheet_lock (locked_until) VALUES ('2026-02-28')")
      world.edit(id) { $0.end! += 7200 }
      let changed = try await world.importNow()
      #expect(changed.summary.held["locked"]?.seconds == 600 * 60)
      world.edit(id) { $0.end! -= 7200 }
      let report = try await world.importNow()

      #expect(report.books.secondsPlaced == 480 * 60)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-02-27 480/0"])
    }
  }

  @Test("Rule 57: hours typed by hand protect the cell, whatever the role")
  func manualPresent() async throws {
    try await World.with { world in
      try await world.enableActuals()
      try world.sql(
        "INSERT INTO role (name) VALUES ('Senior'); INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES (1, 1, (SELECT id FROM role WHERE name = 'Senior'), '2026-03-03', 240)"
      )
      world.track("2026-03-03T08:00:00Z", minutes: 240)
      world.track("2026-03-04T08:00:00Z", minutes: 240)
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Senior 2026-03-03 240/0*", "Ana Alpha Dev 2026-03-04 240/0"])
      #expect(report.summary.held["manual_present"]?.seconds == 240 * 60)
      #expect(
        try world.sql("SELECT manual_minutes, imported_minutes, source_minutes FROM actual_conflict") == "240|0|240")

      try world.sql(
        "INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES (1, 1, (SELECT id FROM role WHERE name = 'Senior'), '2026-03-04', 30)"
      )
      try await world.importNow()
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual WHERE date = '2026-03-04'") == "270")
      #expect(
        try world.sql(
          "SELECT manual_minutes, imported_minutes, source_minutes FROM actual_conflict WHERE date = '2026-03-04'")
          == "30|240|240")
    }
  }

  @Test("Rule 58: an imported row edited by hand becomes manual; one deleted by hand comes back")
  func editedByHand() async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 300)
      world.track("2026-03-04T08:00:00Z", minutes: 100)
      try await world.enableActuals()
      try await world.importNow()
      try world.sql(
        "UPDATE actual SET billable_minutes = 270 WHERE date = '2026-03-03'; DELETE FROM actual WHERE date = '2026-03-04'"
      )
      world.edit(id) { $0.end! += 1800 }
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 270/0*", "Ana Alpha Dev 2026-03-04 100/0"])
      #expect(
        try world.sql("SELECT manual_minutes, imported_minutes, source_minutes FROM actual_conflict") == "270|300|330")
      let dump = try world.dump()
      try await world.importNow()
      #expect(try world.dump() == dump)

      try world.sql("DELETE FROM actual WHERE date = '2026-03-03'")
      try await world.importNow()
      #expect(try world.actuals().first == "Ana Alpha Dev 2026-03-03 330/0")
      #expect(try world.sql("SELECT count(*) FROM actual_conflict") == "0")
    }
  }

  @Test("Rule 58: an edit of an imported row that is taken back makes it imported again")
  func handEditTakenBack() async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 300)
      try await world.enableActuals()
      try await world.importNow()
      try world.sql("UPDATE actual SET billable_minutes = 270")
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 270/0*"])
      try world.sql("UPDATE actual SET billable_minutes = 300")
      world.edit(id) { $0.end! += 600 }
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 310/0"])
      #expect(try world.sql("SELECT count(*) FROM actual_conflict") == "0")
    }
  }

  @Test("Rule 59: manual_policy overwrite puts Clockify's time in the place of hours typed by hand")
  func overwrite() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 300)
      try await world.enableActuals()
      try await world.importNow()
      try world.sql("UPDATE actual SET billable_minutes = 270")
      world.settings.manualPolicy = .overwrite
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 300/0"])

      let dump = try world.dump()
      try await world.importNow()
      #expect(try world.dump() == dump)
    }
  }

  @Test("Rule 31: a timer that has run for more than a day is a warning, a younger one is not")
  func oldTimer() async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track("2026-03-08T07:00:00Z", minutes: nil)
      let young = try await world.importNow()
      #expect(young.findings.filter { $0.code.rawValue == "running" }.map(\.level) == [.info])
      world.now = world.now + 2 * 3600
      let old = try await world.importNow()
      #expect(old.findings.filter { $0.code.rawValue == "running" }.map(\.level) == [.warning])
      #expect(old.summary.skipped["running"] == RunSummary.Sum(entries: 1, seconds: 0))
    }
  }

  @Test("Rules 32 and 6: warnings count an entry once, also when its slice is read twice, and over slice edges")
  func warnedOnce() async throws {
    try await World.with { world in
      // 11 March 02:00 UTC less 30 days is the edge of two slices.
      world.track("2026-02-09T01:00:00Z", minutes: 90)
      world.track("2026-02-09T02:10:00Z", minutes: 60)
      world.track("2026-03-03T08:00:00Z", minutes: 3000)
      world.clockify.change { $0.controls.totals = .overstated(by: 1) }
      try await world.enableActuals()
      let report = try await world.importNow()

      #expect(report.findings.filter { $0.code.rawValue == "totals_disagree" }.count == 1)
      #expect(report.findings.first { $0.code.rawValue == "long_entry" }?.entries == 1)
      #expect(report.findings.filter { $0.code.rawValue == "overlap" }.map(\.entries) == [1])
      #expect(report.findings.first { $0.code.rawValue == "overlap" }?.seconds == 20 * 60)
    }
  }

  @Test("Rules 47 and 53: what waits for a thaw still waits after a night with the brake on")
  func deferredThroughBrake() async throws {
    try await World.with { world in
      let id = world.track("2026-02-27T08:00:00Z", minutes: 60)
      for day in 2...6 {
        for hour in 7...16 {
          world.track(World.bobID, World.alphaID, "2026-03-0\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 30)
        }
      }
      try await world.enableActuals()
      try await world.importNow()
      try world.sql("INSERT INTO timesheet_lock (locked_until) VALUES ('2026-02-28')")
      world.remove(id)
      try await world.importNow()
      world.clockify.change { state in
        state.workspace.setEntries(state.workspace.entries.filter { $0.userID != World.bobID })
      }
      let held = try await world.importNow()
      #expect(held.status == .held)
      try world.sql("DELETE FROM timesheet_lock")
      try await world.importNow(confirm: held.run)

      #expect(try world.actuals().isEmpty)
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
        world.track(World.bobID, World.alphaID, "2026-03-0\(day)T12:00:00Z", minutes: 480)
        world.track(World.chloeID, World.alphaID, "2026-03-0\(day)T12:00:00Z", minutes: 480)
      }
      try await world.enableActuals()
      try await world.importNow()
      let before = try world.actuals()
      world.clockify.change { [last] state in
        state.workspace.setEntries(
          state.workspace.entries.filter { $0.userID != World.anaID || $0.id == last }.map { entry in
            var entry = entry
            if entry.id == last { entry.userID = World.bobID }
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
}

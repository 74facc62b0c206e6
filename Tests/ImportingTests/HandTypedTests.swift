import ClockifySimulator
import Importing
import Planning
import RotaTesting
import Testing

/// Rows that planners typed or edited.
@Suite("Rules 57 to 59: hours typed by hand")
struct HandTypedTests {
  @Test("Rule 57: hours typed by hand protect the cell, whatever the role")
  func manualPresent() async throws {
    try await World.with { world in
      try await world.enableActuals()
      try world.enter(.ana, .alpha, as: "Senior", "2026-03-03", minutes: 240)
      world.track("2026-03-03T08:00:00Z", minutes: 240)
      world.track("2026-03-04T08:00:00Z", minutes: 240)
      let report = try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Senior 2026-03-03 240/0*", "Ana Alpha Dev 2026-03-04 240/0"])
      #expect(report.summary.held["manual_present"]?.seconds == 240 * 60)
      #expect(
        try world.sql("SELECT manual_minutes, imported_minutes, source_minutes FROM actual_conflict") == "240|0|240")

      try world.enter(.ana, .alpha, as: "Senior", "2026-03-04", minutes: 30)
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
}

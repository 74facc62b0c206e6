import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

/// Rule 95: what an undo gives back, whatever happened in between.
@Suite("Rule 95: undoing a merge after things have moved on")
struct UndoTests {
  enum Move: String, CaseIterable, CustomTestStringConvertible {
    case day, project, person, gone, keptProject
    var testDescription: String { rawValue }

    func apply(to id: String, in world: World) {
      switch self {
      case .day: world.move(id, byDays: 1)
      case .project: world.move(id, to: .beta)
      case .person: world.handOver(id, to: .bob)
      case .gone: world.remove(id)
      case .keptProject: world.move(id, to: .leave)
      }
    }

    /// Person, project and date of the 180 minutes in the end; nil: nowhere.
    var end: String? {
      switch self {
      case .day: "Ana Alpha Dev 2026-03-04 180/0"
      case .project: "Ana Beta Dev 2026-03-03 180/0"
      case .person: "Bob Alpha Dev 2026-03-03 180/0"
      case .gone: nil
      case .keptProject: "Ana Leave Dev 2026-03-03 180/0"
      }
    }
  }

  private func merge(_ world: World, _ kind: PlanSnapshot.Kind, keep: Int64, drop: Int64) throws {
    _ = try world.database.write { try $0.merging.merge(kind, keep: keep, drop: drop, at: world.now) }
  }

  private func undo(_ world: World) throws {
    _ = try world.database.write { try $0.undo.merge(nil, at: world.now) }
  }

  private func expectClean(_ world: World) throws {
    #expect(try world.database.read { try $0.faults.all() }.isEmpty)
    #expect(try world.sql("SELECT count(*) FROM deferred_cell") == "0")
  }

  @Test("Rule 95: merge, the entry moves, import, undo, import: its minutes are there once", arguments: Move.allCases)
  func moved(move: Move) async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 180)
      try await world.enableActuals()
      try await world.importNow()
      let (alpha, leave) = (try world.project(.alpha), try world.project(.leave))
      try merge(world, .project, keep: leave, drop: alpha)
      move.apply(to: id, in: world)
      try await world.importNow()
      try undo(world)
      #expect(try world.billableMinutes() == (move.end == nil ? 0 : 180))
      let report = try await world.importNow()

      #expect(report.books.isBalanced)
      #expect(try world.actuals() == [move.end].compactMap(\.self))
      try expectClean(world)
    }
  }

  @Test("Rule 95: the same where two people are merged", arguments: [Move.day, .project, .gone])
  func movedPerson(move: Move) async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 180)
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      try merge(world, .person, keep: world.person(.bob), drop: world.person(.ana))
      move.apply(to: id, in: world)
      try await world.importNow()
      try undo(world)
      try await world.importNow()

      let bob = "Bob Alpha Dev 2026-03-03 30/0"
      #expect(try Set(world.actuals()) == Set([bob, move.end].compactMap(\.self)))
      try expectClean(world)
    }
  }

  @Test(
    "Rules 77, 95: without an import in between, where the dropped project is unlinked and ignored: its placed time goes back"
  )
  func unlinked() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 180)
      try await world.enableActuals()
      try await world.importNow()
      let (alpha, leave) = (try world.project(.alpha), try world.project(.leave))
      try world.database.write { session in
        _ = try session.references.unlink(.project, planningID: alpha)
        _ = try session.references.ignore(.project, externalID: Cast.Project.alpha.id, note: nil)
      }
      try await world.importNow()
      try merge(world, .project, keep: leave, drop: alpha)
      try undo(world)
      try await world.importNow()
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 180/0"])
      try expectClean(world)
    }
  }

  @Test(
    "Rules 91, 95: the time of the catch-all project, merged away before the settings refused it, goes back as well")
  func catchAll() async throws {
    try await World.with { world in
      world.track(.ana, nil, "2026-03-03T08:00:00Z", minutes: 180)
      try await world.enableActuals()
      let leave = try world.project(.leave)
      world.settings.catchAllProject = try world.project(.beta)
      try await world.importNow()
      let (beta, acme) = (world.settings.catchAllProject!, try world.client(.acme))
      #expect(throws: PlanRefusal.self) {
        try world.database.write {
          try $0.merging.merge(.project, keep: leave, drop: beta, catchAll: beta, at: world.now)
        }
      }
      #expect(throws: PlanRefusal.self) {
        try world.database.write { try $0.items.delete(.project, beta, catchAll: beta) }
      }
      #expect(throws: PlanRefusal.self) {
        try world.database.write { try $0.items.delete(.client, acme, catchAll: beta) }
      }
      try merge(world, .project, keep: leave, drop: beta)
      try undo(world)
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Beta Dev 2026-03-03 180/0"])
      try expectClean(world)
    }
  }

  @Test(
    "Rules 47, 95: frozen, the entry moves to another project, merge, undo, thaw, import: its minutes are on the other one only",
    arguments: ["locked", "sync_off", "archived", "typed"])
  func frozen(how: String) async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 66)
      world.track("2026-03-03T12:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      let (alpha, leave) = (try world.project(.alpha), try world.project(.leave))
      switch how {
      case "locked": try world.lock(until: "2026-03-05", project: .alpha)
      case "sync_off": try world.tag(.alpha, "sync_off")
      case "archived": try world.archive(.ana)
      default:
        try world.enter(.ana, .alpha, as: "QA", "2026-03-03", minutes: 1)
      }
      world.move(id, to: .beta)
      try await world.importNow()
      try merge(world, .project, keep: leave, drop: alpha)
      try undo(world)
      try await world.importNow()
      #expect(try world.sql("SELECT sum(billable_minutes) FROM actual WHERE is_manual = 0") == "126")
      try world.sql(
        "DELETE FROM timesheet_lock; DELETE FROM project_tag; UPDATE person SET is_archived = 0; DELETE FROM actual WHERE is_manual"
      )
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 60/0", "Ana Beta Dev 2026-03-03 66/0"])
      try expectClean(world)
    }
  }

  @Test(
    "Rules 55, 95: merged, moved and imported, then locked: an undo under the lock neither doubles nor loses a minute")
  func undoUnderLock() async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 180)
      world.track("2026-03-03T12:00:00Z", minutes: 20)
      world.track(.ana, .leave, "2026-03-03T15:00:00Z", minutes: 7)
      try await world.enableActuals()
      try await world.importNow()
      let (alpha, leave) = (try world.project(.alpha), try world.project(.leave))
      try merge(world, .project, keep: leave, drop: alpha)
      world.move(id, byDays: 1)
      try await world.importNow()
      try world.lock(until: "2026-03-05")
      try undo(world)
      #expect(try world.billableMinutes() == 207)
      try await world.importNow()
      #expect(try world.billableMinutes() == 207)
      try world.unlock()
      try await world.importNow()

      #expect(
        try world.actuals() == [
          "Ana Alpha Dev 2026-03-03 20/0", "Ana Leave Dev 2026-03-03 7/0", "Ana Alpha Dev 2026-03-04 180/0",
        ])
      try expectClean(world)
    }
  }

  @Test("Rules 47, 95: a merge under a lock moves rows with their minutes unchanged, and an undo gives them back so")
  func mergeUnderLock() async throws {
    try await World.with { world in
      let id = world.track("2026-03-03T08:00:00Z", minutes: 90)
      world.track(.ana, .leave, "2026-03-03T15:00:00Z", minutes: 7)
      try await world.enableActuals()
      try await world.importNow()
      let (alpha, leave) = (try world.project(.alpha), try world.project(.leave))
      for project in [Cast.Project.alpha, .leave] { try world.tag(project, "sync_off") }
      world.edit(id) { $0.end! += 3600 }
      try await world.importNow()
      try merge(world, .project, keep: leave, drop: alpha)
      #expect(try world.actuals() == ["Ana Leave Dev 2026-03-03 97/0"])
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Leave Dev 2026-03-03 97/0"])
      try undo(world)
      try await world.importNow()
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 90/0", "Ana Leave Dev 2026-03-03 7/0"])
      try world.removeTags()
      try await world.importNow()

      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 150/0", "Ana Leave Dev 2026-03-03 7/0"])
      try expectClean(world)
    }
  }

  @Test("Rules 59, 95: a conflict settled in favour of typed hours stays settled through a merge and its undo")
  func settledConflict() async throws {
    try await World.with { world in
      world.track("2026-03-03T08:00:00Z", minutes: 90)
      try await world.enableActuals()
      try await world.importNow()
      let (alpha, leave) = (try world.project(.alpha), try world.project(.leave))
      try world.sql("UPDATE actual SET billable_minutes = 95")
      try await world.importNow()
      let day = CalendarDay("2026-03-03")!
      let cell = Cell(person: try world.person(.ana), project: alpha, day: day)
      try world.database.write { try $0.conflicts.keepLocal(cell) }
      #expect(try await world.importNow().summary.conflicts == 0)

      try merge(world, .project, keep: leave, drop: alpha)
      #expect(try await world.importNow().summary.conflicts == 0)
      try undo(world)
      #expect(try await world.importNow().summary.conflicts == 0)
      #expect(try world.actuals() == ["Ana Alpha Dev 2026-03-03 95/0*"])
    }
  }

  @Test("Rules 58, 76: a row moved by hand just before a merge comes back on the kept item", arguments: [true, false])
  func pendingCell(ofPeople: Bool) async throws {
    try await World.with { world in
      world.track(.bob, .alpha, "2026-03-03T15:00:00Z", minutes: 60)
      try await world.enableActuals()
      try await world.importNow()
      try world.sql("UPDATE actual SET date = date(date, '+1 day')")
      if ofPeople {
        try merge(world, .person, keep: world.person(.ana), drop: world.person(.bob))
      } else {
        try merge(world, .project, keep: world.project(.leave), drop: world.project(.alpha))
      }
      // The link goes too, so that nothing but the mark of the cell brings the row back.
      if ofPeople { try world.ignore(.bob) } else { try world.ignore(.alpha) }
      let id = ofPeople ? Cast.Person.bob.id : Cast.Project.alpha.id
      try world.sql("DELETE FROM external_reference WHERE external_id = '\(id)'")
      try await world.importNow()
      let who = ofPeople ? "Ana Alpha" : "Bob Leave"
      #expect(try world.actuals() == ["\(who) Dev 2026-03-03 60/0", "\(who) Dev 2026-03-04 60/0*"])
    }
  }

  @Test("Rule 76: an undo is refused in words where what it needs was deleted since; nothing changes")
  func needsTheDeleted() async throws {
    try await World.with { world in
      try await world.enableActuals()
      try world.assign(.ana, to: .leave, from: "2026-03-02", to: "2026-03-06")
      try merge(world, .project, keep: world.project(.alpha), drop: world.project(.leave))
      try world.sql("DELETE FROM client WHERE name = 'Internal'")
      #expect(throws: PlanRefusal.self) { try undo(world) }
      #expect(try world.sql("SELECT count(*) FROM project") == "2")
    }
  }
}

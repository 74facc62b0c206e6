import ClockifySimulator
import Importing
import Planning
import RotaTesting
import Steering
import Testing

/// Random worlds with random edits on both sides, over several imports, against the naive oracle.
@Suite("Random worlds")
struct RandomWorldsTests {
  private func anyPerson(_ world: World, _ random: inout SeededRandom) throws -> Int64 {
    try world.person(Cast.people[random.below(3)])
  }

  private func anyProject(_ world: World, _ random: inout SeededRandom) throws -> Int64 {
    try world.project(Cast.projects[random.below(3)])
  }

  private func moment(_ random: inout SeededRandom) -> String {
    let day = CalendarDay("2026-02-01")! + random.below(37)
    return Instant(seconds: day.number * 86_400 + random.below(86_400)).description
  }

  private func editClockify(_ world: World, _ random: inout SeededRandom) {
    let ids = world.clockify.read { $0.workspace.entries.map(\.id) }
    let choice = random.below(10)
    if choice < 5 || ids.isEmpty {
      let isRunning = random.below(12) == 0
      world.track(
        Cast.people[random.below(3)], random.below(9) == 0 ? nil : Cast.projects[random.below(3)], moment(&random),
        minutes: isRunning ? nil : random.below(500), seconds: random.below(60), billable: random.below(4) > 0,
        type: random.below(8) == 0 ? "BREAK" : "REGULAR")
      return
    }
    let id = ids[random.below(ids.count)]
    let (person, project, shift) = (
      Cast.people[random.below(3)], Cast.projects[random.below(3)], random.below(200_000) - 100_000
    )
    switch choice {
    case 5: world.remove(id)
    case 6: world.move(id, to: project)
    case 7: world.handOver(id, to: person)
    case 8:
      world.edit(id) { entry in
        entry.start += shift
        entry.end = entry.end.map { $0 + shift }
      }
    default:
      world.edit(id) { entry in
        entry.end = entry.start + abs(shift) % 30_000
        entry.billable = shift % 2 == 0
      }
    }
  }

  private func editPlan(_ world: World, _ random: inout SeededRandom) throws {
    let (person, project) = (try anyPerson(world, &random), try anyProject(world, &random))
    let from = CalendarDay("2026-02-01")! + random.below(30)
    let role = "(SELECT id FROM role ORDER BY (id * \(1 + random.below(97))) % 7, id LIMIT 1)"
    switch random.below(6) {
    case 0, 1:
      try world.sql(
        "INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day) VALUES (\(person), \(project), \(role), '\(from)', '\(from + random.below(12))', \(60 * (1 + random.below(4))))"
      )
    case 2:
      try world.sql("DELETE FROM assignment WHERE id = (SELECT id FROM assignment ORDER BY (id * 31) % 11 LIMIT 1)")
    case 3:
      try world.sql(
        "UPDATE assignment SET role_id = \(role), ends_on = date(ends_on, '+2 days') WHERE person_id = \(person)")
    case 4: try world.sql("UPDATE contract SET role_id = \(role) WHERE person_id = \(person)")
    default:
      try world.sql(
        """
        DELETE FROM contract WHERE person_id = \(person);
        INSERT INTO contract (person_id, role_id, ends_on) VALUES (\(person), \(role), '\(from)');
        INSERT INTO contract (person_id, role_id, starts_on) VALUES (\(person), \(role), '\(from + 1 + random.below(9))');
        """)
    }
  }

  private func expectOracle(_ world: World, _ place: String) throws {
    let ours = Set(try world.actuals())
    let oracle = Set(try Oracle(world: world).actuals())
    #expect(!oracle.isEmpty)
    #expect(ours.subtracting(oracle).sorted() == [], "too much, \(place)")
    #expect(oracle.subtracting(ours).sorted() == [], "missing, \(place)")
  }

  @Test(
    "Rules 4, 81: actuals equal the oracle after every import, books balance, and a second import writes nothing",
    arguments: 1...8)
  func againstOracle(seed: UInt64) async throws {
    var random = SeededRandom(state: seed)
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      if seed % 4 == 0 { world.replica = ReplicaSettings() }
      try await world.enableActuals()
      try world.sql("INSERT INTO role (name) VALUES ('QA'), ('Senior'), ('Lead')")
      for _ in 0..<60 { editClockify(world, &random) }
      for round in 0..<5 {
        for _ in 0..<random.below(12) { editClockify(world, &random) }
        for _ in 0..<random.below(4) { try editPlan(world, &random) }
        let report = try await world.importNow()

        #expect(report.status == .done)
        #expect(report.books.isBalanced)
        try expectOracle(world, "seed \(seed), round \(round)")
      }
      let before = try world.dump()
      try await world.importNow()
      #expect(try world.dump() == before)
    }
  }

  @Test(
    "Rule 97: switches that come and go leave no trace: books balance all the time, and once all are on the actuals equal the oracle",
    arguments: 41...46)
  func switches(seed: UInt64) async throws {
    var random = SeededRandom(state: seed)
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      try await world.enableActuals()
      for _ in 0..<40 { editClockify(world, &random) }
      for round in 0..<5 {
        let off = ["clients-projects", "people", "clients-projects,people", nil][random.below(4)]
        try world.sql(
          off.map { "INSERT OR REPLACE INTO setting VALUES ('switched_off', '\($0)', '2026-03-09T06:00:00Z')" }
            ?? "DELETE FROM setting WHERE key = 'switched_off'")
        let client = world.newClient("Client \(round)")
        let project = world.newProject("Project \(round)", client: client)
        let person = world.hire("Person \(round)")
        world.track(person, project, moment(&random), minutes: 1 + random.below(500), seconds: random.below(60))
        world.track(.ana, project, moment(&random), minutes: 1 + random.below(500))
        world.track(person, .alpha, moment(&random), minutes: 1 + random.below(500))
        for _ in 0..<random.below(8) { editClockify(world, &random) }
        let (people, projects) = (
          try world.number("SELECT count(*) FROM person"), try world.number("SELECT count(*) FROM project")
        )
        let report = try await world.importNow()
        #expect(report.status == .done && report.books.isBalanced)
        if off?.contains("people") ?? false { #expect(try world.number("SELECT count(*) FROM person") == people) }
        if off?.contains("projects") ?? false { #expect(try world.number("SELECT count(*) FROM project") == projects) }
        try expectOracle(world, "seed \(seed), round \(round)")
      }
      try world.sql("DELETE FROM setting WHERE key = 'switched_off'")
      #expect(try await world.importNow().books.isBalanced)
      #expect(try world.number("SELECT count(*) FROM external_reference WHERE kind = 'person'") == 8)
      #expect(try world.number("SELECT count(*) FROM external_reference WHERE kind = 'project'") == 8)
      #expect(try world.number("SELECT count(*) FROM ledger WHERE reason LIKE '%not_linked'") == 0)
      try expectOracle(world, "seed \(seed), the end")
      let before = try world.dump()
      try await world.importNow()
      #expect(try world.dump() == before)
    }
  }

  @Test(
    "Rule 47: freezing edits that come and go leave no trace: after the thaw the actuals equal the oracle",
    arguments: 21...28)
  func thaw(seed: UInt64) async throws {
    var random = SeededRandom(state: seed)
    try await World.with(now: "2026-03-09T06:00:00Z") { world in
      try await world.enableActuals()
      try world.sql("INSERT INTO role (name) VALUES ('QA'), ('Senior')")
      for _ in 0..<60 { editClockify(world, &random) }
      try await world.importNow()
      for _ in 0..<4 {
        switch random.below(5) {
        case 0: try world.sql("INSERT OR IGNORE INTO project_tag VALUES (\(anyProject(world, &random)), 'sync_off')")
        case 1: try world.sql("UPDATE person SET is_archived = 1 WHERE id = \(anyPerson(world, &random))")
        case 2:
          try world.sql(
            "INSERT OR REPLACE INTO timesheet_lock VALUES (\(random.below(2) == 0 ? "NULL" : "\(try anyProject(world, &random))"), '2026-02-\(10 + random.below(18))')"
          )
        case 3:
          try world.sql(
            "UPDATE actual SET billable_minutes = billable_minutes + 7 WHERE person_id = \(anyPerson(world, &random)) AND project_id = \(anyProject(world, &random))"
          )
        default:
          try world.sql(
            "INSERT OR IGNORE INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES (\(anyPerson(world, &random)), \(anyProject(world, &random)), \(world.role("Dev")), '2026-02-\(10 + random.below(18))', 33)"
          )
        }
        for _ in 0..<random.below(14) { editClockify(world, &random) }
        for _ in 0..<random.below(3) { try editPlan(world, &random) }
        let report = try await world.importNow()
        #expect(report.books.isBalanced)
        let before = try world.dump()
        try await world.importNow()
        #expect(try world.dump() == before, "a second import wrote something")
      }
      try world.sql(
        "DELETE FROM project_tag; UPDATE person SET is_archived = 0; DELETE FROM timesheet_lock; DELETE FROM actual WHERE is_manual = 1"
      )
      try await world.importNow()

      try expectOracle(world, "seed \(seed)")
      #expect(
        try world.sql("SELECT (SELECT count(*) FROM deferred_cell), (SELECT count(*) FROM actual_conflict)") == "0|0")
    }
  }
}

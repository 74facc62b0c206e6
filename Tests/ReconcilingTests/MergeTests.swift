import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

@Suite("Merging and undoing")
struct MergeTests {
  /// Everything planners own and see, byte for byte.
  private func planning(_ world: World) throws -> String {
    try world.sql(
      ".dump client client_tag project project_tag role person contract assignment time_off holiday actual actual_conflict external_reference timesheet_lock"
    )
  }

  private func seen(_ world: World) throws -> String {
    try world.sql(
      """
      SELECT person, project, role, date, billable_minutes, nonbillable_minutes, origin FROM actual_detail ORDER BY 1, 2, 3, 4;
      SELECT kind, planning_id, external_id FROM external_reference ORDER BY 3;
      SELECT person_id, project_id, role_id, starts_on, ends_on FROM assignment ORDER BY 1, 2, 3, 4;
      SELECT id, name FROM client; SELECT id, name, client_id FROM project; SELECT id, name FROM person;
      """)
  }

  @discardableResult
  private func merge(_ world: World, _ kind: PlanSnapshot.Kind, _ keep: Int64, _ drop: Int64) throws -> MergeReport {
    try world.database.write { try $0.merging.merge(kind, keep: keep, drop: drop, at: world.now) }
  }

  @Test(
    "Rule 76: assignments of one and actuals of the other end on the one that stays; the next import creates nothing")
  func example() async throws {
    try await World.with { world in
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 200) }
      for hour in 9...15 { world.track("2026-03-02T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 200) }
      try await world.enableActuals()
      try await world.importNow()
      try world.sql(
        """
        INSERT INTO project (client_id, name) VALUES (1, 'Alpha');
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (1, 4, 2, '2026-03-02', '2026-03-06'),
          (2, 4, 2, '2026-03-02', '2026-03-06'), (3, 4, 2, '2026-03-02', '2026-03-06');
        """)
      let report = try merge(world, .project, 4, 1)
      #expect(report.links == 1 && report.actuals == 5 && report.minutes == 2400)
      let next = try await world.importNow()
      #expect(next.summary.projects?.new == 0)
      #expect(next.summary.actuals == ActualCounts.none)
      #expect(
        try world.sql(
          "SELECT count(*), sum(billable_minutes) FROM actual WHERE project_id = 4; SELECT count(*) FROM assignment; SELECT group_concat(id) FROM (SELECT id FROM project ORDER BY id)"
        ) == "5|2400\n3\n2,3,4")
    }
  }

  /// A world with time, plans and hours typed by hand, and doubles of a client, two projects and a person.
  private func doubles(_ world: World, _ random: inout SeededRandom) async throws {
    for _ in 0..<80 {
      world.track(
        [World.anaID, World.bobID, World.chloeID][random.below(3)],
        [World.alphaID, World.betaID, World.leaveID][random.below(3)],
        "2026-03-0\(2 + random.below(5))T\(10 + random.below(9)):00:00Z", minutes: 1 + random.below(300),
        billable: random.below(3) > 0)
    }
    try await world.enableActuals()
    try await world.importNow()
    try world.sql(
      """
      INSERT INTO client (name) VALUES ('Acme GmbH');
      INSERT INTO project (client_id, name) VALUES (3, 'Alpha'), (1, 'Beta');
      INSERT INTO person (name) VALUES ('Ana');
      INSERT INTO contract (person_id, role_id, starts_on, ends_on) VALUES (4, 2, '2025-01-01', '2025-06-30'), (4, 2, '2026-01-01', NULL);
      INSERT INTO project_tag VALUES (4, 'big'), (1, 'big'), (1, 'old');
      """)
    for _ in 0..<8 {
      let (person, project) = (1 + random.below(4), 1 + random.below(5))
      let day = "2026-03-0\(2 + random.below(5))"
      try world.sql(
        """
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day)
          VALUES (\(person), \(project), 2, '\(day)', '2026-03-31', \(60 * random.below(9)));
        INSERT OR IGNORE INTO actual (person_id, project_id, role_id, date, billable_minutes)
          VALUES (\(1 + random.below(4)), \(1 + random.below(5)), 2, '\(day)', \(random.below(200)));
        INSERT INTO time_off (person_id, starts_on, ends_on) VALUES (\(person), '\(day)', '\(day)');
        """)
    }
    if random.below(2) == 0 {
      try world.sql("INSERT INTO timesheet_lock VALUES (\(1 + random.below(5)), '2026-03-0\(2 + random.below(5))')")
    }
    try await world.importNow()
  }

  private static let cases: [(PlanSnapshot.Kind, Int64, Int64)] = [
    (.project, 1, 4), (.project, 4, 1), (.project, 2, 5), (.project, 1, 2), (.person, 1, 4), (.person, 4, 1),
    (.person, 1, 2), (.client, 1, 3), (.client, 3, 1),
  ]

  @Test("Merge then undo is the identity on all planning tables", arguments: 1...10)
  func identity(seed: UInt64) async throws {
    var random = SeededRandom(state: seed)
    try await World.with { world in
      try await doubles(world, &random)
      for (kind, keep, drop) in Self.cases {
        let before = try planning(world)
        try merge(world, kind, keep, drop)
        #expect(try planning(world) != before)
        _ = try world.database.write { try $0.undo.merge(nil, at: world.now) }
        #expect(try planning(world) == before, "seed \(seed): \(kind) \(keep) \(drop)")
        #expect(try world.database.read { try $0.faults.all() }.isEmpty)
      }
      // Several, undone in reverse.
      let before = try planning(world)
      for (kind, keep, drop) in [Self.cases[7], Self.cases[0], Self.cases[4]] { try merge(world, kind, keep, drop) }
      for _ in 0..<3 { _ = try world.database.write { try $0.undo.merge(nil, at: world.now) } }
      #expect(try planning(world) == before)
    }
  }

  @Test("Merge, import, undo, import equals import; merge then import equals import, merge, import", arguments: 1...9)
  func withImports(number: Int) async throws {
    let (kind, keep, drop) = Self.cases[number - 1]
    var ends: [String: String] = [:]
    for path in ["plain", "undone", "late", "early"] {
      var random = SeededRandom(state: UInt64(number))
      try await World.with { world in
        try await doubles(world, &random)
        if path == "early" || path == "undone" { try merge(world, kind, keep, drop) }
        for index in 1...6 {
          world.track(World.anaID, World.alphaID, "2026-03-0\(index)T20:00:00Z", minutes: 7 * index)
          world.edit("66500c00b1c2d3e4f506000\(index)") { $0.end! += 1200 }
        }
        try await world.importNow()
        if path == "late" { try merge(world, kind, keep, drop) }
        if path == "undone" { _ = try world.database.write { try $0.undo.merge(nil, at: world.now) } }
        let last = try await world.importNow()
        #expect(last.books.isBalanced)
        ends[path] = try seen(world)
        #expect(try world.database.read { try $0.faults.all() }.isEmpty, "\(path) \(kind) \(keep) \(drop)")
      }
    }
    #expect(ends["undone"] == ends["plain"], "\(kind) \(keep) \(drop)")
    #expect(ends["early"] == ends["late"], "\(kind) \(keep) \(drop)")
  }

  @Test(
    "Rule 79: a purge and an import give back the state before, locked dates and typed hours apart", arguments: 1...6)
  func purge(seed: UInt64) async throws {
    var random = SeededRandom(state: seed)
    try await World.with { world in
      try await doubles(world, &random)
      let before = try seen(world)
      let purged = try world.database.write { try $0.purging.purge(PurgeScope()) }
      #expect(purged.actuals > 0)
      #expect(try seen(world) != before)
      try await world.importNow()
      #expect(try seen(world) == before)
      #expect(try world.database.read { try $0.faults.all() }.isEmpty)
    }
  }

  @Test("What is refused: itself, nobody, an ignored id; an undo that a later merge or edit stands in the way of")
  func refused() async throws {
    try await World.with { world in
      try await world.enableActuals()
      try world.sql(
        "INSERT INTO project (client_id, name) VALUES (1, 'Alpha'), (1, 'Alpha'); INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on) VALUES (1, 4, 2, '2026-03-02', '2026-03-06')"
      )
      #expect(throws: PlanRefusal.self) { try merge(world, .project, 1, 1) }
      #expect(throws: PlanRefusal.self) { try merge(world, .project, 1, 77) }
      try world.sql("INSERT INTO ignored_reference (kind, external_id) VALUES ('project', '\(World.alphaID)')")
      #expect(throws: PlanRefusal.self) { try merge(world, .project, 1, 4) }
      try world.sql("DELETE FROM ignored_reference")

      try merge(world, .project, 1, 4)
      try merge(world, .project, 1, 5)
      #expect(throws: PlanRefusal.self) { _ = try world.database.write { try $0.undo.merge(1, at: world.now) } }
      _ = try world.database.write { try $0.undo.merge(2, at: world.now) }
      try world.sql("UPDATE assignment SET minutes_per_day = 1")
      #expect(throws: PlanRefusal.self) { _ = try world.database.write { try $0.undo.merge(1, at: world.now) } }
      try world.sql("UPDATE assignment SET minutes_per_day = 480")
      _ = try world.database.write { try $0.undo.merge(1, at: world.now) }
      #expect(throws: PlanRefusal.self) { _ = try world.database.write { try $0.undo.merge(1, at: world.now) } }
    }
  }
}

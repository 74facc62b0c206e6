import ClockifySimulator
import Importing
import Planning
import PlanningStore
import RotaTesting
import Testing

@Suite("Rules 76, 79: merging and undoing, purging")
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

  private func merge(_ world: World, _ pair: Doubles.Pair) throws {
    try merge(world, pair.kind, pair.keep, pair.drop)
  }

  @Test(
    "Rule 76: assignments of one and actuals of the other end on the one that stays; the next import creates nothing")
  func example() async throws {
    try await World.with { world in
      for day in 2...6 { world.track("2026-03-0\(day)T08:00:00Z", minutes: 200) }
      for hour in 9...15 { world.track("2026-03-02T\(hour < 10 ? "0" : "")\(hour):00:00Z", minutes: 200) }
      try await world.enableActuals()
      try await world.importNow()
      let (linked, beta, leave) = (try world.project(.alpha), try world.project(.beta), try world.project(.leave))
      let planned = try world.planProject("Alpha", client: world.client(.acme))
      for person in Cast.people { try world.assign(person, to: planned, from: "2026-03-02", to: "2026-03-06") }
      let report = try merge(world, .project, planned, linked)
      #expect(report.links == 1 && report.actuals == 5 && report.minutes == 2400)
      let next = try await world.importNow()
      #expect(next.summary.projects?.new == 0)
      #expect(next.summary.actuals == ActualCounts.none)
      #expect(
        try world.sql(
          "SELECT count(*), sum(billable_minutes) FROM actual WHERE project_id = \(planned); SELECT count(*) FROM assignment; SELECT group_concat(id) FROM (SELECT id FROM project ORDER BY id)"
        ) == "5|2400\n3\n\(beta),\(leave),\(planned)")
    }
  }

  /// What of the cast is there twice in planning: linked, and planned a second time.
  private struct Doubles {
    let acme, acmeAgain: Int64
    let alpha, beta, leave, alphaAgain, betaAgain: Int64
    let ana, bob, chloe, anaAgain: Int64

    var projects: [Int64] { [alpha, beta, leave, alphaAgain, betaAgain] }
    var people: [Int64] { [ana, bob, chloe, anaAgain] }

    struct Pair {
      let kind: PlanSnapshot.Kind
      let keep: Int64
      let drop: Int64
      init(_ kind: PlanSnapshot.Kind, _ keep: Int64, _ drop: Int64) {
        (self.kind, self.keep, self.drop) = (kind, keep, drop)
      }
    }

    var pairs: [Pair] {
      [
        Pair(.project, alpha, alphaAgain), Pair(.project, alphaAgain, alpha), Pair(.project, beta, betaAgain),
        Pair(.project, alpha, beta), Pair(.person, ana, anaAgain), Pair(.person, anaAgain, ana),
        Pair(.person, ana, bob),
        Pair(.client, acme, acmeAgain), Pair(.client, acmeAgain, acme),
      ]
    }
  }

  /// A world with time, plans and hours typed by hand, and doubles of a client, two projects and a person.
  private func doubles(_ world: World, _ random: inout SeededRandom) async throws -> (Doubles, entries: [String]) {
    var entries: [String] = []
    for _ in 0..<80 {
      entries.append(
        world.track(
          Cast.people[random.below(3)], Cast.projects[random.below(3)],
          "2026-03-0\(2 + random.below(5))T\(10 + random.below(9)):00:00Z", minutes: 1 + random.below(300),
          billable: random.below(3) > 0))
    }
    try await world.enableActuals()
    try await world.importNow()
    let acmeAgain = try world.planClient("Acme GmbH")
    let made = Doubles(
      acme: try world.client(.acme), acmeAgain: acmeAgain,
      alpha: try world.project(.alpha), beta: try world.project(.beta), leave: try world.project(.leave),
      alphaAgain: try world.planProject("Alpha", client: acmeAgain),
      betaAgain: try world.planProject("Beta", client: world.client(.acme)),
      ana: try world.person(.ana), bob: try world.person(.bob), chloe: try world.person(.chloe),
      anaAgain: try world.planPerson("Ana"))
    let dev = try world.role("Dev")
    try world.sql(
      """
      INSERT INTO contract (person_id, role_id, starts_on, ends_on)
        VALUES (\(made.anaAgain), \(dev), '2025-01-01', '2025-06-30'), (\(made.anaAgain), \(dev), '2026-01-01', NULL);
      INSERT INTO project_tag VALUES (\(made.alphaAgain), 'big'), (\(made.alpha), 'big'), (\(made.alpha), 'old');
      """)
    for _ in 0..<8 {
      let (person, project) = (made.people[random.below(4)], made.projects[random.below(5)])
      let day = "2026-03-0\(2 + random.below(5))"
      try world.sql(
        """
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day)
          VALUES (\(person), \(project), \(dev), '\(day)', '2026-03-31', \(60 * random.below(9)));
        INSERT OR IGNORE INTO actual (person_id, project_id, role_id, date, billable_minutes)
          VALUES (\(made.people[random.below(4)]), \(made.projects[random.below(5)]), \(dev), '\(day)', \(random.below(200)));
        INSERT INTO time_off (person_id, starts_on, ends_on) VALUES (\(person), '\(day)', '\(day)');
        """)
    }
    if random.below(2) == 0 {
      try world.sql(
        "INSERT INTO timesheet_lock VALUES (\(made.projects[random.below(5)]), '2026-03-0\(2 + random.below(5))')")
    }
    try await world.importNow()
    return (made, entries)
  }

  @Test("Rule 76: merge then undo is the identity on all planning tables", arguments: 1...10)
  func identity(seed: UInt64) async throws {
    var random = SeededRandom(state: seed)
    try await World.with { world in
      let pairs = try await doubles(world, &random).0.pairs
      for pair in pairs {
        let before = try planning(world)
        try merge(world, pair)
        #expect(try planning(world) != before)
        _ = try world.database.write { try $0.undo.merge(nil, at: world.now) }
        #expect(try planning(world) == before, "seed \(seed): \(pair)")
        #expect(try world.database.read { try $0.faults.all() }.isEmpty)
      }
      // Several, undone in reverse.
      let before = try planning(world)
      for pair in [pairs[7], pairs[0], pairs[4]] { try merge(world, pair) }
      for _ in 0..<3 { _ = try world.database.write { try $0.undo.merge(nil, at: world.now) } }
      #expect(try planning(world) == before)
    }
  }

  @Test(
    "Rule 76: merge, import, undo, import equals import; merge then import equals import, merge, import",
    arguments: 1...9)
  func withImports(number: Int) async throws {
    var ends: [String: String] = [:]
    for path in ["plain", "undone", "late", "early"] {
      var random = SeededRandom(state: UInt64(number))
      try await World.with { world in
        let (made, entries) = try await doubles(world, &random)
        let pair = made.pairs[number - 1]
        if path == "early" || path == "undone" { try merge(world, pair) }
        for index in 1...6 {
          world.track("2026-03-0\(index)T20:00:00Z", minutes: 7 * index)
          world.edit(entries[index - 1]) { $0.end! += 1200 }
        }
        try await world.importNow()
        if path == "late" { try merge(world, pair) }
        if path == "undone" { _ = try world.database.write { try $0.undo.merge(nil, at: world.now) } }
        let last = try await world.importNow()
        #expect(last.books.isBalanced)
        ends[path] = try seen(world)
        #expect(try world.database.read { try $0.faults.all() }.isEmpty, "\(path) \(pair)")
      }
    }
    #expect(ends["undone"] == ends["plain"], "pair \(number)")
    #expect(ends["early"] == ends["late"], "pair \(number)")
  }

  @Test(
    "Rule 79: a purge and an import give back the state before, locked dates and typed hours apart", arguments: 1...6)
  func purge(seed: UInt64) async throws {
    var random = SeededRandom(state: seed)
    try await World.with { world in
      _ = try await doubles(world, &random)
      let before = try seen(world)
      let purged = try world.database.write { try $0.purging.purge(PurgeScope()) }
      #expect(purged.actuals > 0)
      #expect(try seen(world) != before)
      try await world.importNow()
      #expect(try seen(world) == before)
      #expect(try world.database.read { try $0.faults.all() }.isEmpty)
    }
  }

  @Test(
    "Rule 76: what is refused: itself, nobody, an ignored id; an undo that a later merge or edit stands in the way of")
  func refused() async throws {
    try await World.with { world in
      try await world.enableActuals()
      let (alpha, acme, noProject) = (try world.project(.alpha), try world.client(.acme), Int64(77))
      let second = try world.planProject("Alpha", client: acme)
      let third = try world.planProject("Alpha", client: acme)
      try world.assign(.ana, to: second, from: "2026-03-02", to: "2026-03-06")
      #expect(throws: PlanRefusal.self) { try merge(world, .project, alpha, alpha) }
      #expect(throws: PlanRefusal.self) { try merge(world, .project, alpha, noProject) }
      try world.ignore(.alpha)
      #expect(throws: PlanRefusal.self) { try merge(world, .project, alpha, second) }
      try world.sql("DELETE FROM ignored_reference")

      let first = try merge(world, .project, alpha, second).merge
      let later = try merge(world, .project, alpha, third).merge
      #expect(throws: PlanRefusal.self) { _ = try world.database.write { try $0.undo.merge(first, at: world.now) } }
      _ = try world.database.write { try $0.undo.merge(later, at: world.now) }
      try world.sql("UPDATE assignment SET minutes_per_day = 1")
      #expect(throws: PlanRefusal.self) { _ = try world.database.write { try $0.undo.merge(first, at: world.now) } }
      try world.sql("UPDATE assignment SET minutes_per_day = 480")
      _ = try world.database.write { try $0.undo.merge(first, at: world.now) }
      #expect(throws: PlanRefusal.self) { _ = try world.database.write { try $0.undo.merge(first, at: world.now) } }
    }
  }
}

import Foundation
import Operating
import Planning
import PlanningStore
import Publishing
import RotaTesting
import Testing

/// What only a database server can do to a publication.
@Suite("PostgreSQL")
struct PostgresTests {
  typealias Place = TargetTests.Place

  /// A filled world, a database, and a connection to look with.
  func with(
    _ body: (World, PostgresAddress, Place, PostgresConnection) async throws -> Void
  ) async throws {
    try await World.with { world in
      try await TargetTests.fill(world)
      try world.sql("UPDATE assignment SET imported = NULL")
      let address = try PostgresAddress(TestPostgres.common().database())
      let place = Place(target: PostgresTarget(name: "bi", address: address)) {
        try PublishedTables(PostgresConnection(address), tenant: "acme")
      }
      try await body(world, address, place, PostgresConnection(address))
    }
  }

  func refusal(_ body: () throws -> PublishReport) -> PublishError? {
    do {
      _ = try body()
      return nil
    } catch { return error as? PublishError }
  }

  @Test("Views say the same on both sides")
  func views() async throws {
    try await with { world, _, place, connection in
      try world.sql(
        """
        INSERT INTO contract (person_id, role_id, starts_on, ends_on, minutes_per_day, working_days)
          SELECT 3, 1, '2025-01-01', '2026-03-04', 300, 'mon,tue,sat' WHERE NOT EXISTS (SELECT 1 FROM contract WHERE person_id = 3);
        UPDATE contract SET starts_on = '2026-01-01', ends_on = '2026-03-05' WHERE person_id = 2;
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day, is_non_working_day) VALUES
          (1, 1, 1, '2026-02-26', '2026-03-10', 241, 0), (1, 1, 1, '2026-03-02', '2026-03-03', 60, 1),
          (2, 2, 1, '2026-03-01', '2026-03-31', 480, 0), (2, 1, 1, '2026-03-07', '2026-03-08', 77, 1);
        INSERT INTO time_off (person_id, starts_on, ends_on, minutes_per_day) VALUES (1, '2026-03-03', '2026-03-03', 101),
          (2, '2026-03-04', '2026-03-05', NULL), (1, '2026-03-04', '2026-03-04', 50), (1, '2026-03-04', '2026-03-04', 13);
        UPDATE person SET holiday_group = 'a' WHERE id = 1;
        INSERT INTO holiday (date, holiday_group) VALUES ('2026-03-09', 'a'), ('2026-03-06', NULL);
        """)
      try TargetTests.publish(world, to: place)
      let views = ["actual_detail", "assignment_day", "plan_vs_actual"]
      let plain = try PlainTables(database: world.database.path, views: views)
      let published = try PublishedTables(connection, tenant: "acme", views: views)
      for view in views { #expect(plain.tables[view]!.rows.count > 3) }
      // sqlite3 tells a view's numbers by no type.
      var forms = published.forms
      forms["actual_detail"]?["hours"] = "rounded"
      forms["actual_detail"]?["billable_hours"] = "rounded"
      #expect(plain.differences(from: published.plain, forms: forms, tenant: "acme") == [])
      let day = try connection.rows(
        "SELECT week, month, quarter, is_weekend FROM rota.day WHERE date = '2026-05-31'")
      #expect(day == [["2026-05-25", "2026-05-01", "2026-04-01", "t"]])
    }
  }

  @Test("Who reads while it is written sees the state before, then the state after")
  func readers() async throws {
    try await with { world, address, place, reader in
      try TargetTests.publish(world, to: place)
      let before = try PublishedTables(reader, tenant: "acme")
      try world.sql("DELETE FROM actual; UPDATE person SET name = 'X'; DELETE FROM holiday")
      var publisher = TargetTests.publisher(world)
      let looks = Looks(address, before.plain)
      publisher.progress = { _ in looks.look() }
      #expect(try publisher.publish(to: place.target).written.count == 7)
      #expect(looks.same == 7 && looks.other == 0)
      try TargetTests.expectEqual(world, place)
    }
  }

  private final class Looks: @unchecked Sendable {
    let address: PostgresAddress
    let before: PlainTables
    private(set) var same = 0
    private(set) var other = 0

    init(_ address: PostgresAddress, _ before: PlainTables) {
      (self.address, self.before) = (address, before)
    }

    func look() {
      let now = try? PublishedTables(PostgresConnection(address), tenant: "acme").plain
      if let now, now.changes(since: before).isEmpty { same += 1 } else { other += 1 }
    }
  }

  @Test("Tenants share a schema and do not see each other's publications")
  func tenants() async throws {
    try await with { world, address, place, connection in
      try TargetTests.publish(world, to: place)
      try await World.with { other in
        other.track(.ana, .alpha, "2026-03-02T10:00:00Z", minutes: 15)
        try await other.enableActuals()
        try await other.importNow()
        let second = Place(target: PostgresTarget(name: "bi", address: address)) {
          try PublishedTables(PostgresConnection(address), tenant: "other")
        }
        try TargetTests.publish(other, to: second, tenant: "other")
        try TargetTests.expectEqual(other, second, tenant: "other")
        try TargetTests.expectEqual(world, place)
        try other.sql("DELETE FROM actual")
        #expect(try TargetTests.publish(other, to: second, tenant: "other").written.map(\.key.table) == ["actual"])
        try TargetTests.publish(other, to: second, tenant: "other", isFull: true)
        try TargetTests.expectEqual(other, second, tenant: "other")
        try TargetTests.expectEqual(world, place)
        let fresh = try connection.rows("SELECT tenant, generation, rows, run FROM rota.publication ORDER BY tenant")
        #expect(fresh.map { $0[0] } == ["acme", "other"] && fresh.map { $0[1] } == ["1", "3"])
        #expect(
          try fresh[0][2]
            == "\(PlainTables(database: world.database.path).tables.values.reduce(0) { $0 + $1.rows.count })")
      }
    }
  }

  @Test("A server that dies or restarts in the middle leaves the state before; the next publication catches up")
  func deadServer() async throws {
    let server = try TestPostgres()
    defer { try? server.remove() }
    try await World.with { world in
      try await TargetTests.fill(world)
      try world.sql("UPDATE assignment SET imported = NULL")
      let address = try PostgresAddress(server.database())
      let place = Place(target: PostgresTarget(name: "bi", address: address)) {
        try PublishedTables(PostgresConnection(address), tenant: "acme")
      }
      try TargetTests.publish(world, to: place)
      let before = try PublishedTables(PostgresConnection(address), tenant: "acme").plain
      for (number, mode) in ["immediate", "fast", "immediate"].enumerated() {
        try world.sql("UPDATE actual SET billable_minutes = billable_minutes + 1; UPDATE person SET name = name || 'x'")
        var publisher = TargetTests.publisher(world)
        let limit = number + 1
        let count = Counter()
        publisher.progress = { _ in if count.next() == limit { try? server.stop(mode) } }
        let error = refusal { try publisher.publish(to: place.target) }
        guard case .unreachable? = error else {
          Issue.record("\(mode): \(String(describing: error))")
          return
        }
        guard case .unreachable? = refusal({ try TargetTests.publish(world, to: place) }) else {
          Issue.record("a server that is down is not said to be unreachable")
          return
        }
        try server.start()
        let now = try PublishedTables(PostgresConnection(address), tenant: "acme").plain
        #expect(now.changes(since: before) == [])
      }
      let report = try TargetTests.publish(world, to: place)
      #expect(!report.isFull && report.generation == 2)
      try TargetTests.expectEqual(world, place)
    }
  }

  @Test("A role without rights is told so; with what 'publish sql' prints it needs none to make tables")
  func rights() async throws {
    try await with { world, address, _, owner in
      let database = try owner.rows("SELECT current_database()")[0][0]!
      try owner.execute("DROP ROLE IF EXISTS writer_\(database); CREATE ROLE writer_\(database) LOGIN")
      let writer = try PostgresAddress(
        address.description.replacingOccurrences(of: "//rota@", with: "//writer_\(database)@"))
      let place = Place(target: PostgresTarget(name: "bi", address: writer)) {
        try PublishedTables(PostgresConnection(address), tenant: "acme")
      }
      guard case .noRights? = refusal({ try TargetTests.publish(world, to: place) }) else {
        Issue.record("no rights were not told")
        return
      }
      let tables = try world.database.read { try $0.published.tables(kinds: Publication.kinds) }
      let sql = PostgresSchema(tables, schema: "rota")
      for statement in sql.statements { try owner.execute(statement) }
      // Twice: what is there stays.
      for statement in sql.statements { try owner.execute(statement) }
      try owner.execute(
        "GRANT USAGE ON SCHEMA rota TO writer_\(database); GRANT SELECT, INSERT, DELETE ON ALL TABLES IN SCHEMA rota TO writer_\(database)"
      )
      try TargetTests.publish(world, to: place)
      try TargetTests.expectEqual(world, place)
      try owner.execute("DROP ROLE IF EXISTS rota_reader")
      for statement in sql.grants { try owner.execute(statement) }
      try owner.execute("SET ROLE rota_reader")
      #expect(try owner.rows("SELECT count(*) > 0 FROM rota.plan_vs_actual")[0][0] == "t")
      #expect(throws: PostgresError.self) { try owner.execute("DELETE FROM rota.actual") }
      try owner.execute(
        "RESET ROLE; DROP OWNED BY rota_reader; DROP ROLE rota_reader; DROP OWNED BY writer_\(database); DROP ROLE writer_\(database)"
      )
    }
  }

  @Test("Altered tables and a newer rota's schema are refused; nothing is written")
  func altered() async throws {
    try await with { world, _, place, owner in
      try TargetTests.publish(world, to: place)
      let before = try place.read().plain
      try world.sql("DELETE FROM actual")
      func expect(_ change: String, _ back: String, _ error: PublishError) throws {
        try owner.execute(change)
        #expect(refusal { try TargetTests.publish(world, to: place) } == error)
        #expect(refusal { try TargetTests.publish(world, to: place, isFull: true) } == error)
        try owner.execute(back)
      }
      try expect(
        "ALTER TABLE rota.person RENAME COLUMN email TO mail", "ALTER TABLE rota.person RENAME COLUMN mail TO email",
        .altered(table: "person", detail: "the column email is gone"))
      try expect(
        "ALTER TABLE rota.role ALTER is_system TYPE text",
        "ALTER TABLE rota.role ALTER is_system TYPE boolean USING is_system::boolean",
        .altered(table: "role", detail: "the column is_system is text, not boolean"))
      try expect(
        "ALTER TABLE rota.finding RENAME TO found", "ALTER TABLE rota.found RENAME TO finding",
        .altered(table: "finding", detail: "it is gone"))
      try expect(
        "UPDATE rota.publication_schema SET version = version + 1",
        "UPDATE rota.publication_schema SET version = version - 1",
        .newer(found: Publisher.schema + 1, ours: Publisher.schema))
      #expect(try place.read().plain.changes(since: before) == [])
      // A constraint of somebody else's is told with the table; what came before it is rolled back.
      try owner.execute("ALTER TABLE rota.actual ADD CONSTRAINT none CHECK (billable_minutes < 0) NOT VALID")
      try world.sql(
        "UPDATE person SET name = 'Y'; INSERT INTO actual (person_id, project_id, role_id, date) VALUES (1, 1, 1, '2026-03-02')"
      )
      guard case .refused(table: "actual", _)? = refusal({ try TargetTests.publish(world, to: place) }) else {
        Issue.record("a constraint was not told")
        return
      }
      #expect(try place.read().plain.changes(since: before) == [])
      // Columns of their own stay.
      try owner.execute(
        "ALTER TABLE rota.actual DROP CONSTRAINT none; ALTER TABLE rota.actual ADD COLUMN seen boolean DEFAULT true")
      try TargetTests.publish(world, to: place)
      #expect(try owner.rows("SELECT seen FROM rota.actual")[0] == ["t"])
    }
  }

  @Test("An older version's schema is brought up to date, and gets everything")
  func olderSchema() async throws {
    try await with { world, _, place, owner in
      try TargetTests.publish(world, to: place)
      try owner.execute(
        """
        UPDATE rota.publication_schema SET version = 1600; DROP TABLE rota.clockify_tag; DROP VIEW rota.plan_vs_actual;
        ALTER TABLE rota.holiday DROP COLUMN holiday_group CASCADE
        """)
      try world.sql("UPDATE publish_target SET schema_version = 1600; DELETE FROM actual")
      let report = try TargetTests.publish(world, to: place)
      #expect(report.isFull && report.generation == 2)
      try TargetTests.expectEqual(world, place)
    }
  }

  @Test("Two that publish for one tenant at once do it one after the other")
  func atOnce() async throws {
    try await with { world, _, place, _ in
      try TargetTests.publish(world, to: place)
      try world.sql("DELETE FROM actual")
      let publisher = TargetTests.publisher(world)
      let target = place.target
      let reports = try await withThrowingTaskGroup(of: PublishReport.self) { group in
        for _ in 0..<4 { group.addTask { try publisher.publish(to: target) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(reports.filter { !$0.written.isEmpty }.map(\.generation) == [2])
      try TargetTests.expectEqual(world, place)
    }
  }

  @Test("Where each part is committed by itself, what was broken off gets everything")
  func brokenOffByPart() async throws {
    try await with { world, address, _, connection in
      let place = Place(target: PostgresTarget(name: "bi", address: address, commitsEachPart: true)) {
        try PublishedTables(PostgresConnection(address), tenant: "acme")
      }
      try TargetTests.publish(world, to: place)
      try world.sql(
        "CREATE TABLE kept AS SELECT * FROM holiday; DELETE FROM holiday; UPDATE person SET name = name || 'x'")
      var publisher = TargetTests.publisher(world)
      publisher.progress = { words in if words == "holiday" { withUnsafeCurrentTask { $0?.cancel() } } }
      let made = publisher
      let target = place.target
      await #expect(throws: CancellationError.self) { try await Task { try made.publish(to: target) }.value }
      #expect(try connection.rows("SELECT generation FROM rota.publication") == [["-1"]])
      // As it was before: by our own books nothing would be to do.
      try world.sql(
        "INSERT INTO holiday SELECT * FROM kept; DROP TABLE kept; UPDATE person SET name = rtrim(name, 'x')")
      let report = try TargetTests.publish(world, to: place)
      #expect(report.isFull && report.generation == 2)
      try TargetTests.expectEqual(world, place)
    }
  }

  @Test("Hand edits in the target go with the next generation of their part")
  func handEdits() async throws {
    try await with { world, _, place, owner in
      try TargetTests.publish(world, to: place)
      try owner.execute("UPDATE rota.actual SET billable_minutes = 999; DELETE FROM rota.person")
      try world.sql("UPDATE actual SET billable_minutes = 5; UPDATE person SET name = 'Z'")
      try TargetTests.publish(world, to: place)
      try TargetTests.expectEqual(world, place)
    }
  }

  @Test(
    "Addresses: another machine must prove to be it, and no password stands in them",
    arguments: [
      ("postgres://rota@db.example/planning?sslmode=disable", PostgresAddress.Fault.insecure(mode: "disable")),
      ("postgres://rota:secret@db.example/planning", .hasPassword),
      ("postgres://rota@/planning?password=secret", .hasPassword), ("mysql://rota@db.example/planning", .notPostgres),
      ("postgres://127.0.0.1/planning?sslmode=disable", nil), ("postgres:///planning?host=/tmp&sslmode=disable", nil),
      ("postgresql://rota@db.example:5433,other.example/planning?schema=x%20y", nil),
    ])
  func addresses(text: String, fault: PostgresAddress.Fault?) {
    do {
      let address = try PostgresAddress(text)
      #expect(fault == nil)
      #expect(address.description.contains("schema="))
    } catch {
      #expect(error == fault)
    }
  }
}

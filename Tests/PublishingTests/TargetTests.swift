import Foundation
import Operating
import Planning
import PlanningStore
import Publishing
import RotaTesting
import Steering
import Testing

/// What every target must do, each with a real one.
@Suite("Targets")
struct TargetTests {
  enum Kind: String, CaseIterable, Sendable { case postgres, postgresByPart, parquet, csv, ndjson }

  /// A target, and how its users read it.
  struct Place {
    let target: any PublishTarget
    let read: () throws -> PublishedTables

    static func make(_ kind: Kind, _ world: World, tenant: String = "acme") throws -> Place {
      switch kind {
      case .postgres, .postgresByPart:
        let address = try PostgresAddress(TestPostgres.common().database())
        let byPart = kind == .postgresByPart ? true : nil
        return Place(target: PostgresTarget(name: "bi", address: address, commitsEachPart: byPart)) {
          try PublishedTables(PostgresConnection(address), tenant: tenant)
        }
      default:
        let folder = world.folder.appendingPathComponent("lake").path
        let format = FolderTarget.Format(rawValue: kind.rawValue)!
        return Place(target: FolderTarget(name: "lake", folder: folder, format: format, duckDB: Programs.duckDB)) {
          try PublishedTables(folder: folder)
        }
      }
    }
  }

  static func publisher(_ world: World, tenant: String = "acme") -> Publisher {
    Publisher(
      database: world.database, tenant: tenant, kinds: Publication.kinds, version: "test", now: world.now)
  }

  @discardableResult
  static func publish(
    _ world: World, to place: Place, tenant: String = "acme", isFull: Bool = false
  ) throws -> PublishReport {
    var publisher = publisher(world, tenant: tenant)
    publisher.isFull = isFull
    return try publisher.publish(to: place.target)
  }

  static func expectEqual(_ world: World, _ place: Place, tenant: String = "acme") throws {
    let published = try place.read()
    let plain = try PlainTables(database: world.database.path)
    #expect(plain.differences(from: published.plain, forms: published.forms, tenant: tenant) == [])
  }

  /// A week of two people with actuals, a plan, and texts that have everything in them.
  static func fill(_ world: World) async throws {
    world.replica = ReplicaSettings()
    world.track(.ana, .alpha, "2026-02-27T09:00:00Z", minutes: 60)
    world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 90)
    world.track(.bob, .beta, "2026-03-03T15:00:00Z", minutes: 30)
    try await world.enableActuals()
    try await world.importNow()
    let odd = #"O'Neil "the\N" ; \. tab\t 😀 \u0000"#
    try world.sql(
      """
      UPDATE client SET name = '\(odd.replacingOccurrences(of: "'", with: "''"))' || char(9) || char(10) || char(13) || '\\.' || char(10) || '\\N';
      UPDATE project SET name = 'a' || char(0) || 'b,"c"' WHERE id = 1;
      UPDATE project SET name = '' || replace(hex(zeroblob(5000)), '00', 'ü😀') WHERE id = 2;
      UPDATE person SET email = '' WHERE id = 1;
      INSERT INTO project_tag VALUES (1, replace(hex(randomblob(5000)), '0', 'x'));
      INSERT INTO holiday (date, name, holiday_group) VALUES ('0001-01-01', 'first', 'a'), ('9999-12-31', 'last', NULL);
      INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes) VALUES
        (1, 1, 1, '0001-01-01', 1), (1, 1, 1, '9999-12-31', 2), (1, 1, 1, '1969-12-31', 3);
      INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day, imported) VALUES
        (1, 1, 1, '2026-03-02', '2026-03-06', 240, '{"note":"\\u0000\\ud83d\\ude00\\ud800 \\\\u0000"}');
      """)
  }

  @Test("Holds what the database has, row by row, whatever texts and dates are in it", arguments: Kind.allCases)
  func equal(kind: Kind) async throws {
    try await World.with { world in
      try await Self.fill(world)
      let place = try Place.make(kind, world)
      let first = try Self.publish(world, to: place)
      #expect(first.isFull && first.generation == 1)
      // U+0000 is no text in any database, and half a pair of surrogates is none at all: each is published as U+FFFD.
      let published = try place.read()
      var plain = try PlainTables(database: world.database.path)
      let imported = plain.tables["assignment"]!.columns.firstIndex(of: "imported")!
      #expect(plain.tables["assignment"]!.rows[0][imported]!.contains(#"\ud800 "#))
      plain.tables["assignment"]!.rows[0][imported] = #"{"note":"\ufffd\ud83d\ude00\ufffd \\u0000"}"#
      #expect(plain.differences(from: published.plain, forms: published.forms, tenant: "acme") == [])
      #expect(try Self.publish(world, to: place).written.isEmpty)
    }
  }

  @Test("Rewrites the months that changed, whoever changed them, and nothing else", arguments: Kind.allCases)
  func parts(kind: Kind) async throws {
    try await World.with { world in
      try await Self.fill(world)
      try world.sql("UPDATE assignment SET imported = NULL")
      let place = try Place.make(kind, world)
      try Self.publish(world, to: place)
      func written(_ change: String) throws -> [String] {
        try world.sql(change)
        let report = try Self.publish(world, to: place)
        try Self.expectEqual(world, place)
        return report.written.map { "\($0.key.table) \($0.key.partition)" }.sorted()
      }
      #expect(try written("UPDATE actual SET billable_minutes = 17 WHERE date = '2026-03-02'") == ["actual 2026-03"])
      #expect(
        try written("UPDATE actual SET date = '2026-01-31' WHERE date = '2026-02-27'")
          == ["actual 2026-01", "actual 2026-02"])
      #expect(try written("DELETE FROM actual WHERE date < '1970'") == ["actual 0001-01", "actual 1969-12"])
      #expect(
        try written("INSERT INTO actual (person_id, project_id, role_id, date) VALUES (2, 1, 1, '2027-01-01')")
          == ["actual 2027-01"])
      #expect(try written("UPDATE person SET name = name || '!' WHERE id = 1") == ["person all"])
      // There and back again: noted, compared, and left alone.
      #expect(
        try written(
          "UPDATE actual SET billable_minutes = 18 WHERE date = '2026-03-02'; UPDATE actual SET billable_minutes = 17 WHERE date = '2026-03-02'"
        ) == [])
      #expect(try written("SELECT 1") == [])
    }
  }

  @Test("Time that moved to an earlier month is there once", arguments: Kind.allCases)
  func movedBack(kind: Kind) async throws {
    try await World.with { world in
      world.replica = ReplicaSettings()
      let moved = world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 60)
      world.track(.ana, .alpha, "2026-01-20T09:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      let place = try Place.make(kind, world)
      try Self.publish(world, to: place)
      for days in [-32, 30, -61] {
        world.move(moved, byDays: days)
        try await world.importNow(since: "2025-12-01")
        try Self.publish(world, to: place)
        try Self.expectEqual(world, place)
      }
    }
  }

  @Test("A quiet night writes nothing, and moved time both its months", arguments: [Kind.postgres, .ndjson])
  func nights(kind: Kind) async throws {
    try await World.with { world in
      let entry = world.track(.ana, .alpha, "2026-02-27T09:00:00Z", minutes: 60)
      world.track(.bob, .beta, "2026-03-03T15:00:00Z", minutes: 30)
      try await world.enableActuals()
      try await world.importNow()
      let place = try Place.make(kind, world)
      try Self.publish(world, to: place)
      try await world.importNow()
      var night = Self.publisher(world)
      night.skipsBooks = true
      #expect(try night.publish(to: place.target).written.isEmpty)
      // By hand everything that changed goes: the run's own row.
      #expect(try Self.publish(world, to: place).written.map(\.key.table) == ["import_run"])
      world.move(entry, byDays: 4)
      try await world.importNow()
      let written = try night.publish(to: place.target).written.map { "\($0.key.table) \($0.key.partition)" }
      #expect(
        Set(written).subtracting(["import_run all", "finding all"]) == [
          "actual 2026-02", "actual 2026-03", "clockify_time_entry 2026-02", "clockify_time_entry 2026-03",
          "ledger 2026-02",
          "ledger 2026-03",
        ])
      try Self.expectEqual(world, place)
    }
  }

  @Test("What holds another state than we remember gets everything", arguments: [Kind.postgres, .csv])
  func otherState(kind: Kind) async throws {
    try await World.with { world in
      try await Self.fill(world)
      try world.sql("UPDATE assignment SET imported = NULL")
      let place = try Place.make(kind, world)
      try Self.publish(world, to: place)
      let backup = world.folder.appendingPathComponent("backup.sqlite").path
      try world.database.copy(to: backup)
      try world.sql("DELETE FROM actual WHERE date = '2026-03-02'")
      #expect(try Self.publish(world, to: place).generation == 2)
      // The planning database comes back from a backup: the target is ahead of it.
      try world.goOn(with: backup)
      let report = try Self.publish(world, to: place)
      #expect(report.isFull && report.generation == 3)
      try Self.expectEqual(world, place)
      let again = try Self.publish(world, to: place, isFull: true)
      #expect(again.isFull && again.generation == 4)
      try Self.expectEqual(world, place)
    }
  }
}

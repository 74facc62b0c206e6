import Foundation
import Operating
import Planning
import PlanningStore
import Publishing
import RotaTesting
import Testing

/// What only files can do to a publication.
@Suite("Folders")
struct FolderTests {
  private typealias Place = TargetTests.Place

  private func with(
    _ kind: TargetTests.Kind = .ndjson, _ body: (World, Place, _ folder: String) async throws -> Void
  ) async throws {
    try await World.with { world in
      try await TargetTests.fill(world)
      try world.sql("UPDATE assignment SET imported = NULL")
      try await body(world, Place.make(kind, world), world.folder.appendingPathComponent("lake").path)
    }
  }

  private func refusal(_ body: () throws -> PublishReport) -> PublishError? {
    do {
      _ = try body()
      return nil
    } catch { return error as? PublishError }
  }

  private func files(_ folder: String, _ name: String = "part-") throws -> [String] {
    // Links are looked through nowhere.
    let all = FileManager.default.enumerator(atPath: folder)!.compactMap { $0 as? String }
    return all.filter { !$0.hasPrefix("_generations") && ($0 as NSString).lastPathComponent.hasPrefix(name) }.sorted()
  }

  @Test("A full disk is told, and who reads has what was there before", arguments: [TargetTests.Kind.csv, .parquet])
  func full(kind: TargetTests.Kind) async throws {
    // duckdb ends while rows are written to it.
    signal(SIGPIPE, SIG_IGN)
    try await with(kind) { world, place, folder in
      try TargetTests.publish(world, to: place)
      let before = try place.read().plain
      try world.sql("UPDATE person SET name = name || 'x'; DELETE FROM actual WHERE date = '2026-03-02'")
      var publisher = TargetTests.publisher(world)
      let suffix = kind == .csv ? "csv.gz" : "parquet"
      publisher.progress = { words in
        if words == "person" { symlink("/dev/full", "\(folder)/person/part-2.\(suffix).tmp") }
      }
      let error = refusal { try publisher.publish(to: place.target) }
      switch error {
      case .folder(_, let detail)?: #expect(detail.contains("No space left"))
      case .duckDB(let detail)?: #expect(kind == .parquet && !detail.isEmpty)
      default: Issue.record("\(String(describing: error))")
      }
      #expect(try place.read().plain.changes(since: before) == [])
      #expect(try TargetTests.publish(world, to: place).generation == 2)
      try TargetTests.expectEqual(world, place)
      #expect(try files(folder).allSatisfy { !$0.hasSuffix(".tmp") && !$0.hasSuffix(".log") })
    }
  }

  @Test("Files of the state before stay for one publication; 'current' has those that count, and no others")
  func retired() async throws {
    try await with { world, place, folder in
      try TargetTests.publish(world, to: place)
      let first = try files(folder)
      #expect(first.allSatisfy { $0.hasSuffix("part-1.ndjson.gz") } && first.contains("person/part-1.ndjson.gz"))
      func change() throws {
        try world.sql("UPDATE person SET name = name || 'x'")
        try TargetTests.publish(world, to: place)
      }
      try change()
      #expect(
        try files(folder).filter { $0.hasPrefix("person/") } == ["person/part-1.ndjson.gz", "person/part-2.ndjson.gz"])
      func current() throws -> [String] {
        try Programs.run("/usr/bin/find", ["-L", "\(folder)/current/", "-type", "f"]).split(separator: "\n")
          .map { String($0.dropFirst("\(folder)/current/".count)) }.sorted()
      }
      #expect(try current().filter { $0.hasPrefix("person/") } == ["person/part-2.ndjson.gz"])
      try change()
      #expect(
        try files(folder).filter { $0.hasPrefix("person/") } == ["person/part-2.ndjson.gz", "person/part-3.ndjson.gz"])
      #expect(try current().count == first.count)
      // What a killed publication left goes.
      _ = FileManager.default.createFile(atPath: "\(folder)/person/part-9.ndjson.gz", contents: Data("half".utf8))
      _ = FileManager.default.createFile(atPath: "\(folder)/person/mine.txt", contents: Data("mine".utf8))
      try change()
      #expect(
        try files(folder).filter { $0.hasPrefix("person/") } == ["person/part-3.ndjson.gz", "person/part-4.ndjson.gz"])
      #expect(FileManager.default.fileExists(atPath: "\(folder)/person/mine.txt"))
      try world.sql("DELETE FROM actual WHERE date > '2100'")
      try TargetTests.publish(world, to: place)
      try change()
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/actual/month=9999-12"))
      try TargetTests.expectEqual(world, place)
    }
  }

  @Test("The calendar has every date from 1970 to 2200")
  func calendar() async throws {
    try await with { world, place, folder in
      try TargetTests.publish(world, to: place)
      let days = try Programs.run("/bin/gzip", ["-dc", "\(folder)/day/part-1.ndjson.gz"]).split(separator: "\n")
      #expect(days.count == 84_371)
      #expect(
        days.first
          == #"{"date":"1970-01-01","week":"1969-12-29","month":"1970-01-01","quarter":"1970-01-01","is_weekend":false}"#
      )
      #expect(days.last?.contains(#""date":"2200-12-31""#) ?? false)
      #expect(
        days.contains {
          $0.contains(
            #""date":"2026-05-31","week":"2026-05-25","month":"2026-05-01","quarter":"2026-04-01","is_weekend":true"#)
        })
    }
  }

  @Test("Somebody else's folder, a newer rota's, and one that is none are refused by name")
  func foreign() async throws {
    try await with { world, place, folder in
      try TargetTests.publish(world, to: place)
      guard case .foreign(folder, let detail)? = refusal({ try TargetTests.publish(world, to: place, tenant: "other") })
      else {
        Issue.record("another tenant's folder was taken")
        return
      }
      #expect(detail.contains("acme"))
      let manifest = URL(fileURLWithPath: "\(folder)/_publication.json")
      let text = try String(contentsOf: manifest, encoding: .utf8)
      try Data(text.replacingOccurrences(of: "\(Publisher.schema)", with: "\(Publisher.schema + 1)").utf8)
        .write(to: manifest)
      #expect(
        refusal { try TargetTests.publish(world, to: place) }
          == .newer(found: Publisher.schema + 1, ours: Publisher.schema))
      try Data("{}".utf8).write(to: manifest)
      guard case .foreign? = refusal({ try TargetTests.publish(world, to: place) }) else {
        Issue.record("a strange _publication.json was taken")
        return
      }
      try Data(text.utf8).write(to: manifest)
      let file = world.folder.appendingPathComponent("file").path
      _ = FileManager.default.createFile(atPath: file, contents: Data())
      let none = Place(target: FolderTarget(name: "lake", folder: "\(file)/lake", format: .csv)) { try place.read() }
      guard case .folder? = refusal({ try TargetTests.publish(world, to: none) }) else {
        Issue.record("a folder below a file was taken")
        return
      }
    }
  }

  @Test("Parquet without duckdb, and with one that fails, is refused by its name")
  func duckDB() async throws {
    signal(SIGPIPE, SIG_IGN)
    try await with { world, place, _ in
      func target(_ program: String) -> Place {
        let folder = world.folder.appendingPathComponent("parquet").path
        return Place(target: FolderTarget(name: "lake", folder: folder, format: .parquet, duckDB: program)) {
          try PublishedTables(folder: folder)
        }
      }
      #expect(
        refusal { try TargetTests.publish(world, to: target("/nowhere/duckdb")) }
          == .noDuckDB(program: "/nowhere/duckdb"))
      #expect(
        refusal { try TargetTests.publish(world, to: target("no-such-duckdb")) } == .noDuckDB(program: "no-such-duckdb")
      )
      let script = world.folder.appendingPathComponent("broken").path
      _ = FileManager.default.createFile(
        atPath: script, contents: Data("#!/bin/sh\necho 'out of cheese' >&2\nexit 3\n".utf8),
        attributes: [.posixPermissions: 0o755])
      #expect(refusal { try TargetTests.publish(world, to: target(script)) } == .duckDB(detail: "out of cheese"))
      #expect(throws: PublishError.self) { try target(script).target.probe(tenant: "acme") }
      let probe = try target(Programs.duckDB).target.probe(tenant: "acme")
      #expect(probe.contains("duckdb v1."))
    }
  }

  @Test("A dry run makes no folder, and says what would be written")
  func dryRun() async throws {
    try await with { world, place, folder in
      var publisher = TargetTests.publisher(world)
      publisher.isDryRun = true
      let report = try publisher.publish(to: place.target)
      #expect(report.isFull && report.rows > 50 && !FileManager.default.fileExists(atPath: folder))
      try TargetTests.publish(world, to: place)
      let before = try files(folder, "")
      try world.sql("UPDATE person SET name = name || 'x'")
      #expect(try publisher.publish(to: place.target).written.map(\.key.table) == ["person"])
      #expect(try files(folder, "") == before)
      #expect(try TargetTests.publish(world, to: place).written.map(\.key.table) == ["person"])
    }
  }

  @Test("Two that publish into one folder at once: the second is told to wait")
  func atOnce() async throws {
    try await with { world, place, folder in
      try TargetTests.publish(world, to: place)
      let tables = try world.database.read { try $0.published.tables(kinds: Publication.kinds) }
      let open = try place.target.open(tenant: "acme", tables: tables)
      #expect(refusal { try TargetTests.publish(world, to: place) } == .busy(detail: folder))
      open.close()
      #expect(try TargetTests.publish(world, to: place).written.isEmpty)
    }
  }
}

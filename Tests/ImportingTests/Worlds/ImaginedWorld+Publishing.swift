import Foundation
import Operating
import Planning
import PlanningStore
import Publishing
import RotaTesting

/// The targets of a world that publishes. After every publication each must hold what the planning database has, row by row; what
/// was rewritten must be what changed.
struct ImaginedTargets {
  struct One {
    let target: any PublishTarget
    let read: (String) throws -> PublishedTables
    /// What it held after its last publication; nil: it had none.
    var held: PlainTables?
  }

  var all: [One] = []
  static let tenant = "acme's \"tenant\""

  /// PostgreSQL always; of the folders one.
  static func make(seed: UInt64, folder: URL) throws -> ImaginedTargets {
    var targets = ImaginedTargets()
    let address = try PostgresAddress(TestPostgres.common().database())
    targets.all.append(
      One(target: PostgresTarget(name: "bi", address: address)) { tenant in
        try PublishedTables(PostgresConnection(address), tenant: tenant)
      })
    let formats: [FolderTarget.Format] = [.ndjson, .csv, .ndjson, .parquet]
    let path = folder.appendingPathComponent("lake").path
    let lake = FolderTarget(
      name: "lake", folder: path, format: formats[Int(seed / 5 % 4)], duckDB: Programs.duckDB)
    targets.all.append(One(target: lake) { _ in try PublishedTables(folder: path) })
    return targets
  }
}

extension ImaginedWorld {
  /// Publishes to some of the targets, now and then broken off, and compares.
  func publishSomewhere() async throws {
    for place in targets.all.indices where !chance(4) {
      let now = try PlainTables(database: world.database.path)
      if chance(6) { try await breakOff(place, now) }
      try publishAndCompare(place, now)
    }
  }

  private func publisher() -> Publisher {
    Publisher(
      database: world.database, tenant: ImaginedTargets.tenant, kinds: Publication.kinds,
      version: "test", now: world.now)
  }

  private func publishAndCompare(_ place: Int, _ now: PlainTables) throws {
    let target = targets.all[place]
    let report = try publisher().publish(to: target.target)
    log.append(
      "published to \(target.target.name): \(report.written.count) parts\(report.isFull ? ", everything" : "")")
    try compare(place, with: now, "after a publication")
    if let held = target.held, !report.isFull {
      let written = Set(report.written.map { "\($0.key.table) \($0.key.partition)" })
      let changed = now.changes(since: held)
      if written != changed {
        throw Differs(words: [
          "published \(written.subtracting(changed).sorted()) without need, left out \(changed.subtracting(written).sorted())"
        ])
      }
    }
    targets.all[place].held = now
    let again = try publisher().publish(to: target.target)
    if !again.written.isEmpty { throw Differs(words: ["a second publication wrote \(again.written.map(\.key))"]) }
  }

  private func compare(_ place: Int, with expected: PlainTables, _ when: String) throws {
    let published = try targets.all[place].read(ImaginedTargets.tenant)
    let differences = expected.differences(
      from: published.plain, forms: published.forms, tenant: ImaginedTargets.tenant)
    if !differences.isEmpty {
      throw Differs(words: differences.map { "\(targets.all[place].target.name) \(when): \($0)" })
    }
  }

  /// Broken off at some table, as Ctrl-C does: whoever reads sees what was there before.
  private func breakOff(_ place: Int, _ now: PlainTables) async throws {
    let limit = 1 + random.below(12)
    var publisher = publisher()
    let counter = Counter()
    publisher.progress = { _ in if counter.next() == limit { withUnsafeCurrentTask { $0?.cancel() } } }
    log.append("publication to \(targets.all[place].target.name) broken off at its part \(limit)")
    do {
      let (target, made) = (targets.all[place].target, publisher)
      // In a task of its own, for a task that was cancelled stays so.
      _ = try await Task { try made.publish(to: target) }.value
      // It had less to do.
      targets.all[place].held = now
    } catch is CancellationError {
      guard let held = targets.all[place].held else { return }
      try compare(place, with: held, "after it was broken off")
    }
  }
}

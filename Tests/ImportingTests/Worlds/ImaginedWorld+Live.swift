import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore
import RotaTesting

/// A day of live changes after a good import (live.md 7): deliveries are lost, doubled, late and out of order; batches fail
/// and die. What comes after them is judged as after an import, and a night finds nothing left to write.
extension ImaginedWorld {
  func liveDay() async throws {
    log.append("— live")
    let before = try prepare()
    let begin = entriesNow()
    var (known, waiting, lost, told): ([String: Version], [String], Set<String>, Set<String>) = (begin, [], [], [])
    var (unproved, braked) = (0, 0)
    for _ in 0..<1 + random.below(4) {
      for _ in 0..<1 + random.below(4) { editEntry() }
      let now = entriesNow()
      for id in Set(known.keys).union(now.keys).sorted() where known[id] != now[id] {
        told.remove(id)
        if chance(5) {
          lost.insert(id)
        } else {
          lost.remove(id)
          waiting += Array(repeating: id, count: chance(4) ? 2 : 1)
        }
      }
      known = now
      if chance(3) { continue }
      for index in waiting.indices.reversed() where index > 0 { waiting.swapAt(index, random.below(index + 1)) }
      let batch = Array(waiting.prefix(1 + random.below(waiting.count + 1)))
      waiting.removeFirst(batch.count)
      let outcome = try await deliver(batch)
      (unproved, braked) = (unproved + outcome.unproved, braked + outcome.braked)
      told.formUnion(batch)
    }
    let outcome = try await deliver(waiting)
    (unproved, braked) = (unproved + outcome.unproved, braked + outcome.braked)
    told.formUnion(waiting)
    let after = try PlanTables(world)
    var differences = oracle.judgeLive(before: before, after: after)
    differences += mirrored(told.subtracting(lost), after, isProved: unproved + braked == 0)
    differences += try unbalanced()
    if !differences.isEmpty { throw Differs(words: differences) }
    if lost.isEmpty, unproved + braked == 0, chance(2) { try await nightAfter() }
  }

  private struct Version: Equatable {
    let workspace: String
    let version: EntryVersion
  }

  private func entriesNow() -> [String: Version] {
    let states = world.clockify.read(\.workspaces)
    return Dictionary(
      states.flatMap { state in state.entries.map { ($0.id, Version(workspace: state.id, version: EntryVersion($0))) }
      },
      uniquingKeysWith: { $1 })
  }

  /// One batch for each workspace, however often it fails or dies.
  private func deliver(_ ids: [String]) async throws -> LiveOutcome {
    var sum = LiveOutcome()
    let tables = try PlanTables(world)
    let now = entriesNow()
    for (number, workspace) in oracle.named.enumerated() {
      let own = ids.filter { id in
        (now[id]?.workspace ?? tables.mirror[id]?.workspace).map { $0 == workspace } ?? (number == 0)
      }
      guard !own.isEmpty else { continue }
      log.append("deliver \(own.map { $0.suffix(4) }.joined(separator: " "))")
      try await disturb(own, in: workspace)
      var entries = own.map { now[$0] == nil ? LiveWanted.Entry.gone($0) : .init(id: $0) }
      while !entries.isEmpty {
        let outcome = try await world.live(entries, in: workspace)
        guard outcome.books.isBalanced else { throw Differs(words: ["81: a live batch does not balance"]) }
        sum.unproved += outcome.unproved
        sum.braked += outcome.braked
        entries = outcome.again.map(\.entry)
      }
    }
    return sum
  }

  /// A batch that fails, or dies in its transaction: nothing of it is left.
  private func disturb(_ ids: [String], in workspace: String) async throws {
    guard chance(3) else { return }
    let before = try world.dump()
    let entries = ids.map { LiveWanted.Entry(id: $0) }
    if chance(2) {
      world.clockify.change { $0.controls.faults = [.init(.status(503), on: "/time-entries/", skip: ids.count - 1)] }
      let result = await Result { try await world.live(entries, in: workspace) }
      world.clockify.change { $0.controls.faults = [] }
      log.append("a batch fails")
      guard case .failure = result else { return }
    } else {
      let table = pick(["actual", "placement_row", "import_run"])
      try world.sql("CREATE TRIGGER boom BEFORE INSERT ON \(table) BEGIN SELECT raise(ABORT, 'boom'); END")
      let result = await Result { try await world.live(entries, in: workspace) }
      try world.sql("DROP TRIGGER boom")
      log.append("a batch dies writing \(table)")
      guard case .failure = result else { return }
    }
    guard try world.dump() == before else { throw Differs(words: ["2: a live batch that broke off left something"]) }
  }

  /// What was told of last, and not changed since, is here as it is there.
  private func mirrored(_ told: Set<String>, _ after: PlanTables, isProved: Bool) -> [String] {
    let now = entriesNow()
    return told.sorted().compactMap { id in
      let seen = after.mirror[id]
      guard oracle.named.contains(now[id]?.workspace ?? seen?.workspace ?? "") else { return nil }
      guard let there = now[id] else {
        return seen?.isGone ?? true || !isProved ? nil : "live 4: \(id) is gone from Clockify and stays"
      }
      if let seen, seen.version == there.version, !seen.isGone { return nil }
      return
        "live 4: \(id) is \(seen.map { "(\($0.version)) \($0.state)" } ?? "nothing") here, (\(there.version)) there"
    }
  }

  private func unbalanced() throws -> [String] {
    try world.sql(
      """
      SELECT id FROM import_run WHERE trigger = 'webhook'
        AND (seconds_read <> seconds_placed + seconds_skipped + seconds_held OR status NOT IN ('done', 'partial'))
      """
    ).split(separator: "\n").map { "81: the hour \($0) does not balance" }
  }

  /// The night after: what everybody sees is as it was.
  private func nightAfter() async throws {
    func seen() throws -> Set<String> {
      Set(
        try world.sql(
          """
          SELECT 'actual', person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin FROM actual
          WHERE origin <> 'autofill';
          SELECT 'placement', * FROM placement;
          """
        ).split(separator: "\n").map(String.init))
    }
    let tables = try prepare()
    let before = try seen()
    let request = ImportRequest(trigger: .manual, now: world.now)
    log.append("the night after")
    let report = try await world.startImport(request).value
    let changes = try seen().symmetricDifference(before)
    guard report.status == .done else { throw Differs(words: ["live 6: the night after is \(report.status)"]) }
    // On FREE workspaces it reads another older stretch, and may find something there.
    let rotates = world.clockify.read { $0.workspace.plan == "FREE" }
    if !rotates, !changes.isEmpty { throw Differs(words: ["live 4: the night after wrote"] + changes.sorted()) }
    let shape = RunShape(
      workspaces: Set(oracle.named), from: report.window?.lowerBound.description ?? today, to: today)
    try judge(report, request, shape, tables)
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}

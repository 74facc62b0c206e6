import ClockifyAPI
import PlanningStore

/// Lists whose rows are asked for one by one where they are new or have changed, and a few of the others by turns: a change
/// that the list does not show arrives all the same.
extension ReplicaEngine {
  private static let turns = 5

  func readDetailed(_ kind: ReplicaKind, into intake: inout ReplicaIntake) async throws {
    guard case .detailed(_, _, _, _, let detail, let parts) = kind.request else { return }
    var rows: [String: (tree: JSONTree, hash: Int64)] = [:]
    var hasNameless = false
    let list = ReplicaList(kind.request, period: context.period)
    func read() async throws -> ReplicaReading.End {
      try await ReplicaReading(source: source, workspace: context.workspace, list: list).readAll { trees in
        for tree in trees {
          guard let row = kind.table.row(tree, withMoney: context.withMoney) else {
            hasNameless = true
            continue
          }
          rows[row.id] = (tree, row.hash)
        }
      }
    }
    var end = try await read()
    let known = intake.known.filter { !$0.value.isGone }.map(\.key)
    if end.isWhole, end.pages > 1, known.contains(where: { rows[$0] == nil }), await isAffordable(end.pages) {
      end = try await read()
    }
    try await readDetails(of: rows, detail, parts, into: &intake)
    if hasNameless || !end.isWhole {
      intake.outcome.state = .failed
    } else {
      try intake.markGone(known.filter { rows[$0] == nil }.sorted())
    }
  }

  private func readDetails(
    of rows: [String: (tree: JSONTree, hash: Int64)], _ detail: String, _ parts: [(member: String, path: String)],
    into intake: inout ReplicaIntake
  ) async throws {
    let hashes = try intake.column("list_hash")
    let changed = rows.filter { options.isFull || hashes[$0.key] != .whole($0.value.hash) }.map(\.key).sorted()
    for id in changed + turn(of: rows.keys.filter { !Set(changed).contains($0) }, Self.turns) {
      guard let (tree, hash) = rows[id] else { continue }
      do {
        var whole = tree.merging(
          try await source.rawObject(
            at: detail.replacing("{id}", with: id), in: context.workspace))
        for part in parts {
          whole = whole.merging(.object([.init(part.member, try await read(part.path, of: id))]))
        }
        let isChanged = try intake.take([whole]) > 0
        if isChanged || hashes[id] != .whole(hash) {
          try intake.note([(id, [("detail_run", .whole(context.run)), ("list_hash", .whole(hash))])])
        }
      } catch let error as ClockifyError where error.code == .entityMissing {
        // Gone since its list was read: if it is there tomorrow, it is asked for again.
        if intake.known[id] == nil { try intake.take([tree]) }
      }
    }
  }

  /// So many, others each day.
  func turn(of ids: [String], _ count: Int) -> [String] {
    let sorted = ids.sorted()
    guard sorted.count > count else { return sorted }
    let first = context.now.utcDay.number * count
    return (0..<count).map { sorted[(first + $0) % sorted.count] }
  }

  private func read(_ path: String, of id: String) async throws -> JSONTree {
    var rows: [JSONTree] = []
    let list = ReplicaList(path: path.replacing("{id}", with: id), rowsAt: [], largestPage: 1000)
    let end = try await ReplicaReading(source: source, workspace: context.workspace, list: list).readAll { rows += $0 }
    guard end.isWhole else {
      throw ClockifyError(.malformed, "Clockify sent a list that breaks off", request: "GET \(path)")
    }
    return .list(rows)
  }
}

extension JSONTree {
  /// With the other's members in place of those of the same name.
  func merging(_ other: JSONTree) -> JSONTree {
    guard case .object(let mine) = self, case .object(let theirs) = other else { return other }
    let names = Set(theirs.map(\.name))
    return .object(mine.filter { !names.contains($0.name) } + theirs)
  }
}

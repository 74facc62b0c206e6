import Planning
package import PlanningStore

/// Items that are probably the same thing (rule 74).
package struct DuplicateGroup: Sendable, Equatable {
  package let kind: PlanSnapshot.Kind
  /// The proposal: which stays first, then what would be merged into it (rule 75).
  package let ids: [Int64]
  /// Why they look alike.
  package let reason: Likeness
  /// Names that are near, not the same.
  package let isNear: Bool
}

/// Finds duplicates among clients, projects and people. Each item is compared only with those that share a key with it.
package struct DuplicateFinder {
  package let plan: PlanSnapshot
  /// Exact groups first, then near ones, the weightiest first in each.
  package private(set) var groups: [DuplicateGroup] = []
  private var attached: [PlanSnapshot.Kind: [Int64: Attached]] = [:]
  private let dismissed: Set<DismissedPair>

  /// - Parameters:
  ///   - kinds: which are compared.
  ///   - includesNear: also names that are only near.
  ///   - ids: looked at as well, whether they look like anything or not.
  /// - Throws: `StoreError`.
  package init(
    session: StoreSession, kinds: [PlanSnapshot.Kind] = PlanSnapshot.Kind.allCases, includesNear: Bool = true,
    beside ids: [Int64] = []
  ) throws {
    plan = try session.plan.snapshot()
    dismissed = try session.dismissals.pairs()
    for kind in kinds {
      let same = plan.sameItems(kind, dismissed: dismissed)
      let near = includesNear ? near(kind) : []
      attached[kind] = try session.questions.attached(kind, to: Set(same.flatMap(\.ids) + near.flatMap(\.self) + ids))
      var seen: Set<Set<Int64>> = []
      let found =
        same.compactMap { group(kind, $0.ids, reason: $0.reason, isNear: false) }
        + near.compactMap { group(kind, $0, reason: .nearNames, isNear: true) }
      groups += found.filter { seen.insert(Set($0.ids)).inserted }
    }
    groups = groups.sorted { left, right in
      (left.isNear ? 1 : 0, -weight(left), left.kind.rawValue, left.ids[0], left.ids[1])
        < (right.isNear ? 1 : 0, -weight(right), right.kind.rawValue, right.ids[0], right.ids[1])
    }
  }

  package func attached(_ kind: PlanSnapshot.Kind, _ id: Int64) -> Attached {
    attached[kind]?[id] ?? Attached()
  }

  /// Two of the items that were looked at side by side, whether they are listed as duplicates or not.
  package func pair(_ kind: PlanSnapshot.Kind, _ one: Int64, _ other: Int64) -> DuplicateGroup {
    let listed = groups.first { $0.kind == kind && $0.ids.contains(one) && $0.ids.contains(other) }
    return DuplicateGroup(
      kind: kind, ids: [one, other].sorted { rank(kind, $0) > rank(kind, $1) }, reason: listed?.reason ?? .chosen,
      isNear: listed?.isNear ?? false)
  }

  private func weight(_ group: DuplicateGroup) -> Int {
    group.ids.dropFirst().reduce(0) { sum, id in
      let attached = attached(group.kind, id)
      return sum + attached.assignments + attached.actuals + attached.projects
    }
  }

  /// One letter more, less or different; the same words in another order; an initial for a first name.
  private func near(_ kind: PlanSnapshot.Kind) -> Set<[Int64]> {
    let items = plan.comparableNames(kind).filter { $0.name.count > 3 }
    var keys: [(key: UInt64, item: Int)] = []
    keys.reserveCapacity(items.count * 20)
    for (index, item) in items.enumerated() {
      for key in Self.nearKeys(item.name, scope: item.scope) { keys.append((key, index)) }
    }
    keys.sort { ($0.key, $0.item) < ($1.key, $1.item) }
    var pairs: Set<[Int64]> = []
    var first = 0
    while first < keys.count {
      var end = first + 1
      while end < keys.count, keys[end].key == keys[first].key { end += 1 }
      // A key that many share says nothing.
      if end - first > 1, end - first <= 50 {
        for left in first..<end {
          for right in (left + 1)..<end {
            let (one, other) = (items[keys[left].item], items[keys[right].item])
            let isNear = one.id != other.id && one.scope == other.scope && Self.areNear(one.name, other.name)
            if isNear { pairs.insert([min(one.id, other.id), max(one.id, other.id)]) }
          }
        }
      }
      first = end
    }
    return pairs
  }

  /// Hashes: two names of one scope that differ by one edit share one of these, and so do two orders of the same words.
  static func nearKeys(_ name: String, scope: String = "") -> [UInt64] {
    let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    func hash<Text: Sequence<Unicode.Scalar>>(_ text: Text, _ seed: UInt64) -> UInt64 {
      text.reduce(seed) { ($0 &* factor) &+ UInt64($1.value) &+ 1 }
    }
    let seed = hash(scope.unicodeScalars, 17)
    let letters = Array(name.unicodeScalars)
    var keys = [hash(letters, seed)]
    // The hash without one letter: that of all before it, moved up, and that of all after it.
    var after = [UInt64](repeating: 0, count: letters.count + 1)
    var power = [UInt64](repeating: 1, count: letters.count + 1)
    for index in letters.indices.reversed() {
      power[index] = power[index + 1] &* factor
      after[index] = after[index + 1] &+ (UInt64(letters[index].value) &+ 1) &* power[index + 1]
    }
    var before = seed
    for index in letters.indices {
      keys.append(before &* power[index + 1] &+ after[index + 1])
      before = before &* factor &+ UInt64(letters[index].value) &+ 1
    }
    let words = name.split(separator: " ")
    if words.count > 1 {
      keys.append(hash(words.sorted().joined(separator: " ").unicodeScalars, seed &+ 1))
      keys.append(hash((words[0].prefix(1) + " " + words.dropFirst().joined(separator: " ")).unicodeScalars, seed &+ 2))
    }
    return keys
  }

  static func areNear(_ left: String, _ right: String) -> Bool {
    if left == right { return false }
    let (a, b) = (left.split(separator: " ").map(String.init), right.split(separator: " ").map(String.init))
    if a.sorted() == b.sorted() { return true }
    let isInitial =
      a.count == b.count && a.dropFirst() == b.dropFirst() && a.count > 1
      && min(a[0].count, b[0].count) == 1 && a[0].prefix(1) == b[0].prefix(1)
    if isInitial { return true }
    // "Phase 1" and "Phase 2" differ by intent.
    let (digitsA, digitsB) = (left.filter(\.isNumber), right.filter(\.isNumber))
    guard digitsA == digitsB else { return false }
    return NearestWord.distance(left, right) <= 1
  }

  // MARK: Groups

  /// At least one of them linked; pairs that were said to be different do not count.
  private func group(_ kind: PlanSnapshot.Kind, _ ids: [Int64], reason: Likeness, isNear: Bool) -> DuplicateGroup? {
    var ranked = ids.sorted { rank(kind, $0) > rank(kind, $1) }
    while ranked.count > 1 {
      let kept = ranked.removeFirst()
      let group = [kept] + ranked.filter { !dismissed.contains(.init(kind: kind, kept, $0)) }
      if group.count > 1, group.contains(where: { attached(kind, $0).links > 0 }) {
        return DuplicateGroup(kind: kind, ids: group, reason: reason, isNear: isNear)
      }
    }
    return nil
  }

  /// Rule 75: more assignments, then more manual actuals, then more actuals, then the older.
  private func rank(_ kind: PlanSnapshot.Kind, _ id: Int64) -> (Int, Int, Int, Int64) {
    let attached = attached(kind, id)
    return (attached.assignments, attached.manual, attached.actuals, -id)
  }
}

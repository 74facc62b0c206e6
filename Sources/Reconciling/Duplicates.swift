import Planning
package import PlanningStore

/// Items that are probably the same thing (rule 74).
package struct DuplicateGroup: Sendable, Equatable {
  package let kind: PlanSnapshot.Kind
  /// The proposal: which stays first, then what would be merged into it (rule 75).
  package let ids: [Int64]
  /// In words: why they look alike.
  package let reason: String
  /// Names that are near, not the same.
  package let isNear: Bool
}

/// Finds duplicates among clients, projects and people. Each item is compared only with those that share a key with it.
package struct DuplicateFinder {
  package let plan: PlanSnapshot
  private let attached: [PlanSnapshot.Kind: [Int64: StoreSession.Attached]]
  private let dismissed: Set<StoreSession.DismissedPair>

  /// - Throws: `StoreError`.
  package init(session: StoreSession) throws {
    plan = try session.planSnapshot()
    var attached: [PlanSnapshot.Kind: [Int64: StoreSession.Attached]] = [:]
    for kind in PlanSnapshot.Kind.allCases { attached[kind] = try session.attached(kind) }
    self.attached = attached
    dismissed = try session.dismissedPairs()
  }

  package func attached(_ kind: PlanSnapshot.Kind, _ id: Int64) -> StoreSession.Attached {
    attached[kind]?[id] ?? StoreSession.Attached()
  }

  /// - Parameter includesNear: also names that are only near.
  /// - Returns: exact groups first, then near ones, the weightiest first in each.
  package func groups(_ kinds: [PlanSnapshot.Kind], includesNear: Bool) -> [DuplicateGroup] {
    var groups: [DuplicateGroup] = []
    for kind in kinds {
      var seen: Set<Set<Int64>> = []
      let items = items(of: kind)
      var found = exact(kind, items, \.exactKey, reason: kind == .project ? "same name and client" : "same name")
      found += exact(kind, items, \.emailKey, reason: "same e-mail")
      if includesNear { found += near(kind, items) }
      groups += found.filter { seen.insert(Set($0.ids)).inserted }
    }
    return groups.sorted { left, right in
      (left.isNear ? 1 : 0, -weight(left), left.kind.rawValue, left.ids[0])
        < (right.isNear ? 1 : 0, -weight(right), right.kind.rawValue, right.ids[0])
    }
  }

  private func weight(_ group: DuplicateGroup) -> Int {
    group.ids.dropFirst().reduce(0) { sum, id in
      let attached = attached(group.kind, id)
      return sum + attached.assignments + attached.actuals + attached.projects
    }
  }

  // MARK: Keys

  private struct Item {
    let id: Int64
    let name: String
    /// What an item of the same name must share: for projects the client's name.
    let scope: String
    let email: String?
    var exactKey: String? { name.isEmpty ? nil : "\(scope)/\(name)" }
    var emailKey: String? { email.map { "@\($0)" } }
  }

  private func items(of kind: PlanSnapshot.Kind) -> [Item] {
    switch kind {
    case .client:
      plan.clients.values.map { Item(id: $0.id, name: NormalizedName($0.name).text, scope: "", email: nil) }
    case .project:
      plan.projects.values.map { project in
        let client = plan.clients[project.clientID].map { NormalizedName($0.name).text } ?? ""
        return Item(id: project.id, name: NormalizedName(project.name).text, scope: client, email: nil)
      }
    case .person:
      plan.people.values.map { person in
        Item(id: person.id, name: NormalizedName(person.name).text, scope: "", email: person.email?.lowercased())
      }
    }
  }

  private func exact(
    _ kind: PlanSnapshot.Kind, _ items: [Item], _ key: (Item) -> String?, reason: String
  ) -> [DuplicateGroup] {
    var byKey: [String: [Int64]] = [:]
    for item in items { if let key = key(item) { byKey[key, default: []].append(item.id) } }
    return byKey.values.compactMap { group(kind, $0, reason: reason, isNear: false) }
  }

  /// One letter more, less or different; the same words in another order; an initial for a first name.
  private func near(_ kind: PlanSnapshot.Kind, _ items: [Item]) -> [DuplicateGroup] {
    var byKey: [String: [Item]] = [:]
    for item in items where item.name.count > 3 {
      for key in Self.nearKeys(item.name) { byKey["\(item.scope)/\(key)", default: []].append(item) }
    }
    var pairs: Set<[Int64]> = []
    for (_, sharing) in byKey where sharing.count > 1 && sharing.count <= 50 {
      for (index, left) in sharing.enumerated() {
        for right in sharing[(index + 1)...] where left.id != right.id && Self.areNear(left.name, right.name) {
          pairs.insert([left.id, right.id].sorted())
        }
      }
    }
    return pairs.compactMap { group(kind, $0, reason: "names are near", isNear: true) }
  }

  /// Two names that differ by one edit share one of these, and so do two orders of the same words.
  static func nearKeys(_ name: String) -> Set<String> {
    let letters = Array(name)
    var keys: Set<String> = [name]
    for index in letters.indices {
      keys.insert(String(letters[..<index] + letters[(index + 1)...]))
    }
    let words = name.split(separator: " ").map(String.init)
    if words.count > 1 {
      keys.insert("=" + words.sorted().joined(separator: " "))
      keys.insert("." + words[0].prefix(1) + " " + words.dropFirst().joined(separator: " "))
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
  private func group(_ kind: PlanSnapshot.Kind, _ ids: [Int64], reason: String, isNear: Bool) -> DuplicateGroup? {
    guard ids.count > 1, ids.contains(where: { attached(kind, $0).links > 0 }) else { return nil }
    let ranked = ids.sorted { rank(kind, $0) > rank(kind, $1) }
    let kept = ranked[0]
    let rest = ranked.dropFirst().filter { !dismissed.contains(.init(kind: kind, kept, $0)) }
    return rest.isEmpty ? nil : DuplicateGroup(kind: kind, ids: [kept] + rest, reason: reason, isNear: isNear)
  }

  /// Rule 75: more assignments, then more manual actuals, then more actuals, then the older.
  private func rank(_ kind: PlanSnapshot.Kind, _ id: Int64) -> (Int, Int, Int, Int64) {
    let attached = attached(kind, id)
    return (attached.assignments, attached.manual, attached.actuals, -id)
  }
}

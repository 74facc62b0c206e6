import Planning

/// Why two things may be one.
package enum Likeness: Sendable {
  case sameName, sameNameAndClient, sameEmail, nearNames
  /// Somebody put them side by side.
  case chosen
}

/// Items that are the same thing by name or e-mail (rules 12 and 74), for the import's finding and for the list.
extension PlanSnapshot {
  package struct SameItems: Sendable {
    /// Ascending. At least one of them is linked, and not said to be different from all others.
    package let ids: [Int64]
    package let reason: Likeness
  }

  /// Names are compared normalised; projects only under clients of one name.
  ///
  /// - Parameter dismissed: pairs that were said to be different.
  package func sameItems(_ kind: Kind, dismissed: Set<DismissedPair>) -> [SameItems] {
    let linked = linkedItems(kind)
    func groups(_ keys: [(id: Int64, key: String)], _ reason: Likeness) -> [SameItems] {
      Dictionary(grouping: keys, by: \.key).values.compactMap { group in
        let ids = group.map(\.id).sorted()
        guard ids.count > 1 else { return nil }
        let isOpen = ids.contains { one in
          linked.contains(one)
            && ids.contains { $0 != one && !dismissed.contains(.init(kind: kind, one, $0)) }
        }
        return isOpen ? SameItems(ids: ids, reason: reason) : nil
      }
    }
    let names = comparableNames(kind).filter { !$0.name.isEmpty }.map { (id: $0.id, key: "\($0.scope)/\($0.name)") }
    var found = groups(names, kind == .project ? .sameNameAndClient : .sameName)
    if kind == .person {
      let emails = people.values.compactMap { person in person.email.map { (id: person.id, key: $0.lowercased()) } }
      let known = Set(found.map(\.ids))
      found += groups(emails, .sameEmail).filter { !known.contains($0.ids) }
    }
    return found.sorted { $0.ids.lexicographicallyPrecedes($1.ids) }
  }

  /// Each item's normalised name, and what an item of the same name must share: for projects the client's name.
  package func comparableNames(_ kind: Kind) -> [(id: Int64, name: String, scope: String)] {
    switch kind {
    case .client: return clients.values.map { ($0.id, NormalizedName($0.name).text, "") }
    case .project:
      let clients = clients.mapValues { NormalizedName($0.name).text }
      return projects.values.map { ($0.id, NormalizedName($0.name).text, clients[$0.clientID] ?? "") }
    case .person: return people.values.map { ($0.id, NormalizedName($0.name).text, "") }
    }
  }
}

import Planning
package import PlanningStore

/// For each planning item without a link the Clockify id that it most likely is: same name or e-mail, and unlinked too.
package struct LinkCandidates: Sendable {
  package struct Candidate: Sendable, Equatable {
    package let externalID: String
    package let name: String
    package let reason: Likeness
  }

  private var byItem: [PlanSnapshot.Kind: [Int64: Candidate]] = [:]

  package subscript(kind: PlanSnapshot.Kind, id: Int64) -> Candidate? { byItem[kind]?[id] }

  /// - Throws: `StoreError`.
  package init(session: StoreSession) throws {
    let plan = try session.plan.snapshot()
    let linkedItems = plan.references.mapValues { Set($0.values.map(\.planningID)) }
    func isFree(_ kind: PlanSnapshot.Kind, _ externalID: String) -> Bool {
      plan.planningID(kind, externalID) == nil && !plan.isIgnored(kind, externalID)
    }
    func isUnlinked(_ kind: PlanSnapshot.Kind, _ id: Int64) -> Bool { !(linkedItems[kind]?.contains(id) ?? false) }

    let clients = try session.mirror.clients().filter { !$0.isGone }
    let clientNames = Dictionary(clients.map { ($0.id, $0.name ?? "") }, uniquingKeysWith: { $1 })
    func named(_ id: String, _ name: String?) -> (id: String, name: String, key: String) {
      (id, name ?? "", NormalizedName(name ?? "").text)
    }
    byItem[.client] = Self.byName(
      items: plan.clients.values.filter { isUnlinked(.client, $0.id) }.map { ($0.id, NormalizedName($0.name).text) },
      rows: clients.filter { isFree(.client, $0.id) }.map { named($0.id, $0.name) })

    let projects = try session.mirror.projects().filter { !$0.isGone && isFree(.project, $0.id) }
    let openProjects = plan.projects.values.filter { isUnlinked(.project, $0.id) }
    func key(_ client: String, _ name: String) -> String {
      "\(NormalizedName(client).text)/\(NormalizedName(name).text)"
    }
    let withClient = Self.unique(
      items: openProjects.map { ($0.id, key(plan.clients[$0.clientID]?.name ?? "", $0.name)) },
      rows: projects.map { row in
        (row.id, row.name ?? "", key(row.clientID.flatMap { clientNames[$0] } ?? "", row.name ?? ""))
      }, reason: .sameNameAndClient)
    let byName = Self.byName(
      items: openProjects.map { ($0.id, NormalizedName($0.name).text) }, rows: projects.map { named($0.id, $0.name) })
    byItem[.project] = byName.merging(withClient) { $1 }

    let users = try session.accounts.all().filter { !$0.isGone && isFree(.person, $0.id) }
    let openPeople = plan.people.values.filter { isUnlinked(.person, $0.id) }
    let byPersonName = Self.byName(
      items: openPeople.map { ($0.id, NormalizedName($0.name).text) }, rows: users.map { named($0.id, $0.name) })
    let byEmail = Self.unique(
      items: openPeople.compactMap { person in person.email.map { (person.id, $0.lowercased()) } },
      rows: users.compactMap { user in user.email.map { (user.id, user.name ?? "", $0.lowercased()) } },
      reason: .sameEmail)
    byItem[.person] = byPersonName.merging(byEmail) { $1 }
  }

  /// The same name, or, where there is none, the only one that is near.
  private static func byName(
    items: [(id: Int64, key: String)], rows: [(id: String, name: String, key: String)]
  ) -> [Int64: Candidate] {
    var rowsByKey: [UInt64: [Int]] = [:]
    for index in rows.indices where rows[index].key.count > 3 {
      for key in DuplicateFinder.nearKeys(rows[index].key) { rowsByKey[key, default: []].append(index) }
    }
    var near: [Int64: Candidate] = [:]
    for item in items where item.key.count > 3 {
      let sharing = Set(DuplicateFinder.nearKeys(item.key).flatMap { rowsByKey[$0] ?? [] })
      let alike = sharing.filter { DuplicateFinder.areNear(item.key, rows[$0].key) }
      guard let only = alike.first, alike.count == 1 else { continue }
      near[item.id] = Candidate(externalID: rows[only].id, name: rows[only].name, reason: .nearNames)
    }
    return near.merging(unique(items: items, rows: rows, reason: .sameName)) { $1 }
  }

  /// Pairs that share a key with nobody else: two of a name are no candidate for each other.
  private static func unique(
    items: [(id: Int64, key: String)], rows: [(id: String, name: String, key: String)], reason: Likeness
  ) -> [Int64: Candidate] {
    let itemsByKey = Dictionary(grouping: items.filter { !$0.key.isEmpty }, by: \.key)
    let rowsByKey = Dictionary(grouping: rows, by: \.key)
    var found: [Int64: Candidate] = [:]
    for (key, items) in itemsByKey {
      guard let item = items.first, items.count == 1, let rows = rowsByKey[key], rows.count == 1 else { continue }
      found[item.id] = Candidate(externalID: rows[0].id, name: rows[0].name, reason: reason)
    }
    return found
  }
}

package import Planning
package import PlanningStore
import Foundation

/// What a push does with each item: decided from the plan, the links and Clockify's complete lists alone (rule 86).
package struct PushPlan: Sendable {
  package typealias Kind = PlanSnapshot.Kind
  package typealias Listed = PendingPush.Listed

  /// A client or project of the plan.
  package struct Item: Sendable, Hashable {
    package let kind: Kind
    package let id: Int64
    package let name: String

    package init(kind: Kind, id: Int64, name: String) {
      self.kind = kind
      self.id = id
      self.name = name
    }
  }

  /// What is known when it is decided.
  package struct Basis: Sendable {
    package let plan: PlanSnapshot
    /// Clockify's lists of the workspace, archived items included.
    package let clients: [Listed]
    package let projects: [Listed]
    package let pending: [PendingPush]
    /// Ids of clients that Clockify's lists have lost (rule 16).
    package let gone: Set<String>
    /// By the machine's clock.
    package let now: Instant

    package init(
      plan: PlanSnapshot, clients: [Listed], projects: [Listed], pending: [PendingPush], gone: Set<String>,
      now: Instant
    ) {
      self.plan = plan
      self.clients = clients
      self.projects = projects
      self.pending = pending
      self.gone = gone
      self.now = now
    }
  }

  package struct Options: Sendable {
    /// Links what Clockify has under the name, instead of refusing.
    package var linksExisting = false
    /// Of a client that is linked to several ids.
    package var client: String?
    /// Creates again what is not found.
    package var again = false

    package init() {}
  }

  /// In which client a project is created.
  package enum Client: Sendable, Equatable {
    /// It is a client itself.
    case none
    case clockify(String)
    /// One of the plan that is created before.
    case planned(Int64)
  }

  package enum Step: Sendable, Equatable {
    case create(Item, client: Client)
    case link(Item, to: String)
    case refuse(Item, Reason)
  }

  package enum Reason: Sendable, Equatable {
    case linked(to: String)
    case archived
    /// It was renamed or deleted since it was read.
    case changed
    case badName(ClosedRange<Int>)
    case clientGone(client: String)
    case clientLinkedTwice(client: String, ids: [String])
    /// The one named is none of the client's ids.
    case noSuchClient(client: String, ids: [String])
    /// Its client is linked in another workspace only.
    case clientElsewhere(client: String)
    case isThere(id: String, name: String, isArchived: Bool, isFree: Bool)
    case severalThere(ids: [String])
    /// It was being created, and what came of it is not known.
    case pending(PendingPush.Doubt)
    /// Its client is not there.
    case clientFailed(client: String)
  }

  private let basis: Basis
  private let options: Options
  /// Clients that are created or linked on the way.
  private var coming: Set<Int64> = []
  package private(set) var steps: [Step] = []

  /// - Parameter items: in any order; clients that they need are added.
  package init(_ items: [Item], _ basis: Basis, _ options: Options) {
    self.basis = basis
    self.options = options
    for item in items where item.kind == .client { add(client: item) }
    for item in items where item.kind == .project { add(project: item) }
  }

  // MARK: Clients

  private mutating func add(client item: Item) {
    guard !steps.contains(where: { $0.item == item }) else { return }
    let step = decide(item, among: basis.clients, lengths: 1...100, client: .none)
    if case .refuse = step {} else { coming.insert(item.id) }
    steps.append(step)
  }

  // MARK: Projects

  private mutating func add(project item: Item) {
    guard let project = basis.plan.projects[item.id] else { return }
    if let refusal = refusal(item) { return steps.append(.refuse(item, refusal)) }
    let name = basis.plan.clients[project.clientID]?.name ?? "\(project.clientID)"
    let ids = basis.plan.clockifyIDs(.client, of: project.clientID).sorted()
    let here = ids.filter { id in basis.clients.contains { $0.id == id } }
    let chosen = options.client?.lowercased()
    switch (here.count, chosen) {
    case (_, let chosen?):
      guard here.contains(chosen) else {
        return steps.append(.refuse(item, .noSuchClient(client: name, ids: here)))
      }
      steps.append(
        decide(
          item, among: basis.projects.filter { $0.clientID == chosen }, lengths: 2...250, client: .clockify(chosen)))
    case (1, _):
      steps.append(
        decide(
          item, among: basis.projects.filter { $0.clientID == here[0] }, lengths: 2...250, client: .clockify(here[0])))
    case (0, _) where ids.isEmpty:
      add(project: item, ofNewClient: Item(kind: .client, id: project.clientID, name: name))
    case (0, _):
      let isGone = ids.contains(where: basis.gone.contains)
      steps.append(.refuse(item, isGone ? .clientGone(client: name) : .clientElsewhere(client: name)))
    default: steps.append(.refuse(item, .clientLinkedTwice(client: name, ids: here)))
    }
  }

  private mutating func add(project item: Item, ofNewClient client: Item) {
    add(client: client)
    guard coming.contains(client.id) else { return steps.append(.refuse(item, .clientFailed(client: client.name))) }
    // A client that is linked on the way has projects already.
    var known: String?
    for case .link(client, let id) in steps { known = id }
    if let known {
      let named = basis.projects.filter { $0.clientID == known }
      return steps.append(decide(item, among: named, lengths: 2...250, client: .clockify(known)))
    }
    steps.append(decide(item, among: [], lengths: 2...250, client: .planned(client.id)))
  }

  // MARK: Both

  private func refusal(_ item: Item) -> Reason? {
    if let id = basis.plan.clockifyIDs(item.kind, of: item.id).first { return .linked(to: id) }
    let isArchived =
      item.kind == .client ? basis.plan.clients[item.id]?.isArchived : basis.plan.projects[item.id]?.isArchived
    return isArchived ?? false ? .archived : nil
  }

  private func decide(_ item: Item, among listed: [Listed], lengths: ClosedRange<Int>, client: Client) -> Step {
    if let refusal = refusal(item) { return .refuse(item, refusal) }
    let trimmed = item.name.trimmingCharacters(in: .whitespacesAndNewlines)
    guard lengths.contains(trimmed.count) else { return .refuse(item, .badName(lengths)) }
    if !options.again, let pending = basis.pending.first(where: { $0.kind == item.kind && $0.planningID == item.id }) {
      switch pending.finding(among: basis.free(item.kind), readAt: basis.now) {
      // The push that comes finds and links it.
      case .found(let id): return .link(item, to: id)
      case .doubt(let doubt): return .refuse(item, .pending(doubt))
      case .absent: break
      }
    }
    let same = listed.filter { PendingPush.key($0.name) == PendingPush.key(trimmed) }
    guard let first = same.first else { return .create(item, client: client) }
    guard same.count == 1 else { return .refuse(item, .severalThere(ids: same.map(\.id))) }
    let isFree = basis.isFree(item.kind, first.id)
    if options.linksExisting, isFree { return .link(item, to: first.id) }
    return .refuse(
      item, .isThere(id: first.id, name: first.name, isArchived: first.isArchived, isFree: isFree))
  }
}

extension PushPlan.Basis {
  /// Neither linked nor ignored.
  func isFree(_ kind: PlanSnapshot.Kind, _ clockifyID: String) -> Bool {
    plan.planningID(kind, clockifyID) == nil && !plan.isIgnored(kind, clockifyID)
  }

  func free(_ kind: PlanSnapshot.Kind) -> [PendingPush.Listed] {
    (kind == .client ? clients : projects).filter { isFree(kind, $0.id) }
  }
}

extension PushPlan.Step {
  package var item: PushPlan.Item {
    switch self {
    case .create(let item, _), .link(let item, _), .refuse(let item, _): item
    }
  }
}

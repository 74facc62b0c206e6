import Planning
import PlanningStore
import Steering

/// What items are called, and where their pages are.
struct ItemNames: Sendable {
  private let plan: PlanSnapshot

  init(_ plan: PlanSnapshot) {
    self.plan = plan
  }

  func isThere(_ kind: PlanSnapshot.Kind, _ id: Int64) -> Bool { find(kind, id) != nil }

  /// As it is called now; "" where it is not there any more.
  func name(_ kind: PlanSnapshot.Kind, _ id: Int64) -> String { find(kind, id) ?? "" }

  /// A project's client, a person's e-mail address.
  func detail(_ kind: PlanSnapshot.Kind, _ id: Int64) -> String {
    switch kind {
    case .client: ""
    case .project: plan.projects[id].flatMap { plan.clients[$0.clientID]?.name } ?? ""
    case .person: plan.people[id]?.email ?? ""
    }
  }

  /// `Alpha 12`.
  func link(_ kind: PlanSnapshot.Kind, _ id: Int64) -> LinkModel {
    LinkModel(path: "/\(kind.pages)/\(id)", label: find(kind, id) ?? "\(id), gone")
  }

  func clockifyIDs(_ kind: PlanSnapshot.Kind, _ id: Int64) -> String {
    let ids = plan.clockifyIDs(kind, of: id).sorted()
    return ids.isEmpty ? "not linked" : ids.joined(separator: ", ")
  }

  private func find(_ kind: PlanSnapshot.Kind, _ id: Int64) -> String? {
    switch kind {
    case .client: plan.clients[id]?.name
    case .project: plan.projects[id]?.name
    case .person: plan.people[id]?.name
    }
  }
}

extension PlanSnapshot.Kind {
  /// The first part of the address of their pages.
  var pages: String { self == .person ? "people" : "\(rawValue)s" }
  /// As a heading.
  var plural: String { pages.capitalized }
}

extension Visit {
  /// A kind in the path.
  ///
  /// - Throws: a page that is not there.
  func kind() throws -> PlanSnapshot.Kind {
    guard let kind = context.parameters.get("kind").flatMap({ PlanSnapshot.Kind(rawValue: $0) }) else {
      throw Refusal(.notFound, "There is no such page.")
    }
    return kind
  }
}

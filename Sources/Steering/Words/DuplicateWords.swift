import Foundation
import Planning
package import PlanningStore
package import Reconciling

/// A group of duplicates for people and programs.
package struct DuplicateWords {
  package struct Line {
    package let number: Int
    package let group: DuplicateGroup
    package let id: Int64
    package let name: String
    package let detail: String
    package let attached: Attached
    package let isKept: Bool

    package var object: [String: Any] {
      [
        "group": number, "kind": group.kind.rawValue, "id": id, "name": name, "detail": detail,
        "reason": group.reason.words, "is_near": group.isNear, "is_kept": isKept, "links": attached.links,
        "projects": attached.projects, "assignments": attached.assignments, "actuals": attached.actuals,
        "manual_actuals": attached.manual, "minutes": attached.minutes,
        "last_used": attached.lastUsed ?? NSNull() as Any,
      ]
    }
  }

  /// A line as people see it in a list.
  package struct Row: TabularRow {
    let group: Int
    let kind: PlanSnapshot.Kind
    let id: Int64
    let name: String
    let detail: String
    let links: Int
    let assignments: Int
    let actuals: Int
    let typed: Int
    let lastUsed: String?
    /// What the tool would do with it.
    let proposal: String

    package init(_ line: Line) {
      group = line.number
      kind = line.group.kind
      id = line.id
      name = line.name
      detail = line.detail
      links = line.attached.links
      assignments = line.attached.assignments
      actuals = line.attached.actuals
      typed = line.attached.manual
      lastUsed = line.attached.lastUsed
      proposal = line.isKept ? "keep (\(line.group.reason.words))" : "merge into \(line.group.ids[0])"
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
      case group, kind, id, name, detail, links, assignments, actuals, typed
      case lastUsed = "last_used"
      case proposal
    }
  }

  package let rows: [Line]

  package init(_ finder: DuplicateFinder, _ group: DuplicateGroup, number: Int) {
    let plan = finder.plan
    rows = group.ids.map { id in
      let (name, detail): (String, String) =
        switch group.kind {
        case .client: (plan.clients[id]?.name ?? "", "")
        case .project:
          (plan.projects[id]?.name ?? "", plan.projects[id].flatMap { plan.clients[$0.clientID]?.name } ?? "")
        case .person: (plan.people[id]?.name ?? "", plan.people[id]?.email ?? "")
        }
      return Line(
        number: number, group: group, id: id, name: name, detail: detail, attached: finder.attached(group.kind, id),
        isKept: id == group.ids[0])
    }
  }

  /// Side by side, as in a review.
  package var pair: [String] {
    let (a, b) = (rows[0], rows[1])
    func line(_ name: String, _ left: String, _ right: String) -> String {
      "  \(Words.padded(name, 14)) \(Words.padded(left, 36)) \(right)"
    }
    func text(_ attached: Attached) -> (String, String) {
      (
        "\(attached.assignments)",
        "\(attached.actuals) (\(Words.clock(minutes: attached.minutes)) h, \(attached.manual) typed)"
      )
    }
    let (left, right) = (text(a.attached), text(b.attached))
    return [
      "\(a.group.kind.rawValue), \(a.group.reason.words)", line("", "A (proposed to stay)", "B"),
      line("id", "\(a.id)", "\(b.id)"), line("name", a.name, b.name), line("", a.detail, b.detail),
      line("links", "\(a.attached.links)", "\(b.attached.links)"), line("assignments", left.0, right.0),
      line("actuals", left.1, right.1), line("last used", a.attached.lastUsed ?? "–", b.attached.lastUsed ?? "–"),
    ]
  }
}

extension Likeness {
  package var words: String {
    switch self {
    case .sameName: "same name"
    case .sameNameAndClient: "same name and client"
    case .sameEmail: "same e-mail"
    case .nearNames: "names are near"
    case .chosen: "put side by side"
    }
  }
}

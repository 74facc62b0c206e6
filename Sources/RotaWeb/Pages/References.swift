import Planning
import PlanningStore
import Steering

/// Which planning item is which in Clockify.
struct ReferencesModel: PageModel {
  static let template = "references"
  let title = "Links"
  let states: [Facet]
  let kinds: [Choice]
  let state: String?
  let text: String
  let rows: [Row]
  let count: String
  let isEmpty: Bool
  let pages: Pager
  let mayPlan: Bool
  let problem: Problem?

  struct Row: Sendable {
    let kind: String
    let item: LinkModel?
    let name: String
    let detail: String
    let clockify: String
    /// What it is likely to be.
    let candidate: String?
    let state: String
    /// Where a link is made or taken off.
    let path: String?
    let label: String
    /// On the ignore list: what takes it off.
    let ignored: String?
  }

  static let rows = 100
}

/// A planning item with one link, a Clockify id that is never imported, or an item without a link.
private struct ListedLink {
  let kind: PlanSnapshot.Kind
  let item: Int64?
  let name: String
  let detail: String?
  let externalID: String?
  let candidate: String?
  let state: String

  /// Without a link first: that is what somebody has to do.
  static func all(_ session: StoreSession) throws -> [ListedLink] {
    let references = try session.questions.references(kind: nil)
    func key(_ kind: PlanSnapshot.Kind, _ id: String) -> String { "\(kind.rawValue)/\(id)" }
    let missing = Set(references.filter { $0.sourceMissingSince != nil }.map { key($0.kind, $0.externalID) })
    let ignored = Set(references.filter(\.isIgnored).map { key($0.kind, $0.externalID) })
    let items = try ReferenceLine.all(session).map { line in
      let key = line.externalID.map { key(line.kind, $0) }
      return ListedLink(
        kind: line.kind, item: line.planningID, name: line.name, detail: line.detail, externalID: line.externalID,
        candidate: line.candidateID.map { id in
          "probably \(line.candidateName ?? id): \(line.reason ?? "")"
        },
        state: key.map { missing.contains($0) ? "missing" : ignored.contains($0) ? "ignored" : "linked" }
          ?? "not linked"
      )
    }
    let nobodys = references.filter { $0.planningID == nil }.map { row in
      ListedLink(
        kind: row.kind, item: nil, name: row.name ?? "", detail: nil, externalID: row.externalID, candidate: nil,
        state: "ignored")
    }
    return items.filter { $0.externalID == nil } + items.filter { $0.externalID != nil } + nobodys
  }
}

extension ReferencesModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let query = visit.query.with("said", nil)
    let kind = query["kind"].flatMap { PlanSnapshot.Kind(rawValue: $0) }
    let state = query["state"]
    let all = try ListedLink.all(session).filter { link in
      (kind == nil || link.kind == kind)
        && (query["q"].map { $0.isFound(in: [link.name, link.detail, link.externalID]) } ?? true)
    }
    let found = all.filter { state == nil || $0.state == state }
    let page = Pager.page(query, of: found.count, rows: Self.rows)
    let names = ItemNames(try session.plan.snapshot())
    states =
      ([nil] + ["not linked", "linked", "missing", "ignored"]).map { one in
        Facet(
          label: one ?? "All", count: Words.count(all.count { one == nil || $0.state == one }),
          path: "/references" + query.with("state", one).with("page", nil).suffix, isChosen: one == state)
      }
    kinds = Choice.among(PlanSnapshot.Kind.allCases.map(\.rawValue), chosen: kind?.rawValue, all: "of any kind")
    self.state = state
    text = query["q"] ?? ""
    rows = found.dropFirst((page - 1) * Self.rows).prefix(Self.rows).map { Row($0, names) }
    count = Words.plural(found.count, "line")
    isEmpty = found.isEmpty
    pages = Pager(found.count, rows: Self.rows, page: page, "/references", query)
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }
}

extension ReferencesModel.Row {
  fileprivate init(_ link: ListedLink, _ names: ItemNames) {
    kind = link.kind.rawValue
    item = link.item.map { names.link(link.kind, $0) }
    name = link.name
    detail = link.detail ?? ""
    clockify = link.externalID ?? ""
    candidate = link.candidate
    state = link.state
    path = link.item.map { "/references/\(link.kind.rawValue)/\($0)" }
    label = link.externalID == nil ? "Link \(link.name)" : "Change the link of \(link.name)"
    ignored = link.item == nil ? link.externalID : nil
  }
}

/// One item's links: made, found by name, and taken off.
struct ReferenceModel: PageModel {
  static let template = "reference"
  let title: String
  let kind: String
  let item: LinkModel
  let path: String
  let token: String
  let links: [String]
  let isLinked: Bool
  let candidate: Candidate?
  let text: String
  let isAsked: Bool
  let found: [Found]
  let isFound: Bool
  let typed: String
  let mayPlan: Bool
  let problem: Problem?

  struct Candidate: Sendable {
    let id: String
    let words: String
  }

  struct Found: Sendable {
    let id: String
    let name: String
    let detail: String
    let state: String
    let linked: LinkModel?
    let isFree: Bool
    let label: String
  }
}

extension ReferenceModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let (kind, id) = (try visit.kind(), try visit.id("item"))
    guard let item = try ListedItem.one(kind, id, session) else {
      throw Refusal(.notFound, "There is no \(kind.rawValue) \(id).")
    }
    let names = ItemNames(try session.plan.snapshot())
    title = "Link of \(item.name)"
    self.kind = kind.rawValue
    self.item = names.link(kind, id)
    path = "/references/\(kind.rawValue)/\(id)"
    token = item.token
    links = try session.references.clockifyIDs(kind, of: id)
    isLinked = !links.isEmpty
    candidate =
      links.isEmpty
      ? try ReferenceLine.all(session).first { $0.kind == kind && $0.planningID == id }.flatMap { line in
        line.candidateID.map {
          Candidate(id: $0, words: "Probably \(line.candidateName ?? $0): \(line.reason ?? "").")
        }
      } : nil
    let asked = visit.query["q"] ?? visit.form["q"]
    text = asked ?? item.name
    isAsked = asked != nil
    found =
      try asked.map { text in
        try session.questions.mirror(containing: text, kind: kind).prefix(50).map { row in
          Found(
            id: row.clockifyID, name: row.name ?? "", detail: row.detail ?? "", state: row.state ?? "",
            linked: row.planningID.map { names.link(kind, $0) }, isFree: row.planningID == nil,
            label: "Use \(row.name ?? "") \(row.clockifyID)")
        }
      } ?? []
    isFound = !found.isEmpty
    typed = visit.form["clockify_id"] ?? ""
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }
}

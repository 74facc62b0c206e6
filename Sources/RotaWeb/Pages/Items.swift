import Planning
import PlanningStore
import Steering

/// A client or a project as a list shows it, and a person, as far as they have the same.
struct ListedItem: Sendable {
  let kind: PlanSnapshot.Kind
  let id: Int64
  let name: String
  /// A project's client.
  let client: LinkModel?
  let tags: [String]
  let isArchived: Bool
  let isBillable: Bool
  /// Of a client.
  let projects: Int?
  let clockifyID: String?
  var isIgnored = false
  var isMissing = false
  /// What a list or a page shows of it; a form knows its hash.
  let row: any Encodable & Sendable

  var token: String { Seen.token("\(id)", row) }
  var path: String { "/\(kind.pages)/\(id)" }
  var link: String { isIgnored ? "ignored" : clockifyID == nil ? "not linked" : "linked" }
  var state: String { isMissing ? "missing" : isArchived ? "archived" : "active" }
  var isSyncOff: Bool { tags.contains { $0.lowercased() == "sync_off" } }
}

extension ListedItem {
  init(_ row: ClientRow) {
    self.init(
      kind: .client, id: row.id, name: row.name, client: nil, tags: Self.tags(row.tags), isArchived: row.isArchived,
      isBillable: false, projects: row.projects, clockifyID: row.clockifyID, row: row)
  }

  init(_ row: ProjectRow, client: LinkModel?) {
    self.init(
      kind: .project, id: row.id, name: row.name, client: client, tags: Self.tags(row.tags),
      isArchived: row.isArchived, isBillable: row.isBillable, projects: nil, clockifyID: row.clockifyID, row: row)
  }

  init(_ row: PersonRow) {
    self.init(
      kind: .person, id: row.id, name: row.name, client: nil, tags: [], isArchived: row.isArchived, isBillable: false,
      projects: nil, clockifyID: row.clockifyID, row: row)
  }

  private static func tags(_ text: String?) -> [String] { (text ?? "").split(separator: ",").map(String.init).sorted() }

  /// All of a kind, with whether the import leaves them out and whether Clockify lost them.
  ///
  /// - Parameter id: nil: all.
  static func all(_ kind: PlanSnapshot.Kind, only id: Int64? = nil, _ session: StoreSession) throws -> [ListedItem] {
    let standing = try session.questions.standings(of: kind)
    let plan = try session.plan.snapshot()
    let names = ItemNames(plan)
    let items: [ListedItem] =
      switch kind {
      case .client: try session.questions.clients(only: id).map { ListedItem($0) }
      case .person: try session.questions.people(only: id).map { ListedItem($0) }
      case .project:
        try session.questions.projects(only: id).map { row in
          ListedItem(row, client: plan.projects[row.id].map { names.link(.client, $0.clientID) })
        }
      }
    return items.map { item in
      var item = item
      item.isIgnored = standing[item.id]?.isIgnored ?? false
      item.isMissing = standing[item.id]?.isMissing ?? false
      return item
    }
  }

  /// nil: it is not there.
  static func one(_ kind: PlanSnapshot.Kind, _ id: Int64, _ session: StoreSession) throws -> ListedItem? {
    try all(kind, only: id, session).first
  }
}

/// All clients, or all projects.
struct ItemsModel: PageModel {
  static let template = "items"
  let title: String
  let path: String
  let noun: String
  let scope: String
  let text: String
  let client: LinkModel?
  let clientID: String?
  let tags: [Facet]
  let hasTags: Bool
  let tag: String?
  let links: [Choice]
  let states: [Choice]
  let isOfProjects: Bool
  let items: [Row]
  let count: String
  let isEmpty: Bool
  let isNarrowed: Bool
  let pages: Pager
  let filters: String
  let mayPlan: Bool
  /// Why the import of these cannot be started; nil: it can.
  let importOff: String?
  let clients: [Choice]
  let given: Given
  let problem: Problem?

  struct Row: Sendable {
    let token: String
    let isTicked: Bool
    let path: String
    let name: String
    let owner: LinkModel?
    let projects: LinkModel?
    let tags: String
    let isSyncOff: Bool
    let billable: String
    let clockify: String
    let state: String
  }

  /// What stood in the forms.
  struct Given: Sendable {
    let name: String
    let tag: String
  }

  static let rows = 100
}

/// Which items a list shows, as its address says.
private struct ItemFilter {
  let text: String?
  let client: Int64?
  let tag: String?
  let link: String?
  let state: String?

  init(_ query: Fields) {
    text = query["q"]
    client = query["client"].flatMap { Int64($0) }
    tag = query["tag"]
    link = query["link"]
    state = query["state"]
  }

  var isNarrowed: Bool { text != nil || client != nil || tag != nil || link != nil || state != nil }

  func takes(_ item: ListedItem, _ client: ClientID?, withTag: Bool = true) -> Bool {
    if let text, !text.isFound(in: [item.name, item.client?.label, item.clockifyID, "\(item.id)"]) { return false }
    if let wanted = self.client, wanted != client { return false }
    if withTag, let tag, !item.tags.contains(tag) { return false }
    if let link, item.link != link { return false }
    return state.map { item.state == $0 } ?? !item.isArchived
  }
}

extension ItemsModel {
  init(_ session: StoreSession, _ visit: Visit, kind: PlanSnapshot.Kind, problem: UserError? = nil) throws {
    let query = visit.form["filters"].map { Fields(encoded: $0) } ?? visit.query.with("said", nil)
    let filter = ItemFilter(query)
    let plan = try session.plan.snapshot()
    let ofAnyTag = try Self.found(session, kind: kind, query, withTag: false)
    let found = ofAnyTag.filter { item in filter.tag.map { item.tags.contains($0) } ?? true }
    let page = Pager.page(query, of: found.count, rows: Self.rows)
    let ticked = Set(visit.form.all("item").compactMap { Int64(Seen.key($0)) })
    title = kind.plural
    path = "/\(kind.pages)"
    noun = kind.rawValue
    scope = kind.pages
    text = filter.text ?? ""
    client = filter.client.map { ItemNames(plan).link(.client, $0) }
    clientID = filter.client.map(String.init)
    tags = Self.facets(ofAnyTag, filter.tag, path, query)
    hasTags = tags.count > 1
    tag = filter.tag
    links = Choice.among(["linked", "not linked", "ignored"], chosen: filter.link, all: "linked or not")
    states = Choice.among(["active", "archived", "missing"], chosen: filter.state, all: "not archived")
    isOfProjects = kind == .project
    items = found.dropFirst((page - 1) * Self.rows).prefix(Self.rows).map {
      Row($0, isTicked: ticked.contains($0.id))
    }
    count = Words.plural(found.count, kind.rawValue)
    isEmpty = found.isEmpty
    isNarrowed = filter.isNarrowed
    pages = Pager(found.count, rows: Self.rows, page: page, path, query)
    filters = query.encoded
    mayPlan = visit.may(.planner)
    importOff = try Switches(session).reason(.clientsProjects)
    let chosen = visit.form["client"] ?? filter.client.map(String.init)
    clients =
      kind == .project
      ? try session.questions.clients().map {
        Choice(value: "\($0.id)", label: $0.name, isChosen: "\($0.id)" == chosen)
      } : []
    given = Given(name: visit.form["name"] ?? "", tag: visit.form["tag"] ?? "")
    self.problem = problem.map { Problem($0, visit) }
  }

  /// Those that match.
  ///
  /// - Parameter withTag: false: whatever tags they have.
  static func found(
    _ session: StoreSession, kind: PlanSnapshot.Kind, _ query: Fields, withTag: Bool = true
  ) throws -> [ListedItem] {
    let filter = ItemFilter(query)
    let plan = try session.plan.snapshot()
    return try ListedItem.all(kind, session).filter { item in
      filter.takes(item, kind == .project ? plan.projects[item.id]?.clientID : nil, withTag: withTag)
    }
  }

  private static func facets(_ items: [ListedItem], _ chosen: String?, _ path: String, _ query: Fields) -> [Facet] {
    let counts = items.reduce(into: [String: Int]()) { counts, item in
      for tag in item.tags { counts[tag, default: 0] += 1 }
    }
    func facet(_ label: String, _ value: String?, _ count: Int) -> Facet {
      Facet(
        label: label, count: Words.count(count), path: path + query.with("tag", value).with("page", nil).suffix,
        isChosen: chosen == value)
    }
    return [facet("All", nil, items.count)] + counts.keys.sorted().map { facet($0, $0, counts[$0]!) }
  }
}

extension ItemsModel.Row {
  init(_ item: ListedItem, isTicked: Bool) {
    token = item.token
    self.isTicked = isTicked
    path = item.path
    name = item.name
    owner = item.client
    projects = item.projects.map {
      LinkModel(path: "/projects?client=\(item.id)", label: Words.plural($0, "project"))
    }
    tags = item.tags.joined(separator: ", ")
    isSyncOff = item.isSyncOff
    billable = item.isBillable ? "yes" : "no"
    clockify = item.clockifyID?.listed ?? ""
    state = [item.isIgnored ? "never imported" : nil, item.state == "active" ? nil : item.state].compactMap(\.self)
      .joined(separator: ", ")
  }
}

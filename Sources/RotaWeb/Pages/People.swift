import Foundation
import Planning
import PlanningStore
import Steering

/// Everybody: role, link, and this week.
struct PeopleModel: PageModel {
  static let template = "people"
  let title = "People"
  let text: String
  let roles: [Facet]
  let links: [Choice]
  let states: [Choice]
  let sort: String
  let role: String?
  let columns: [Column]
  let people: [Row]
  let count: String
  let isEmpty: Bool
  let isNarrowed: Bool
  let pages: Pager
  let mayPlan: Bool
  /// Why the import of these cannot be started; nil: it can.
  let importOff: String?
  let roleChoices: [Choice]
  let matching: String
  let matchesMore: Bool
  /// The filters, for the form that acts on all who match.
  let filters: String
  let problem: Problem?
  let preview: Preview?
  let given: GivenRole
  let week: String

  struct Column: Sendable {
    let label: String
    let path: String
    let isSorted: Bool
  }

  struct Row: Sendable {
    let id: PersonID
    let token: String
    let isTicked: Bool
    let path: String
    let name: String
    let email: String
    let role: String
    let isUnknown: Bool
    let contract: String
    let zone: String
    let clockify: String
    let state: String
    let planned: String
    let worked: String
  }

  static let rows = 100
}

/// What stood in the form for giving a role.
struct GivenRole: Sendable {
  var role = ""
  var newRole = ""
  var from = ""
}

/// A person as a list shows them, before they are chosen and sorted.
struct ListedPerson: Sendable {
  let row: PersonRow
  let isUnknown: Bool
  let isIgnored: Bool
  let isMissing: Bool
  let contract: Contract?
  let planned: Int
  let worked: Int

  var role: String { row.role ?? "none" }
  /// Where the role Unknown counts as what it is, whatever else there is.
  var roles: [String] { isUnknown ? ["Unknown"] : (row.role ?? "none").split(separator: ",").map(String.init) }
  var link: String { isIgnored ? "ignored" : row.clockifyID == nil ? "not linked" : "linked" }
  var state: String { isMissing ? "missing" : row.isArchived ? "archived" : "active" }

  /// A hash of what was shown: a form carries it, so that a change in between is seen.
  var token: String { Seen.token("\(row.id)", row) }

  static func all(_ session: StoreSession, week: CalendarDay) throws -> [ListedPerson] {
    let unknown = Set(try session.questions.people(unknownOnly: true).map(\.id))
    let plan = try session.plan.snapshot()
    let use = try Utilisation(by: .person, from: week, weeks: 1, session)
    let standing = try session.questions.standings(of: .person)
    return try session.questions.people().map { row in
      let sum = use.sums[row.id]?[0]
      return ListedPerson(
        row: row, isUnknown: unknown.contains(row.id), isIgnored: standing[row.id]?.isIgnored ?? false,
        isMissing: standing[row.id]?.isMissing ?? false,
        contract: plan.people[row.id]?.plan.contract(on: week), planned: sum?.planned ?? 0, worked: sum?.worked ?? 0)
    }
  }
}

/// Which people a list shows, as its address says.
struct PeopleFilter: Sendable {
  let text: String?
  let role: String?
  let link: String?
  let state: String?
  let sort: String

  init(_ query: Fields) {
    text = query["q"]
    role = query["role"]
    link = query["link"]
    state = query["state"]
    sort = query["sort"] ?? "name"
  }

  var isNarrowed: Bool { text != nil || role != nil || link != nil || state != nil }

  /// - Parameter withRole: false: whatever their role is.
  func takes(_ person: ListedPerson, withRole: Bool = true) -> Bool {
    if let text, !text.isFound(in: [person.row.name, person.row.email, person.row.clockifyID, "\(person.row.id)"]) {
      return false
    }
    if withRole, let role, !person.roles.contains(role) { return false }
    if let link, person.link != link { return false }
    // Who is archived is shown when asked for, and where something of theirs waits.
    return state.map { person.state == $0 } ?? (!person.row.isArchived || person.isUnknown && role == "Unknown")
  }

  func sorted(_ people: [ListedPerson]) -> [ListedPerson] {
    switch sort {
    case "role": people.sorted { ($0.role, $0.row.name) < ($1.role, $1.row.name) }
    case "planned": people.sorted { ($1.planned, $0.row.name) < ($0.planned, $1.row.name) }
    case "worked": people.sorted { ($1.worked, $0.row.name) < ($0.worked, $1.row.name) }
    default: people
    }
  }
}

extension PeopleModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    try self.init(session, visit, problem: nil, preview: nil)
  }

  /// - Parameters:
  ///   - problem: what a form that was sent said against it; what it held is shown again.
  ///   - preview: what would happen.
  init(_ session: StoreSession, _ visit: Visit, problem: UserError?, preview: Said?) throws {
    // A form that comes back says where it stood.
    let query = visit.form["filters"].map { Fields(encoded: $0) } ?? visit.query.with("said", nil)
    let filter = PeopleFilter(query)
    let monday = visit.week(of: visit.today)
    let everybody = try ListedPerson.all(session, week: monday)
    let found = filter.sorted(everybody.filter { filter.takes($0) })
    let page = Pager.page(query, of: found.count, rows: Self.rows)
    let shown = found.dropFirst((page - 1) * Self.rows).prefix(Self.rows)
    let ticked = Set(visit.form.all("person").compactMap { Int64(Seen.key($0)) })
    let names = try session.questions.roles().map(\.name)

    text = filter.text ?? ""
    role = filter.role
    sort = filter.sort
    week = "\(Words.range(monday...(monday + 6)))"
    roles = Self.facets(everybody.filter { filter.takes($0, withRole: false) }, filter, query)
    links = Choice.among(["linked", "not linked", "ignored"], chosen: filter.link, all: "linked or not")
    states = Choice.among(["active", "archived", "missing"], chosen: filter.state, all: "not archived")
    columns = [("Name", "name"), ("Role", "role"), ("Planned", "planned"), ("Worked", "worked")].map { label, name in
      Column(
        label: label, path: "/people" + query.with("sort", name == "name" ? nil : name).with("page", nil).suffix,
        isSorted: filter.sort == name)
    }
    people = shown.map { Row($0, isTicked: ticked.contains($0.row.id)) }
    count = Words.plural(found.count, "person", "people")
    isEmpty = found.isEmpty
    isNarrowed = filter.isNarrowed
    pages = Pager(found.count, rows: Self.rows, page: page, "/people", query)
    mayPlan = visit.may(.planner)
    importOff = try Switches(session).reason(.people)
    let given = GivenRole(
      role: visit.form["role"] ?? "", newRole: visit.form["new_role"] ?? "", from: visit.form["from"] ?? "")
    self.given = given
    roleChoices = names.filter { $0 != "Unknown" }.map { Choice(value: $0, label: $0, isChosen: $0 == given.role) }
    matching = "all \(Words.count(found.count)) that match"
    matchesMore = found.count > shown.count
    filters = query.encoded
    self.problem = problem.map { Problem($0, visit) }
    self.preview = preview.map { Preview(lines: $0.lines) }
  }

  /// Unknown first: that is what waits.
  private static func facets(_ people: [ListedPerson], _ filter: PeopleFilter, _ query: Fields) -> [Facet] {
    let counts = people.reduce(into: [String: Int]()) { counts, person in
      for role in person.roles { counts[role, default: 0] += 1 }
    }
    let names = counts.keys.filter { $0 == "Unknown" } + counts.keys.filter { $0 != "Unknown" }.sorted()
    func facet(_ label: String, _ value: String?, _ count: Int) -> Facet {
      Facet(
        label: label, count: Words.count(count), path: "/people" + query.with("role", value).with("page", nil).suffix,
        isChosen: filter.role == value)
    }
    return [facet("All roles", nil, people.count)] + names.map { facet($0, $0, counts[$0]!) }
  }
}

extension PeopleModel.Row {
  init(_ person: ListedPerson, isTicked: Bool) {
    id = person.row.id
    token = person.token
    self.isTicked = isTicked
    path = "/people/\(person.row.id)"
    name = person.row.name
    email = person.row.email ?? ""
    role = person.role.listed
    isUnknown = person.isUnknown
    contract = person.contract.map { "\(Words.clock(minutes: $0.minutesPerDay)) a day" } ?? "none"
    zone = person.row.timeZone ?? ""
    clockify = person.row.clockifyID ?? ""
    state = person.state == "active" ? "" : person.state
    planned = person.planned > 0 ? Words.clock(minutes: person.planned) : "–"
    worked = person.worked > 0 ? Words.clock(minutes: person.worked) : "–"
  }
}

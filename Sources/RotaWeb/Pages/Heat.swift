import Mustache
import Planning
import PlanningStore
import Steering

/// Who has how much to do: people, roles or clients against weeks.
struct HeatModel: PageModel {
  static let template = "heat"
  let title = "Heat map"
  let range: String
  let before: LinkModel
  let after: LinkModel
  let shows: [Facet]
  let groupings: [Choice]
  let lengths: [Choice]
  let from: String
  let show: String
  let text: String
  let role: String?
  let head: String
  let weeks: [String]
  let rows: [Row]
  let sums: Row
  let isEmpty: Bool
  let count: String
  let pages: Pager
  let legend: String

  struct Row: Sendable {
    let link: LinkModel
    /// Cells that lead somewhere; else `cells` has them.
    let linked: [Cell]
    let cells: [Cell]
    let sum: Cell
  }

  /// What the cells show.
  enum Show: String, CaseIterable {
    case worked, planned, difference, billable

    var words: String {
      switch self {
      case .worked: "worked, in per cent of the time that is available"
      case .planned: "planned, in per cent of the time that is available"
      case .difference: "worked less planned"
      case .billable: "billable, in per cent of what was worked"
      }
    }
  }

  static let rowsShown = 100
}

extension HeatModel {
  /// A week of somebody. Looked up by name, not by mirror: there are a thousand and more on a page.
  struct Cell: Sendable {
    let shade: String
    let text: String
    let title: String
    let path: String?
  }
}

extension HeatModel.Cell: MustacheParent {
  func child(named name: String) -> Any? {
    switch name {
    case "shade": LaidText(shade)
    case "text": LaidText(text)
    case "title": LaidText(title)
    case "path": path.map { LaidText($0) }
    default: nil
    }
  }
}

extension HeatModel {
  /// What the address asks for.
  struct Asked {
    let show: Show
    let grouping: Utilisation.Grouping
    /// Weeks.
    let count: Int
    /// The first day of the first week.
    let first: CalendarDay
    /// By name; nil: rows are no people.
    let people: [PersonRow]?

    init(_ session: StoreSession, _ visit: Visit) throws {
      let query = visit.query
      show = query["show"].flatMap { Show(rawValue: $0) } ?? .worked
      grouping = query["by"].flatMap { Utilisation.Grouping(rawValue: $0) } ?? .person
      count = max(1, min(query["weeks"].flatMap { Int($0) } ?? 12, 26))
      let now = visit.week(of: visit.today)
      // What was worked lies behind, what is planned before us.
      first =
        query["from"].flatMap { CalendarDay($0) }.map(visit.week)
        ?? (show == .planned ? now : now - 7 * (count - 1))
      guard grouping == .person else {
        people = nil
        return
      }
      let found = try HeatModel.people(session, query)
      // Who is gone counts as long as there is time of theirs: by person, by role and by client sums are the same.
      let gone = Set(found.filter(\.isArchived).map(\.id))
      let use = gone.isEmpty ? nil : try Utilisation(by: .person, from: first, weeks: count, people: gone, session)
      people = found.filter { person in
        !person.isArchived || use?.sums[person.id]?.contains { $0.worked > 0 || $0.planned > 0 } ?? false
      }
    }

    /// Rows in order, by id.
    ///
    /// - Parameter some: nil: all people that match.
    func named(
      _ use: Utilisation, _ session: StoreSession, only some: [PersonRow]? = nil
    ) throws -> [(id: Int64, link: LinkModel)] {
      let plan = try session.plan.snapshot()
      let rows: [(id: Int64, link: LinkModel)]
      switch grouping {
      case .person:
        return (some ?? people ?? []).map { person in
          let name = person.isArchived ? "\(person.name) (archived)" : person.name
          return (person.id, LinkModel(path: "/people/\(person.id)?week=\(first)", label: name))
        }
      case .role:
        rows = use.sums.keys.map { id in
          let name = plan.roles[id] ?? "\(id)"
          return (id, LinkModel(path: "/heat" + Fields().with("role", name).suffix, label: name))
        }
      case .client:
        let names = ItemNames(plan)
        rows = use.sums.keys.map { ($0, names.link(.client, $0)) }
      }
      return rows.sorted { ($0.link.label, $0.id) < ($1.link.label, $1.id) }
    }
  }

  init(_ session: StoreSession, _ visit: Visit) throws {
    let query = visit.query.with("said", nil)
    let asked = try Asked(session, visit)
    let (show, grouping, count, first) = (asked.show, asked.grouping, asked.count, asked.first)
    let people = asked.people ?? []
    let page = Pager.page(query, of: people.count, rows: Self.rowsShown)
    let shown = people.dropFirst((page - 1) * Self.rowsShown).prefix(Self.rowsShown)
    let use = try Utilisation(
      by: grouping, from: first, weeks: count, people: grouping == .person ? Set(shown.map(\.id)) : nil, session)

    range = Words.range(first...(first + (7 * count - 1)))
    func link(_ day: CalendarDay, _ label: String) -> LinkModel {
      LinkModel(path: "/heat" + query.with("from", day.description).suffix, label: label)
    }
    before = link(first - 7 * count, "Before")
    after = link(first + 7 * count, "After")
    shows = Show.allCases.map { one in
      Facet(
        label: one.rawValue, count: "",
        path: "/heat" + query.with("show", one == .worked ? nil : one.rawValue).suffix, isChosen: one == show)
    }
    groupings = Utilisation.Grouping.allCases.map {
      Choice(value: $0.rawValue, label: "by \($0.rawValue)", isChosen: $0 == grouping)
    }
    lengths = [4, 12, 26].map { Choice(value: "\($0)", label: "\($0) weeks", isChosen: $0 == count) }
    from = first.description
    self.show = show.rawValue
    text = query["q"] ?? ""
    role = query["role"]
    head = grouping.rawValue.capitalizedFirst
    weeks = use.weeks.map { "\($0.components.day) \(Words.month($0))" }
    let ordered = try asked.named(use, session, only: Array(shown))
    let none = Array(repeating: Utilisation.Sum(), count: count)
    // Said once for each column, not for each cell.
    let columns = use.weeks.map { (words: "week of \(Words.day($0))", query: "?week=\($0)") }
    func row(_ link: LinkModel, _ whose: String, _ sums: [Utilisation.Sum], path: String? = nil) -> Row {
      let cells = zip(columns, sums).map { column, sum in
        Cell(
          sum, show, "\(whose), \(column.words)", path: path.map { $0 + column.query },
          hasContracts: grouping != .client
        )
      }
      return Row(
        link: link, linked: path == nil ? [] : cells, cells: path == nil ? cells : [],
        sum: Cell(sums.reduce(Utilisation.Sum(), +), show, whose, path: nil, hasContracts: grouping != .client))
    }
    rows = ordered.map { id, link in
      row(link, link.label, use.sums[id] ?? none, path: grouping == .person ? "/people/\(id)" : nil)
    }
    let all = use.sums.values.reduce(none) { zip($0, $1).map(+) }
    let isPart = people.count > shown.count
    sums = row(LinkModel(path: "", label: isPart ? "Sum of these \(shown.count)" : "Sum"), "all", all)
    isEmpty = rows.isEmpty
    self.count =
      grouping == .person
      ? Words.plural(people.count, "person", "people") : Words.plural(rows.count, grouping.rawValue)
    pages = Pager(people.count, rows: Self.rowsShown, page: page, "/heat", query)
    legend = show.words.capitalizedFirst
  }

  /// Those whom the address asks for, by name.
  fileprivate static func people(_ session: StoreSession, _ query: Fields) throws -> [PersonRow] {
    try session.questions.people().filter { person in
      (query["q"].map { $0.isFound(in: [person.name, person.email]) } ?? true)
        && (query["role"].map { (person.role ?? "").split(separator: ",").map(String.init).contains($0) } ?? true)
    }
  }
}

extension HeatModel.Cell {
  /// - Parameter hasContracts: false: hours, for there is nothing that they are a part of.
  init(
    _ sum: Utilisation.Sum, _ show: HeatModel.Show, _ whose: String, path: String?, hasContracts: Bool
  ) {
    func clock(_ minutes: Int) -> String { Words.clock(minutes: minutes) }
    let (part, whole): (Int, Int) =
      switch show {
      case .worked: (sum.worked, sum.available)
      case .planned: (sum.planned, sum.available)
      case .billable: (sum.billable, sum.worked)
      case .difference: (sum.worked - sum.planned, 0)
      }
    self.path = path
    if show == .difference {
      let sign = part > 0 ? "+" : part < 0 ? "−" : ""
      text = sum.worked == 0 && sum.planned == 0 ? "–" : sign + clock(abs(part))
      shade = ""
      title = "\(whose): \(clock(sum.worked)) worked, \(clock(sum.planned)) planned"
    } else if show != .billable, !hasContracts || whole == 0 {
      text = part > 0 ? clock(part) : hasContracts ? "away" : "–"
      // Time beside none that is available is too much.
      shade = part > 0 && hasContracts ? "over" : ""
      title = "\(whose): \(clock(part)) \(show.rawValue)"
    } else if whole == 0 {
      (text, shade, title) = ("–", "", "\(whose): nothing worked")
    } else {
      let percent = (part * 200 + whole) / (2 * whole)
      text = (percent > 100 ? "▲ " : "") + "\(percent) %"
      shade = percent > 100 ? "over" : "u\(min(9, percent / 10))"
      title = "\(whose): \(clock(part)) of \(clock(whole))"
    }
  }
}

import Planning
import PlanningStore
import Steering

/// People, projects, clients, and what Clockify ids are.
struct SearchModel: PageModel {
  static let template = "search"
  let title = "Search"
  let text: String
  let isAsked: Bool
  let found: [Row]
  let isEmpty: Bool
  let more: String?

  struct Row: Sendable {
    let kind: String
    let item: LinkModel
    let detail: String
  }
}

extension SearchModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    let asked = visit.query["q"]
    let all = try asked.map { try Self.find($0, session) } ?? []
    text = asked ?? ""
    isAsked = asked != nil
    found = Array(all.prefix(50))
    isEmpty = all.isEmpty
    more = all.count > 50 ? "These are the first 50 of \(Words.count(all.count)). Type more of it." : nil
  }

  private static func find(_ text: String, _ session: StoreSession) throws -> [Row] {
    let id = text.lowercased()
    if id.isClockifyID, let entry = try session.questions.place(of: id) { return [try row(entry, session)] }
    var rows: [Row] = []
    for kind in [PlanSnapshot.Kind.person, .project, .client] {
      for item in try ListedItem.all(kind, session) {
        let email = kind == .person ? (item.row as? PersonRow)?.email : nil
        guard text.isFound(in: [item.name, email, item.clockifyID]) || text == "\(item.id)" else { continue }
        let detail = [item.client?.label ?? email, item.isArchived ? "archived" : nil].compactMap(\.self)
        rows.append(
          Row(
            kind: kind.rawValue, item: LinkModel(path: item.path, label: item.name),
            detail: detail.joined(separator: ", ")))
      }
    }
    // What Clockify has and the plan has not.
    for row in try session.questions.mirror(containing: text, kind: nil) where row.planningID == nil {
      rows.append(
        Row(
          kind: row.kind.rawValue,
          item: LinkModel(
            path: "/references?kind=\(row.kind.rawValue)&q=\(Fields.encoded(row.name ?? row.clockifyID))",
            label: row.name ?? row.clockifyID),
          detail: "only in Clockify, \(row.clockifyID)"))
    }
    return rows
  }

  private static func row(_ entry: EntryPlace, _ session: StoreSession) throws -> Row {
    let plan = ItemNames(try session.plan.snapshot())
    let why = entry.reason.map { Reason(rawValue: $0)?.words ?? $0 }.map { ": \($0)" } ?? ""
    if let person = entry.personID, let project = entry.projectID, let day = entry.date {
      let cell = PlanningStore.Cell(person: person, project: project, day: day)
      return Row(
        kind: "time entry",
        item: LinkModel(
          path: cell.path, label: "\(plan.name(.person, person)) · \(plan.name(.project, project)), \(Words.day(day))"),
        detail: "\(entry.state.rawValue)\(why)")
    }
    let query = Fields().with("user", entry.userID).with("from", entry.date?.description)
      .with("to", entry.date?.description)
    return Row(
      kind: "time entry", item: LinkModel(path: "/entries" + query.suffix, label: entry.entryID),
      detail: "\(entry.state.rawValue)\(why)")
  }
}

import Planning
import PlanningStore
import Steering

/// Who changed what, when, and through which face.
struct ChangesModel: PageModel {
  static let template = "changes"
  let title = "Changes"
  let actors: [Choice]
  let surfaces: [Choice]
  let since: String
  let about: LinkModel?
  /// `project/12`: of one item only.
  let only: String?
  let changes: [Row]
  let isEmpty: Bool
  let isNarrowed: Bool
  let older: LinkModel?

  struct Row: Sendable {
    let at: Moment
    let actor: String
    let surface: String
    let action: String
    let item: LinkModel?
    let said: [String]
  }
}

extension ChangeFilter {
  init(_ query: Fields) {
    self.init()
    actor = query["actor"]
    surface = query["surface"]
    since = query["since"].flatMap { CalendarDay($0) }
    before = query["before"].flatMap { Int64($0) }
    // `project/12`
    let parts = query["item"]?.split(separator: "/").map(String.init) ?? []
    if parts.count == 2, let kind = PlanSnapshot.Kind(rawValue: parts[0]), let id = Int64(parts[1]) {
      item = (kind, id)
    }
  }
}

extension ChangesModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    let query = visit.query.with("said", nil)
    let filter = ChangeFilter(query)
    let names = ItemNames(try session.plan.snapshot())
    let found = try session.questions.changes(filter, limit: Visit.rows + 1)
    let changers = try session.questions.changers()
    actors = Choice.among(Set(changers.map(\.actor)).sorted(), chosen: filter.actor, all: "anybody")
    surfaces = Choice.among(Set(changers.map(\.surface)).sorted(), chosen: filter.surface, all: "anywhere")
    since = filter.since?.description ?? ""
    about = filter.item.map { names.link($0.kind, $0.id) }
    only = filter.item.map { "\($0.kind.rawValue)/\($0.id)" }
    changes = found.prefix(Visit.rows).map { row in
      Row(
        at: visit.moments.moment(row.at.description), actor: row.actor, surface: row.surface, action: row.action,
        item: row.kind.flatMap { kind in row.planningID.map { names.link(kind, $0) } },
        said: row.said.split(separator: "\n").map(String.init))
    }
    isEmpty = found.isEmpty
    isNarrowed = filter.actor != nil || filter.surface != nil || filter.since != nil || filter.item != nil
    older =
      found.count > Visit.rows
      ? LinkModel(path: "/changes" + query.with("before", "\(found[Visit.rows - 1].id)").suffix, label: "Older") : nil
  }
}

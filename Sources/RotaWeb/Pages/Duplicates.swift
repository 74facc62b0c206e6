import Planning
import PlanningStore
import Reconciling
import Steering

/// What is probably there twice, and what was said to be different.
struct DuplicatesModel: PageModel {
  static let template = "duplicates"
  let title = "Duplicates"
  let kinds: [Facet]
  let pairs: [Row]
  let isEmpty: Bool
  let count: String
  let dismissed: [Dismissed]
  let hasDismissed: Bool
  let mayPlan: Bool

  struct Row: Sendable {
    let kind: String
    let kept: LinkModel
    let dropped: LinkModel
    let keptDetail: String
    let droppedDetail: String
    let reason: String
    let path: String
    let label: String
  }

  struct Dismissed: Sendable {
    let words: String
    let path: String
    let at: Moment
  }
}

/// Two items that are probably one, as a list and a review have them.
struct ListedPair: Sendable {
  let kind: PlanSnapshot.Kind
  /// Proposed to stay.
  let kept: Int64
  let dropped: Int64
  let reason: Likeness

  var path: String { "/duplicates/\(kind.rawValue)/\(kept)/\(dropped)" }

  static func all(_ finder: DuplicateFinder) -> [ListedPair] {
    finder.groups.flatMap { group in
      group.ids.dropFirst().map {
        ListedPair(kind: group.kind, kept: group.ids[0], dropped: $0, reason: group.reason)
      }
    }
  }
}

extension DuplicatesModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    let kind = visit.query["kind"].flatMap { PlanSnapshot.Kind(rawValue: $0) }
    let finder = try DuplicateFinder(session: session)
    let all = ListedPair.all(finder)
    let shown = all.filter { kind == nil || $0.kind == kind }
    let names = ItemNames(finder.plan)
    kinds =
      [
        Facet(label: "All", count: Words.count(all.count), path: "/duplicates", isChosen: kind == nil)
      ]
      + PlanSnapshot.Kind.allCases.map { one in
        Facet(
          label: one.plural, count: Words.count(all.count { $0.kind == one }), path: "/duplicates?kind=\(one.rawValue)",
          isChosen: one == kind)
      }
    pairs = shown.prefix(Visit.rows).map { pair in
      Row(
        kind: pair.kind.rawValue, kept: names.link(pair.kind, pair.kept), dropped: names.link(pair.kind, pair.dropped),
        keptDetail: names.detail(pair.kind, pair.kept), droppedDetail: names.detail(pair.kind, pair.dropped),
        reason: pair.reason.words, path: pair.path,
        label: "Compare \(names.name(pair.kind, pair.kept)) \(pair.kept) and \(pair.dropped)")
    }
    isEmpty = shown.isEmpty
    count = Words.plural(shown.count, "pair")
    dismissed = try session.questions.dismissed().map { row in
      Dismissed(
        words:
          "\(row.kind.rawValue) \(row.leftID) \"\(names.name(row.kind, row.leftID))\" and \(row.rightID) \"\(names.name(row.kind, row.rightID))\"",
        path: "/duplicates/\(row.kind.rawValue)/\(row.leftID)/\(row.rightID)", at: visit.moments.moment(row.createdAt))
    }
    hasDismissed = !dismissed.isEmpty
    mayPlan = visit.may(.planner)
  }
}

/// Two items side by side, and what a merge would do.
struct PairModel: PageModel {
  static let template = "pair"
  let title: String
  let reason: String
  let path: String
  let token: String
  let left: Side
  let right: Side
  let lines: [Line]
  let skip: LinkModel?
  let isDismissed: Bool
  let mayPlan: Bool
  let problem: Problem?

  /// One of the two, and what would become of both if it stayed.
  struct Side: Sendable {
    let id: Int64
    let item: LinkModel
    let effect: [String]
  }

  struct Line: Sendable {
    let name: String
    let left: String
    let right: String
  }
}

extension PairModel {
  /// - Parameter effects: what the dry runs say: the first stays, the second stays.
  init(
    _ session: StoreSession, _ visit: Visit, _ pair: PairPath, effects: [[String]], problem: UserError? = nil
  ) throws {
    let finder = try DuplicateFinder(session: session, beside: [pair.left, pair.right])
    let names = ItemNames(finder.plan)
    guard names.isThere(pair.kind, pair.left), names.isThere(pair.kind, pair.right), pair.left != pair.right else {
      throw Refusal(
        .notFound, "One of the two is not there any more: it was merged or deleted.")
    }
    let group = finder.pair(pair.kind, pair.left, pair.right)
    let words = DuplicateWords(finder, group, number: 1)
    let rows = words.rows.map(DuplicateWords.Row.init)
    let (a, b) = (words.rows[0], words.rows[1])
    title = a.name == b.name ? "\(a.name), twice?" : "\(a.name) and \(b.name)"
    reason = "\(pair.kind.rawValue.capitalized)s: \(group.reason.words)"
    path = pair.path
    token = Seen.token("\(pair.left)/\(pair.right)", rows)
    let order = group.ids[0] == pair.left ? effects : effects.reversed()
    left = Side(id: a.id, item: names.link(pair.kind, a.id), effect: order.first ?? [])
    right = Side(id: b.id, item: names.link(pair.kind, b.id), effect: order.last ?? [])
    let isOfClient = pair.kind == .client
    let links = (names.clockifyIDs(pair.kind, a.id), names.clockifyIDs(pair.kind, b.id))
    func hours(_ attached: Attached) -> String {
      attached.actuals > 0
        ? "\(Words.count(attached.actuals)) (\(Words.hours(seconds: attached.minutes * 60)))" : "none"
    }
    func count(_ value: Int) -> String { value > 0 ? Words.count(value) : "none" }
    func day(_ text: String?) -> String { text.flatMap { CalendarDay($0) }.map { Words.day($0) } ?? "never" }
    lines =
      [
        Line(name: "Id", left: "\(a.id)", right: "\(b.id)"),
        pair.kind == .client
          ? nil : Line(name: pair.kind == .project ? "Client" : "E-mail", left: a.detail, right: b.detail),
        Line(name: "Clockify id", left: links.0, right: links.1),
        isOfClient
          ? Line(name: "Projects", left: count(a.attached.projects), right: count(b.attached.projects)) : nil,
        Line(name: "Assignments", left: count(a.attached.assignments), right: count(b.attached.assignments)),
        Line(name: "Actuals", left: hours(a.attached), right: hours(b.attached)),
        Line(name: "Of them typed", left: count(a.attached.manual), right: count(b.attached.manual)),
        Line(name: "Last used", left: day(a.attached.lastUsed), right: day(b.attached.lastUsed)),
      ].compactMap(\.self)
    let open = ListedPair.all(finder)
    let here = open.firstIndex { $0.kind == pair.kind && Set([$0.kept, $0.dropped]) == Set([pair.left, pair.right]) }
    let next = open.dropFirst(here.map { $0 + 1 } ?? 0).first ?? open.first
    skip = next.flatMap { next in
      next.path == pair.path || here == nil && open.isEmpty
        ? nil : LinkModel(path: next.path, label: "Skip")
    }
    isDismissed = try session.dismissals.pairs().contains(.init(kind: pair.kind, pair.left, pair.right))
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }
}

/// Merges, newest first.
struct MergesModel: PageModel {
  static let template = "merges"
  let title = "Merges"
  let merges: [Row]
  let isEmpty: Bool
  let mayPlan: Bool
  let problem: Problem?

  struct Row: Sendable {
    let id: Int64
    let kind: String
    let dropped: String
    let kept: LinkModel
    let at: Moment
    let undone: Moment?
  }
}

extension MergesModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let names = ItemNames(try session.plan.snapshot())
    merges = try session.questions.merges().prefix(Visit.rows).map { row in
      Row(
        id: row.id, kind: row.kind.rawValue, dropped: "\(row.droppedName) (\(row.droppedID))",
        kept: names.link(row.kind, row.keptID), at: visit.moments.moment(row.mergedAt.description),
        undone: row.undoneAt.map { visit.moments.moment($0.description) })
    }
    isEmpty = merges.isEmpty
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }
}

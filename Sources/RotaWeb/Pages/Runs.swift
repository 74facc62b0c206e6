import Planning
import PlanningStore
import Steering

/// What earlier imports did.
struct RunsModel: PageModel {
  static let template = "runs"
  let title = "Runs"
  let statuses: [Choice]
  let triggers: [Choice]
  let since: String
  let until: String
  let withWarnings: Bool
  let runs: [Row]
  let isEmpty: Bool
  let isNarrowed: Bool
  let older: LinkModel?

  struct Row: Sendable {
    let id: Int64
    let path: String
    let at: Moment
    let trigger: String
    let by: String?
    let status: String
    let isFault: Bool
    let window: String
    let requests: String
    let entries: String
    let read: String
    let placed: String
    let notPlaced: String
  }

  static let rows = 100
}

extension RunFilter {
  init(_ query: Fields) {
    self.init(
      status: query["status"], trigger: query["trigger"], since: query["since"].flatMap { CalendarDay($0) })
    until = query["until"].flatMap { CalendarDay($0) }
    withWarnings = query["warnings"] != nil
    before = query["before"].flatMap { Int64($0) }
  }

  /// Older pages of the same list apart.
  fileprivate var isNarrowed: Bool {
    status != nil || trigger != nil || since != nil || until != nil || withWarnings
  }
}

extension RunsModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    let filter = RunFilter(visit.query)
    let found = try session.questions.runs(filter, limit: Self.rows + 1)
    statuses = Choice.among(RunStatus.allCases.map(\.rawValue), chosen: filter.status, all: "any status")
    triggers = Choice.among(
      RunTrigger.allCases.map(\.rawValue), chosen: filter.trigger, all: "started by anything but webhooks")
    since = filter.since?.description ?? ""
    until = filter.until?.description ?? ""
    withWarnings = filter.withWarnings
    runs = found.prefix(Self.rows).map { run in
      let window = Self.both(run.windowFrom.flatMap { CalendarDay($0) }, run.windowTo.flatMap { CalendarDay($0) })
      return Row(
        id: run.id, path: "/runs/\(run.id)", at: visit.moments.moment(run.startedAt), trigger: run.trigger,
        by: run.startedBy, status: run.status, isFault: ["failed", "partial", "held"].contains(run.status),
        window: window.map { Words.range($0...max($0, $1)) } ?? "–", requests: Words.count(run.requests),
        entries: Words.count(run.entriesRead), read: Words.hours(seconds: run.secondsRead),
        placed: Words.hours(seconds: run.secondsPlaced),
        notPlaced: Words.hours(seconds: run.secondsSkipped + run.secondsHeld))
    }
    isEmpty = found.isEmpty
    isNarrowed = filter.isNarrowed
    older =
      found.count > Self.rows
      ? LinkModel(path: "/runs" + visit.query.with("before", "\(found[Self.rows - 1].id)").suffix, label: "Older runs")
      : nil
  }

  private static func both<A, B>(_ a: A?, _ b: B?) -> (A, B)? { a.flatMap { a in b.map { (a, $0) } } }
}

/// One run with everything that it found.
struct RunModel: PageModel {
  static let template = "run"
  let title: String
  let lines: [String]
  let books: BooksBar?
  let codes: [Facet]
  let groups: [Group]
  let isClean: Bool
  let isPruned: Bool
  let slices: [Slice]
  let hasSlices: Bool
  let held: Held?
  let export: String
  let exportMasked: String

  struct Group: Sendable {
    let anchor: String
    let level: String
    let code: String
    let sum: String
    let findings: [Line]
    let more: String?
    let rest: LinkModel?
  }

  /// Of each code, where all are shown.
  static let findingsShown = 25

  struct Line: Sendable {
    let message: String
    let time: String?
    let ours: String?
    let page: LinkModel?
    let theirs: String?
    let entries: LinkModel?
  }

  struct Slice: Sendable {
    let workspace: String
    let user: String
    let from: Moment
    let to: Moment
    let entries: String
    let read: String
    let state: String
  }

  /// Removals that the brake stopped.
  struct Held: Sendable {
    let words: String
    let confirm: LinkModel?
  }
}

extension RunModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    let id = try visit.id("run")
    guard let run = try session.runs.run(id) else { throw Refusal(.notFound, "There is no run \(id).") }
    title = "Run \(id)"
    lines = RunWords.lines(run) { visit.moments.words($0) }
    books = BooksBar(run)
    let code = visit.query["code"]
    let found = try session.findings.groups(of: id, most: Self.findingsShown)
    let shown = try code.map { try session.findings.groups(of: id, most: Visit.rows, code: FindingCode(rawValue: $0)) }
    codes = Self.facets(found, chosen: code, path: "/runs/\(id)")
    groups = (shown ?? found).map { Group($0, run, isAlone: code != nil) }
    isClean = found.isEmpty
    let age = visit.today - (CalendarDay(String(run.startedAt.prefix(10))) ?? visit.today)
    isPruned = found.isEmpty && age > visit.site.wiring.settings.historyDays
    let read = try session.questions.slices(of: id)
    slices = read.prefix(Visit.rows).map { slice in
      Slice(
        workspace: slice.workspaceID, user: slice.userID ?? "everybody", from: visit.moments.moment(slice.fromInstant),
        to: visit.moments.moment(slice.toInstant), entries: Words.count(slice.entries),
        read: Words.hours(seconds: slice.seconds), state: slice.isComplete ? "read whole" : "not read whole")
    }
    hasSlices = !read.isEmpty
    held = try Waiting.stopped(by: run, session).map { item in
      Held(
        words: item.words.sentence,
        confirm: visit.may(.admin) ? LinkModel(path: "/import/confirm/\(id)", label: "Let them go…") : nil)
    }
    export = "/runs/\(id)/export"
    exportMasked = "/runs/\(id)/export?names=no"
  }

  /// Every code with how many lines, to look at it alone.
  private static func facets(_ groups: [FindingGroup], chosen: String?, path: String) -> [Facet] {
    guard groups.count > 1 || chosen != nil else { return [] }
    let sums = groups.reduce(into: [(code: String, count: Int)]()) { sums, group in
      let code = group.findings[0].code.rawValue
      if let at = sums.firstIndex(where: { $0.code == code }) {
        sums[at].count += group.count
      } else {
        sums.append((code, group.count))
      }
    }
    return [
      Facet(label: "All", count: Words.count(groups.reduce(0) { $0 + $1.count }), path: path, isChosen: chosen == nil)
    ]
      + sums.map { code, count in
        Facet(
          label: code, count: Words.count(count), path: path + Fields().with("code", code).suffix,
          isChosen: chosen == code)
      }
  }
}

extension RunModel.Group {
  /// - Parameter isAlone: nothing else is shown.
  fileprivate init(_ group: FindingGroup, _ run: ImportRun, isAlone: Bool) {
    let first = group.findings[0]
    let count = Words.plural(group.count, "line")
    anchor = first.code.rawValue
    level = first.level.rawValue
    code = first.code.rawValue
    sum = group.seconds > 0 ? "\(count), \(Words.hours(seconds: group.seconds))" : count
    findings = group.findings.map { RunModel.line($0, run) }
    let isWhole = group.count == group.findings.count
    more =
      isAlone && !isWhole
      ? "and \(Words.count(group.count - group.findings.count)) more: the export has them all" : nil
    rest =
      isAlone || isWhole
      ? nil
      : LinkModel(
        path: "/runs/\(run.id)" + Fields().with("code", code).suffix + "#\(code)", label: "All \(count)")
  }
}

extension RunModel {
  fileprivate static func line(_ finding: Finding, _ run: ImportRun) -> Line {
    // The ids of entries' findings are those of their person.
    let kind = finding.kind == .entry ? .person : finding.kind
    let ours = finding.planningID.map { "\(kind?.rawValue ?? "") \($0)" }
    let page = finding.planningID.flatMap {
      kind == .person ? LinkModel(path: "/people/\($0)", label: "person \($0)") : nil
    }
    var entries: LinkModel?
    if finding.kind == .entry, case .reason(let reason) = finding.code, let user = finding.externalID {
      let query = Fields().with("user", user).with("reason", reason.rawValue)
        .with("from", run.windowFrom?.description).with("to", run.windowTo?.description)
      entries = LinkModel(path: "/entries" + query.suffix, label: "See the entries")
    }
    return Line(
      message: finding.message.sentence, time: finding.seconds > 0 ? Words.hours(seconds: finding.seconds) : nil,
      ours: page == nil ? ours : nil, page: page, theirs: finding.externalID, entries: entries)
  }
}

import ClockifyAPI
import Planning
import PlanningStore

/// Which dates a run reads again, and in which slices (rules 8 and 36).
struct ReadingPlan: Sendable {
  /// Ids in `setting`, each of one workspace.
  struct Key {
    let historyFrom: String
    let lastDeepPass: String
    let rotation: String

    init(_ workspace: String) {
      historyFrom = "history_from:\(workspace)"
      lastDeepPass = "last_deep_pass:\(workspace)"
      rotation = "older_slice_next:\(workspace)"
    }
  }

  /// Whose time is read, and of which projects, by Clockify ids; nil: all.
  struct Scope: Sendable, Equatable {
    var users: Set<String>?
    var projects: Set<String>?
    static let everything = Scope()

    /// Whether an entry of this user and project is read.
    func holds(user: String, project: String?) -> Bool {
      (users?.contains(user) ?? true) && (projects.map { project.map($0.contains) ?? false } ?? true)
    }
  }

  /// Newest range first; dates included.
  let ranges: [ClosedRange<CalendarDay>]
  /// How far back history is to go, as the first run with actuals decided; nil: this run is narrowed.
  let historyFrom: CalendarDay?
  let isDeepPass: Bool
  /// FREE: where the nightly older slice goes on tomorrow.
  let nextRotation: CalendarDay?
  var scope = Scope.everything
  /// The most that one report may span, in seconds.
  let longestSlice: Int
  /// `--until` names a day before today: later time is left alone. Else what is dated later is held as `future`.
  let endsBeforeToday: Bool

  /// From the first to the last of the dates this run answers for.
  var window: ClosedRange<CalendarDay> {
    ranges.map(\.lowerBound).min()!...ranges.map(\.upperBound).max()!
  }

  /// Whether an entry of this date is taken in that the ledger does not know yet (rules 81, 92).
  func takesIn(_ day: CalendarDay) -> Bool {
    ranges.contains { $0.contains(day) } || (!endsBeforeToday && day > window.upperBound)
  }

  /// What is asked for at once, and the dates that it is part of the answer for.
  struct Stretch: Hashable, Sendable {
    let dates: ClosedRange<CalendarDay>
    let slice: ReportSlice
  }

  /// What is asked for around the dates, because nobody's clock is further than 14 hours from UTC (rule 36).
  static let padding = 26 * 3600

  /// The ranges with their padding, newest first.
  var stretches: [Stretch] {
    ranges.map { range in
      Stretch(
        dates: range,
        slice: ReportSlice(
          from: Instant(startOf: range.lowerBound).seconds - Self.padding,
          to: Instant(startOf: range.upperBound + 1).seconds + Self.padding))
    }
  }

  /// The same in pieces that one report may span.
  var slicing: Slicing { Slicing(stretches, longest: longestSlice) }

  init(
    ranges: [ClosedRange<CalendarDay>], historyFrom: CalendarDay?, isDeepPass: Bool, nextRotation: CalendarDay?,
    longestSlice: Int = Slicing.shortest, endsBeforeToday: Bool = false
  ) {
    self.ranges = ranges
    self.historyFrom = historyFrom
    self.isDeepPass = isDeepPass
    self.nextRotation = nextRotation
    self.longestSlice = longestSlice
    self.endsBeforeToday = endsBeforeToday
  }

  /// - Parameter today: in the planning zone.
  init(
    request: ImportRequest, settings: ImportSettings, today: CalendarDay, workspace: String, isFree: Bool,
    session: StoreSession
  ) throws {
    let key = Key(workspace)
    let longest = isFree ? Slicing.shortest : Slicing.longestPaid
    func day(_ key: String) throws -> CalendarDay? { try session.settings.value(key).flatMap { CalendarDay($0) } }
    var from = today - settings.windowDays
    if let last = try session.coverage.lastCompleteRunDay(of: workspace) { from = min(from, last - 2) }
    // A confirmation reads again what the held run had read (rule 53).
    if let held = try request.confirmedRun.flatMap({ try session.runs.run($0)?.windowFrom }) { from = min(from, held) }
    let history = try day(key.historyFrom) ?? min(from, settings.since ?? (isFree ? from : today - 366))
    if request.isNarrowed || request.isFull {
      let until = min(request.until ?? today, today)
      from = min(request.isFull ? history : request.since ?? from, until)
      self.init(
        ranges: [from...until], historyFrom: request.isNarrowed ? nil : history, isDeepPass: !request.isNarrowed,
        nextRotation: nil, longestSlice: longest, endsBeforeToday: until < today)
      scope = try Scope(request, session)
      return
    }
    // Once a week on paid plans, with whatever else is read.
    let deepFrom = min(from, max(history, today - settings.deepWindowDays))
    let isDue = try day(key.lastDeepPass).map { today - $0 >= 7 } ?? true
    if !isFree, settings.deepWindowDays > 0, isDue { from = deepFrom }
    let gaps =
      history < from
      ? Coverage(try session.coverage.completeSlices(in: workspace)).gaps(in: history...(from - 1)) : []
    var ranges = Self.joined([from...today] + gaps)
    var next: CalendarDay?
    if isFree, settings.deepWindowDays > 0, gaps.isEmpty, history < from {
      let last = try day(key.rotation) ?? from
      let to = (last > history ? last : from) - 1
      ranges.append(max(history, to - 29)...to)
      next = ranges.last!.lowerBound
    }
    let isDeep = settings.deepWindowDays > 0 && ranges[0].lowerBound <= deepFrom
    self.init(
      ranges: ranges, historyFrom: history, isDeepPass: isDeep, nextRotation: next, longestSlice: longest)
  }

  /// Ranges that meet become one, so that their padding is not read twice. Newest first, as given.
  private static func joined(_ ranges: [ClosedRange<CalendarDay>]) -> [ClosedRange<CalendarDay>] {
    ranges.reduce(into: []) { joined, range in
      if let last = joined.last, range.upperBound + 1 >= last.lowerBound {
        joined[joined.count - 1] = range.lowerBound...last.upperBound
      } else {
        joined.append(range)
      }
    }
  }
}

extension ReadingPlan.Scope {
  /// Of `--person` and `--project`: every Clockify id that is linked to them.
  fileprivate init(_ request: ImportRequest, _ session: StoreSession) throws {
    guard request.person != nil || request.project != nil else { return }
    let plan = try session.plan.snapshot()
    users = request.person.map { Set(plan.clockifyIDs(.person, of: $0)) }
    projects = request.project.map { Set(plan.clockifyIDs(.project, of: $0)) }
  }
}

import ClockifyAPI
import Planning
import PlanningStore

/// Which dates a run reads again, and in which slices (rules 8 and 36).
struct ReadingPlan: Sendable {
  /// Ids in `setting`.
  enum Key {
    static let historyFrom = "history_from"
    static let coveredFrom = "covered_from"
    static let lastDeepPass = "last_deep_pass"
    static let rotation = "older_slice_next"
  }

  /// Newest range first; dates included.
  let ranges: [ClosedRange<CalendarDay>]
  /// The first run with actuals that nobody narrowed: this is how far back history is to go.
  let historyFrom: CalendarDay?
  let isDeepPass: Bool
  /// FREE: where the nightly older slice goes on tomorrow.
  let nextRotation: CalendarDay?
  let isNarrowed: Bool

  /// The dates this run answers for, from the first to the last.
  var window: ClosedRange<CalendarDay> {
    ranges.map(\.lowerBound).min()!...ranges.map(\.upperBound).max()!
  }

  static let none = ReadingPlan(
    ranges: [], historyFrom: nil, isDeepPass: false, nextRotation: nil, isNarrowed: false)

  /// What is asked for around the dates, because nobody's clock is further than 14 hours from UTC (rule 36).
  static let padding = 26 * 3600
  /// Under 31 days, the padding of the edges included, so that FREE workspaces take it too.
  static let sliceSeconds = 30 * 86_400

  /// Newest first.
  var slices: [ReportSlice] {
    var slices: [ReportSlice] = []
    for range in ranges {
      let from = Instant(startOf: range.lowerBound).seconds - Self.padding
      var to = Instant(startOf: range.upperBound + 1).seconds + Self.padding
      while to > from {
        let start = max(from, to - Self.sliceSeconds)
        slices.append(ReportSlice(from: start, to: to))
        to = start
      }
    }
    return slices
  }

  init(
    ranges: [ClosedRange<CalendarDay>], historyFrom: CalendarDay?, isDeepPass: Bool, nextRotation: CalendarDay?,
    isNarrowed: Bool
  ) {
    self.ranges = ranges
    self.historyFrom = historyFrom
    self.isDeepPass = isDeepPass
    self.nextRotation = nextRotation
    self.isNarrowed = isNarrowed
  }

  /// - Parameter today: in the planning zone.
  init(
    request: ImportRequest, settings: ImportSettings, today: CalendarDay, isFree: Bool, session: StoreSession
  ) throws {
    if let since = request.since {
      self.init(
        ranges: [min(since, today)...today], historyFrom: nil, isDeepPass: false, nextRotation: nil, isNarrowed: true)
      return
    }
    func day(_ key: String) throws -> CalendarDay? { try session.setting(key).flatMap { CalendarDay($0) } }
    var from = today - settings.windowDays
    if let last = try session.lastCompleteRunDay() { from = min(from, last - 2) }
    guard let history = try day(Key.historyFrom) else {
      let start = min(from, settings.since ?? (isFree ? from : today - 366))
      self.init(
        ranges: [start...today], historyFrom: start, isDeepPass: true, nextRotation: nil, isNarrowed: false)
      return
    }
    var ranges: [ClosedRange<CalendarDay>] = []
    var isDeep = false
    var rotation: CalendarDay?
    let covered = try day(Key.coveredFrom) ?? today + 1
    if settings.deepWindowDays > 0 {
      if isFree {
        let next = try day(Key.rotation) ?? from
        let to = (next > history ? next : from) - 1
        if to >= history {
          ranges.append(max(history, to - 29)...to)
          rotation = max(history, to - 29)
        }
      } else if try day(Key.lastDeepPass).map({ today - $0 >= 7 }) ?? true {
        from = min(from, max(history, today - settings.deepWindowDays))
        isDeep = true
      }
    }
    ranges.insert(from...today, at: 0)
    let oldest = min(covered, from)
    if history < oldest { ranges.append(history...(oldest - 1)) }
    self.init(
      ranges: ranges, historyFrom: history, isDeepPass: isDeep, nextRotation: rotation, isNarrowed: false)
  }
}

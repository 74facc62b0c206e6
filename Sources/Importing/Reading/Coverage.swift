import ClockifyAPI
import Planning
import PlanningStore

/// The dates that were read completely, on every clock there is (rule 92).
struct Coverage: Sendable {
  /// Ascending, apart from each other.
  private let days: [ClosedRange<CalendarDay>]

  /// - Parameter runs: the complete slices of each run. Only what one run asked for joins: between the edges of two
  ///   runs lie dates that nobody asked for, however far the padded instants reach.
  init(_ runs: [[ReadSlice]]) {
    var covered: [ClosedRange<CalendarDay>] = []
    for slices in runs {
      let dates = Set(slices.map(\.dates))
      covered += dates.flatMap { dates in Self.answered(dates, by: slices.filter { $0.dates == dates }) }
    }
    days = covered.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { joined, range in
      if let last = joined.last, range.lowerBound <= last.upperBound + 1 {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
  }

  /// Those of the dates asked for whose every instant, on any clock, lies in slices that meet.
  private static func answered(
    _ dates: ClosedRange<CalendarDay>, by slices: [ReadSlice]
  ) -> [ClosedRange<CalendarDay>] {
    var joined: [(from: Instant, to: Instant)] = []
    for slice in slices.sorted(by: { $0.from < $1.from }) where slice.from < slice.to {
      if let last = joined.last, slice.from <= last.to {
        joined[joined.count - 1].to = max(last.to, slice.to)
      } else {
        joined.append((slice.from, slice.to))
      }
    }
    // A date begins somewhere 14 hours before it does in UTC, and ends somewhere 12 hours after.
    return joined.compactMap { stretch in
      let first = max(dates.lowerBound, (stretch.from + (14 * 3600 + 86_399)).utcDay)
      let last = min(dates.upperBound, (stretch.to - 12 * 3600).utcDay - 1)
      return first <= last ? first...last : nil
    }
  }

  func contains(_ day: CalendarDay) -> Bool { days.contains { $0.contains(day) } }

  /// Dates within `range` that are not covered, newest stretch first.
  func gaps(in range: ClosedRange<CalendarDay>) -> [ClosedRange<CalendarDay>] {
    var gaps: [ClosedRange<CalendarDay>] = []
    var from = range.lowerBound
    for covered in days where covered.upperBound >= from {
      if covered.lowerBound > range.upperBound { break }
      if covered.lowerBound > from { gaps.append(from...(covered.lowerBound - 1)) }
      from = covered.upperBound + 1
    }
    if from <= range.upperBound { gaps.append(from...range.upperBound) }
    return gaps.reversed()
  }

  /// The oldest date from which on every date through `day` is covered; nil if `day` is not.
  func unbrokenStart(through day: CalendarDay) -> CalendarDay? {
    days.first { $0.contains(day) }?.lowerBound
  }
}

import ClockifyAPI
import Planning

/// Stretches of time that were read completely, joined where they meet.
struct Coverage: Sendable {
  /// Seconds since 1970, ascending, apart from each other.
  private let stretches: [Range<Int>]

  init(_ slices: some Sequence<ReportSlice>) {
    var joined: [Range<Int>] = []
    for slice in slices.sorted(by: { $0.from < $1.from }) where slice.from < slice.to {
      if let last = joined.last, slice.from <= last.upperBound {
        joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, slice.to)
      } else {
        joined.append(slice.from..<slice.to)
      }
    }
    stretches = joined
  }

  /// Whether everything from one instant to another was read.
  func contains(_ from: Instant, to: Instant) -> Bool {
    stretches.contains { $0.lowerBound <= from.seconds && to.seconds <= $0.upperBound }
  }

  /// Dates within `days` that are not covered on every clock there is, newest stretch first.
  func gaps(in days: ClosedRange<CalendarDay>) -> [ClosedRange<CalendarDay>] {
    var gaps: [ClosedRange<CalendarDay>] = []
    var from = days.lowerBound
    for covered in coveredDays where covered.upperBound >= from {
      if covered.lowerBound > days.upperBound { break }
      if covered.lowerBound > from { gaps.append(from...(covered.lowerBound - 1)) }
      from = covered.upperBound + 1
    }
    if from <= days.upperBound { gaps.append(from...days.upperBound) }
    return gaps.reversed()
  }

  /// The oldest date from which on every date through `day` is covered; nil if `day` is not.
  func unbrokenStart(through day: CalendarDay) -> CalendarDay? {
    coveredDays.first { $0.contains(day) }?.lowerBound
  }

  /// A date begins somewhere 14 hours before it does in UTC, and ends somewhere 12 hours after.
  private var coveredDays: [ClosedRange<CalendarDay>] {
    stretches.compactMap { stretch in
      let first = Instant(seconds: stretch.lowerBound + 14 * 3600 + 86_399).utcDay
      let last = Instant(seconds: stretch.upperBound - 12 * 3600).utcDay - 1
      return first <= last ? first...last : nil
    }
  }
}

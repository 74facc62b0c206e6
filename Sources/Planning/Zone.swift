import Foundation

/// A time zone as a table of its offsets, so that the local day of a million instants costs nothing.
///
/// Equal to Foundation between 1995 and 2045; outside, Foundation is asked.
package struct Zone: Sendable {
  /// One object, because zones are handed around for each entry.
  private final class Table: Sendable {
    let name: String
    let timeZone: TimeZone
    /// Offsets in seconds east of UTC, each valid from its instant (seconds since 1970) on.
    let starts: [Int]
    let offsets: [Int]

    init(name: String, timeZone: TimeZone, starts: [Int], offsets: [Int]) {
      self.name = name
      self.timeZone = timeZone
      self.starts = starts
      self.offsets = offsets
    }
  }

  private let table: Table
  package var name: String { table.name }

  private static let first = 788_918_400  // 1995-01-01
  private static let last = 2_366_841_600  // 2045-01-01

  package static let utc = Zone("UTC")!

  /// - Returns: nil if this machine's zone data does not know `name` (an IANA name).
  package init?(_ name: String) {
    guard !name.isEmpty, let timeZone = TimeZone(identifier: name) else { return nil }
    var starts = [Self.first]
    var offsets = [timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(Self.first)))]
    var cursor = Date(timeIntervalSince1970: Double(Self.first))
    while let next = timeZone.nextDaylightSavingTimeTransition(after: cursor),
      next > cursor, next.timeIntervalSince1970 < Double(Self.last)
    {
      starts.append(Int(next.timeIntervalSince1970))
      offsets.append(timeZone.secondsFromGMT(for: next))
      cursor = next
    }
    table = Table(name: name, timeZone: timeZone, starts: starts, offsets: offsets)
  }

  /// Seconds east of UTC at `instant`.
  package func offset(at instant: Instant) -> Int {
    guard instant.seconds >= Self.first, instant.seconds < Self.last else {
      return table.timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.seconds)))
    }
    var low = 0
    var high = table.starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if table.starts[middle] <= instant.seconds { low = middle } else { high = middle }
    }
    return table.offsets[low]
  }

  /// The local date of `instant` (rule 34).
  package func day(of instant: Instant) -> CalendarDay {
    CalendarDay(number: (instant.seconds + offset(at: instant)).flooredDivision(86_400))
  }

  /// The local date of one instant, without a table; of a name that nobody knows that of UTC.
  package static func day(of instant: Instant, in name: String) -> CalendarDay {
    let date = Date(timeIntervalSince1970: Double(instant.seconds))
    let offset = TimeZone(identifier: name)?.secondsFromGMT(for: date) ?? 0
    return CalendarDay(number: (instant.seconds + offset).flooredDivision(86_400))
  }

  /// The first instant of `day` here, also where midnight does not exist.
  package func start(of day: CalendarDay) -> Instant {
    let midnight = Instant(startOf: day)
    var candidate = midnight - offset(at: midnight)
    candidate = midnight - offset(at: candidate)
    while self.day(of: candidate) < day { candidate = candidate + 900 }
    while self.day(of: candidate - 1) >= day { candidate = candidate - 900 }
    return candidate
  }
}

/// Zones by name, each built once.
package struct ZoneCatalog {
  private var zones: [String: Zone?] = [:]

  package init() {}

  /// - Returns: nil for a name that this machine's zone data does not know.
  package mutating func zone(_ name: String) -> Zone? {
    if let known = zones[name] { return known }
    let zone = Zone(name)
    zones[name] = .some(zone)
    return zone
  }
}

import Planning

/// A month of a table that is published month by month: `2026-11`, or `undated` for rows without a date that a calendar of
/// the years 0000 to 9999 has.
package struct PublishedMonth: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let description: String
  /// Days since 1970; nil: undated.
  package let days: Range<Int>?

  package static let undated = PublishedMonth(description: "undated", days: nil)

  private init(description: String, days: Range<Int>?) {
    self.description = description
    self.days = days
  }

  /// - Parameter day: days since 1970; nil: none.
  package init(day: Int?) {
    guard let day, Self.calendar.contains(day) else {
      self = .undated
      return
    }
    let (year, month, _) = CalendarDay(number: day).components
    self.init(year: year, month: month)
  }

  /// - Parameter text: as `publish_dirty` has it.
  package init?(_ text: String) {
    if text == Self.undated.description {
      self = .undated
      return
    }
    guard let first = CalendarDay("\(text)-01") else { return nil }
    self.init(day: first.number)
  }

  private init(year: Int, month: Int) {
    let first = CalendarDay(year: year, month: month, day: 1)!
    let next =
      month == 12 ? CalendarDay(year: year + 1, month: 1, day: 1) : CalendarDay(year: year, month: month + 1, day: 1)
    self.init(
      description: String(first.description.prefix(7)), days: first.number..<(next?.number ?? Self.calendar.upperBound))
  }

  /// From 0000-01-01 to 9999-12-31.
  package static let calendar =
    CalendarDay(year: 0, month: 1, day: 1)!
    .number..<(CalendarDay(year: 9999, month: 12, day: 31)!.number + 1)

  package static func < (left: PublishedMonth, right: PublishedMonth) -> Bool { left.description < right.description }
}

/// The months in which one transaction made new entries and placements. Kept in memory and written once, because a trigger
/// for each row would slow a first import down; every other change of these tables is noted by triggers.
final class DirtyMonths {
  /// As `publish_dirty` names them.
  enum Table: String, CaseIterable { case entries = "clockify_time_entry", ledger }

  private var months: [Table: Set<PublishedMonth>] = [:]
  private var last: [PublishedMonth] = [.undated, .undated]

  /// - Parameter day: days since 1970.
  func note(_ table: Table, day: Int) {
    let place = table == .entries ? 0 : 1
    if let days = last[place].days, days.contains(day) { return }
    let month = PublishedMonth(day: day)
    last[place] = month
    months[table, default: []].insert(month)
  }

  /// Before the transaction commits.
  func write(_ session: StoreSession) throws {
    for (table, months) in months {
      for month in months {
        try session.db.execute(
          sql: "INSERT OR IGNORE INTO publish_dirty VALUES (?, ?)", arguments: [table.rawValue, month.description])
      }
    }
  }
}

import Planning

/// Dates and instants as PostgreSQL spells them: what is the year 0 for us is 1 BC for it, -1 is 2 BC.
enum PostgresDate {
  /// A date or an instant of a row, as bytes; nil: it needs no other spelling.
  static func text(_ text: UnsafeBufferPointer<UInt8>) -> String? {
    let isNegative = text.first == UInt8(ascii: "-")
    guard isNegative || text.starts(with: Array("0000-".utf8)) else { return nil }
    let rest = String(decoding: text.dropFirst(isNegative ? 1 : 0), as: UTF8.self)
    guard let year = Int(rest.prefix(4)) else { return nil }
    return "\(padded(year + 1, 4))\(rest.dropFirst(4)) BC"
  }

  /// - Parameters:
  ///   - day: days since 1970; the day after 9999-12-31 too.
  ///   - isInstant: its midnight, UTC.
  static func text(day: Int, isInstant: Bool) -> String {
    let (year, month, date) = CalendarDay(number: day).components
    let text =
      "\(padded(year == 0 ? 1 : year, 4))-\(padded(month, 2))-\(padded(date, 2))\(isInstant ? "T00:00:00Z" : "")"
    return year == 0 ? "\(text) BC" : text
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

/// A date without a time: days since 1970-01-01 in the proleptic Gregorian calendar. Text form `YYYY-MM-DD`.
package struct CalendarDay: Hashable, Comparable, Sendable {
  package let number: Int

  package init(number: Int) {
    self.number = number
  }

  /// - Returns: nil for a date that does not exist (2026-02-30).
  package init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), (1...31).contains(day), (0...9999).contains(year) else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.flooredDivision(400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.init(number: era * 146_097 + dayOfEra - 719_468)
    guard components == (year, month, day) else { return nil }
  }

  /// Reads exactly `YYYY-MM-DD`; anything else, and dates that do not exist, give nil.
  package init?(_ text: some StringProtocol) {
    var text = String(text)
    guard let day = text.withUTF8({ CalendarDay(utf8: $0) }) else { return nil }
    self = day
  }

  /// The same from bytes.
  package init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = bytes.number(0..<4), let month = bytes.number(5..<7), let day = bytes.number(8..<10)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  package var components: (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468
    let era = shifted.flooredDivision(146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  package var weekday: Weekday {
    Weekday(rawValue: (number + 3).flooredRemainder(7))!
  }

  /// The first day of the week that this day lies in.
  package func startOfWeek(from first: Weekday) -> CalendarDay {
    self - (weekday.rawValue - first.rawValue).flooredRemainder(7)
  }

  package static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.number < right.number }
  package static func + (day: CalendarDay, days: Int) -> CalendarDay { CalendarDay(number: day.number + days) }
  package static func - (day: CalendarDay, days: Int) -> CalendarDay { CalendarDay(number: day.number - days) }
  package static func - (left: CalendarDay, right: CalendarDay) -> Int { left.number - right.number }
}

extension CalendarDay: Strideable {
  package func advanced(by days: Int) -> CalendarDay { self + days }
  package func distance(to other: CalendarDay) -> Int { other - self }
}

extension CalendarDay: CustomStringConvertible {
  package var description: String {
    let (year, month, day) = components
    return String(unsafeUninitializedCapacity: 10) { buffer in
      buffer.write(year, digits: 4, at: 0)
      buffer[4] = UInt8(ascii: "-")
      buffer.write(month, digits: 2, at: 5)
      buffer[7] = UInt8(ascii: "-")
      buffer.write(day, digits: 2, at: 8)
      return 10
    }
  }
}

extension UnsafeMutableBufferPointer<UInt8> {
  func write(_ value: Int, digits: Int, at start: Int) {
    var rest = abs(value)
    for index in stride(from: start + digits - 1, through: start, by: -1) {
      self[index] = 48 + UInt8(rest % 10)
      rest /= 10
    }
  }
}

extension Int {
  /// Foreign numbers may be absurd: a sum stops at the largest number instead of trapping (rule 93).
  package func addingSaturated(_ other: Int) -> Int {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? (other < 0 ? .min : .max) : sum
  }

  /// Division that rounds towards minus infinity, also before 1970.
  package func flooredDivision(_ divisor: Int) -> Int {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  package func flooredRemainder(_ divisor: Int) -> Int {
    self - flooredDivision(divisor) * divisor
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The number that these digits are; nil if one of them is none.
  func number(_ range: Range<Int>) -> Int? {
    var value = 0
    for byte in self[range] {
      guard 48...57 ~= byte else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    return value
  }
}

/// As its text form.
extension CalendarDay: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no date")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

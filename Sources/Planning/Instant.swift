/// A moment: whole seconds since 1970-01-01T00:00:00Z. Text form `YYYY-MM-DDTHH:MM:SSZ`, UTC.
package struct Instant: Hashable, Comparable, Sendable {
  package let seconds: Int

  package init(seconds: Int) {
    self.seconds = seconds
  }

  /// Midnight UTC at the start of `day`.
  package init(startOf day: CalendarDay) {
    self.init(seconds: day.number * 86_400)
  }

  /// Reads `YYYY-MM-DDTHH:MM:SSZ` or `YYYY-MM-DD` (midnight UTC); anything else gives nil.
  package init?(_ text: some StringProtocol) {
    var text = String(text)
    guard let instant = text.withUTF8({ Instant(utf8: $0) }) else { return nil }
    self = instant
  }

  /// The same from bytes.
  package init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count >= 10, let day = CalendarDay(utf8: .init(rebasing: bytes[..<10])) else { return nil }
    if bytes.count == 10 {
      self.init(startOf: day)
      return
    }
    guard bytes.count == 20, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "Z"), let hour = bytes.number(11..<13),
      let minute = bytes.number(14..<16), let second = bytes.number(17..<19), hour < 24, minute < 60, second < 60
    else { return nil }
    self.init(seconds: day.number * 86_400 + hour * 3600 + minute * 60 + second)
  }

  package static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }
  package static func + (instant: Instant, seconds: Int) -> Instant { Instant(seconds: instant.seconds + seconds) }
  package static func - (instant: Instant, seconds: Int) -> Instant { Instant(seconds: instant.seconds - seconds) }
  package static func - (left: Instant, right: Instant) -> Int { left.seconds - right.seconds }

  /// The date in UTC.
  package var utcDay: CalendarDay { CalendarDay(number: seconds.flooredDivision(86_400)) }
}

extension Instant: CustomStringConvertible {
  package var description: String {
    let (year, month, day) = utcDay.components
    let time = seconds.flooredRemainder(86_400)
    return String(unsafeUninitializedCapacity: 20) { buffer in
      buffer.write(year, digits: 4, at: 0)
      buffer[4] = UInt8(ascii: "-")
      buffer.write(month, digits: 2, at: 5)
      buffer[7] = UInt8(ascii: "-")
      buffer.write(day, digits: 2, at: 8)
      buffer[10] = UInt8(ascii: "T")
      buffer.write(time / 3600, digits: 2, at: 11)
      buffer[13] = UInt8(ascii: ":")
      buffer.write(time / 60 % 60, digits: 2, at: 14)
      buffer[16] = UInt8(ascii: ":")
      buffer.write(time % 60, digits: 2, at: 17)
      buffer[19] = UInt8(ascii: "Z")
      return 20
    }
  }
}

/// As its text form.
extension Instant: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no instant")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

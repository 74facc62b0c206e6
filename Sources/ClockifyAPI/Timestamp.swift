/// Clockify's forms of time, read by hand because there are millions of them. clockify-api.md 1.6.
enum Timestamp {
  /// RFC 3339, with `T` or a blank, fractions cut off, `Z` or an offset; without either it is UTC.
  ///
  /// - Returns: seconds since 1970, or nil if the text is no such time.
  static func seconds(_ text: String) -> Int? {
    var text = text
    return text.withUTF8 { seconds($0) }
  }

  /// The same from bytes.
  static func seconds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard bytes.count >= 19 else { return nil }
    func number(_ start: Int, _ count: Int) -> Int? {
      var value = 0
      for index in start..<start + count {
        guard index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 else { return nil }
        value = value * 10 + Int(bytes[index] - 48)
      }
      return value
    }
    guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
      let minute = number(14, 2), let second = number(17, 2), bytes[4] == UInt8(ascii: "-"),
      bytes[7] == UInt8(ascii: "-"), bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), hour < 24, minute < 60, second < 61,
      let days = dayNumber(year: year, month: month, day: day)
    else { return nil }
    let local = days * 86_400 + hour * 3600 + minute * 60 + second
    var index = 19
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      let start = index
      while index < bytes.count, (48...57).contains(bytes[index]) { index += 1 }
      if index == start { return nil }
    }
    guard index < bytes.count else { return local }
    switch bytes[index] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      return index + 1 == bytes.count ? local : nil
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      let sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
      let hasColon = index + 3 < bytes.count && bytes[index + 3] == UInt8(ascii: ":")
      guard let hours = number(index + 1, 2), let minutes = number(index + (hasColon ? 4 : 3), 2),
        index + (hasColon ? 6 : 5) == bytes.count, hours < 24, minutes < 60
      else { return nil }
      return local - sign * (hours * 3600 + minutes * 60)
    default:
      return nil
    }
  }

  private static func dayNumber(year: Int, month: Int, day: Int) -> Int? {
    guard (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = (31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    let length = withUnsafeBytes(of: lengths) { $0.bindMemory(to: Int.self)[month - 1] }
    guard day <= length else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// `PT1H30M`, `PT96H40M`, `PT0S`; digits only are milliseconds as text on the core host.
  ///
  /// - Returns: seconds, or nil for anything else.
  static func duration(_ text: String) -> Int? {
    // Ten million years; what is longer is no duration.
    let limit = 1 << 48
    if let milliseconds = Int(text) {
      let seconds = milliseconds / 1000
      return seconds < limit && seconds > -limit ? seconds : nil
    }
    guard text.hasPrefix("PT"), text.utf8.count > 2 else { return nil }
    var total = 0
    var value: Int?
    var isFraction = false
    for byte in text.utf8.dropFirst(2) {
      switch byte {
      case 48...57:
        if isFraction { continue }
        let (scaled, overflow) = (value ?? 0).multipliedReportingOverflow(by: 10)
        guard !overflow, scaled < limit else { return nil }
        value = scaled + Int(byte - 48)
      case UInt8(ascii: "."): isFraction = true
      case UInt8(ascii: "H"), UInt8(ascii: "M"), UInt8(ascii: "S"):
        guard let number = value else { return nil }
        total += number * (byte == UInt8(ascii: "H") ? 3600 : byte == UInt8(ascii: "M") ? 60 : 1)
        guard total < limit else { return nil }
        (value, isFraction) = (nil, false)
      default: return nil
      }
    }
    return value == nil ? total : nil
  }

  /// `yyyy-MM-ddTHH:mm:ssZ` of a moment, for requests.
  static func text(_ seconds: Int) -> String {
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let time = seconds - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ value: Int, _ width: Int = 2) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(padded(year, 4))-\(padded(month))-\(padded(dayOfYear - (153 * marchMonth + 2) / 5 + 1))"
    return "\(date)T\(padded(time / 3600)):\(padded(time / 60 % 60)):\(padded(time % 60))Z"
  }
}

/// Clockify's forms of time, for those who read rows of other kinds.
package enum ClockifyTime {
  /// An instant in UTC, `yyyy-MM-ddTHH:mm:ssZ`, fractions cut off; nil: it is none.
  package static func instant(_ text: String) -> String? { Timestamp.seconds(text).map(Timestamp.text) }
  /// A date, given as one or as midnight UTC; nil: it is none.
  package static func date(_ text: String) -> String? {
    let isDate = text.utf8.count == 10
    guard let instant = instant(isDate ? "\(text)T00:00:00Z" : text), instant.hasSuffix("T00:00:00Z") else {
      return nil
    }
    return String(instant.prefix(10))
  }
  /// Of a duration: `PT1H30M`, or digits, which are milliseconds; nil: it is none.
  package static func duration(_ text: String) -> Int? { Timestamp.duration(text) }
}

package import Planning

/// Numbers and times as people read them.
package enum Words {
  /// `3,301 h 24 m`: whole minutes, cut off; under a minute `under 1 m`.
  package static func hours(seconds: Int) -> String {
    if seconds == 0 { return "0 h" }
    if abs(seconds) < 60 { return "under 1 m" }
    let (hours, minutes) = (abs(seconds) / 3600, abs(seconds) / 60 % 60)
    let sign = seconds < 0 ? "-" : ""
    return minutes == 0 ? "\(sign)\(count(hours)) h" : "\(sign)\(count(hours)) h \(minutes < 10 ? "0" : "")\(minutes) m"
  }

  /// To the second: `3301:24:10`.
  package static func clock(seconds: Int) -> String {
    "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }

  /// `4:05` of minutes.
  package static func clock(minutes: Int) -> String { "\(minutes / 60):\(two(minutes % 60))" }

  /// Minutes of hours as people type them: `4:30`, `4.5`, `4,5`, `4`; a fraction is rounded to whole minutes, half up.
  ///
  /// - Returns: nil: it is no time.
  package static func minutes(ofHours text: String) -> Int? {
    if let match = text.wholeMatch(of: /([0-9]{1,4}):([0-5][0-9])/) {
      return Int(match.output.1)! * 60 + Int(match.output.2)!
    }
    guard let match = text.wholeMatch(of: /([0-9]{1,4})(?:[.,]([0-9]{1,4}))?/) else { return nil }
    let digits = match.output.2.map(String.init) ?? "0"
    let parts = digits.reduce(1) { parts, _ in parts * 10 }
    return Int(match.output.1)! * 60 + (Int(digits)! * 120 + parts) / (2 * parts)
  }

  package static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// `41.2 MB`; signed: `+0.3 MB`.
  package static func megabytes(_ bytes: Int, signed: Bool = false) -> String {
    let tenths = (abs(bytes) + 50_000) / 100_000
    let sign = bytes < 0 ? "-" : signed ? "+" : ""
    return "\(sign)\(count(tenths / 10)).\(tenths % 10) MB"
  }

  /// With thousands separators.
  package static func count(_ value: Int) -> String {
    var digits = String(abs(value))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  package static func plural(_ value: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? one : many ?? one + "s")"
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// `5 Oct 2026`.
  package static func day(_ day: CalendarDay) -> String {
    let parts = day.components
    return "\(parts.day) \(months[parts.month - 1]) \(parts.year)"
  }

  /// `Oct`.
  package static func month(_ day: CalendarDay) -> String { months[day.components.month - 1] }

  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  package static func weekday(_ day: CalendarDay) -> String { weekdays[day.weekday.rawValue] }

  /// `09:00–11:30` of two instants as stored, in a zone by name; one that is not there yet is `…`.
  package static func times(_ from: String?, _ to: String?, zone name: String) -> String {
    let zone = Zone(name) ?? .utc
    func clock(_ text: String?) -> String {
      guard let instant = text.flatMap({ Instant($0) }) else { return "…" }
      let time = instant.seconds - zone.start(of: zone.day(of: instant)).seconds
      return "\(two(time / 3600)):\(two(time / 60 % 60))"
    }
    return "\(clock(from))–\(clock(to))"
  }

  package static func range(_ days: ClosedRange<CalendarDay>) -> String {
    "\(day(days.lowerBound)) – \(day(days.upperBound))"
  }

  /// Lines of at most 100 columns, broken at blanks; what follows stands further in. A number stays with its word.
  package static func wrapped(_ line: String, indent: Int = 12, width: Int = 100) -> [String] {
    guard line.count > width else { return [line] }
    let head = line.prefix(width + 1)
    let lead = line.prefix { $0 == " " }.count
    let breaks = head.indices.filter { head[$0] == " " && !isAmidNumber(line, $0) }
    guard let blank = breaks.last, line.distance(from: line.startIndex, to: blank) > max(indent, lead) else {
      return [line]
    }
    let rest = String(repeating: " ", count: indent) + line[blank...].drop { $0 == " " }
    var first = line[..<blank]
    while first.last == " " { first.removeLast() }
    return [String(first)] + wrapped(rest, indent: indent, width: width)
  }

  /// Text from outside as a terminal may get it: what would steer the terminal, break a line or turn its direction is shown
  /// as a sign instead.
  package static func harmless(_ text: String, keepsLines: Bool = false) -> String {
    guard text.unicodeScalars.contains(where: { isSteering($0) && !(keepsLines && $0 == "\n") }) else { return text }
    var harmless = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if !isSteering(scalar) || (keepsLines && scalar == "\n") {
        harmless.append(scalar)
      } else if scalar.value < 0x20 {
        harmless.append(Unicode.Scalar(0x2400 + scalar.value)!)
      } else {
        harmless.append(scalar == "\u{7F}" ? "\u{2421}" : "\u{FFFD}")
      }
    }
    return String(harmless)
  }

  private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// `46 h 12 m` and `3 people` are one word each.
  private static func isAmidNumber(_ line: String, _ blank: String.Index) -> Bool {
    let before = line[..<blank].last, after = line[line.index(after: blank)...].first
    if before?.isNumber ?? false, after?.isLetter ?? false { return true }
    return before == "h" && after?.isNumber ?? false && line[..<blank].dropLast().last == " "
  }

  package static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

import Planning

/// Numbers and times as people read them.
enum Words {
  /// `3,301 h 24 m`: whole minutes, cut off; under a minute `under 1 m`.
  static func hours(seconds: Int) -> String {
    if seconds == 0 { return "0 h" }
    if abs(seconds) < 60 { return "under 1 m" }
    let (hours, minutes) = (abs(seconds) / 3600, abs(seconds) / 60 % 60)
    let sign = seconds < 0 ? "-" : ""
    return minutes == 0 ? "\(sign)\(count(hours)) h" : "\(sign)\(count(hours)) h \(minutes < 10 ? "0" : "")\(minutes) m"
  }

  /// To the second: `3301:24:10`.
  static func clock(seconds: Int) -> String {
    "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }

  /// `4:05` of minutes.
  static func clock(minutes: Int) -> String { "\(minutes / 60):\(two(minutes % 60))" }

  static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// `41.2 MB`; signed: `+0.3 MB`.
  static func megabytes(_ bytes: Int, signed: Bool = false) -> String {
    let tenths = (abs(bytes) + 50_000) / 100_000
    let sign = bytes < 0 ? "-" : signed ? "+" : ""
    return "\(sign)\(count(tenths / 10)).\(tenths % 10) MB"
  }

  /// With thousands separators.
  static func count(_ value: Int) -> String {
    var digits = String(abs(value))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  static func plural(_ value: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count(value)) \(value == 1 ? one : many ?? one + "s")"
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// `5 Oct 2026`.
  static func day(_ day: CalendarDay) -> String {
    let parts = day.components
    return "\(parts.day) \(months[parts.month - 1]) \(parts.year)"
  }

  static func range(_ days: ClosedRange<CalendarDay>) -> String { "\(day(days.lowerBound)) – \(day(days.upperBound))" }

  /// Lines of at most 100 columns, broken at blanks; what follows stands further in.
  static func wrapped(_ line: String, indent: Int = 12, width: Int = 100) -> [String] {
    guard line.count > width else { return [line] }
    let head = line.prefix(width + 1)
    let lead = line.prefix { $0 == " " }.count
    guard let blank = head.lastIndex(of: " "), line.distance(from: line.startIndex, to: blank) > max(indent, lead)
    else {
      return [line]
    }
    let rest = String(repeating: " ", count: indent) + line[blank...].drop { $0 == " " }
    return [String(line[..<blank])] + wrapped(rest, indent: indent, width: width)
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

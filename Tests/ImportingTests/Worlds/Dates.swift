import Foundation

// Dates by Foundation alone: nothing of rota's own calendar.

/// The date that a clock in this zone shows at an instant.
func localDay(_ seconds: Int, _ zone: String) -> String {
  let offset = TimeZone(identifier: zone)!.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
  return dayText(Int((Double(seconds + offset) / 86_400).rounded(.down)))
}

/// Days since 1970, as `2026-03-09`.
func dayText(_ number: Int) -> String {
  let parts = utcCalendar.dateComponents(
    [.year, .month, .day], from: Date(timeIntervalSince1970: Double(number) * 86_400))
  return String(format: "%04d-%02d-%02d", parts.year!, parts.month!, parts.day!)
}

func dayNumber(_ text: String) -> Int {
  let parts = text.split(separator: "-").map { Int($0)! }
  let date = utcCalendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2]))!
  return Int((date.timeIntervalSince1970 / 86_400).rounded(.down))
}

func instantText(_ seconds: Int) -> String {
  let rest = seconds - Int((Double(seconds) / 86_400).rounded(.down)) * 86_400
  return dayText((seconds - rest) / 86_400)
    + String(format: "T%02d:%02d:%02dZ", rest / 3600, rest / 60 % 60, rest % 60)
}

private let utcCalendar: Calendar = {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = TimeZone(identifier: "UTC")!
  return calendar
}()

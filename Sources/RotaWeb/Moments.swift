import Planning
import Steering

/// Instants as people read them, in one zone for a whole page.
struct Moments: Sendable {
  let zone: Zone

  /// `Fri 27 Nov 2026 02:00`.
  func words(_ instant: Instant) -> String {
    let day = zone.day(of: instant)
    let time = instant.seconds - zone.start(of: day).seconds
    return "\(Words.weekday(day)) \(Words.day(day)) \(Words.two(time / 3600)):\(Words.two(time / 60 % 60))"
  }

  /// As stored (UTC); what is none stays as it is.
  func words(_ text: String) -> String { Instant(text).map { words($0) } ?? text }

  func moment(_ text: String) -> Moment { Moment(text: words(text), utc: text) }
}

/// For `<time>`.
struct Moment: Sendable {
  let text: String
  let utc: String
}

import ClockifyAPI
import Foundation
package import Planning

/// Times as people write them: RFC 3339, a local time, a date (its midnight), `now`. Whole seconds.
package struct TimeReader: Sendable {
  /// Where local times are.
  package let zone: Zone
  private let now: @Sendable () -> Instant

  package init(zone: Zone, now: @escaping @Sendable () -> Instant) {
    self.zone = zone
    self.now = now
  }

  /// - Throws: `SendingError` for what is no time, and for a local time that a change of the clocks skips or doubles.
  package func instant(_ text: String) throws -> Instant {
    if text == "now" { return now() }
    let form = /(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d)?(\.\d+)?(?:([Zz])|([+-]\d\d:?\d\d))?)?/
    guard let parts = text.wholeMatch(of: form)?.output else { throw refusal(text) }
    let seconds = parts.3 ?? ":00"
    let local = "\(parts.1)T\(parts.2 ?? "00:00")\(seconds)"
    if parts.5 != nil || parts.6 != nil {
      let offset = parts.6.map(String.init) ?? "Z"
      guard let utc = ClockifyTime.instant(local + offset), let instant = Instant(utc) else { throw refusal(text) }
      return instant
    }
    guard let digits = Instant("\(local)Z") else { throw refusal(text) }
    let found = Set([digits - 86_400, digits + 86_400].map { digits - zone.offset(at: $0) }).filter {
      $0 + zone.offset(at: $0) == digits
    }
    switch found.count {
    case 1: return found.first!
    case 0:
      throw SendingError(
        "\(text) does not exist in \(zone.name): the clocks are changed over it",
        next: "name the offset: \(local)+02:00")
    default:
      throw SendingError(
        "\(text) comes twice in \(zone.name): the clocks are changed back",
        next: found.sorted().map(\.description).joined(separator: "   or   "))
    }
  }

  private func refusal(_ text: String) -> SendingError {
    SendingError("\"\(text)\" is no time", next: "write it like 2026-05-04T07:00:00Z, \"2026-05-04 09:00\" or now")
  }
}

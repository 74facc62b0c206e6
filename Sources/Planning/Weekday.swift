/// Monday is 0.
package enum Weekday: Int, CaseIterable, Sendable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  /// `mon`, `tue`, … as in `contract.working_days` and the settings.
  package var shortName: String { Self.shortNames[rawValue] }
  package var name: String { Self.names[rawValue] }

  private static let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
  private static let shortNames = names.map { String($0.prefix(3)) }

  /// Accepts `mon` and `monday`, any letter case.
  package init?(_ text: some StringProtocol) {
    let lowered = text.lowercased()
    guard let day = Self.allCases.first(where: { $0.shortName == lowered || $0.name == lowered }) else {
      return nil
    }
    self = day
  }
}

/// The days of a week on which a contract works.
package struct WorkingDays: Hashable, Sendable {
  private let bits: UInt8

  package init(_ days: some Sequence<Weekday>) {
    bits = days.reduce(0) { $0 | 1 << $1.rawValue }
  }

  /// Reads `mon,tue,wed`; nil if a part is no weekday or nothing is given.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ",").map { part in String(part.filter { $0 != " " }) }
    let days = parts.compactMap { Weekday($0) }
    guard !days.isEmpty, days.count == parts.count else { return nil }
    self.init(days)
  }

  package static let mondayToFriday = WorkingDays(Weekday.allCases.prefix(5))

  package func contains(_ day: Weekday) -> Bool { bits & 1 << day.rawValue != 0 }
}

extension WorkingDays: CustomStringConvertible {
  package var description: String {
    Weekday.allCases.filter(contains).map(\.shortName).joined(separator: ",")
  }
}

package import ClockifyAPI
package import PlanningStore

/// What a column takes of what Clockify sends, and how it keeps it. What it does not take is no error: the column stays
/// empty, and the value in `raw` (replica.md 1.1).
package enum ReplicaForm: Character, Sendable, CaseIterable {
  case text = "T"
  /// The address of a picture, without the query that signs it anew with every answer.
  case address = "U"
  case whole = "I"
  case real = "R"
  case flag = "B"
  /// UTC, whole seconds.
  case instant = "Z"
  case date = "D"
  /// The text as sent, and beside it, in `<name>_seconds`, how many seconds.
  case duration = "P"
  /// Whole minor units of a currency.
  case money = "M"
  /// Any value, as JSON text.
  case json = "J"

  /// As the schema says it.
  package var sqlite: String {
    switch self {
    case .text, .address, .instant, .date, .duration, .json: "TEXT"
    case .whole, .flag, .money: "INTEGER"
    case .real: "REAL"
    }
  }

  package var words: String {
    switch self {
    case .text: "text"
    case .address: "address, without its query"
    case .whole: "whole number"
    case .real: "number"
    case .flag: "0 or 1"
    case .instant: "instant, UTC"
    case .date: "date"
    case .duration: "duration as sent; beside it its seconds"
    case .money: "money in minor units"
    case .json: "JSON"
    }
  }

  /// - Returns: nil where it is a value of another form.
  package func read(_ value: JSONTree) -> ReplicaField? {
    if value.isNothing { return .null }
    switch self {
    case .text: return Self.plain(value).map(ReplicaField.text)
    case .address:
      guard case .text(let text) = value else { return nil }
      return .text(text.contains("://") ? String(text.prefix { $0 != "?" }) : text)
    case .whole, .money: return Self.plain(value).flatMap(Self.whole).map(ReplicaField.whole)
    case .real: return Self.number(value).map(ReplicaField.real)
    case .flag:
      switch Self.plain(value) {
      case "true": return .whole(1)
      case "false": return .whole(0)
      default: return nil
      }
    case .instant:
      guard case .text(let text) = value else { return nil }
      return ClockifyTime.instant(text).map(ReplicaField.text)
    case .date:
      guard case .text(let text) = value else { return nil }
      return ClockifyTime.date(text).map(ReplicaField.text)
    case .duration:
      guard let text = Self.plain(value), ClockifyTime.duration(text) != nil else { return nil }
      return .text(text)
    case .json: return .text(value.canonical)
    }
  }

  /// The seconds of a duration that was taken.
  static func seconds(of value: ReplicaField) -> ReplicaField {
    guard case .text(let text) = value, let seconds = ClockifyTime.duration(text) else { return .null }
    return .whole(Int64(seconds))
  }

  /// Text, or a number or a flag as its JSON text.
  private static func plain(_ value: JSONTree) -> String? {
    switch value {
    case .text(let text), .number(let text): text
    case .flag(let flag): flag ? "true" : "false"
    case .null, .list, .object: nil
    }
  }

  /// `12`, `12.0`, `1.2e1`.
  private static func whole(_ text: String) -> Int64? {
    Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }
  }

  private static func number(_ value: JSONTree) -> Double? {
    if case .flag = value { return nil }
    return plain(value).flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
  }
}

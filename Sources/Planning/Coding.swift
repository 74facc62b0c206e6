/// Dates and instants as their text, wherever they are stored or sent.
extension CalendarDay: Codable {
  package init(from decoder: any Decoder) throws {
    self = try decoded(decoder) { CalendarDay($0) }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Instant: Codable {
  package init(from decoder: any Decoder) throws {
    self = try decoded(decoder) { Instant($0) }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

private func decoded<Value>(_ decoder: any Decoder, _ read: (String) -> Value?) throws -> Value {
  let container = try decoder.singleValueContainer()
  let text = try container.decode(String.self)
  guard let value = read(text) else {
    throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no \(Value.self)")
  }
  return value
}

import GRDB

/// A value of which the schema does not tell whether it is a number or a text.
package enum Scalar: Sendable, Hashable {
  case none
  case number(Int64)
  case real(Double)
  case text(String)
}

extension Scalar: CustomStringConvertible {
  /// Nothing is the empty text.
  package var description: String {
    switch self {
    case .none: ""
    case .number(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let value): value
    }
  }
}

extension Scalar: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .none: try container.encodeNil()
    case .number(let value): try container.encode(value)
    case .real(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }
}

extension Scalar {
  init(_ value: DatabaseValue) {
    switch value.storage {
    case .int64(let int): self = .number(int)
    case .string(let text): self = .text(text)
    case .double(let value): self = .real(value)
    case .null, .blob: self = .none
    }
  }

  var databaseValue: DatabaseValue {
    switch self {
    case .none: .null
    case .number(let value): value.databaseValue
    case .real(let value): value.databaseValue
    case .text(let value): value.databaseValue
    }
  }
}

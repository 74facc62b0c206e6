import PlanningStore

/// Turns a row into its fields: truths are 0 and 1, as in the database, enums and dates their text, nil is `.none`.
///
/// A row lists its properties in the order of its `CodingKeys`; one that does not is stopped here.
final class TableEncoder: Encoder {
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  private let columns: [String]
  private var fields: [Scalar] = []
  /// Where the value goes that is being encoded.
  private var column = 0

  init(_ columns: [String]) {
    self.columns = columns
  }

  func fields(of row: some TabularRow) -> [Scalar] {
    fields = Array(repeating: .none, count: columns.count)
    column = -1
    do {
      try row.encode(to: self)
    } catch {
      preconditionFailure("\(type(of: row)): \(error)")
    }
    return fields
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Columns(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { preconditionFailure("a field of a row is no list") }

  func singleValueContainer() -> any SingleValueEncodingContainer { Field(encoder: self) }

  /// Properties come in the order of the columns, those that are nil left out.
  fileprivate func set(_ field: Scalar, _ key: some CodingKey) {
    moveTo(key)
    fields[column] = field
  }

  fileprivate func encode(_ value: some Encodable, _ key: some CodingKey) throws {
    moveTo(key)
    try value.encode(to: self)
  }

  fileprivate func set(_ field: Scalar) { fields[column] = field }

  private func moveTo(_ key: some CodingKey) {
    let name = key.stringValue
    repeat {
      column += 1
      precondition(column < columns.count, "\(name) stands otherwise in CodingKeys than among the properties")
    } while columns[column] != name
  }
}

private struct Columns<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: TableEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { encoder.set(.none, key) }
  func encode(_ value: Bool, forKey key: Key) { encoder.set(.number(value ? 1 : 0), key) }
  func encode(_ value: String, forKey key: Key) { encoder.set(.text(value), key) }
  func encode(_ value: Int, forKey key: Key) { encoder.set(.number(Int64(value)), key) }
  func encode(_ value: Int64, forKey key: Key) { encoder.set(.number(value), key) }
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try encoder.encode(value, key) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { preconditionFailure("a field of a row has no parts") }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder.unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder }
  func superEncoder(forKey key: Key) -> any Encoder { encoder }
}

/// One value, also behind an enum or a date.
private struct Field: SingleValueEncodingContainer {
  let encoder: TableEncoder
  var codingPath: [any CodingKey] { [] }

  func encodeNil() { encoder.set(.none) }
  func encode(_ value: Bool) { encoder.set(.number(value ? 1 : 0)) }
  func encode(_ value: String) { encoder.set(.text(value)) }
  func encode(_ value: Int) { encoder.set(.number(Int64(value))) }
  func encode(_ value: Int64) { encoder.set(.number(value)) }
  func encode<Value: Encodable>(_ value: Value) throws { try value.encode(to: encoder) }
}

import PlanningStore

/// How rows are written down.
package enum RowForm: Sendable { case copy, csv, ndjson }

/// Writes rows as bytes in one form, the tenant in front of each. Text that is no UTF-8 is mended (U+FFFD), and U+0000, which
/// no database takes, becomes U+FFFD too.
struct RowWriter {
  let form: RowForm
  private let columns: [PublishedTable.Column]
  private let front: [UInt8]
  /// Of NDJSON: a comma, and the name with its colon.
  private let names: [[UInt8]]
  /// What was written since it was last taken.
  private(set) var bytes: [UInt8] = []
  private(set) var rows = 0

  /// Bytes that are kept before somebody takes them.
  static let enough = 1 << 16

  init(_ form: RowForm, _ table: PublishedTable, tenant: String) {
    self.form = form
    columns = table.columns
    bytes.reserveCapacity(2 * Self.enough)
    var tenantText: [UInt8] = []
    Array(tenant.utf8).withUnsafeBufferPointer { Self.write(text: $0, as: form, to: &tenantText) }
    front = form == .ndjson ? Array("{\"tenant\":".utf8) + tenantText : tenantText
    names = form == .ndjson ? columns.map { Array(",\"\($0.name)\":".utf8) } : []
    if form == .csv {
      bytes += Array((["tenant"] + columns.map(\.name)).joined(separator: ",").utf8) + [Byte.newline]
    }
  }

  mutating func add(_ row: PublishedRow) {
    rows += 1
    bytes += front
    for (place, column) in columns.enumerated() {
      switch form {
      case .copy: bytes.append(Byte.tab)
      case .csv: bytes.append(Byte.comma)
      case .ndjson: bytes += names[place]
      }
      if row.isNull(place) { writeNull() } else { write(row, place, column.form) }
    }
    if form == .ndjson { bytes.append(Byte.closingBrace) }
    bytes.append(Byte.newline)
  }

  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  private mutating func writeNull() {
    switch form {
    case .copy: bytes += Self.copyNull
    case .csv: break
    case .ndjson: bytes += Self.jsonNull
    }
  }

  private static let copyNull = Array("\\N".utf8)
  private static let jsonNull = Array("null".utf8)

  private mutating func write(_ row: PublishedRow, _ place: Int, _ column: PublishedTable.Form) {
    switch column {
    case .integer: bytes.append(decimal: row.integer(place))
    case .real: write(real: row.real(place))
    case .flag:
      bytes += (row.integer(place) != 0 ? "true" : "false").utf8
    case .json:
      SafeJSON.with(row.utf8(place)) { json in
        if form == .ndjson { bytes.append(contentsOf: json) } else { Self.write(text: json, as: form, to: &bytes) }
      }
    case .date, .instant:
      if form == .copy, let date = PostgresDate.text(row.utf8(place)) {
        bytes += date.utf8
      } else {
        Self.write(text: row.utf8(place), as: form, to: &bytes)
      }
    case .text: Self.write(text: row.utf8(place), as: form, to: &bytes)
    }
  }

  private mutating func write(real: Double) {
    if real.isFinite {
      bytes += "\(real)".utf8
    } else {
      // As databases spell it; JSON has no number for it.
      let word = real < 0 ? "-Infinity" : "Infinity"
      bytes += (form == .ndjson ? "\"\(word)\"" : word).utf8
    }
  }

  private static func write(text: UnsafeBufferPointer<UInt8>, as form: RowForm, to bytes: inout [UInt8]) {
    guard let fault = text.firstIndex(where: { $0 >= 0x80 || $0 == 0 }) else {
      return writeSound(text, as: form, to: &bytes)
    }
    var sound = String(decoding: text, as: UTF8.self)
    if text[fault...].contains(0) { sound = sound.replacing("\u{0}", with: "\u{FFFD}") }
    sound.withUTF8 { writeSound($0, as: form, to: &bytes) }
  }

  private static func writeSound(_ text: UnsafeBufferPointer<UInt8>, as form: RowForm, to bytes: inout [UInt8]) {
    switch form {
    case .copy: bytes.append(copyText: text)
    case .csv: bytes.append(csvText: text)
    case .ndjson: bytes.append(jsonText: text)
    }
  }
}

enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let comma = UInt8(ascii: ",")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let closingBrace = UInt8(ascii: "}")
}

extension [UInt8] {
  fileprivate mutating func append(decimal number: Int64) {
    if number >= 0, number < 10 { return append(UInt8(number) + 48) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var (place, left) = (20, number.magnitude)
      repeat {
        place -= 1
        digits[place] = UInt8(left % 10) + 48
        left /= 10
      } while left > 0
      if number < 0 {
        place -= 1
        digits[place] = UInt8(ascii: "-")
      }
      append(contentsOf: UnsafeBufferPointer(rebasing: digits[place...]))
    }
  }

  /// PostgreSQL's text form: backslash, tab, newline and carriage return are escaped.
  fileprivate mutating func append(copyText text: UnsafeBufferPointer<UInt8>) {
    var start = text.startIndex
    for place in text.indices {
      let byte = text[place]
      guard byte < 32 || byte == Byte.backslash else { continue }
      let letter: UInt8
      switch byte {
      case Byte.backslash: letter = Byte.backslash
      case Byte.tab: letter = UInt8(ascii: "t")
      case Byte.newline: letter = UInt8(ascii: "n")
      case Byte.carriageReturn: letter = UInt8(ascii: "r")
      default: continue
      }
      append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
      append(Byte.backslash)
      append(letter)
      start = place + 1
    }
    append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
  }

  /// RFC 4180; an empty text is quoted, so that it is not taken for NULL.
  fileprivate mutating func append(csvText text: UnsafeBufferPointer<UInt8>) {
    let isPlain = text.allSatisfy {
      $0 != Byte.quote && $0 != Byte.comma && $0 != Byte.newline && $0 != Byte.carriageReturn && $0 != 32
    }
    if isPlain, !text.isEmpty { return append(contentsOf: text) }
    append(Byte.quote)
    for byte in text {
      if byte == Byte.quote { append(Byte.quote) }
      append(byte)
    }
    append(Byte.quote)
  }

  fileprivate mutating func append(jsonText text: UnsafeBufferPointer<UInt8>) {
    append(Byte.quote)
    var start = text.startIndex
    for place in text.indices {
      let byte = text[place]
      guard byte < 32 || byte == Byte.backslash || byte == Byte.quote else { continue }
      append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<place]))
      start = place + 1
      append(Byte.backslash)
      switch byte {
      case Byte.newline: append(UInt8(ascii: "n"))
      case Byte.tab: append(UInt8(ascii: "t"))
      case Byte.carriageReturn: append(UInt8(ascii: "r"))
      case Byte.backslash, Byte.quote: append(byte)
      default:
        append(contentsOf: "u00".utf8)
        append(hexDigit(byte >> 4))
        append(hexDigit(byte & 15))
      }
    }
    append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    append(Byte.quote)
  }

  private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? value + 48 : value + 87 }
}

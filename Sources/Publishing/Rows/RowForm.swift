/// How rows are written down.
package enum RowForm: Sendable {
  /// PostgreSQL's text form of COPY.
  case copy
  /// RFC 4180; an empty field is NULL, `""` an empty text.
  case csv
  /// An object on each line.
  case ndjson
}

enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let comma = UInt8(ascii: ",")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let blank = UInt8(ascii: " ")
}

/// Texts in one form. What is no UTF-8 is mended (U+FFFD), and U+0000, which no database takes, becomes U+FFFD too.
struct TextWriter {
  let form: RowForm
  /// Bytes that a text may not hold to be written as it is: all from 128 on must be looked at, and all below 32.
  private let marked: (UInt64, UInt64)

  init(_ form: RowForm) {
    self.form = form
    switch form {
    case .copy: marked = (Self.all(Byte.backslash), Self.all(Byte.backslash))
    case .csv: marked = (Self.all(Byte.quote), Self.all(Byte.comma))
    case .ndjson: marked = (Self.all(Byte.quote), Self.all(Byte.backslash))
    }
  }

  private static func all(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

  func write(_ text: UnsafeBufferPointer<UInt8>, to bytes: Bytes) {
    if isPlain(text) {
      let isQuoted =
        form == .ndjson || (form == .csv && (text.isEmpty || text.first == Byte.blank || text.last == Byte.blank))
      if isQuoted { bytes.append(Byte.quote) }
      bytes.append(text)
      if isQuoted { bytes.append(Byte.quote) }
    } else if text.contains(where: { $0 >= 0x80 || $0 == 0 }) {
      var sound = String(decoding: text, as: UTF8.self)
      if text.contains(0) { sound = sound.replacing("\u{0}", with: "\u{FFFD}") }
      sound.withUTF8 { escape($0, to: bytes) }
    } else {
      escape(text, to: bytes)
    }
  }

  /// Eight at a time: below 32, from 128 on, or one of those that are marked.
  private func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let (raw, high, ones) = (UnsafeRawBufferPointer(text), Self.all(0x80), Self.all(1))
    func isFound(_ word: UInt64) -> Bool {
      let (one, other) = (word ^ marked.0, word ^ marked.1)
      let below = (word &- Self.all(32)) & ~word
      return (word | below | ((one &- ones) & ~one) | ((other &- ones) & ~other)) & high != 0
    }
    var place = 0
    while place + 8 <= raw.count {
      if isFound(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) { return false }
      place += 8
    }
    // What is left, with blanks behind.
    var last = Self.all(Byte.blank)
    for (shift, byte) in raw[place...].enumerated() {
      last = last & ~(0xFF << (8 * UInt64(shift))) | UInt64(byte) << (8 * UInt64(shift))
    }
    return !isFound(last)
  }

  private func escape(_ text: UnsafeBufferPointer<UInt8>, to bytes: Bytes) {
    switch form {
    case .copy: escapeCopy(text, to: bytes)
    case .csv: quoteCSV(text, to: bytes)
    case .ndjson: quoteJSON(text, to: bytes)
    }
  }

  private func escapeCopy(_ text: UnsafeBufferPointer<UInt8>, to bytes: Bytes) {
    for byte in text {
      let letter: UInt8?
      switch byte {
      case Byte.backslash: letter = Byte.backslash
      case Byte.tab: letter = UInt8(ascii: "t")
      case Byte.newline: letter = UInt8(ascii: "n")
      case Byte.carriageReturn: letter = UInt8(ascii: "r")
      default: letter = nil
      }
      if letter != nil { bytes.append(Byte.backslash) }
      bytes.append(letter ?? byte)
    }
  }

  private func quoteCSV(_ text: UnsafeBufferPointer<UInt8>, to bytes: Bytes) {
    bytes.append(Byte.quote)
    for byte in text {
      if byte == Byte.quote { bytes.append(Byte.quote) }
      bytes.append(byte)
    }
    bytes.append(Byte.quote)
  }

  private func quoteJSON(_ text: UnsafeBufferPointer<UInt8>, to bytes: Bytes) {
    bytes.append(Byte.quote)
    for byte in text {
      guard byte < 32 || byte == Byte.backslash || byte == Byte.quote else {
        bytes.append(byte)
        continue
      }
      bytes.append(Byte.backslash)
      switch byte {
      case Byte.newline: bytes.append(UInt8(ascii: "n"))
      case Byte.tab: bytes.append(UInt8(ascii: "t"))
      case Byte.carriageReturn: bytes.append(UInt8(ascii: "r"))
      case Byte.backslash, Byte.quote: bytes.append(byte)
      default:
        bytes.append("u00")
        for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? digit + 48 : digit + 87) }
      }
    }
    bytes.append(Byte.quote)
  }
}

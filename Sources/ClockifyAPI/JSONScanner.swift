#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A validating, bounds-checked reader of JSON text in UTF-8, for the pages that arrive by the thousand.
///
/// It accepts exactly RFC 8259 (UTF-8, literals, number grammar, escapes with paired surrogates, nothing after the
/// value) down to a depth of 128, and is checked against JSONDecoder on generated and mutated pages.
struct JSONScanner {
  struct Failure: Error, Equatable {
    enum Problem: Equatable { case truncated, syntax, encoding, depth }
    let problem: Problem
    /// Byte offset.
    let offset: Int
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private(set) var index = 0
  private var depth = 0
  private var recent = RecentTexts()

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  // MARK: Structure

  /// Reads an object; `member` must consume the value of each key.
  mutating func object(_ member: (inout JSONScanner, Key) throws -> Void) throws {
    try open("{")
    if try close("}") { return }
    while true {
      let key = try self.key()
      try expect(UInt8(ascii: ":"))
      try member(&self, key)
      if try separatorOrEnd("}") { return }
    }
  }

  /// Reads an array; `element` must consume each value.
  mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
    try open("[")
    if try close("]") { return }
    while true {
      try element(&self)
      if try separatorOrEnd("]") { return }
    }
  }

  /// Nothing but white space may follow the value.
  mutating func end() throws {
    skipSpace()
    if index < bytes.count { throw failure(.syntax) }
  }

  /// The first byte of the next value: `{ [ " t f n -` or a digit.
  @inline(__always)
  mutating func peek() throws -> UInt8 {
    skipSpace()
    guard index < bytes.count else { throw failure(.truncated) }
    return bytes[index]
  }

  private mutating func open(_ bracket: Unicode.Scalar) throws {
    try expect(UInt8(ascii: bracket))
    depth += 1
    if depth > 128 { throw failure(.depth) }
  }

  @inline(__always)
  private mutating func close(_ bracket: Unicode.Scalar) throws -> Bool {
    guard try peek() == UInt8(ascii: bracket) else { return false }
    index += 1
    depth -= 1
    return true
  }

  @inline(__always)
  private mutating func separatorOrEnd(_ bracket: Unicode.Scalar) throws -> Bool {
    if try close(bracket) { return true }
    try expect(UInt8(ascii: ","))
    return false
  }

  @inline(__always)
  private mutating func expect(_ byte: UInt8) throws {
    guard try peek() == byte else { throw failure(.syntax) }
    index += 1
  }

  @inline(__always)
  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  private func failure(_ problem: Failure.Problem) -> Failure {
    Failure(problem: index >= bytes.count ? .truncated : problem, offset: index)
  }

  // MARK: Values

  /// The bytes of a key, compared without making a string of them. A key with escapes has its decoded bytes.
  struct Key {
    fileprivate let bytes: UnsafeBufferPointer<UInt8>
    fileprivate let decoded: String?

    var text: String { decoded ?? String(decoding: bytes, as: UTF8.self) }

    @inline(__always)
    static func ~= (pattern: StaticString, key: Key) -> Bool {
      if let decoded = key.decoded { return decoded == pattern.description }
      guard pattern.utf8CodeUnitCount == key.bytes.count else { return false }
      return key.bytes.isEmpty || memcmp(key.bytes.baseAddress!, pattern.utf8Start, key.bytes.count) == 0
    }
  }

  private mutating func key() throws -> Key {
    let raw = try rawString()
    return Key(bytes: slice(raw), decoded: raw.isPlain ? nil : try decode(raw))
  }

  private func slice(_ raw: RawString) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[raw.range]) }

  mutating func string() throws -> String {
    let raw = try rawString()
    return raw.isPlain ? String(decoding: slice(raw), as: UTF8.self) : try decode(raw)
  }

  /// As `text()`, of a value that repeats in other rows: the same string again.
  mutating func repeatedText() throws -> String? {
    guard try peek() == UInt8(ascii: "\"") else { return try text() }
    let raw = try rawString()
    if raw.range.isEmpty { return nil }
    return raw.isPlain ? recent.text(slice(raw)) : try decode(raw)
  }

  /// What `read` makes of the bytes of what `text()` would be, without a string where that can be.
  mutating func reading<Value>(_ read: (UnsafeBufferPointer<UInt8>) -> Value) throws -> Value? {
    guard try peek() == UInt8(ascii: "\"") else {
      guard var text = try text() else { return nil }
      return text.withUTF8(read)
    }
    let raw = try rawString()
    if raw.range.isEmpty { return nil }
    if raw.isPlain { return read(slice(raw)) }
    var text = try decode(raw)
    return text.withUTF8(read)
  }

  /// A string, or nil for null and ""; a number or literal as its text; nested values are passed over.
  mutating func text() throws -> String? {
    switch try peek() {
    case UInt8(ascii: "\""):
      let text = try string()
      return text.isEmpty ? nil : text
    case UInt8(ascii: "n"):
      try literal("null")
      return nil
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skip()
      return nil
    default:
      let start = index
      try skip()
      return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<index]), as: UTF8.self)
    }
  }

  /// A number, also as text; nil: it is none. Zero, which most amounts are, costs no string.
  mutating func decimal() throws -> Double? {
    let first = try peek()
    guard first == UInt8(ascii: "0") else { return try text().flatMap(Double.init) }
    let start = index
    try number()
    let digits = UnsafeBufferPointer(rebasing: bytes[start..<index])
    if digits.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }) { return 0 }
    return Double(String(decoding: digits, as: UTF8.self))
  }

  /// true or false, also as text; anything else is nil.
  mutating func flag() throws -> Bool? {
    switch try text() {
    case "true": true
    case "false": false
    default: nil
    }
  }

  /// Passes over one value of any kind, validating it.
  mutating func skip() throws {
    switch try peek() {
    case UInt8(ascii: "{"): try object { scanner, _ in try scanner.skip() }
    case UInt8(ascii: "["): try array { scanner in try scanner.skip() }
    case UInt8(ascii: "\""):
      let raw = try rawString()
      if !raw.isPlain { _ = try decode(raw) }
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: try number()
    }
  }

  private mutating func literal(_ word: StaticString) throws {
    for offset in 0..<word.utf8CodeUnitCount {
      guard index < bytes.count, bytes[index] == word.utf8Start[offset] else { throw failure(.syntax) }
      index += 1
    }
  }

  private mutating func number() throws {
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
    if index < bytes.count, bytes[index] == UInt8(ascii: "0") { index += 1 } else { try digits() }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      try digits()
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
      try digits()
    }
  }

  private mutating func digits() throws {
    let start = index
    while index < bytes.count, bytes[index] >= 48, bytes[index] <= 57 { index += 1 }
    if index == start { throw failure(.syntax) }
  }

  // MARK: Strings

  private struct RawString {
    let range: Range<Int>
    /// ASCII without escapes: the bytes are the text.
    let isPlain: Bool
    var hasEscapes = true
  }

  private mutating func rawString() throws -> RawString {
    try expect(UInt8(ascii: "\""))
    let start = index
    var isPlain = true
    var hasEscapes = false
    skipPlain()
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        index += 1
        return RawString(range: start..<index - 1, isPlain: isPlain, hasEscapes: hasEscapes)
      }
      if byte < 0x20 { throw failure(.syntax) }
      if byte == UInt8(ascii: "\\") {
        isPlain = false
        hasEscapes = true
        index += 1
      } else if byte >= 0x80 {
        isPlain = false
      }
      index += 1
    }
    index = bytes.count
    throw failure(.truncated)
  }

  /// Passes over bytes that are themselves, eight at a time: no quote, backslash, control character or other than ASCII.
  @inline(__always)
  private mutating func skipPlain() {
    func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
    func hasZero(_ word: UInt64) -> UInt64 { (word &- repeated(1)) & ~word & repeated(0x80) }
    while index + 8 <= bytes.count {
      let word = UInt64(
        littleEndian: UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self))
      let special =
        word & repeated(0x80) | hasZero(word ^ repeated(UInt8(ascii: "\"")))
        | hasZero(word ^ repeated(UInt8(ascii: "\\")))
        | (word &- repeated(0x20)) & ~word & repeated(0x80)
      if special != 0 {
        // The lowest mark is that of the first such byte; what a borrow marks besides lies above it.
        index += special.trailingZeroBitCount / 8
        return
      }
      index += 8
    }
  }

  private func decode(_ raw: RawString) throws -> String {
    guard raw.hasEscapes else {
      guard let string = String(validating: slice(raw), as: UTF8.self) else {
        throw Failure(problem: .encoding, offset: raw.range.lowerBound)
      }
      return string
    }
    var text: [UInt8] = []
    text.reserveCapacity(raw.range.count)
    var at = raw.range.lowerBound
    while at < raw.range.upperBound {
      guard bytes[at] == UInt8(ascii: "\\") else {
        text.append(bytes[at])
        at += 1
        continue
      }
      try unescape(&at, end: raw.range.upperBound, into: &text)
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw Failure(problem: .encoding, offset: raw.range.lowerBound)
    }
    return string
  }

  private func unescape(_ at: inout Int, end: Int, into text: inout [UInt8]) throws {
    let bad = Failure(problem: .syntax, offset: at)
    guard at + 1 < end else { throw bad }
    let escape = bytes[at + 1]
    at += 2
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      var value = try hexadecimal(&at, end: end)
      if (0xD800..<0xDC00).contains(value) {
        guard at + 1 < end, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else { throw bad }
        at += 2
        let low = try hexadecimal(&at, end: end)
        guard (0xDC00..<0xE000).contains(low) else { throw bad }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw bad }
      text.append(contentsOf: Array(UTF8.encode(scalar)!))
    default: throw bad
    }
  }

  private func hexadecimal(_ at: inout Int, end: Int) throws -> UInt32 {
    guard at + 4 <= end else { throw Failure(problem: .syntax, offset: at) }
    var value: UInt32 = 0
    for offset in at..<at + 4 {
      let byte = bytes[offset]
      switch byte {
      case 48...57: value = value << 4 | UInt32(byte - 48)
      case 65...70: value = value << 4 | UInt32(byte - 55)
      case 97...102: value = value << 4 | UInt32(byte - 87)
      default: throw Failure(problem: .syntax, offset: offset)
      }
    }
    at += 4
    return value
  }
}

/// JSON as strict databases take it. SQLite and Clockify allow escapes that `jsonb` refuses: `\u0000`, and halves of a pair of
/// surrogates; each becomes `\ufffd`. Line breaks between values become blanks, so that a value stays on its line.
enum SafeJSON {
  static func with(_ json: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    let isPlain = json.allSatisfy { $0 != Byte.backslash && $0 >= 32 && $0 < 0x80 }
    if isPlain { return body(json) }
    mended(json).withUnsafeBufferPointer(body)
  }

  static func mended(_ json: some Collection<UInt8>) -> [UInt8] {
    let bytes = Array(String(decoding: json, as: UTF8.self).utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      if byte < 32 {
        // Between values only: within texts they are escaped.
        result.append(32)
        place += 1
      } else if byte != Byte.backslash {
        result.append(byte)
        place += 1
      } else if let unit = unit(bytes, at: place) {
        if (0xD800..<0xDC00).contains(unit), let low = Self.unit(bytes, at: place + 6), (0xDC00..<0xE000).contains(low)
        {
          result += bytes[place..<place + 12]
          place += 12
        } else {
          result += unit == 0 || (0xD800..<0xE000).contains(unit) ? replacement : Array(bytes[place..<place + 6])
          place += 6
        }
      } else {
        result += bytes[place..<min(place + 2, bytes.count)]
        place += 2
      }
    }
    return result
  }

  private static let replacement = Array("\\ufffd".utf8)

  /// The UTF-16 unit that `\uXXXX` stands for; nil: none begins here.
  private static func unit(_ bytes: [UInt8], at place: Int) -> Int? {
    guard place + 6 <= bytes.count, bytes[place] == Byte.backslash, bytes[place + 1] == UInt8(ascii: "u") else {
      return nil
    }
    return Int(String(decoding: bytes[place + 2..<place + 6], as: UTF8.self), radix: 16)
  }
}

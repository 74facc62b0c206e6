#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The texts that came last, so that an id or a name that repeats in a thousand rows is one string and not a thousand.
struct RecentTexts {
  private var slots = [String?](repeating: nil, count: 1024)

  /// - Parameter bytes: ASCII.
  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    // The last bytes of ids are what differs.
    var end = UInt64(bytes.count)
    if bytes.count >= 8 {
      end ^= UnsafeRawPointer(bytes.baseAddress! + bytes.count - 8).loadUnaligned(as: UInt64.self)
    } else {
      for byte in bytes { end = end << 8 | UInt64(byte) }
    }
    let slot = Int(truncatingIfNeeded: (end &* 0x9E37_79B9_7F4A_7C15) >> 54)
    if let known = slots[slot], Self.is(known, bytes) { return known }
    let text = String(decoding: bytes, as: UTF8.self)
    slots[slot] = text
    return text
  }

  private static func `is`(_ text: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    var text = text
    return text.withUTF8 { $0.count == bytes.count && memcmp($0.baseAddress!, bytes.baseAddress!, bytes.count) == 0 }
  }
}

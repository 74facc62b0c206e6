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
    var hash = UInt64(bytes.count)
    // The last bytes of ids are what differs.
    for byte in bytes.suffix(12) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let slot = Int(truncatingIfNeeded: (hash ^ hash >> 32) & 1023)
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

/// FNV-1a over text parts, 64 bits: the same on every machine and in every version.
package struct ContentHash {
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  package static func of(_ parts: String?...) -> UInt64 {
    var hash = ContentHash()
    for part in parts { hash.add(part) }
    return hash.value
  }

  package mutating func add(_ part: String?) {
    guard var part else { return mix(0xFE) }
    part.withUTF8 { for byte in $0 { mix(byte) } }
    mix(0xFF)
  }

  /// As its decimal digits.
  package mutating func add(_ number: Int?) {
    guard let number else { return mix(0xFE) }
    if number < 0 { mix(UInt8(ascii: "-")) }
    var rest = number.magnitude
    var divisor: UInt = 1
    while rest / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      mix(48 + UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
    mix(0xFF)
  }

  @inline(__always)
  private mutating func mix(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
}

/// Bytes that grow, without an array's checks at each of them: rows are written by the million.
final class Bytes {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  func clear() { count = 0 }

  /// Room for so many more.
  @inline(__always)
  func reserve(_ more: Int) {
    if count + more > capacity { grow(more) }
  }

  private func grow(_ more: Int) {
    capacity = max(2 * capacity, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count += 1
  }

  @inline(__always)
  func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count)
    (base + count).update(from: start, count: bytes.count)
    count += bytes.count
  }

  @inline(__always)
  func append(_ other: Bytes, _ range: Range<Int>) {
    reserve(range.count)
    (base + count).update(from: other.base + range.lowerBound, count: range.count)
    count += range.count
  }

  func append(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append($0) } }

  func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Zeros in front up to so many digits.
  func append(_ number: Int, digits: Int) {
    reserve(digits)
    var left = number
    for place in (0..<digits).reversed() {
      base[count + place] = UInt8(truncatingIfNeeded: left % 10) &+ 48
      left /= 10
    }
    count += digits
  }

  func append(decimal number: Int64) {
    if number >= 0, number < 10 { return append(UInt8(truncatingIfNeeded: number) + 48) }
    var (digits, left) = (0, number.magnitude)
    var power = left
    repeat {
      digits += 1
      power /= 10
    } while power > 0
    reserve(digits + 1)
    if number < 0 { append(UInt8(ascii: "-")) }
    for place in (0..<digits).reversed() {
      base[count + place] = UInt8(truncatingIfNeeded: left % 10) &+ 48
      left /= 10
    }
    count += digits
  }
}

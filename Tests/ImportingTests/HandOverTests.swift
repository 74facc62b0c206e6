import Synchronization
import Testing

@testable import Importing

/// Values from thread to thread, as a first import places entries ahead of who writes them.
@Suite("Hand-over between two threads")
struct HandOverTests {
  private struct Broken: Error {}

  @Test("Everything arrives in order, few at a time")
  func order() throws {
    let handOver = HandOver<Int>(ahead: 2)
    let made = Mutex(0)
    handOver.fill { put in
      for number in 0..<1000 where put(number) { made.withLock { $0 = number } }
    }
    var taken: [Int] = []
    try handOver.forEach { number in
      taken.append(number)
      #expect(made.withLock { $0 } <= number + 3)
    }
    #expect(taken == Array(0..<1000))
  }

  @Test("Whoever takes may give up: the maker ends, and is not waited for in vain")
  func givenUp() {
    for last in 0..<5 {
      let handOver = HandOver<Int>(ahead: 2)
      let asked = Mutex(0)
      handOver.fill { put in
        for number in 0..<1000 {
          asked.withLock { $0 += 1 }
          guard put(number) else { return }
        }
      }
      #expect(throws: Broken.self) { try handOver.forEach { if $0 == last { throw Broken() } } }
      #expect(asked.withLock { $0 } <= last + 5)
    }
  }

  @Test("An error of the maker arrives after what was made before it")
  func failed() {
    let handOver = HandOver<Int>(ahead: 2)
    handOver.fill { put in
      for number in 0..<10 { _ = put(number) }
      throw Broken()
    }
    var taken = 0
    #expect(throws: Broken.self) { try handOver.forEach { _ in taken += 1 } }
    #expect(taken == 10)
  }
}

import ClockifyAPI
import Testing

/// The clock is a number here: nothing waits.
@Suite("Pace of requests")
struct PaceTests {
  private static let start = ContinuousClock.now

  /// Milliseconds after the start at which `count` requests may go that are all asked for at once.
  private func slots(_ perSecond: Double, _ count: Int) -> [Double] {
    var pace = Pace(perSecond: perSecond)
    return (0..<count).map { _ in (pace.take(at: Self.start) - Self.start) / .milliseconds(1) }
  }

  @Test(
    "As many at once as a second may have, then a second later the next",
    arguments: [
      (10.0, 21, [(0, 0.0), (9, 0), (10, 1000), (19, 1000), (20, 2000)]),
      (1.0, 3, [(0, 0), (1, 1000), (2, 2000)]),
      (0.5, 3, [(0, 0), (1, 2000), (2, 4000)]),
      (2.5, 5, [(0, 0), (1, 0), (2, 800), (3, 800), (4, 1600)]),
    ] as [(Double, Int, [(Int, Double)])])
  func bursts(perSecond: Double, count: Int, wanted: [(Int, Double)]) {
    let slots = slots(perSecond, count)
    for (index, at) in wanted { #expect(abs(slots[index] - at) < 0.001, "request \(index): \(slots[index]) ms") }
  }

  @Test("However requests come, no second has more than the rate, and none goes before it is asked for")
  func anySecond() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var pace = Pace(perSecond: 10)
      var now = Self.start
      var slots: [ContinuousClock.Instant] = []
      for _ in 0..<100 {
        now += .milliseconds(Int.random(in: 0...250, using: &random))
        let slot = pace.take(at: now)
        #expect(slot >= now && slot >= slots.last ?? slot)
        slots.append(slot)
        now = max(now, slot)
      }
      for index in slots.indices.dropFirst(10) { #expect(slots[index] - slots[index - 10] >= .seconds(1)) }
    }
  }
}

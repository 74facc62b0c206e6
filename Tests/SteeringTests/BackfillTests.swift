import Steering
import Testing

@Suite("How long a history takes at so many requests an hour")
struct BackfillTests {
  @Test("By hand: slices of 30 days, pages of 1,000, the lists and each night's own window")
  func byHand() {
    // 365 days: 13 slices, 1,000 entries a month: 12 pages; 25 left of 30 in the first night.
    let year = BackfillEstimate(days: 365, windowDays: 45, entriesPerMonth: 1000, perHour: 30)
    #expect(year.requests == 25 && year.nights == 1)
    #expect(year.words == "about 25 requests, read by the first import")
    // 13 slices and 60 pages; 25 the first night, and 30 - 5 - (2 + 7) on each further one.
    let busy = BackfillEstimate(days: 365, windowDays: 45, entriesPerMonth: 5000, perHour: 30)
    #expect(busy.requests == 73 && busy.nights == 4)
    #expect(busy.words.contains("in about 4 nights") && busy.words.contains("rota import --wait"))
    let never = BackfillEstimate(days: 365, windowDays: 45, entriesPerMonth: 20_000, perHour: 30)
    #expect(never.nights == nil && never.words.contains("more than the nights leave over"))
  }
}

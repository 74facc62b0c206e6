import Planning
import Scheduling
import Testing

@Suite("When the nightly import is due")
struct NightlyScheduleTests {
  private func schedule(_ time: String, _ zone: String = "Europe/Berlin") -> NightlySchedule {
    NightlySchedule(time: time, zone: Zone(zone)!)!
  }
  private func at(_ text: String) -> Instant { Instant(text)! }

  @Test(
    "A time is HH:MM, nothing else", arguments: ["24:00", "2:00", "02:60", "0200", "02:00:00", "", "02:-1", "٠٢:٠٠"])
  func impossible(_ text: String) {
    #expect(NightlySchedule(time: text, zone: .utc) == nil)
    #expect(schedule("02:05").time == "02:05")
  }

  @Test("A skipped hour runs after it, a repeated one once, the first time")
  func changes() {
    // Berlin: 29 March 2026 02:00 → 03:00 at 01:00Z; 25 October 03:00 → 02:00 at 01:00Z.
    #expect(schedule("02:30").next(after: at("2026-03-28T12:00:00Z")) == at("2026-03-29T01:00:00Z"))
    #expect(schedule("02:00").next(after: at("2026-03-28T12:00:00Z")) == at("2026-03-29T01:00:00Z"))
    #expect(schedule("03:00").next(after: at("2026-03-28T12:00:00Z")) == at("2026-03-29T01:00:00Z"))
    #expect(schedule("01:59").next(after: at("2026-03-28T12:00:00Z")) == at("2026-03-29T00:59:00Z"))
    #expect(schedule("02:30").next(after: at("2026-10-24T12:00:00Z")) == at("2026-10-25T00:30:00Z"))
    #expect(schedule("02:30").next(after: at("2026-10-25T00:30:00Z")) == at("2026-10-26T01:30:00Z"))
    // Midnight that is not there: Beirut, 29 March 2026 00:00 → 01:00 at 22:00Z. Half an hour: Lord Howe.
    #expect(schedule("00:10", "Asia/Beirut").next(after: at("2026-03-28T12:00:00Z")) == at("2026-03-28T22:00:00Z"))
    #expect(
      schedule("02:15", "Australia/Lord_Howe").next(after: at("2026-10-03T12:00:00Z")) == at("2026-10-03T15:30:00Z"))
  }

  @Test(
    "Every day has exactly one night, whatever the zone and the time",
    arguments: [
      "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "UTC",
    ])
  func everyDay(_ zone: String) {
    for time in ["00:00", "01:30", "02:00", "02:30", "03:00", "12:00", "23:59"] {
      let schedule = schedule(time, zone)
      var (now, nights) = (at("2010-12-20T00:00:00Z"), 0)
      while now < at("2013-01-10T00:00:00Z") {
        let next = schedule.next(after: now)
        #expect(next > now && next - now <= 50 * 3600, "\(zone) \(time) \(now)")
        #expect(schedule.last(atOrBefore: next) == next && schedule.last(atOrBefore: next - 1) <= now)
        (now, nights) = (next, nights + 1)
      }
      // 752 days. Apia had no 30 December 2011: it is run for when the next day begins.
      #expect((752...(zone == "Pacific/Apia" ? 754 : 753)).contains(nights))
    }
  }

  @Test("Caught up at once when missed; a failed night thrice, half an hour and an hour apart; a clock that jumps")
  func due() {
    let schedule = schedule("02:00", "UTC")
    func run(_ text: String, complete: Bool = true, scheduled: Bool = true) -> NightlySchedule.Attempt {
      .init(startedAt: at(text), isComplete: complete, isScheduled: scheduled)
    }
    let tonight = at("2026-03-03T02:00:00Z")
    let tomorrow = at("2026-03-04T02:00:00Z")
    let noon = at("2026-03-03T12:00:00Z")
    #expect(schedule.due(at: noon, attempts: []) == tonight)
    #expect(schedule.due(at: noon, attempts: [run("2026-03-02T02:00:00Z")]) == tonight)
    #expect(schedule.due(at: noon, attempts: [run("2026-03-03T02:00:01Z")]) == tomorrow)
    // Somebody imported everything by hand after the night: nothing is missed.
    #expect(schedule.due(at: noon, attempts: [run("2026-03-03T09:00:00Z", scheduled: false)]) == tomorrow)
    #expect(
      schedule.due(at: noon, attempts: [run("2026-03-03T09:00:00Z", complete: false, scheduled: false)]) == tonight)
    let first = run("2026-03-03T02:00:00Z", complete: false)
    let second = run("2026-03-03T02:30:00Z", complete: false)
    let third = run("2026-03-03T03:30:00Z", complete: false)
    #expect(schedule.due(at: noon, attempts: [first]) == at("2026-03-03T02:30:00Z"))
    #expect(schedule.due(at: noon, attempts: [second, first]) == at("2026-03-03T03:30:00Z"))
    #expect(schedule.due(at: noon, attempts: [first, second, third]) == tomorrow)
    #expect(schedule.due(at: at("2026-03-03T02:01:00Z"), attempts: [first], isStart: true) == tonight)
    #expect(schedule.due(at: noon, attempts: [first, second, third], isStart: true) == tomorrow)
    // The clock is set back behind a run of this night: it does not run a second time.
    let done = [run("2026-03-03T02:00:01Z")]
    #expect(schedule.due(at: at("2026-03-03T01:30:00Z"), attempts: done) == tonight)
    #expect(schedule.due(at: at("2026-03-03T02:00:00Z"), attempts: done) == tomorrow)
    // And far ahead: one night is caught up, not each.
    #expect(schedule.due(at: at("2026-05-01T12:00:00Z"), attempts: done) == at("2026-05-01T02:00:00Z"))
  }

  @Test("Overdue once the last night passed without a complete run")
  func overdue() {
    let schedule = schedule("02:00", "UTC")
    let complete = at("2026-03-03T02:00:10Z")
    #expect(!schedule.isOverdue(at: at("2026-03-04T03:00:00Z"), lastComplete: complete, grace: 7200))
    #expect(schedule.isOverdue(at: at("2026-03-04T04:30:00Z"), lastComplete: complete, grace: 7200))
    #expect(schedule.isOverdue(at: at("2026-03-03T12:00:00Z"), lastComplete: nil, grace: 7200))
  }
}

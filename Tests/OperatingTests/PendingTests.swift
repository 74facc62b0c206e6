import Importing
import Planning
import Testing

@testable import Operating

/// What waits to be read again: a set of keys (live.md 4 and 5). Pure; every moment is named.
@Suite("What waits to be read live")
struct PendingTests {
  private let today = CalendarDay("2026-03-09")!

  private func id(_ number: Int) -> String {
    let digits = "\(number)"
    return "66500c00b1c2d3e4f5060000".prefix(24 - digits.count) + digits
  }

  private func user(_ number: Int) -> String {
    String("6630aa10b1c2d3e4f5060000".prefix(24 - "\(number)".count)) + "\(number)"
  }

  private func delivery(
    _ entry: Int, _ event: WebhookEvent = .timeEntryUpdated, of user: Int = 1, on day: String = "2026-03-09",
    in workspace: String = "W"
  ) -> LiveDelivery {
    LiveDelivery(
      workspace: workspace, event: event, pathKey: "k",
      entries: [.init(id: id(entry), user: self.user(user), start: Instant("\(day)T10:00:00Z"))])
  }

  @Test("Ten changes of one entry are one read, 300 ms after the last and at most 1 s after the first")
  func coalesces() {
    var pending = Pending()
    for moment in 0..<10 { pending.take(delivery(1), at: 100 + Double(moment) * 0.05, today: today) }
    #expect(pending.count == 1)
    #expect(abs(pending.due! - 100.75) < 0.001)
    for moment in 10..<40 { pending.take(delivery(1), at: 100 + Double(moment) * 0.05, today: today) }
    #expect(abs(pending.due! - 101) < 0.001)
    let batch = pending.takeBatch(at: 101)
    #expect(batch?.wanted.entries.map(\.id) == [id(1)])
    #expect(batch?.since == 100)
    #expect(pending.isEmpty)
    #expect(pending.due == nil)
  }

  @Test("What comes while its read is under way is read once more")
  func meanwhile() {
    var pending = Pending()
    pending.take(delivery(1), at: 100, today: today)
    let batch = pending.takeBatch(at: 101)!
    pending.take(delivery(1), at: 101.1, today: today)
    pending.askAgain(LiveOutcome(), of: batch, at: 101.2)
    #expect(pending.count == 1)
    #expect(pending.takeBatch(at: 102)?.wanted.entries.count == 1)
  }

  @Test("Up to five entries of a person are read by their ids, more by one report over their days")
  func reports() {
    var pending = Pending()
    for entry in 0..<5 { pending.take(delivery(entry, of: 1), at: 100, today: today) }
    for entry in 10..<16 { pending.take(delivery(entry, of: 2, on: "2026-03-0\(entry - 8)"), at: 100, today: today) }
    let batch = pending.takeBatch(at: 102)!
    #expect(batch.wanted.entries.count == 5)
    #expect(batch.wanted.reports.map(\.user) == [user(2)])
    #expect(batch.wanted.reports[0].days == CalendarDay("2026-03-02")!...CalendarDay("2026-03-07")!)
    #expect(batch.wanted.reports[0].entries.count == 6)
    #expect(pending.isEmpty)
  }

  @Test("A batch takes at most 20 people and 20 ids, of one workspace; the rest waits")
  func limits() {
    var pending = Pending()
    for entry in 0..<50 { pending.take(delivery(entry, of: entry), at: 100 + Double(entry) / 1000, today: today) }
    pending.take(delivery(90, of: 90, in: "X"), at: 100, today: today)
    var sizes: [Int] = []
    while let batch = pending.takeBatch(at: 102) { sizes.append(batch.wanted.entries.count) }
    #expect(sizes.sorted() == [1, 10, 20, 20])
  }

  @Test("What a report should have shown is asked for by id, also where it is much")
  func sought() {
    var pending = Pending()
    for entry in 0..<8 { pending.take(delivery(entry, .timeEntryDeleted), at: 100, today: today) }
    let batch = pending.takeBatch(at: 102)!
    #expect(batch.wanted.reports.count == 1)
    var outcome = LiveOutcome()
    outcome.again = batch.wanted.reports[0].entries.map { entry in
      var entry = entry
      entry.wasSought = true
      return (entry, 0)
    }
    pending.askAgain(outcome, of: batch, at: 103)
    let next = pending.takeBatch(at: 103)!
    #expect(next.wanted.reports.isEmpty)
    #expect(next.wanted.entries.count == 8)
    #expect(next.wanted.entries.map(\.isSaidGone) == Array(repeating: true, count: 8))
  }

  @Test("The second answer is asked for after its pause, and not before")
  func pauses() {
    var pending = Pending()
    pending.take(delivery(1, .timeEntryDeleted), at: 100, today: today)
    let batch = pending.takeBatch(at: 101)!
    var missed = batch.wanted.entries[0]
    missed.isMissed = true
    var outcome = LiveOutcome()
    outcome.again = [(missed, 2)]
    pending.askAgain(outcome, of: batch, at: 101)
    #expect(pending.due == 103)
    #expect(pending.takeBatch(at: 102) == nil)
    let again = pending.takeBatch(at: 103)
    #expect(again?.wanted.entries.first?.isMissed == true)
    #expect(again?.since == 100)
  }

  @Test("An entry that is said to be there again after it was missed is asked for anew")
  func restored() {
    var pending = Pending()
    pending.take(delivery(1, .timeEntryDeleted), at: 100, today: today)
    let batch = pending.takeBatch(at: 101)!
    var missed = batch.wanted.entries[0]
    missed.isMissed = true
    var outcome = LiveOutcome()
    outcome.again = [(missed, 2)]
    pending.askAgain(outcome, of: batch, at: 101)
    pending.take(delivery(1, .timeEntryRestored), at: 101.5, today: today)
    let next = pending.takeBatch(at: 102)
    #expect(next?.wanted.entries.first?.isMissed == false)
  }

  @Test("A batch that failed waits again, and nothing newer is lost")
  func givesBack() {
    var pending = Pending()
    pending.take(delivery(1), at: 100, today: today)
    pending.takeLists(of: "W", at: 100)
    pending.take(days: today - 1...today, of: nil, in: "W", at: 100)
    let batch = pending.takeBatch(at: 102)!
    #expect(pending.isEmpty)
    pending.take(delivery(1, .timeEntryDeleted), at: 103, today: today)
    pending.giveBack(batch)
    let next = pending.takeBatch(at: 104)!
    #expect(next.wanted.entries.map(\.isSaidGone) == [true])
    #expect(next.wanted.lists == .yes)
    #expect(next.wanted.reports.map(\.days) == [today - 1...today])
  }

  @Test("A split is also looked for in its person's day; what cannot be read in everybody's")
  func hints() {
    var pending = Pending()
    pending.take(delivery(1, .timeEntrySplit, on: "2026-03-05"), at: 100, today: today)
    pending.take(
      LiveDelivery(workspace: "W", event: .newTimeEntry, pathKey: "k", entries: nil), at: 100, today: today)
    let batch = pending.takeBatch(at: 102)!
    let day = CalendarDay("2026-03-05")!
    #expect(batch.wanted.entries.map(\.id) == [id(1)])
    #expect(batch.wanted.reports.contains { $0.user == user(1) && $0.days == day...day })
    #expect(batch.wanted.reports.contains { $0.user == nil && $0.days == today - 1...today })
  }

  @Test("Too many keys become a report a person, too many people one of everybody")
  func floods() {
    var pending = Pending()
    for entry in 0..<10_001 { pending.take(delivery(entry, of: entry % 40), at: 100, today: today) }
    #expect(pending.count == 40)
    for entry in 0..<10_001 { pending.take(delivery(entry, of: entry % 501), at: 101, today: today) }
    #expect(pending.count == 1)
    let batch = pending.takeBatch(at: 103)
    #expect(batch?.wanted.reports.map(\.user) == [nil])
    #expect(batch?.since == 100)
  }

  @Test("Others that are said to be gone prove nothing")
  func suspected() {
    var pending = Pending()
    for entry in 0..<30 { pending.take(delivery(entry, .timeEntryDeleted, of: entry), at: 100, today: today) }
    let batch = pending.takeBatch(at: 102)!
    #expect(batch.wanted.entries.count == 20)
    #expect(batch.wanted.suspected.count == 10)
  }
}

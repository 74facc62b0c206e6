package import Importing
package import Planning

/// What waits to be read again: a set of keys, so that ten changes of one entry are one read. Pure; moments are the machine's
/// clock, seconds.
package struct Pending: Sendable {
  /// One time entry.
  fileprivate struct Key: Hashable {
    let workspace: String
    let id: String
  }

  fileprivate struct Waiting {
    var entry: LiveWanted.Entry
    var user: String?
    var days: ClosedRange<CalendarDay>?
    /// When the first delivery of it came; not before `from` it is read.
    var since: Double
    var from: Double
  }

  /// The whole time of a person, or of everybody, on some dates.
  private struct Stretch: Hashable {
    let workspace: String
    let user: String?
  }

  private struct Days {
    var days: ClosedRange<CalendarDay>
    var since: Double
  }

  private var entries: [Key: Waiting] = [:]
  private var stretches: [Stretch: Days] = [:]
  private var lists: [String: Double] = [:]
  private var lastArrival = -Double.infinity

  /// More keys than this become one report a person, more people than this one of everybody's last two days.
  package static let mostKeys = 10_000
  package static let mostPeople = 500
  /// After the last key, and after the first.
  static let quiet = 0.3
  static let longest = 1.0
  /// Where more than so many keys wait, they wait longer: fewer requests for all of them.
  static let many = 50
  static let longestOfMany = 3.0
  /// A batch reads the time of so many people, and so many entries by their ids, of one person so many.
  static let people = 20
  static let ids = 20
  static let idsOfPerson = 5

  package init() {}

  package var count: Int { entries.count + stretches.count + lists.count }
  package var isEmpty: Bool { count == 0 }
  /// Since when the oldest waits.
  package var oldest: Double? {
    (entries.values.map(\.since) + stretches.values.map(\.since) + lists.values).min()
  }

  // MARK: Arriving

  /// - Parameter today: in UTC.
  package mutating func take(_ delivery: LiveDelivery, at now: Double, today: CalendarDay) {
    lastArrival = now
    guard let named = delivery.entries else {
      return take(days: today - 1...today, of: nil, in: delivery.workspace, at: now)
    }
    guard delivery.event.isOfEntry else {
      return takeLists(of: delivery.workspace, at: now)
    }
    for named in named {
      var entry = LiveWanted.Entry(id: named.id)
      entry.isSaidGone = delivery.event == .timeEntryDeleted
      let day = named.start?.utcDay
      add(
        entry, of: named.user, days: day.map { $0...$0 }, in: delivery.workspace, at: now)
      // The new parts' ids may not be in the body.
      if delivery.event == .timeEntrySplit {
        take(days: day.map { $0...$0 } ?? today - 1...today, of: named.user, in: delivery.workspace, at: now)
      }
    }
    if entries.count > Self.mostKeys { narrow(today: today) }
  }

  /// Everybody's time, or somebody's, on some dates.
  package mutating func take(days: ClosedRange<CalendarDay>, of user: String?, in workspace: String, at now: Double) {
    let stretch = Stretch(workspace: workspace, user: user)
    lastArrival = max(lastArrival, now)
    guard let known = stretches[stretch] else {
      stretches[stretch] = Days(days: days, since: now)
      return
    }
    stretches[stretch]!.days = known.days.spanned(with: days)
  }

  package mutating func takeLists(of workspace: String, at now: Double) {
    lastArrival = max(lastArrival, now)
    lists[workspace] = min(lists[workspace] ?? now, now)
  }

  /// The newest word of an entry counts: whoever says that it is there again asks anew.
  private mutating func add(
    _ entry: LiveWanted.Entry, of user: String?, days: ClosedRange<CalendarDay>?, in workspace: String, at now: Double
  ) {
    let key = Key(workspace: workspace, id: entry.id)
    var waiting = Waiting(entry: entry, user: user, days: days, since: now, from: now)
    if let known = entries[key] {
      waiting.since = min(known.since, now)
      waiting.from = waiting.since
      waiting.user = user ?? known.user
      waiting.days = [known.days, days].compactMap(\.self).span
      // Somebody may have said both: gone is what is asked for twice.
      waiting.entry.isSaidGone = known.entry.isSaidGone || entry.isSaidGone
    }
    entries[key] = waiting
  }

  /// Too many: a report of each person finds them, and much more than that one of everybody.
  private mutating func narrow(today: CalendarDay) {
    for (key, waiting) in entries {
      take(
        days: waiting.days ?? today - 1...today, of: waiting.user, in: key.workspace, at: waiting.since)
    }
    entries = [:]
    guard stretches.count > Self.mostPeople else { return }
    for workspace in Set(stretches.keys.map(\.workspace)) {
      let since = stretches.filter { $0.key.workspace == workspace }.map(\.value.since).min() ?? 0
      stretches = stretches.filter { $0.key.workspace != workspace }
      stretches[Stretch(workspace: workspace, user: nil)] = Days(days: today - 1...today, since: since)
    }
  }

  // MARK: Leaving

  /// When something is to be read next; nil: nothing waits.
  package var due: Double? {
    var due: [Double] = entries.values.filter { $0.from > $0.since }.map(\.from)
    let fresh =
      entries.values.filter { $0.from <= $0.since }.map(\.since) + stretches.values.map(\.since) + lists.values
    let longest = count > Self.many ? Self.longestOfMany : Self.longest
    if let first = fresh.min() { due.append(min(lastArrival + Self.quiet, first + longest)) }
    return due.min()
  }

  /// What goes together, and is not waiting any more: that of one workspace, of at most 20 people.
  package mutating func takeBatch(at now: Double) -> LiveBatch? {
    let ready = entries.filter { $0.value.from <= now }
    let oldest =
      ready.map { ($0.key.workspace, $0.value.since) } + stretches.map { ($0.key.workspace, $0.value.since) }
      + lists.map { ($0.key, $0.value) }
    guard let workspace = oldest.min(by: { $0.1 < $1.1 })?.0 else { return nil }
    var batch = LiveBatch(workspace: workspace)
    if let since = lists.removeValue(forKey: workspace) {
      batch.wanted.lists = .yes
      batch.note(since)
    }
    takeStretches(into: &batch)
    takeEntries(ready.filter { $0.key.workspace == workspace }, into: &batch)
    batch.wanted.suspected = Set(
      entries.filter { $0.key.workspace == workspace && $0.value.entry.isSaidGone }.map(\.key.id))
    return batch
  }

  private mutating func takeStretches(into batch: inout LiveBatch) {
    let own = stretches.filter { $0.key.workspace == batch.wanted.workspace }.sorted { $0.value.since < $1.value.since }
    for (stretch, days) in own.prefix(Self.people) {
      stretches[stretch] = nil
      batch.wanted.reports.append(.init(user: stretch.user, days: days.days))
      batch.note(days.since)
    }
  }

  private mutating func takeEntries(_ ready: [Key: Waiting], into batch: inout LiveBatch) {
    // Whoever waits longest goes first; of those whose owner nobody knows, each is a person of its own.
    let groups = Dictionary(grouping: ready) { $0.value.user ?? $0.key.id }.values
      .map { $0.sorted { $0.value.since < $1.value.since } }
      .sorted { $0[0].value.since < $1[0].value.since }
    for group in groups.prefix(Self.people - batch.wanted.reports.count) {
      let isCheap = ready.count <= Self.ids || group.count == 1
      let asksByID =
        isCheap && group.count <= Self.idsOfPerson && batch.wanted.entries.count + group.count <= Self.ids
      let isRetry = group.contains { $0.value.entry.wasAsked }
      if !asksByID, !isRetry, let user = group[0].value.user,
        let days = group.compactMap(\.value.days).span, days.count <= 31
      {
        batch.wanted.reports.append(.init(user: user, days: days, entries: group.map(\.value.entry)))
        for (key, waiting) in group { batch.keep(waiting, entries.removeValue(forKey: key) != nil) }
        continue
      }
      for (key, waiting) in group where batch.wanted.entries.count < Self.ids {
        entries[key] = nil
        batch.wanted.entries.append(waiting.entry)
        batch.keep(waiting, true)
      }
    }
  }

  /// What is to be asked for again, unless somebody has said something newer of it.
  package mutating func askAgain(_ outcome: LiveOutcome, of batch: LiveBatch, at now: Double) {
    for (entry, seconds) in outcome.again {
      let key = Key(workspace: batch.wanted.workspace, id: entry.id)
      guard entries[key] == nil else { continue }
      let known = batch.origins[entry.id]
      entries[key] = Waiting(
        entry: entry, user: known?.user, days: known?.days, since: known?.since ?? now,
        from: seconds > 0 ? now + seconds : known?.since ?? now)
    }
  }

  /// A batch that could not be read: everything of it waits again, until `moment` at least.
  package mutating func giveBack(_ batch: LiveBatch) {
    let workspace = batch.wanted.workspace
    for entry in batch.wanted.entries + batch.wanted.reports.flatMap(\.entries) {
      let origin = batch.origins[entry.id]
      let key = Key(workspace: workspace, id: entry.id)
      guard entries[key] == nil else { continue }
      entries[key] = Waiting(
        entry: entry, user: origin?.user, days: origin?.days, since: origin?.since ?? batch.since,
        from: origin?.since ?? batch.since)
    }
    for report in batch.wanted.reports where report.entries.isEmpty {
      take(days: report.days, of: report.user, in: workspace, at: batch.since)
    }
    if batch.wanted.lists == .yes { lists[workspace] = min(lists[workspace] ?? batch.since, batch.since) }
  }
}

/// What is read together.
package struct LiveBatch: Sendable {
  struct Origin: Sendable {
    let user: String?
    let days: ClosedRange<CalendarDay>?
    let since: Double
  }

  package var wanted: LiveWanted
  /// By id of the entry.
  fileprivate(set) var origins: [String: Origin] = [:]
  /// When the first of it came.
  package private(set) var since = Double.infinity

  init(workspace: String) {
    wanted = LiveWanted(workspace: workspace)
  }

  fileprivate mutating func note(_ since: Double) { self.since = min(self.since, since) }

  fileprivate mutating func keep(_ waiting: Pending.Waiting, _ isTaken: Bool) {
    guard isTaken else { return }
    origins[waiting.entry.id] = Origin(user: waiting.user, days: waiting.days, since: waiting.since)
    note(waiting.since)
  }
}

extension ClosedRange<CalendarDay> {
  /// From the first of both to the last of both.
  fileprivate func spanned(with other: Self) -> Self {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}

extension [ClosedRange<CalendarDay>] {
  /// From the first to the last; nil: there are none.
  fileprivate var span: ClosedRange<CalendarDay>? { first.map { dropFirst().reduce($0) { $0.spanned(with: $1) } } }
}

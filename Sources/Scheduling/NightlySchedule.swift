package import Planning

/// One time of day in one zone: when the nightly import is due. Pure; the caller tells what time it is.
package struct NightlySchedule: Sendable {
  /// Minutes after midnight on the wall clock, 0 to 1439.
  package let minute: Int
  package let zone: Zone

  package init(minute: Int, zone: Zone) {
    self.minute = minute
    self.zone = zone
  }

  /// - Parameter time: `HH:MM`, 00:00 to 23:59; anything else gives nil.
  package init?(time: String, zone: Zone) {
    let parts = time.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else { return nil }
    self.init(minute: hour * 60 + minute, zone: zone)
  }

  /// `HH:MM`.
  package var time: String {
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
    return "\(two(minute / 60)):\(two(minute % 60))"
  }

  /// The moment of the night of `day`: a time that the clocks skip is the first moment after the gap, one that they
  /// repeat is the earlier of the two.
  package func night(of day: CalendarDay) -> Instant {
    let wall = Instant(startOf: day) + minute * 60
    // The offset before a change near this moment, and the one after it.
    let before = zone.offset(at: wall - 86_400 / 2)
    let after = zone.offset(at: wall + 86_400 / 2)
    if zone.offset(at: wall - before) == before { return wall - before }
    if zone.offset(at: wall - after) == after { return wall - after }
    // Neither fits: the time does not exist. The clocks change between the two readings of it.
    var (low, high) = (wall - max(before, after), wall - min(before, after))
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if zone.offset(at: middle) == before { low = middle } else { high = middle }
    }
    return high
  }

  /// The first night after `instant`.
  package func next(after instant: Instant) -> Instant {
    var day = zone.day(of: instant) - 1
    while night(of: day) <= instant { day = day + 1 }
    return night(of: day)
  }

  /// The last night at or before `instant`.
  package func last(atOrBefore instant: Instant) -> Instant {
    var day = zone.day(of: instant) + 1
    while night(of: day) > instant { day = day - 1 }
    return night(of: day)
  }
}

extension NightlySchedule {
  /// One earlier run, for deciding whether a night still needs one.
  package struct Attempt: Sendable {
    package let startedAt: Instant
    /// It read everything there is to read: a night needs no other.
    package let isComplete: Bool
    /// It was started by this schedule, not by a person.
    package let isScheduled: Bool

    package init(startedAt: Instant, isComplete: Bool, isScheduled: Bool) {
      self.startedAt = startedAt
      self.isComplete = isComplete
      self.isScheduled = isScheduled
    }
  }

  /// Runs per night that may fail before the next night is waited for.
  package static let attemptsPerNight = 3
  /// Seconds between a failed run and the next, times the number of failed runs.
  package static let pause = 1800

  /// When the next run starts; `now` or earlier means: at once.
  ///
  /// A night that was missed is caught up at once. One that failed is tried again after half an hour, then an hour.
  ///
  /// - Parameters:
  ///   - attempts: earlier runs, in any order; runs from before the last night do not matter.
  ///   - isStart: the service has just begun: a run that its end cut short goes on at once.
  package func due(at now: Instant, attempts: [Attempt], isStart: Bool = false) -> Instant {
    let night = last(atOrBefore: now)
    let tonight = attempts.filter { $0.startedAt >= night }
    if tonight.contains(where: \.isComplete) { return next(after: now) }
    let tries = tonight.filter(\.isScheduled)
    guard let latest = tries.map(\.startedAt).max() else { return night }
    if tries.count >= Self.attemptsPerNight { return next(after: now) }
    if isStart { return night }
    return min(latest + Self.pause * tries.count, next(after: now))
  }

  /// Whether the last night passed without a complete run, `grace` seconds after it was due.
  package func isOverdue(at now: Instant, lastComplete: Instant?, grace: Int) -> Bool {
    lastComplete.map { $0 < last(atOrBefore: now - grace) } ?? true
  }
}

import Planning
import PlanningStore

/// Balance: placed + skipped + held = read, to the second (rule 81).
extension Settlement {
  /// Minutes against seconds, read back from the tables.
  mutating func checkMinutes(_ work: Work, _ placer: Placer) throws {
    guard work.extent != .everythingAfresh else {
      let totals = try session.actuals.importedTotals()
      return try check(minutes: totals.minutes, seconds: try session.ledger.placedSeconds(), buckets: totals.buckets)
    }
    let protected = try session.work.frozenCells { placer.freeze(of: $0) != nil }
    let totals = try session.work.settledTotals(excluding: protected)
    summary.frozenCells = protected.count
    try check(minutes: totals.minutes, seconds: totals.seconds, buckets: totals.buckets)
  }

  private mutating func check(minutes: Int, seconds: Int, buckets: Int) throws {
    summary.roundingSeconds = minutes * 60 - seconds
    guard abs(summary.roundingSeconds) <= 30 * buckets else {
      throw ImportError.unbalanced(.rounding(seconds: summary.roundingSeconds))
    }
  }

  /// Every entry that was read stands under exactly one heading.
  mutating func balance(_ work: Work) throws {
    try reading.forEachRead { key, seconds in
      guard !ledger.hasCounted(key) else { return }
      guard let placement = try session.ledger.placement(of: key) else {
        throw ImportError.unbalanced(.entryWithoutPlace)
      }
      try ledger.count(key, placement, pair: work.pairs.pairsByKey[placement.pair], seconds: seconds) {
        try session.entries.id(of: key)
      }
    }
    ledger.books.entriesRead = reading.entries
    ledger.books.secondsRead = reading.seconds
    guard ledger.books.isBalanced else {
      throw ImportError.unbalanced(.sums(read: reading.seconds, ledger.books))
    }
    summary.skipped = ledger.skipped
    summary.held = ledger.held
    summary.repeatedIDs = reading.repeatedIDs
  }
}

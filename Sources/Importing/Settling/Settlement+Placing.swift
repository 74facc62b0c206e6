import Planning
import PlanningStore

/// Place: where each entry at work goes (rules 30 to 47).
extension Settlement {
  /// - Returns: entries whose change waits behind the brake.
  mutating func place(_ work: inout Work, _ placer: inout Placer) throws -> Set<Int> {
    guard work.extent != .listed else {
      return try placeAll(&work.pairs, &placer, notesCells: true) { [session] in
        try session.work.rows(after: $0, limit: $1)
      }
    }
    let kept = try session.ledger.withoutIndexes {
      try placeAll(&work.pairs, &placer, notesCells: false) { [session] in
        try session.work.unplaced(after: $0, limit: $1)
      }
    }
    if work.extent == .everything { try session.work.addAllPlacedCells() }
    return kept
  }

  /// - Parameter next: the rows after a key, at most so many.
  private mutating func placeAll(
    _ pairs: inout LedgerPairs, _ placer: inout Placer, notesCells: Bool,
    next: (_ after: Int, _ limit: Int) throws -> [LedgerRow]
  ) throws -> Set<Int> {
    var kept: Set<Int> = []
    var after = 0
    while true {
      let rows = try next(after, 5000)
      guard let last = rows.last else { return kept }
      after = last.key
      for row in rows {
        let entry = try pairs.entry(of: row.source, &placer)
        guard let new = try placer.place(row, of: entry) else {
          kept.insert(row.key)
          ledger.countBraked(row, pair: entry.pair, reading: reading)
          continue
        }
        try write(new, over: row, notesCells: notesCells)
        if reading.isRead(row.key) {
          try ledger.count(row.key, new, pair: entry.pair, seconds: reading.secondsRead(row.key)) {
            try session.entries.id(of: row.key)
          }
        } else if new.state == .placed, new != row.placement {
          summary.entriesReplaced += 1
        }
      }
    }
  }

  private mutating func write(_ new: Placement, over row: LedgerRow, notesCells: Bool) throws {
    guard new != row.placement else { return }
    note(new, over: row)
    try session.ledger.setPlacement(new, of: row.key, isNew: row.placement == nil)
    switch (row.placement?.state, new.state) {
    case (_, .deleted): try session.ledger.setDeleted(row.key, at: request.now)
    case (.deleted, _): try session.ledger.setDeleted(row.key, at: nil)
    default: break
    }
    guard notesCells else { return }
    if let cell = row.placement?.countedCell { try session.work.add(cell) }
    if let cell = new.countedCell { try session.work.add(cell) }
  }

  private mutating func note(_ new: Placement, over row: LedgerRow) {
    switch new.state {
    case .missing: summary.entriesMissing += 1
    case .deleted: summary.entriesDeleted += 1
    default:
      guard let old = row.placement else {
        summary.entriesNew += 1
        return
      }
      guard reading.isRead(row.key), old.counted != new.counted || old.seconds != new.seconds else { return }
      if old.cell != nil, new.cell != nil, old.cell != new.cell {
        summary.entriesMoved += 1
      } else {
        summary.entriesChanged += 1
      }
    }
  }
}

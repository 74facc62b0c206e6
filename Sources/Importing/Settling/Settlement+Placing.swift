import Planning
import PlanningStore

/// Place: where each entry at work goes (rules 30 to 47).
extension Settlement {
  /// - Returns: entries whose change waits behind the brake.
  mutating func place(_ work: inout Work, _ placer: inout Placer) throws -> Set<Int> {
    var kept: Set<Int> = []
    guard work.extent != .listed else {
      var after = 0
      while let rows = try rows(after: &after) {
        try write(PlacedBatch(rows, &work.pairs, &placer, session: session), kept: &kept, notesCells: true)
      }
      return kept
    }
    try session.ledger.withoutIndexes {
      let ahead = PlacingAhead(work.pairs, placer, database: database)
      try ahead.forEach { try write($0, kept: &kept, notesCells: false) }
      (work.pairs, placer) = (ahead.pairs, ahead.placer)
    }
    if work.extent == .everything { try session.work.addAllPlacedCells() }
    return kept
  }

  /// The next rows of the work list; nil: there are no more.
  private func rows(after key: inout Int) throws -> [LedgerRow]? {
    let rows = try session.work.rows(after: key, limit: PlacedBatch.size)
    key = rows.last?.key ?? key
    return rows.isEmpty ? nil : rows
  }

  private mutating func write(_ batch: PlacedBatch, kept: inout Set<Int>, notesCells: Bool) throws {
    for pair in batch.newPairs {
      try session.ledger.addPair(pair.pair, key: pair.key, fingerprint: pair.context.fingerprint)
    }
    for placed in batch.entries {
      let row = placed.row
      guard let new = placed.placement else {
        kept.insert(row.key)
        ledger.countBraked(row, pair: placed.pair, reading: reading)
        continue
      }
      try write(new, over: row, notesCells: notesCells)
      if reading.isRead(row.key) {
        try ledger.count(row.key, new, pair: placed.pair, seconds: reading.secondsRead(row.key)) {
          try session.entries.id(of: row.key)
        }
      } else if new.state == .placed, new != row.placement {
        summary.entriesReplaced += 1
      }
    }
  }

  private mutating func write(_ new: Placement, over row: LedgerRow, notesCells: Bool) throws {
    guard new != row.placement else { return }
    note(new, over: row)
    placementsWritten += 1
    for cell in [row.placement?.cell, new.cell] { if let cell { touched?.insert(cell) } }
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

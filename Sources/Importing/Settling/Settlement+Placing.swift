import Planning
import PlanningStore

/// Place: where each entry at work goes (rules 30 to 47).
extension Settlement {
  /// - Returns: entries whose change waits behind the brake.
  mutating func place(_ work: Work, _ placer: inout Placer) throws -> Set<Int> {
    guard work.isFirst else { return try placeAll(&placer, pairKeys: work.pairKeys, notesCells: true) }
    let kept = try session.ledger.withoutIndexes {
      try placeAll(&placer, pairKeys: work.pairKeys, notesCells: false)
    }
    try session.work.addAllPlacedCells()
    return kept
  }

  private mutating func placeAll(
    _ placer: inout Placer, pairKeys: [Pair: Int], notesCells: Bool
  ) throws -> Set<Int> {
    var kept: Set<Int> = []
    var after = 0
    while true {
      let rows = try session.work.rows(after: after, limit: 5000)
      guard let last = rows.last else { return kept }
      after = last.key
      for row in rows {
        let pair = Pair(user: row.entry.userID, project: row.entry.projectID ?? "")
        guard let new = try placer.place(row, pairKey: pairKeys[pair]!) else {
          kept.insert(row.key)
          ledger.countBraked(row, pair: pair, reading: reading)
          continue
        }
        try write(new, over: row, notesCells: notesCells)
        if reading.isRead(row.key) {
          try ledger.count(row.key, new, pair: pair, seconds: reading.secondsRead(row.key), id: row.entry.id)
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

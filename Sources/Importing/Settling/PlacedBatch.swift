import Planning
import PlanningStore

/// Some entries with where they go: made without writing anything.
struct PlacedBatch: Sendable {
  struct Entry: Sendable {
    let row: LedgerRow
    let pair: Pair
    /// nil: nothing may change.
    let placement: Placement?
  }

  private(set) var entries: [Entry] = []
  /// Met here for the first time.
  private(set) var newPairs: [LedgerPairs.Entry] = []

  init(_ rows: [LedgerRow], _ pairs: inout LedgerPairs, _ placer: inout Placer, session: StoreSession) throws {
    entries.reserveCapacity(rows.count)
    for row in rows {
      let entry = try pairs.entry(of: row.source, &placer, session: session)
      entries.append(Entry(row: row, pair: entry.pair, placement: try placer.place(row, of: entry)))
    }
    newPairs = pairs.takeNew()
  }

  static let size = 1000
}

/// Reads and places every entry of the mirror on a thread of its own, ahead of who writes the ledger: in a first import the
/// one costs as much as the other. Nothing it reads changes meanwhile.
final class PlacingAhead: @unchecked Sendable {
  private let database: PlanningDatabase
  private(set) var pairs: LedgerPairs
  private(set) var placer: Placer
  private let batches = HandOver<PlacedBatch>(ahead: 2)

  init(_ pairs: LedgerPairs, _ placer: Placer, database: PlanningDatabase) {
    self.pairs = pairs
    self.placer = placer
    self.database = database
  }

  /// Calls `body` with each batch, in order of key; afterwards `pairs` and `placer` are as they are then.
  func forEach(_ body: (PlacedBatch) throws -> Void) throws {
    batches.fill { [self] put in
      var after = 0
      while true {
        let last = try database.read { session -> (batch: PlacedBatch, key: Int)? in
          let rows = try session.work.unplaced(after: after, limit: PlacedBatch.size)
          return try rows.last.map { (try PlacedBatch(rows, &pairs, &placer, session: session), $0.key) }
        }
        guard let last, put(last.batch) else { return }
        after = last.key
      }
    }
    try batches.forEach(body)
  }
}

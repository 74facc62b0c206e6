import Planning
import PlanningStore

/// Every pair of a Clockify user and a project that entries have, with its row in the database and what is decided about
/// it. Pairs that have no row yet get one when their first entry is met.
struct LedgerPairs {
  struct Entry: Sendable {
    let pair: Pair
    /// Row of `placement_basis`.
    let key: Int
    let context: PairContext
  }

  private var keys: [Pair: Int]
  private var entries: [Entry] = []
  private var indexBySource: [LedgerRow.Source: Int] = [:]
  private(set) var pairsByKey: [Int: Pair]
  private var nextKey: Int
  /// Met since they were taken last, and not stored yet.
  private var new: [Entry] = []

  /// - Parameters:
  ///   - keys: of the pairs that are stored, as far as they are at work.
  ///   - next: the first free key; nil: all that are stored are given.
  init(keys: [Pair: Int], next: Int? = nil) {
    self.keys = keys
    pairsByKey = Dictionary(keys.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    nextKey = next ?? (keys.values.max() ?? 0) + 1
  }

  /// - Parameter session: for the ids of a source that was not met yet.
  mutating func entry(of source: LedgerRow.Source, _ placer: inout Placer, session: StoreSession) throws -> Entry {
    if let index = indexBySource[source] { return entries[index] }
    let pair = try session.ledger.pair(source)
    let isNew = keys[pair] == nil
    let entry = Entry(pair: pair, key: keys[pair] ?? nextKey, context: placer.context(pair))
    if isNew {
      keys[pair] = entry.key
      pairsByKey[entry.key] = pair
      nextKey += 1
      new.append(entry)
    }
    indexBySource[source] = entries.count
    entries.append(entry)
    return entry
  }

  /// The pairs to store, each once.
  mutating func takeNew() -> [Entry] {
    defer { new = [] }
    return new
  }
}

import Planning
import PlanningStore

/// Every pair of a Clockify user and a project that entries have, with its row in the database and what is decided about
/// it. Pairs that have no row yet get one when their first entry is met.
struct LedgerPairs {
  struct Entry {
    let pair: Pair
    /// Row of `placement_basis`.
    let key: Int
    let context: PairContext
  }

  private let session: StoreSession
  private var keys: [Pair: Int]
  private var entries: [Entry] = []
  private var indexBySource: [LedgerRow.Source: Int] = [:]
  private(set) var pairsByKey: [Int: Pair]

  /// - Parameter keys: of the pairs that are stored.
  init(session: StoreSession, keys: [Pair: Int]) {
    self.session = session
    self.keys = keys
    pairsByKey = Dictionary(keys.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func entry(of source: LedgerRow.Source, _ placer: inout Placer) throws -> Entry {
    if let index = indexBySource[source] { return entries[index] }
    let pair = try session.ledger.pair(source)
    let context = placer.context(pair)
    let key = try keys[pair] ?? session.ledger.addPair(pair, fingerprint: context.fingerprint)
    keys[pair] = key
    pairsByKey[key] = pair
    let entry = Entry(pair: pair, key: key, context: context)
    indexBySource[source] = entries.count
    entries.append(entry)
    return entry
  }
}

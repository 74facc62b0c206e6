import Planning
import PlanningStore

/// Stored time that a filter would take away (rule 89).
struct Leaving {
  private(set) var entries: [Int: Int] = [:]
  private(set) var people: Set<PersonID> = []
  private(set) var pairs: Set<Pair> = []
  private var peopleByEntry: [Int: PersonID] = [:]

  init() {}

  /// What stands in the actuals and is filtered now, frozen cells apart.
  init(_ session: StoreSession, _ placer: inout Placer) throws {
    for (pair, stored) in try session.ledger.pairs() where placer.isFiltered(pair) {
      try session.ledger.forEachPlaced(ofPair: stored.key) { key, cell, seconds in
        if placer.freeze(of: cell) == nil { add(key, of: cell.person, pair: pair, seconds: seconds) }
      }
    }
  }

  var isEmpty: Bool { entries.isEmpty }
  var seconds: Int { entries.values.reduce(0, +) }

  private mutating func add(_ key: Int, of person: PersonID, pair: Pair, seconds: Int) {
    entries[key] = seconds
    peopleByEntry[key] = person
    people.insert(person)
    pairs.insert(pair)
  }

  /// More than 20 people, or more than a fifth of the stored time, without what was confirmed.
  func isAlarming(ofAll stored: Int, confirmed: Set<Int>) -> Bool {
    let open = entries.keys.filter { !confirmed.contains($0) }
    return Set(open.compactMap { peopleByEntry[$0] }).count > 20
      || 5 * open.reduce(0) { $0 + (entries[$1] ?? 0) } > stored
  }
}

import Planning
import PlanningStore

/// Counts every entry that was read under exactly one heading (rule 81).
struct LedgerBooks {
  struct Group: Hashable {
    let reason: Reason
    let user: String
    let project: String
  }

  var books = Books()
  private(set) var skipped: [String: RunSummary.Sum] = [:]
  private(set) var held: [String: RunSummary.Sum] = [:]
  /// Per code, person and project (rule 80).
  private(set) var groups: [Group: RunSummary.Sum] = [:]
  private var isCounted: [Bool] = []
  /// The same of a handful (`EntryReading`); nil: of many.
  private var few: Set<Int>?

  init(isOfFew: Bool = false) {
    if isOfFew { few = [] }
  }

  func hasCounted(_ key: Int) -> Bool { few?.contains(key) ?? (key < isCounted.count && isCounted[key]) }

  /// - Throws: `ImportError` if the ledger has other seconds than were read.
  mutating func count(
    _ key: Int, _ placement: Placement, pair: Pair?, seconds: Int, id: () throws -> String
  ) throws {
    guard placement.seconds == seconds else {
      throw ImportError.unbalanced(.entry(id: try id(), read: seconds, ledger: placement.seconds))
    }
    mark(key)
    switch placement.state {
    case .placed: books.secondsPlaced += seconds
    case .skipped: add(placement.reason, pair, seconds, isHeld: false)
    case .held: add(placement.reason, pair, seconds, isHeld: true)
    case .missing, .deleted:
      throw ImportError.unbalanced(.entryGone(id: try id()))
    }
  }

  /// An entry that the brake keeps as it was: unchanged it counts where it is, changed it is held.
  mutating func countBraked(_ row: LedgerRow, pair: Pair, reading: EntryReading) {
    guard reading.isRead(row.key), let old = row.placement else { return }
    let seconds = reading.secondsRead(row.key)
    mark(row.key)
    switch old.state {
    case .placed where old.counted == row.contentHash: books.secondsPlaced += seconds
    case .skipped where old.seconds == seconds: add(old.reason, pair, seconds, isHeld: false)
    case .held where old.seconds == seconds: add(old.reason, pair, seconds, isHeld: true)
    default: add(.deleteBrake, pair, seconds, isHeld: true)
    }
  }

  private mutating func mark(_ key: Int) {
    if few != nil {
      few!.insert(key)
      return
    }
    if key >= isCounted.count {
      isCounted += repeatElement(false, count: max(1024, key + 1 - isCounted.count + isCounted.count / 2))
    }
    isCounted[key] = true
  }

  private mutating func add(_ reason: Reason?, _ pair: Pair?, _ seconds: Int, isHeld: Bool) {
    let code = reason?.rawValue ?? "unknown"
    if isHeld {
      books.secondsHeld += seconds
      held[code, default: .init()].add(seconds)
    } else {
      books.secondsSkipped += seconds
      skipped[code, default: .init()].add(seconds)
    }
    if let reason {
      groups[Group(reason: reason, user: pair?.user ?? "", project: pair?.project ?? ""), default: .init()].add(seconds)
    }
  }
}

extension RunSummary.Sum {
  fileprivate mutating func add(_ seconds: Int) {
    entries += 1
    self.seconds += seconds
  }
}

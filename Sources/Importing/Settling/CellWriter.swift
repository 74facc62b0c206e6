import Planning
import PlanningStore

/// How many rows of `actual` a run wrote.
package struct ActualCounts: Codable, Sendable, Equatable {
  package var written = 0
  package var removed = 0
  package var zerosFilled = 0
  /// Zeros that real hours took the place of (rule 69).
  package var zerosReplaced = 0
  /// Zeros whose reason has gone (rule 71).
  package var zerosWithdrawn = 0

  package static let none = ActualCounts()

  enum CodingKeys: String, CodingKey {
    case written, removed
    case zerosFilled = "zeros_filled"
    case zerosReplaced = "zeros_replaced"
    case zerosWithdrawn = "zeros_withdrawn"
  }
}

/// Makes the actuals of the cells at work equal to what the ledger places there.
struct CellWriter {
  let session: StoreSession
  let run: Int64
  let now: Instant
  let isFrozen: (Cell) -> Bool
  private(set) var counts = ActualCounts()
  /// Frozen cells in which other rows would stand.
  private(set) var deferred: Set<Cell> = []
  private(set) var frozen: Set<Cell> = []

  init(session: StoreSession, run: Int64, now: Instant, isFrozen: @escaping (Cell) -> Bool) {
    self.session = session
    self.run = run
    self.now = now
    self.isFrozen = isFrozen
  }

  /// Person by person, so that memory holds one person's cells at a time.
  mutating func write() throws {
    for person in try session.work.people() { try write(person) }
  }

  /// Where no actuals stand: every cell of the ledger at once. None is frozen: nothing was placed into those.
  mutating func writeAfresh() throws {
    counts.written = try session.writer.addEverything(run: run, at: now)
  }

  private mutating func write(_ person: PersonID) throws {
    struct Key: Hashable {
      let cell: Cell
      let role: RoleID
    }
    var standing = Dictionary(
      try session.work.actuals(of: person).map { (Key(cell: $0.cell, role: $0.role), $0) }, uniquingKeysWith: { $1 })
    var busy: Set<Cell> = []
    for sum in try session.work.placedSeconds(of: person) {
      let wanted = ActualRow(sum)
      let old = standing.removeValue(forKey: Key(cell: sum.cell, role: sum.role))
      if old == wanted {
        busy.insert(sum.cell)
      } else if isFrozen(sum.cell) {
        hold(sum.cell)
      } else {
        busy.insert(sum.cell)
        if let old {
          if old.origin == .autofill { counts.zerosReplaced += 1 }
          try session.writer.set(wanted, run: run, at: now)
        } else {
          try session.writer.add(wanted, run: run, at: now)
        }
        counts.written += 1
      }
    }
    for row in standing.values.sorted(by: { ($0.cell, $0.role) < ($1.cell, $1.role) }) where !row.isManual {
      if row.origin == .autofill {
        guard busy.contains(row.cell), !isFrozen(row.cell) else { continue }
        counts.zerosReplaced += 1
      } else if isFrozen(row.cell) {
        hold(row.cell)
        continue
      } else {
        counts.removed += 1
      }
      try session.writer.delete(row)
    }
  }

  private mutating func hold(_ cell: Cell) {
    deferred.insert(cell)
    frozen.insert(cell)
  }
}

extension ActualRow {
  /// Whole minutes, rounded half up once for each bucket (rule 39).
  fileprivate init(_ sum: PlacedSeconds) {
    self.init(
      cell: sum.cell, role: sum.role, billable: Minutes.rounded(seconds: sum.billable),
      nonbillable: Minutes.rounded(seconds: sum.nonbillable), origin: .clockify)
  }
}

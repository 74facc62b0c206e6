import ClockifyAPI
import Planning
import PlanningStore

/// Decides where entries go: pure, but for its memory of pairs (rules 17 to 21, 30 to 47).
struct Placer {
  private let plan: PlanSnapshot
  private let unknownRole: RoleID
  private let manualCells: Set<Cell>
  private let now: Instant
  private let missing: Set<Int>
  private let deleted: Set<Int>
  private let isRead: (Int) -> Bool
  /// What Clockify sent again since the ledger called it gone, before this run (rule 56).
  private let returned: Set<Int>
  private var brakes = Brakes.none
  private var workspaceOf: (Int) throws -> String = { _ in "" }
  /// The pairs that are stored: whose time, and of which project, an entry was before (rules 53, 89).
  var pairOfKey: [Int: Pair] = [:]
  /// Nothing freezes any cell.
  private let freezesNothing: Bool
  private var zones: ZoneChooser
  private var contexts: PairContexts
  /// Frozen cells in which the ledger wants something else than stands there.
  private(set) var deferred: Set<Cell> = []
  var unknownZones: Set<String> { zones.unknownNames }

  /// - Parameters:
  ///   - manualCells: empty where hours typed by hand are not protected.
  ///   - missing: entries that left their cells in this run; `deleted`: of which Clockify says so.
  init(
    matching: Matching, plan: PlanSnapshot, unknownRole: RoleID, catchAll: CatchAll, manualCells: Set<Cell>,
    zones: ZoneChooser, now: Instant, missing: Set<Int>, deleted: Set<Int>, isRead: @escaping (Int) -> Bool,
    returned: Set<Int>
  ) {
    self.plan = plan
    self.unknownRole = unknownRole
    self.manualCells = manualCells
    self.zones = zones
    self.now = now
    self.missing = missing
    self.deleted = deleted
    self.isRead = isRead
    self.returned = returned
    freezesNothing = manualCells.isEmpty && plan.freezesNothing
    contexts = PairContexts(matching: matching, plan: plan, unknownRole: unknownRole, catchAll: catchAll)
  }

  /// From here on nothing of these users changes.
  ///
  /// - Parameter workspaceOf: of an entry's key; asked only where something is held.
  mutating func hold(_ brakes: Brakes, workspaceOf: @escaping (Int) throws -> String) {
    self.brakes = brakes
    self.workspaceOf = workspaceOf
  }

  private func isHeld(_ row: LedgerRow, as pair: Pair) throws -> Bool {
    if brakes.isEmpty { return false }
    let workspace = try workspaceOf(row.key)
    let before = row.placement.flatMap { pairOfKey[$0.pair] }
    return brakes.hold(pair, in: workspace) || before.map { brakes.hold($0, in: workspace) } ?? false
  }

  // MARK: Pairs

  /// Whether a filter leaves the pair's time out, whatever else does not (rule 22).
  mutating func isFiltered(_ pair: Pair) -> Bool {
    let context = context(pair)
    return context.personReason == .filtered || context.projectReason == .filtered
  }

  mutating func context(_ pair: Pair) -> PairContext { contexts.of(pair) }

  // MARK: Entries

  /// Where the entry's time is after this run.
  ///
  /// - Returns: nil where nothing may change (the brake holds the person's time as it was).
  mutating func place(_ row: LedgerRow, of entry: LedgerPairs.Entry) throws -> Placement? {
    let old = row.placement
    let isHeld = try isHeld(row, as: entry.pair)
    if old != nil, isHeld { return nil }
    let context = entry.context
    var new = fresh(row, of: entry)
    if let gone = goneState(row) { return leave(&new, old: old, as: gone) }
    let own = ownReason(row, context, new)
    if let cell = old?.countedCell, let old, let freeze = freeze(of: cell) {
      return stay(old, in: cell, row: row, new: new, context: context, own: own, freeze: freeze)
    }
    if let old, let own, old.state == .placed, old.counted == row.contentHash, context.hasNoLink,
      ![.filtered, .noProject].contains(own)
    {
      // Unlinked or ignored: what is placed and has not changed stays (rule 77).
      return old
    }
    return target(&new, row: row, context: context, own: own, isHeld: isHeld)
  }

  /// The entry's zone and date, pinned to its own times and user (rule 35), and its seconds and bucket.
  private mutating func fresh(_ row: LedgerRow, of entry: LedgerPairs.Entry) -> Placement {
    var hash = ContentHash()
    hash.add(entry.pair.user)
    hash.add(row.start.seconds)
    hash.add(row.end?.seconds)
    let pin = Int64(bitPattern: hash.value)
    let zoneName: String
    let day: CalendarDay
    if let old = row.placement, old.pinned == pin {
      (zoneName, day) = (old.zone, old.day)
    } else {
      let zone = zones.zone(user: entry.pair.user, row: row.timeZone)
      (zoneName, day) = (zone.name, zone.day(of: row.start))
    }
    return Placement(
      pair: entry.key, state: .held, reason: nil, zone: zoneName, day: day, seconds: row.seconds,
      isBillable: row.billable ?? entry.context.defaultBillable, pinned: pin)
  }

  private func goneState(_ row: LedgerRow) -> Placement.State? {
    if isRead(row.key) { return nil }
    if deleted.contains(row.key) { return .deleted }
    if missing.contains(row.key) { return .missing }
    if returned.contains(row.key) { return nil }
    switch row.placement?.state {
    case .missing: return .missing
    case .deleted: return .deleted
    default: return nil
    }
  }

  /// Rule 49; in a frozen cell the row stays until it thaws (rule 47).
  private mutating func leave(_ new: inout Placement, old: Placement?, as state: Placement.State) -> Placement {
    guard var gone = old else {
      new.state = state
      return new
    }
    gone.state = state
    gone.reason = nil
    if let cell = gone.countedCell, freeze(of: cell) != nil {
      deferred.insert(cell)
    } else {
      gone.counted = nil
    }
    return gone
  }

  /// The first reason that has nothing to do with frozen cells (rule 80).
  private mutating func ownReason(_ row: LedgerRow, _ context: PairContext, _ placement: Placement) -> Reason? {
    if let reason = context.personReason { return reason }
    if let type = row.type, type != "REGULAR" { return type == "BREAK" ? .breakEntry : .leaveEntry }
    if let reason = context.projectReason { return reason }
    guard let end = row.end else { return .running }
    if end <= row.start || row.isAbsurd { return .invalidInterval }
    // On the clock that the date was decided for: a move of the person makes nothing future (rule 35).
    if placement.day > zones.pinned(placement.zone).day(of: now) { return .future }
    return nil
  }

  /// Nothing at all may change in the cell, whatever else freezes it (rule 47).
  func isProtected(_ cell: Cell) -> Bool {
    plan.isLocked(cell.day, on: cell.project) || manualCells.contains(cell)
  }

  /// Why nothing may change in a cell (rule 47), first reason first.
  func freeze(of cell: Cell) -> Reason? {
    if freezesNothing { return nil }
    return plan.freeze(of: cell).map(Reason.init) ?? (manualCells.contains(cell) ? .manualPresent : nil)
  }

  /// An entry whose time is in a frozen row: unchanged it stays placed; changed or moved it counts nowhere, and its
  /// ledger row keeps the cell (rule 47).
  private mutating func stay(
    _ old: Placement, in cell: Cell, row: LedgerRow, new: Placement, context: PairContext, own: Reason?,
    freeze: Reason
  ) -> Placement {
    var kept = old
    if old.counted == row.contentHash {
      kept.state = .placed
      kept.reason = nil
      kept.pair = new.pair
      // An edit that was taken back: the row's own figures again.
      kept.seconds = new.seconds
      kept.isBillable = row.billable ?? kept.isBillable
      var wanted = new
      wanted = target(&wanted, row: row, context: context, own: own)
      let wantsTheSame =
        wanted.cell == cell && (wanted.role == kept.role || wanted.role == nil) && wanted.isBillable == kept.isBillable
      if !wantsTheSame { deferred.insert(cell) }
      return kept
    }
    let reason = own.map { min($0, freeze) } ?? freeze
    kept.state = reason.isHeld ? .held : .skipped
    kept.reason = reason
    kept.pair = new.pair
    kept.seconds = new.seconds
    kept.isBillable = row.billable ?? kept.isBillable
    deferred.insert(cell)
    return kept
  }

  /// The cell and role the entry belongs to, and whether it may go there.
  private mutating func target(
    _ new: inout Placement, row: LedgerRow, context: PairContext, own: Reason?, isHeld: Bool = false
  ) -> Placement {
    var reason = own
    if let person = context.person, let project = context.project {
      let cell = Cell(person: person, project: project, day: new.day)
      if reason == nil { reason = freeze(of: cell) }
      if reason == nil, isHeld { reason = .deleteBrake }
      let namesCell =
        reason == nil || [.locked, .manualPresent, .deleteBrake, .syncOff, .personArchived].contains(reason)
      if namesCell {
        new.person = person
        new.project = project
        let choice = RoleChoice(
          on: new.day, assignments: context.assignments, contracts: context.contracts, unknown: unknownRole)
        new.role = choice.role
        new.roleStep = choice.step
      }
    }
    if let reason {
      new.state = reason.isHeld || (reason == .noProject && context.holdsNoProject) ? .held : .skipped
      new.reason = reason
    } else {
      new.state = .placed
      new.counted = row.contentHash
    }
    return new
  }
}

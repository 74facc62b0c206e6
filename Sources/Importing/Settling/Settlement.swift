import ClockifyAPI
import Planning
import PlanningStore

/// The one transaction in which everything that planners see changes (rule 2). Each step is a file.
struct Settlement {
  let session: StoreSession
  /// For what was committed before: read beside the transaction.
  let database: PlanningDatabase
  let run: Int64
  let request: ImportRequest
  let settings: ImportSettings
  let owner: ClockifyUser
  let workspaces: [WorkspaceReading]
  let reading: EntryReading
  let readsTime: Bool
  let wording: ImportWording

  var brakes: Brakes
  var summary = RunSummary()
  var ledger = LedgerBooks()
  var findings: [Finding] = []
  /// What the brake of rule 89 stopped: entries that a filter would take away.
  var leaving = Leaving()
  /// Rows of the ledger that were written, and the cells that they name or named; cells of live batches alone.
  var placementsWritten = 0
  var touched: Set<Cell>?

  init(
    session: StoreSession, database: PlanningDatabase, run: Int64, request: ImportRequest, settings: ImportSettings,
    owner: ClockifyUser,
    workspaces: [WorkspaceReading], reading: EntryReading, readsTime: Bool, wording: ImportWording
  ) {
    self.session = session
    self.database = database
    self.run = run
    self.request = request
    self.settings = settings
    self.owner = owner
    self.workspaces = workspaces
    self.reading = reading
    self.readsTime = readsTime
    self.wording = wording
    brakes = Brakes(workspaces)
    ledger = LedgerBooks(isOfFew: reading.isOfFew)
  }

  mutating func carryOut(requests: Int, deadRuns: [Int64]) throws -> ImportReport {
    let matching = try match()
    let basis = try Basis(session, settings: settings, owner: owner, now: request.now)
    if readsTime {
      try session.actuals.markManualRows()
      var placer = try makePlacer(matching, basis)
      var work = try collectWork(&placer)
      let kept = try place(&work, &placer)
      let cells = try writeCells(work, placer)
      try fillZeros(basis, placer)
      try holdBack(basis, placer, cells)
      try balance(work)
      try remember(basis, work, kept: kept)
    }
    return try report(matching, basis, requests: requests, deadRuns: deadRuns)
  }

  /// Those whose lists this run has read.
  var read: [WorkspaceReading] { workspaces.filter { $0.listedUsers != nil } }

  var missing: Set<Int> { workspaces.reduce(into: []) { $0.formUnion($1.losses.missing) } }
  var deleted: Set<Int> { workspaces.reduce(into: []) { $0.formUnion($1.losses.deleted) } }

  /// From the first to the last of the dates this run answers for.
  var window: ClosedRange<CalendarDay>? {
    let windows = workspaces.compactMap { $0.plan?.window }
    guard let first = windows.map(\.lowerBound).min(), let last = windows.map(\.upperBound).max() else { return nil }
    return first...last
  }
}

/// What everything after matching is decided on.
struct Basis {
  let snapshot: PlanSnapshot
  let accounts: [MirrorAccount]
  let zones: ZoneChooser
  /// In the planning zone.
  let today: CalendarDay

  init(_ session: StoreSession, settings: ImportSettings, owner: ClockifyUser, now: Instant) throws {
    snapshot = try session.plan.snapshot()
    accounts = try session.accounts.all()
    var zones = ZoneChooser(settings: settings, plan: snapshot, accounts: accounts, owner: owner.timeZone)
    today = zones.planningZone(settings).day(of: now)
    self.zones = zones
  }
}

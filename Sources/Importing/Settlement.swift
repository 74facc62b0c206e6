import ClockifyAPI
import Planning
import PlanningStore

/// The one transaction in which everything that planners see changes (rule 2).
struct Settlement {
  let session: StoreSession
  let run: Int64
  let request: ImportRequest
  let settings: ImportSettings
  let owner: ClockifyUser
  let workspaces: [WorkspaceReading]
  let reading: EntryReading
  let readsTime: Bool

  private var brakes: Brakes
  private var summary = RunSummary()
  private var ledger = LedgerBooks()
  private var findings: [Finding] = []
  private var pairsByKey: [Int: Pair] = [:]
  /// What the brake of rule 89 stopped: entries that a filter would take away.
  private var leaving = Leaving()

  init(
    session: StoreSession, run: Int64, request: ImportRequest, settings: ImportSettings, owner: ClockifyUser,
    workspaces: [WorkspaceReading], reading: EntryReading, readsTime: Bool
  ) {
    self.session = session
    self.run = run
    self.request = request
    self.settings = settings
    self.owner = owner
    self.workspaces = workspaces
    self.reading = reading
    self.readsTime = readsTime
    brakes = Brakes(workspaces)
  }

  /// Those whose lists this run has read.
  private var read: [WorkspaceReading] { workspaces.filter { $0.listedUsers != nil } }

  private var missing: Set<Int> { workspaces.reduce(into: []) { $0.formUnion($1.losses.missing) } }
  private var deleted: Set<Int> { workspaces.reduce(into: []) { $0.formUnion($1.losses.deleted) } }

  mutating func carryOut(requests: Int, deadRuns: [Int64]) throws -> ImportReport {
    let waiting =
      readsTime
      ? try WaitingTime(
        session: session, settings: settings, owner: owner, brakes: brakes, lost: missing.union(deleted)) : nil
    let matching = try Matching(
      session: session, request: request, settings: settings, workspaces: Set(read.map(\.id))
    ) { users, projects in try waiting?.pairs(of: users, on: projects, now: request.now) ?? [] }
    try session.references.setBaselines()
    let snapshot = try session.plan.snapshot()
    let accounts = try session.accounts.all()
    var zones = ZoneChooser(settings: settings, plan: snapshot, accounts: accounts, owner: owner.timeZone)
    let today = zones.planningZone(settings).day(of: request.now)
    if readsTime { try settleTime(matching, snapshot, accounts: accounts, zones: zones, today: today) }
    summary.deadRuns = deadRuns
    summary.actualsAreOff = !readsTime
    let report = try Reporting(
      session: session, snapshot: snapshot, matching: matching, accounts: accounts, today: today)
    findings += try report.itemFindings()
    findings += try report.entryFindings(ledger, reading: reading)
    findings += report.notCovered(workspaces)
    return try close(matching, requests: requests, today: today)
  }

  // MARK: Time

  private mutating func settleTime(
    _ matching: Matching, _ snapshot: PlanSnapshot, accounts: [MirrorAccount], zones: ZoneChooser, today: CalendarDay
  ) throws {
    try session.actuals.markManualRows()
    let protected = settings.manualPolicy == .protect
    let manual = try session.actuals.manualCells()
    var placer = Placer(
      matching: matching, plan: snapshot, unknownRole: try unknownRole(snapshot), catchAll: catchAll(snapshot),
      manualCells: protected ? manual : [], zones: zones, now: request.now,
      missing: missing, deleted: deleted, isRead: reading.isRead, returned: reading.returnedBefore)
    try session.work.open()
    try session.work.addChangesAndWaiting()
    if !protected { for cell in manual { try session.work.add(cell) } }
    for key in missing.union(deleted) { try session.work.add(entry: key) }
    try brakeFilters(&placer)
    placer.hold(brakes) { [session] in try session.entries.workspace(of: $0) }
    let pairKeys = try workOnChangedPairs(&placer)

    pairsByKey = Dictionary(pairKeys.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    placer.pairOfKey = pairsByKey
    let isFirst = try session.ledger.isFirstPlacing()
    let kept = try place(&placer, pairKeys: pairKeys, isFirst: isFirst)
    var settling = Settling(session: session, run: run, now: request.now) { placer.freeze(of: $0) != nil }
    if isFirst { try session.actuals.withoutChecks { try settling.settle() } } else { try settling.settle() }
    summary.actuals = settling.counts
    try checkMinutes(settling, placer)
    try fill(snapshot, accounts: accounts, zones: zones, placer: placer)
    try session.late.setDeferredCells(
      placer.deferred.union(settling.deferred).union(brakes.isEmpty ? [] : try session.late.deferredCells()))
    try findLate(snapshot)
    let settled = try session.conflicts.settled()
    let conflicts = protected ? try session.conflicts.computed().filter { settled[$0.cell] != $0.source } : []
    try session.conflicts.set(conflicts, run: run)
    summary.conflicts = conflicts.count
    try session.work.clearChanges(keeping: kept)
    try replaceDeletePlan()
    try keepBooks()
    try rememberCoverage(today)
    for name in placer.unknownZones.sorted() {
      findings.append(
        Finding(
          .warning, "unknown_zone", name: name,
          message: "time zone \"\(name)\" is not known here; the next one in line was used"))
    }
  }

  /// What frozen cells keep out or in, per person, project and day (rules 47, 55); where hours were typed by hand, the
  /// conflicts say it.
  private mutating func findLate(_ snapshot: PlanSnapshot) throws {
    for late in try session.late.changes(where: snapshot.isFrozen) {
      guard let freeze = snapshot.freeze(of: late.cell).map(Reason.init) else { continue }
      if late.minutes == 0, freeze != .locked { continue }
      let person = snapshot.people[late.cell.person]?.name ?? "\(late.cell.person)"
      let project = snapshot.projects[late.cell.project]?.name ?? "\(late.cell.project)"
      let change = late.minutes == 0 ? "roles only" : "\(late.minutes > 0 ? "+" : "")\(late.minutes) min"
      let why = freeze == .locked ? "" : " (\(freeze.words))"
      findings.append(
        Finding(
          .warning, freeze.rawValue, kind: "cell", planningID: late.cell.person, name: "\(person) · \(project)",
          entries: 1, seconds: late.minutes * 60, message: "late: \(change) \(project) \(person) \(late.cell.day)\(why)"
        ))
    }
  }

  /// Rules 33 and 91: one that was deleted in spite of the setting holds its time back, and says so each night.
  private mutating func catchAll(_ snapshot: PlanSnapshot) -> Placer.CatchAll {
    guard let project = settings.catchAllProject else { return .none }
    if snapshot.projects[project] != nil { return .project(project) }
    findings.append(
      Finding(
        .warning, Reason.noProject.rawValue, kind: "setting", planningID: project,
        name: "import: catch_all_project",
        message:
          "project \(project), the catch-all of the settings (import: catch_all_project), is gone: time without a project is held"
      ))
    return .gone
  }

  private func unknownRole(_ snapshot: PlanSnapshot) throws -> RoleID {
    if let role = snapshot.unknownRole { return role }
    let isNeeded = snapshot.references[.person]?.values.contains { reference in
      snapshot.people[reference.planningID]?.plan.contracts.isEmpty ?? false
    }
    return isNeeded ?? false ? try session.plan.createUnknownRole() : 0
  }

  /// Rule 89: what was imported and is filtered now leaves, unless it is too much at once.
  private mutating func brakeFilters(_ placer: inout Placer) throws {
    let found = try Leaving(session, &placer)
    guard !found.isEmpty else { return }
    let confirmed = request.confirmedRun == nil ? [] : try session.removals.plan()?.keys ?? []
    if found.isAlarming(ofAll: try session.ledger.placedSeconds(), confirmed: confirmed) {
      leaving = found
      brakes.hold(filtered: found.pairs)
    }
  }

  /// Pairs about which anything was decided differently than today: all their entries are placed again (rule 45).
  private func workOnChangedPairs(_ placer: inout Placer) throws -> [Pair: Int] {
    var keys: [Pair: Int] = [:]
    for (pair, stored) in try session.ledger.pairs() {
      keys[pair] = stored.key
      let fingerprint = placer.context(pair).fingerprint
      guard fingerprint != stored.fingerprint else { continue }
      try session.work.add(pair: stored.key)
      // What a brake holds is looked at again in the next run, and what came new under it, whatever the plan says then.
      try session.ledger.setFingerprint(brakes.hold(pair.user) ? nil : fingerprint, ofPair: stored.key)
    }
    for pair in try session.work.newPairs().sorted(by: { ($0.user, $0.project) < ($1.user, $1.project) }) {
      keys[pair] = try session.ledger.addPair(pair, fingerprint: placer.context(pair).fingerprint)
    }
    return keys
  }

  /// - Returns: entries whose change waits behind the brake.
  private mutating func place(_ placer: inout Placer, pairKeys: [Pair: Int], isFirst: Bool) throws -> Set<Int> {
    guard isFirst else { return try placeAll(&placer, pairKeys: pairKeys, notesCells: true) }
    let kept = try session.ledger.withoutIndexes {
      try placeAll(&placer, pairKeys: pairKeys, notesCells: false)
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

  private mutating func fill(
    _ snapshot: PlanSnapshot, accounts: [MirrorAccount], zones: ZoneChooser, placer: Placer
  ) throws {
    var zones = zones
    // Whoever's whole time of a date was not read gets no zero, and keeps those that are there.
    guard let firstDay = try firstZeroDay(&zones), let window, request.project == nil, request.workspaces.isEmpty
    else { return }
    let filling = Filling(
      session: session, plan: snapshot, settings: settings, workspaces: workspaces,
      unknownWorkspaces: Set(workspaces.filter { $0.listedUsers == nil }.map(\.id)).subtracting(
        accounts.flatMap(\.knownIn.keys)), window: window, brakes: brakes, now: request.now, run: run,
      firstDay: firstDay, freeze: placer.freeze, isProtected: placer.isProtected)
    let byPerson = Dictionary(
      grouping: accounts.filter { account in
        snapshot.planningID(.person, account.id).map { $0 == request.person ?? $0 } ?? false
      }, by: { snapshot.planningID(.person, $0.id)! })
    let linked = snapshot.linkedItems(.project)
    try filling.fill(byPerson, linkedProjects: linked, zones: &zones, counts: &summary.actuals!)
  }

  /// From the first to the last of the dates this run answers for.
  private var window: ClosedRange<CalendarDay>? {
    let windows = workspaces.compactMap { $0.plan?.window }
    guard let first = windows.map(\.lowerBound).min(), let last = windows.map(\.upperBound).max() else { return nil }
    return first...last
  }

  /// Rule 65: what `actuals enable` said, else the setting, else the day actuals were enabled.
  private func firstZeroDay(_ zones: inout ZoneChooser) throws -> CalendarDay? {
    if let day = try session.settings.value(Setting.autofillFrom).flatMap({ CalendarDay($0) }) { return day }
    if let day = settings.autofillFrom { return day }
    let enabled = try session.settings.value(Setting.actualsEnabledAt).flatMap { Instant($0) }
    return enabled.map { zones.planningZone(settings).day(of: $0) }
  }

  // MARK: Books (rule 81)

  private mutating func checkMinutes(_ settling: Settling, _ placer: Placer) throws {
    let protected = try session.work.frozenCells { placer.freeze(of: $0) != nil }
    let totals = try session.work.settledTotals(excluding: protected)
    summary.frozenCells = protected.count
    summary.roundingSeconds = totals.minutes * 60 - totals.seconds
    guard abs(summary.roundingSeconds) <= 30 * totals.buckets else {
      throw ImportError(
        .unbalanced,
        "the imported minutes differ from the placed seconds by \(summary.roundingSeconds) s, more than rounding explains; nothing was changed"
      )
    }
  }

  private mutating func keepBooks() throws {
    try reading.forEachRead { key, seconds in
      guard !ledger.hasCounted(key) else { return }
      guard let placement = try session.ledger.placement(of: key) else {
        throw ImportError(.unbalanced, "an entry that was read has no place in the ledger; nothing was changed")
      }
      try ledger.count(key, placement, pair: pairsByKey[placement.pair], seconds: seconds, id: "\(key)")
    }
    ledger.books.entriesRead = reading.entries
    ledger.books.secondsRead = reading.seconds
    guard ledger.books.isBalanced else {
      throw ImportError(
        .unbalanced,
        "read \(reading.seconds) s, but placed \(ledger.books.secondsPlaced) + skipped \(ledger.books.secondsSkipped) + held \(ledger.books.secondsHeld); nothing was changed"
      )
    }
    summary.skipped = ledger.skipped
    summary.held = ledger.held
    summary.repeatedIDs = reading.repeatedIDs
  }

  // MARK: What the next run builds on

  private mutating func rememberCoverage(_ today: CalendarDay) throws {
    summary.slices = workspaces.reduce(0) { $0 + $1.wantedSlices }
    summary.slicesComplete = workspaces.reduce(0) { sum, workspace in sum + workspace.slices.count { $0.isComplete } }
    summary.usesLists = workspaces.contains { $0.source == .entries }
    let starts = workspaces.map { $0.outcome(today: today).guaranteedFrom }
    summary.guaranteedFrom = starts.contains(nil) ? nil : starts.compactMap(\.self).max()?.description
    guard !request.isNarrowed else { return }
    summary.readsBackTo = workspaces.compactMap { $0.plan?.historyFrom }.max()?.description
    for workspace in read { try remember(workspace, today) }
  }

  private func remember(_ workspace: WorkspaceReading, _ today: CalendarDay) throws {
    guard let plan = workspace.plan else { return }
    let key = ReadingPlan.Key(workspace.id)
    if let history = plan.historyFrom {
      try session.settings.set(key.historyFrom, history.description, at: request.now)
    }
    if plan.isDeepPass, workspace.isComplete {
      try session.settings.set(key.lastDeepPass, today.description, at: request.now)
    }
    if let older = plan.ranges.last, let next = plan.nextRotation, workspace.coverage().gaps(in: older).isEmpty {
      try session.settings.set(key.rotation, next.description, at: request.now)
    }
  }

  /// What the brakes stopped waits for `--confirm-deletes`; a newer plan replaces an older one (rules 53, 89).
  private func replaceDeletePlan() throws {
    if !brakes.isEmpty {
      try session.removals.replace(stopped.keys, run: run)
    } else if try request.confirmedRun != nil || isSettled(session.removals.plan()?.run) {
      try session.removals.replace([], run: run)
    }
  }

  /// Whether this run has read again all that a held run had read, and would remove nothing of it that waits.
  private func isSettled(_ held: Int64?) throws -> Bool {
    guard let held, !request.isNarrowed, workspaces.allSatisfy(\.isComplete), let window else { return false }
    return try session.runs.run(held)?.windowFrom.map { window.lowerBound <= $0 } ?? false
  }

  private var stopped: (keys: [Int], seconds: Int) {
    let braked = workspaces.map(\.losses).filter(\.isBraked)
    return (
      Set(braked.flatMap(\.stopped)).union(leaving.entries.keys).sorted(),
      braked.reduce(leaving.seconds) { $0 + $1.stoppedSeconds }
    )
  }

  // MARK: End

  private mutating func close(_ matching: Matching, requests: Int, today: CalendarDay) throws -> ImportReport {
    summary.workspace = workspaces.map(\.id).joined(separator: ", ")
    summary.workspaceName = workspaces.map(\.name).joined(separator: ", ")
    summary.workspaces = workspaces.map { RunSummary.Workspace($0.outcome(today: today), name: $0.name) }
    for workspace in workspaces { try session.coverage.addOutcome(workspace.outcome(today: today), run: run) }
    if request.scopes.contains(.clients) { summary.clients = matching.clientCounts }
    if request.scopes.contains(.projects) { summary.projects = matching.projectCounts }
    if request.scopes.contains(.people) { summary.people = matching.personCounts }
    summary.lookedUp = workspaces.reduce(0) { $0 + $1.losses.lookedUp }
    summary.stoppedEntries = stopped.keys.count
    summary.stoppedSeconds = stopped.seconds
    let stop = ImportStop(workspaces)
    summary.retryAt = stop?.retryInstant
    let isPartial = !workspaces.allSatisfy(\.isComplete)
    let status = isPartial ? "partial" : brakes.isEmpty ? "done" : "held"
    findings += brakeFindings
    let disagreed = workspaces.reduce(0) { $0 + $1.totalsDisagreed }
    if disagreed > 0 {
      findings.append(
        Finding(
          .warning, "totals_disagree", entries: disagreed,
          message: "\(disagreed) slices: Clockify's totals differ from what it sent, twice the same"))
    }
    try session.findings.add(findings, run: run)
    try session.findings.prune(before: request.now.utcDay - settings.historyDays)
    try session.runs.finish(
      run, status: status, at: request.now, window: window, requests: requests, books: ledger.books,
      summary: summary.json)
    return ImportReport(
      run: run, status: status, startedAt: request.now, window: window, requests: requests, books: ledger.books,
      findings: findings, summary: summary, stopped: stop)
  }

  private var brakeFindings: [Finding] {
    var found: [Finding] = []
    for workspace in workspaces where workspace.losses.isBraked {
      let losses = workspace.losses
      let who = losses.brakedUsers.map { "\($0.count) people" } ?? "everybody"
      found.append(
        Finding(
          .error, Reason.deleteBrake.rawValue, entries: losses.stopped.count, seconds: losses.stoppedSeconds,
          message:
            "\(losses.stopped.count) entries of \(workspace.name) did not come back, too many to be believed: the time of \(who) is left as it was"
        ))
    }
    if !leaving.isEmpty {
      found.append(
        Finding(
          .error, Reason.deleteBrake.rawValue, entries: leaving.entries.count, seconds: leaving.seconds,
          message:
            "a filter of the settings would take away \(leaving.entries.count) entries of \(leaving.people.count) people at once: they are left as they were"
        ))
    }
    return found
  }
}

import ClockifyAPI
import Planning
import PlanningStore

/// The one transaction in which everything that planners see changes (rule 2).
struct Settlement {
  let session: StoreSession
  let run: Int64
  let request: ImportRequest
  let settings: ImportSettings
  let lists: [Lists]
  /// One for each of `lists`; none when no time is read.
  let plans: [ReadingPlan]
  let reading: EntryReading
  let losses: Losses
  let readsTime: Bool

  private var summary = RunSummary()
  private var ledger = LedgerBooks()
  private var findings: [Finding] = []
  private var pairsByKey: [Int: Pair] = [:]

  init(
    session: StoreSession, run: Int64, request: ImportRequest, settings: ImportSettings, lists: [Lists],
    plans: [ReadingPlan], reading: EntryReading, losses: Losses, readsTime: Bool
  ) {
    self.session = session
    self.run = run
    self.request = request
    self.settings = settings
    self.lists = lists
    self.plans = plans
    self.reading = reading
    self.losses = losses
    self.readsTime = readsTime
  }

  private var owner: ClockifyUser? { lists.first?.owner }

  mutating func carryOut(requests: Int, deadRuns: [Int64]) throws -> ImportReport {
    let matching = try Matching(
      session: session, request: request, settings: settings, lists: lists,
      wanted: reading.wantedPairs.filter { !losses.isBraked($0.user) })
    try session.setBaselines()
    let snapshot = try session.planSnapshot()
    let users = try session.mirroredUsers()
    var zones = ZoneChooser(settings: settings, plan: snapshot, users: users, owner: owner?.timeZone)
    let today = zones.planningZone(settings).day(of: request.now)
    if readsTime { try settleTime(matching, snapshot, users: users, zones: zones, today: today) }
    summary.deadRuns = deadRuns
    summary.actualsAreOff = !readsTime
    let report = try Reporting(
      session: session, snapshot: snapshot, matching: matching, users: users, today: today)
    findings += try report.itemFindings()
    findings += try report.entryFindings(ledger, reading: reading)
    if reading.usesLists { findings += report.notCovered(listed: Set(lists.flatMap(\.listedUsers))) }
    return try close(matching, requests: requests)
  }

  // MARK: Time

  private mutating func settleTime(
    _ matching: Matching, _ snapshot: PlanSnapshot, users: [MirrorUser], zones: ZoneChooser, today: CalendarDay
  ) throws {
    try session.markManualRows()
    let protected = settings.manualPolicy == .protect
    let manual = try session.manualCells()
    var placer = Placer(
      matching: matching, plan: snapshot, unknownRole: try unknownRole(snapshot), catchAll: try catchAll(snapshot),
      manualCells: protected ? manual : [],
      zones: zones, now: request.now, losses: losses, isRead: reading.isRead)
    try session.openWorkList()
    try session.workOnChangesAndWaiting()
    if !protected { for cell in manual { try session.work(on: cell) } }
    for key in try session.goneEntries() where reading.isRead(key) { try session.work(onEntry: key) }
    for key in losses.missing.union(losses.deleted) { try session.work(onEntry: key) }
    let pairKeys = try workOnChangedPairs(&placer)

    pairsByKey = Dictionary(pairKeys.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    placer.userOfPair = pairsByKey.mapValues(\.user)
    let kept = try place(&placer, pairKeys: pairKeys)
    var settling = Settling(session: session, run: run, now: request.now) { placer.freeze(of: $0) != nil }
    try settling.settle()
    summary.actuals = settling.counts
    try checkMinutes(settling, placer)
    try fill(snapshot, users: users, zones: zones, today: today, placer: placer)
    try session.setDeferredCells(
      placer.deferred.union(settling.deferred).union(losses.isBraked ? try session.deferredCells() : []))
    try findLate(snapshot)
    let settled = try session.settledConflicts()
    let conflicts = protected ? try session.computedConflicts().filter { settled[$0.cell] != $0.source } : []
    try session.setConflicts(conflicts, run: run)
    summary.conflicts = conflicts.count
    try session.clearChanges(keeping: kept)
    try session.replaceDeletePlanIfNeeded(losses, run: run, isConfirmed: request.confirmedRun != nil)
    try keepBooks()
    try rememberCoverage(today)
    for name in placer.unknownZones.sorted() {
      findings.append(
        Finding(
          .warning, "unknown_zone", name: name,
          message: "time zone \"\(name)\" is not known here; the next one in line was used"))
    }
  }

  /// What locked dates keep out, per person, project and day (rule 55).
  private mutating func findLate(_ snapshot: PlanSnapshot) throws {
    for late in try session.lateChanges(where: { snapshot.isLocked($0.day, on: $0.project) }) {
      let person = snapshot.people[late.cell.person]?.name ?? "\(late.cell.person)"
      let project = snapshot.projects[late.cell.project]?.name ?? "\(late.cell.project)"
      let change = late.minutes == 0 ? "roles only" : "\(late.minutes > 0 ? "+" : "")\(late.minutes) min"
      findings.append(
        Finding(
          .warning, Reason.locked.rawValue, kind: "cell", planningID: late.cell.person, name: "\(person) · \(project)",
          entries: 1, seconds: late.minutes * 60, message: "late: \(change) \(project) \(person) \(late.cell.day)"))
    }
  }

  private func catchAll(_ snapshot: PlanSnapshot) throws -> ProjectID? {
    guard let project = settings.catchAllProject else { return nil }
    guard snapshot.projects[project] != nil else {
      throw ImportError(.badSetting, "import: catch_all_project: there is no project \(project)")
    }
    return project
  }

  private func unknownRole(_ snapshot: PlanSnapshot) throws -> RoleID {
    if let role = snapshot.unknownRole { return role }
    let isNeeded = snapshot.references[.person]?.values.contains { reference in
      snapshot.people[reference.planningID]?.plan.contracts.isEmpty ?? false
    }
    return isNeeded ?? false ? try session.createUnknownRole() : 0
  }

  /// Pairs about which anything was decided differently than today: all their entries are placed again (rule 45).
  private func workOnChangedPairs(_ placer: inout Placer) throws -> [Pair: Int] {
    var keys: [Pair: Int] = [:]
    for (pair, stored) in try session.pairs() {
      keys[pair] = stored.key
      let fingerprint = placer.context(pair).fingerprint
      guard fingerprint != stored.fingerprint, !losses.isBraked(pair.user) else { continue }
      try session.work(onPair: stored.key)
      try session.setFingerprint(fingerprint, ofPair: stored.key)
    }
    for pair in try session.newPairsAtWork().sorted(by: { ($0.user, $0.project) < ($1.user, $1.project) }) {
      keys[pair] = try session.addPair(pair, fingerprint: placer.context(pair).fingerprint)
    }
    return keys
  }

  /// - Returns: entries whose change waits behind the brake.
  private mutating func place(_ placer: inout Placer, pairKeys: [Pair: Int]) throws -> Set<Int> {
    guard try session.isFirstPlacing() else { return try placeAll(&placer, pairKeys: pairKeys, notesCells: true) }
    let kept = try session.withoutPlacementIndexes {
      try placeAll(&placer, pairKeys: pairKeys, notesCells: false)
    }
    try session.workOnAllPlacedCells()
    return kept
  }

  private mutating func placeAll(
    _ placer: inout Placer, pairKeys: [Pair: Int], notesCells: Bool
  ) throws -> Set<Int> {
    var kept: Set<Int> = []
    var after = 0
    while true {
      let rows = try session.workRows(after: after, limit: 5000)
      guard let last = rows.last else { return kept }
      after = last.key
      for row in rows {
        let pair = Pair(user: row.entry.userID, project: row.entry.projectID ?? "")
        guard let new = placer.place(row, pairKey: pairKeys[pair]!) else {
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
    try session.setPlacement(new, of: row.key, isNew: row.placement == nil)
    switch (row.placement?.state, new.state) {
    case (_, .deleted): try session.setDeleted(row.key, at: request.now)
    case (.deleted, _): try session.setDeleted(row.key, at: nil)
    default: break
    }
    guard notesCells else { return }
    if let cell = row.placement?.countedCell { try session.work(on: cell) }
    if let cell = new.countedCell { try session.work(on: cell) }
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
    _ snapshot: PlanSnapshot, users: [MirrorUser], zones: ZoneChooser, today: CalendarDay, placer: Placer
  ) throws {
    var zones = zones
    // Whoever's whole time of a date was not read gets no zero, and keeps those that are there.
    guard let firstDay = try firstZeroDay(&zones), let window, request.project == nil, request.workspaces.isEmpty
    else { return }
    var usersByPerson: [PersonID: [String]] = [:]
    for user in users {
      if let id = snapshot.planningID(.person, user.id), id == request.person ?? id {
        usersByPerson[id, default: []].append(user.id)
      }
    }
    let filling = Filling(
      session: session, plan: snapshot, settings: settings, reading: reading, workspaces: lists.map(\.id),
      window: window, losses: losses, now: request.now, run: run, firstDay: firstDay, freeze: placer.freeze,
      isProtected: placer.isProtected)
    let linked = snapshot.linkedItems(.project)
    try filling.fill(users: usersByPerson, linkedProjects: linked, zones: &zones, counts: &summary.actuals!)
  }

  /// The dates this run answers for.
  private var window: ClosedRange<CalendarDay>? {
    guard let first = plans.map(\.window.lowerBound).min(), let last = plans.map(\.window.upperBound).max() else {
      return nil
    }
    return first...last
  }

  /// Rule 65: what `actuals enable` said, else the setting, else the day actuals were enabled.
  private func firstZeroDay(_ zones: inout ZoneChooser) throws -> CalendarDay? {
    if let day = try session.setting(Setting.autofillFrom).flatMap({ CalendarDay($0) }) { return day }
    if let day = settings.autofillFrom { return day }
    let enabled = try session.setting(Setting.actualsEnabledAt).flatMap { Instant($0) }
    return enabled.map { zones.planningZone(settings).day(of: $0) }
  }

  // MARK: Books (rule 81)

  private mutating func checkMinutes(_ settling: Settling, _ placer: Placer) throws {
    let protected = try session.frozenCellsAtWork { placer.freeze(of: $0) != nil }
    let totals = try session.settledTotals(excluding: protected)
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
      guard let placement = try session.placementState(of: key) else {
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
    summary.slices = plans.reduce(0) { $0 + wantedSlices($1) }
    summary.usesLists = reading.usesLists
    summary.slicesComplete = reading.slices.count { $0.isComplete }
    let starts = zip(lists, plans).map { lists, plan in
      coverage(of: lists).unbrokenStart(through: today).map { max($0, plan.window.lowerBound) }
    }
    summary.guaranteedFrom = starts.contains(nil) ? nil : starts.compactMap(\.self).max()?.description
    guard !request.isNarrowed else { return }
    summary.readsBackTo = plans.compactMap(\.historyFrom).max()?.description
    for (lists, plan) in zip(lists, plans) { try remember(plan, lists, today) }
  }

  private func remember(_ plan: ReadingPlan, _ lists: Lists, _ today: CalendarDay) throws {
    let key = ReadingPlan.Key(lists.id)
    if let history = plan.historyFrom { try session.set(key.historyFrom, history.description, at: request.now) }
    let outcomes = reading.slices.filter { $0.workspace == lists.id }
    if plan.isDeepPass, outcomes.count == wantedSlices(plan), outcomes.allSatisfy(\.isComplete) {
      try session.set(key.lastDeepPass, today.description, at: request.now)
    }
    if let older = plan.ranges.last, let next = plan.nextRotation, coverage(of: lists).gaps(in: older).isEmpty {
      try session.set(key.rotation, next.description, at: request.now)
    }
  }

  private func wantedSlices(_ plan: ReadingPlan) -> Int {
    reading.usesLists ? plan.stretches.count : plan.slices.count
  }

  /// Of the report, or of everybody's own list.
  private func coverage(of lists: Lists) -> Coverage {
    reading.coverage(of: lists.id, for: reading.usesLists ? Set(lists.listedUsers) : nil)
  }

  // MARK: End

  private mutating func close(_ matching: Matching, requests: Int) throws -> ImportReport {
    summary.workspace = lists.map(\.id).joined(separator: ", ")
    summary.workspaceName = lists.map { $0.workspace.name ?? $0.id }.joined(separator: ", ")
    if request.scopes.contains(.clients) { summary.clients = matching.clientCounts }
    if request.scopes.contains(.projects) { summary.projects = matching.projectCounts }
    if request.scopes.contains(.people) { summary.people = matching.personCounts }
    summary.lookedUp = losses.lookedUp
    summary.stoppedEntries = losses.isBraked ? losses.stopped.count : 0
    summary.stoppedSeconds = losses.isBraked ? losses.stoppedSeconds : 0
    let stop = reading.failure.map { error in
      ImportStop(
        message: error.description, retryAt: error.retryAt,
        isUnreachable: [.unreachable, .keyRefused, .forbidden].contains(error.code))
    }
    summary.retryAt = stop?.retryAt.map { Instant(seconds: Int($0.rounded(.up))).description }
    let isPartial = summary.slicesComplete < summary.slices
    let status = isPartial ? "partial" : losses.isBraked ? "held" : "done"
    if losses.isBraked { findings.append(brakeFinding) }
    if reading.totalsDisagreed > 0 {
      findings.append(
        Finding(
          .warning, "totals_disagree", entries: reading.totalsDisagreed,
          message: "\(reading.totalsDisagreed) slices: Clockify's totals differ from what it sent, twice the same"))
    }
    try session.addFindings(findings, run: run)
    try session.pruneFindings(before: request.now.utcDay - settings.historyDays)
    try session.finishRun(
      run, status: status, at: request.now, window: window, requests: requests, books: ledger.books,
      summary: summary.json)
    return ImportReport(
      run: run, status: status, startedAt: request.now, window: window, requests: requests, books: ledger.books,
      findings: findings, summary: summary, stopped: stop)
  }

  private var brakeFinding: Finding {
    let who = losses.brakedUsers.map { "\($0.count) people" } ?? "the whole window"
    return Finding(
      .error, Reason.deleteBrake.rawValue, entries: losses.stopped.count, seconds: losses.stoppedSeconds,
      message:
        "\(losses.stopped.count) entries did not come back, too many to be believed: the time of \(who) is left as it was"
    )
  }
}

extension StoreSession {
  fileprivate func replaceDeletePlanIfNeeded(_ losses: Losses, run: Int64, isConfirmed: Bool) throws {
    if losses.isBraked {
      try replaceDeletePlan(losses.stopped, run: run)
    } else if isConfirmed {
      try replaceDeletePlan([], run: run)
    }
  }
}

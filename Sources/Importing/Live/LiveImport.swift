package import ClockifyAPI
import Foundation
package import Planning
package import PlanningStore

/// A small import: chosen entries are read again and settled at once, by the same code as at night, without what looks at
/// the whole database (live.md 4). It proves nothing about what it did not read: the night's window does not build on it.
///
/// The caller holds the write lock (rule 5). Everything is read first; then one transaction changes the mirror, the ledger,
/// the actuals and the row of the hour, or nothing.
package struct LiveImport: Sendable {
  let database: PlanningDatabase
  let source: ClockifySource
  let settings: ImportSettings
  let owner: ClockifyUser
  let wording: ImportWording
  /// UTC; stamps and "today".
  let now: Instant
  /// Requests of earlier batches that changed nothing, and made no row.
  package var earlierRequests = 0
  /// The row of the hour is kept for its requests alone.
  package var alwaysKeepsHour = false

  package init(
    database: PlanningDatabase, source: ClockifySource, settings: ImportSettings, owner: ClockifyUser,
    wording: ImportWording, now: Instant
  ) {
    self.database = database
    self.source = source
    self.settings = settings
    self.owner = owner
    self.wording = wording
    self.now = now
  }

  /// - Parameters:
  ///   - scopes: what is imported at all (rule 97).
  ///   - remember: writes, in the same transaction, what the caller keeps of it.
  /// - Throws: `ClockifyError` where Clockify gave no answer, `CancellationError`; then nothing was changed.
  package func run(
    _ wanted: LiveWanted, scopes: Set<ImportScope> = Set(ImportScope.plan),
    remember: (StoreSession, LiveOutcome) throws -> Void = { _, _ in }
  ) async throws -> LiveOutcome {
    let request = ImportRequest(trigger: .webhook, scopes: scopes, now: now)
    var outcome = LiveOutcome()
    guard scopes.contains(.actuals), try database.read(isReady) else {
      outcome.isTooEarly = true
      return outcome
    }
    let begun = source.budget.count
    let reading = try await read(wanted)
    outcome.requests = source.budget.count - begun
    try Task.checkCancellation()
    outcome.again = reading.again
    outcome.unproved = reading.unproved
    outcome.hasReadLists = reading.lists != nil
    if reading.lists == nil, wanted.lists == .no { outcome.needsLists = try needsLists(reading, in: wanted.workspace) }
    let begin = ContinuousClock.now
    do {
      return try database.write { [outcome] session in
        var outcome = outcome
        guard try settle(reading, request, of: wanted.workspace, session, &outcome) else {
          throw NothingChanged(outcome: outcome)
        }
        outcome.settling = (ContinuousClock.now - begin) / .seconds(1)
        try remember(session, outcome)
        return outcome
      }
    } catch let nothing as NothingChanged {
      try database.write { try remember($0, nothing.outcome) }
      return nothing.outcome
    }
  }

  private struct NothingChanged: Error {
    let outcome: LiveOutcome
  }

  /// A whole import with time has run, and left nothing that the next one takes for everything there is.
  private func isReady(_ session: StoreSession) throws -> Bool {
    guard try session.settings.value(Setting.actualsEnabledAt) != nil else { return false }
    if try !session.ledger.isEmpty() { return true }
    return try session.runs.lastComplete() != nil && !session.entries.hasAny()
  }

  /// Which item each Clockify id is, without making any.
  func matchingAsItIs(_ session: StoreSession) throws -> Matching {
    try Matching(
      session: session, request: ImportRequest(trigger: .webhook, now: now), settings: settings, workspaces: []
    ) { _, _ in [] }
  }

  /// - Returns: whether anything was changed.
  private func settle(
    _ read: LiveReading, _ request: ImportRequest, of workspace: String, _ session: StoreSession,
    _ outcome: inout LiveOutcome
  ) throws -> Bool {
    let run = try session.runs.liveHour(at: now, processID: Int(ProcessInfo.processInfo.processIdentifier))
    var asked = WorkspaceReading(ClockifyWorkspace(id: workspace))
    var before: Matching?
    var changed = read.unproved > 0
    if let lists = read.lists {
      before = try matchingAsItIs(session)
      changed = try keep(lists, of: workspace, run: run, session) || changed
      asked.listedUsers = lists.users.map(\.id)
      asked.listedAt = lists.readAt
    }
    var reading = EntryReading(
      before: before == nil
        ? try session.entries.ledgerBefore(of: Set(read.arrived.map(\.mirrored.id)))
        : try session.entries.ledgerBefore())
    changed = try take(read.arrived, of: workspace, run: run, into: &reading, session) || changed
    asked.losses.deleted = try believed(read.gone, in: workspace, session, &outcome)
    var settlement = Settlement(
      session: session, database: database, run: run, request: request, settings: settings, owner: owner,
      workspaces: [asked], reading: reading, readsTime: true, wording: wording)
    let created = try settlement.carryOutLive(since: before)
    if read.unproved > 0 {
      settlement.findings.append(Finding(.warning, .liveUnproved, kind: .entry, entries: read.unproved))
    }
    outcome.changed = settlement.placementsWritten
    outcome.deleted = asked.losses.deleted.count
    outcome.books = settlement.ledger.books
    guard changed || created || settlement.hasChanged || alwaysKeepsHour else { return false }
    outcome.run = run
    try settlement.add(
      to: run, outcome: outcome, requests: outcome.requests + earlierRequests, lookedUp: read.gone.count)
    return true
  }

  /// - Returns: whether any row was written.
  private func keep(_ lists: LiveLists, of workspace: String, run: Int64, _ session: StoreSession) throws -> Bool {
    let before = session.changes.rowsChanged
    try session.mirror.update(users: lists.users, workspace: workspace, run: run, at: now)
    try session.mirror.update(clients: lists.clients, workspace: workspace, run: run, at: now)
    try session.mirror.update(projects: lists.projects, workspace: workspace, run: run, at: now)
    if let groups = lists.groups { try session.groups.update(groups, workspace: workspace, run: run, at: now) }
    try session.accounts.chooseCurrent(named: session.mirror.namedWorkspaces(), read: [workspace])
    return session.changes.rowsChanged > before
  }

  /// - Returns: whether any row was written.
  private func take(
    _ arrived: [ArrivedEntry], of workspace: String, run: Int64, into reading: inout EntryReading,
    _ session: StoreSession
  ) throws -> Bool {
    guard !arrived.isEmpty else { return false }
    let key = ReadingPlan.Key(workspace)
    let today = now.utcDay + 1
    let history = try session.settings.value(key.historyFrom).flatMap { CalendarDay($0) } ?? today - settings.windowDays
    // Whatever is that old at most is taken in: it was asked for.
    let plan = ReadingPlan(
      ranges: [min(history, today)...today], historyFrom: nil, isDeepPass: false, nextRotation: nil)
    var intake = try EntryIntake(
      plan: plan, workspace: workspace, owner: owner, settings: settings, now: now, run: run, session: session)
    intake.leavesDetails = true
    for entry in arrived { try intake.take(entry, into: &reading, session: session) }
    return intake.hasWritten
  }

  /// What may leave: all, unless it is too much since the last whole import (rule 53).
  private func believed(
    _ gone: [LiveWanted.Entry], in workspace: String, _ session: StoreSession, _ outcome: inout LiveOutcome
  ) throws -> Set<Int> {
    guard !gone.isEmpty else { return [] }
    var brake = try LiveBrake(session, settings: settings, now: now)
    var keys: Set<Int> = []
    for entry in gone {
      guard let known = try session.entries.known(entry.id, in: workspace), known.state != .deleted else { continue }
      if try brake.lets(known) { keys.insert(known.key) } else { outcome.braked += 1 }
    }
    try brake.keep()
    return keys
  }
}

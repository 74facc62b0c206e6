import Planning
import PlanningStore

/// Report: what this run did and found, for people and for the run row.
extension Settlement {
  mutating func report(
    _ matching: Matching, _ basis: Basis, requests: Int, deadRuns: [Int64]
  ) throws -> ImportReport {
    summary.deadRuns = deadRuns
    summary.actualsAreOff = !readsTime
    try collectFindings(matching, basis)
    let outcomes = workspaces.map { $0.outcome(today: basis.today) }
    summary.workspace = workspaces.map(\.id).joined(separator: ", ")
    summary.workspaceName = workspaces.map(\.name).joined(separator: ", ")
    summary.workspaces = zip(outcomes, workspaces).map { RunSummary.Workspace($0, name: $1.name) }
    for outcome in outcomes { try session.coverage.addOutcome(outcome, run: run) }
    if request.scopes.contains(.clients) { summary.clients = matching.clientCounts }
    if request.scopes.contains(.projects) { summary.projects = matching.projectCounts }
    if request.scopes.contains(.people) { summary.people = matching.personCounts }
    summary.lookedUp = workspaces.reduce(0) { $0 + $1.losses.lookedUp }
    summary.stoppedEntries = stopped.keys.count
    summary.stoppedSeconds = stopped.seconds
    let stop = ImportStop(workspaces)
    summary.retryAt = stop?.retryInstant
    let isPartial = !workspaces.allSatisfy(\.isComplete)
    let status = isPartial ? RunStatus.partial : brakes.isEmpty ? .done : .held
    try session.findings.add(findings, run: run, words: wording.finding)
    try session.findings.prune(before: request.now.utcDay - settings.historyDays)
    try session.runs.finish(
      run, status: status, at: request.now, window: window, requests: requests, books: ledger.books,
      summary: summary.json)
    return ImportReport(
      run: run, status: status, startedAt: request.now, window: window, requests: requests, books: ledger.books,
      findings: findings, summary: summary, stopped: stop)
  }

  private mutating func collectFindings(_ matching: Matching, _ basis: Basis) throws {
    let reporting = try Reporting(
      session: session, snapshot: basis.snapshot, matching: matching, accounts: basis.accounts, today: basis.today)
    findings += try reporting.itemFindings()
    findings += try reporting.entryFindings(ledger, reading: reading)
    findings += reporting.notCovered(workspaces)
    findings += brakeFindings
    let disagreed = workspaces.reduce(0) { $0 + $1.totalsDisagreed }
    if disagreed > 0 { findings.append(Finding(.warning, .totalsDisagree(slices: disagreed), entries: disagreed)) }
  }

  private var brakeFindings: [Finding] {
    var found = workspaces.filter(\.losses.isBraked).map { workspace in
      let losses = workspace.losses
      return Finding(
        .error, .vanished(workspace: workspace.name, people: losses.brakedUsers?.count),
        entries: losses.stopped.count, seconds: losses.stoppedSeconds)
    }
    if !leaving.isEmpty {
      found.append(
        Finding(
          .error, .leaving(people: leaving.people.count), entries: leaving.entries.count, seconds: leaving.seconds))
    }
    return found
  }
}

import Planning
import PlanningStore

/// Remember: what the next run builds on (rules 2, 8, 53).
extension Settlement {
  /// - Parameter kept: entries whose change waits behind the brake.
  mutating func remember(_ basis: Basis, _ work: Work, kept: Set<Int>) throws {
    try session.work.clearChanges(keeping: kept, all: work.extent != .listed)
    try replaceDeletePlan()
    try rememberCoverage(basis.today)
  }

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

  var stopped: (keys: [Int], seconds: Int) {
    let braked = workspaces.map(\.losses).filter(\.isBraked)
    return (
      Set(braked.flatMap(\.stopped)).union(leaving.entries.keys).sorted(),
      braked.reduce(leaving.seconds) { $0 + $1.stoppedSeconds }
    )
  }
}

import ClockifyAPI
import Planning
import PlanningStore

/// The second source of time: everybody's own list of entries, where the report cannot be had (rule 36).
///
/// Whoever is not listed any more has no list: their time is not covered, and never called missing.
extension ImportPipeline {
  /// The core host reads a window's digits in a zone that is not known for sure; nobody's is further off than this.
  private static let skew = 26 * 3600

  func readLists(
    _ workspace: inout WorkspaceReading, _ plan: ReadingPlan, run: Int64, intake: inout EntryIntake,
    reading: inout EntryReading
  ) async throws {
    workspace.source = .entries
    let users = (workspace.listedUsers ?? []).filter { plan.scope.users?.contains($0) ?? true }
    for (number, stretch) in plan.stretches.enumerated() {
      var outcome = WorkspaceReading.SliceOutcome(
        stretch: stretch, scope: ReadingPlan.Scope(users: Set(users), projects: plan.scope.projects))
      do {
        for (number, user) in users.enumerated() {
          progress(.timeOfPerson(number + 1, of: users.count))
          try await readList(of: user, in: workspace.id, plan, &intake, &reading, &outcome)
        }
        outcome.isComplete = true
      } catch let error as ClockifyError {
        workspace.failure = workspace.failure ?? error
      }
      workspace.slicesLeft = plan.stretches.count - number - 1
      try note(outcome, run: run, in: &workspace)
      // As complete as this source can be: the next run's plan may build on it.
      if outcome.isComplete, plan.scope == .everything {
        try keep(outcome, of: workspace.id, for: [nil], run: run)
      }
      if workspace.failure != nil { return }
    }
  }

  private func readList(
    of user: String, in workspace: String, _ plan: ReadingPlan, _ intake: inout EntryIntake,
    _ reading: inout EntryReading, _ outcome: inout WorkspaceReading.SliceOutcome
  ) async throws {
    let range = outcome.stretch.slice
    let wanted = ReportSlice(from: range.from - Self.skew, to: range.to + Self.skew)
    try await source.readEntries(of: user, in: workspace, slice: wanted) { page in
      let entries = page.filter { entry in
        range.from <= entry.start && entry.start < range.to
          && plan.scope.holds(user: user, project: entry.projectID)
      }
      intake.beginPass()
      try take(ArrivedPage(entries), &intake, &reading)
      intake.endSlice(into: &reading)
      outcome.entries += entries.count
      outcome.seconds = entries.reduce(outcome.seconds) { sum, entry in
        sum.addingSaturated(entry.end.map { max(0, $0 - entry.start) } ?? 0)
      }
    }
  }
}

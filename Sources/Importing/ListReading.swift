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
    _ plan: ReadingPlan, lists: Lists, run: Int64, intake: inout EntryIntake, reading: inout EntryReading
  ) async throws {
    reading.usesLists = true
    let users = lists.listedUsers.filter { plan.scope.users?.contains($0) ?? true }
    for range in plan.stretches {
      var outcome = EntryReading.SliceOutcome(
        workspace: lists.id, slice: range,
        scope: ReadingPlan.Scope(users: Set(users), projects: plan.scope.projects))
      do {
        for (number, user) in users.enumerated() {
          progress("Reading time of person \(number + 1) of \(users.count)")
          try await readList(of: user, range, plan, lists, &intake, &reading, &outcome)
        }
        outcome.isComplete = true
      } catch let error as ClockifyError {
        reading.failure = reading.failure ?? error
      }
      try note(outcome, run: run, in: &reading)
      // As complete as this source can be: the next run's plan may build on it.
      if outcome.isComplete, plan.scope == .everything { try keep(outcome, for: [nil], run: run) }
      if reading.failure != nil { return }
    }
  }

  private func readList(
    of user: String, _ range: ReportSlice, _ plan: ReadingPlan, _ lists: Lists, _ intake: inout EntryIntake,
    _ reading: inout EntryReading, _ outcome: inout EntryReading.SliceOutcome
  ) async throws {
    intake.beginPass()
    let wanted = ReportSlice(from: range.from - Self.skew, to: range.to + Self.skew)
    try await source.readEntries(of: user, in: lists.id, slice: wanted) { page in
      let entries = page.filter { entry in
        range.from <= entry.start && entry.start < range.to
          && plan.scope.holds(user: user, project: entry.projectID)
      }
      try take(entries, &intake, &reading)
      outcome.entries += entries.count
      outcome.seconds += entries.reduce(0) { sum, entry in sum + (entry.end.map { max(0, $0 - entry.start) } ?? 0) }
    }
    intake.endSlice(into: &reading)
  }
}

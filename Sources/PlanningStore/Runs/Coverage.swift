import GRDB
package import Planning

/// A stretch that was asked for, and the dates that it is part of the answer for. Instants: from included, to excluded.
package struct ReadSlice: Sendable {
  package var dates: ClosedRange<CalendarDay>
  package var from: Instant
  package var to: Instant
  package var entries = 0
  package var seconds = 0
  package var isComplete: Bool

  package init(
    dates: ClosedRange<CalendarDay>, from: Instant, to: Instant, entries: Int, seconds: Int, isComplete: Bool
  ) {
    self.dates = dates
    self.from = from
    self.to = to
    self.entries = entries
    self.seconds = seconds
    self.isComplete = isComplete
  }
}

/// How far one workspace was read in one run (rule 87).
package struct WorkspaceOutcome: Sendable {
  package enum Source: String, Sendable, Codable { case reports, entries }
  package var workspace: String
  /// nil: its time was not asked for.
  package var source: Source?
  package var window: ClosedRange<CalendarDay>?
  package var slices = 0
  package var slicesComplete = 0
  package var guaranteedFrom: CalendarDay?
  package var isComplete: Bool
  package var failure: String?

  package init(workspace: String, isComplete: Bool) {
    self.workspace = workspace
    self.isComplete = isComplete
  }
}

/// What was asked for and how far it arrived, slice by slice and workspace by workspace (rules 6, 87, 92).
package struct Coverage: Subject {
  let session: StoreSession

  /// - Parameter user: whose time was asked for; nil: everybody's.
  package func add(_ slice: ReadSlice, of user: String?, workspace: String, run: Int64) throws {
    try db.execute(
      sql: """
        INSERT INTO read_slice (import_run_id, workspace_id, user_id, from_date, to_date, from_instant, to_instant,
          entries, seconds, is_complete)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        run, workspace, user, slice.dates.lowerBound.description, slice.dates.upperBound.description,
        slice.from.description, slice.to.description, slice.entries, slice.seconds, slice.isComplete,
      ])
  }

  /// Every slice of everybody's time that any run has read completely, run by run.
  package func completeSlices(in workspace: String) throws -> [[ReadSlice]] {
    var slices: [Int64: [ReadSlice]] = [:]
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT import_run_id, from_date, to_date, from_instant, to_instant FROM read_slice
        WHERE workspace_id = ? AND is_complete = 1 AND user_id IS NULL AND from_date IS NOT NULL AND to_date IS NOT NULL
        """, arguments: [workspace])
    for row in rows {
      guard let first = CalendarDay(row["from_date"] as String), let last = CalendarDay(row["to_date"] as String),
        first <= last, let from = Instant(row["from_instant"] as String), let to = Instant(row["to_instant"] as String)
      else { continue }
      slices[row["import_run_id"], default: []].append(
        ReadSlice(dates: first...last, from: from, to: to, entries: 0, seconds: 0, isComplete: true))
    }
    return Array(slices.values)
  }

  package func addOutcome(_ outcome: WorkspaceOutcome, run: Int64) throws {
    try db.execute(
      sql: """
        INSERT INTO workspace_reading (import_run_id, workspace_id, source, window_from, window_to, slices,
          slices_complete, guaranteed_from, is_complete, failure)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        run, outcome.workspace, outcome.source?.rawValue, outcome.window?.lowerBound.description,
        outcome.window?.upperBound.description, outcome.slices, outcome.slicesComplete,
        outcome.guaranteedFrom?.description, outcome.isComplete, outcome.failure,
      ])
  }

  /// The last date of the last run that read the workspace's time completely and was not narrowed (rules 8, 87).
  package func lastCompleteRunDay(of workspace: String) throws -> CalendarDay? {
    try String.fetchOne(
      db,
      sql: """
        SELECT w.window_to FROM workspace_reading w JOIN import_run r ON r.id = w.import_run_id
        WHERE w.workspace_id = ? AND w.is_complete = 1 AND w.source IS NOT NULL AND r.is_narrowed = 0
        ORDER BY w.import_run_id DESC LIMIT 1
        """, arguments: [workspace]
    ).flatMap { CalendarDay($0) }
  }
}

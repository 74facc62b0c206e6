package import Planning
import GRDB

package struct ImportRun: Sendable {
  package var id: Int64
  package var trigger: String
  package var scope: String
  package var status: String
  package var startedAt: String
  package var finishedAt: String?
  package var windowFrom: CalendarDay?
  package var windowTo: CalendarDay?
  package var requests: Int
  package var entriesRead: Int
  package var secondsRead: Int
  package var secondsPlaced: Int
  package var secondsSkipped: Int
  package var secondsHeld: Int
  package var summary: String
  package var processID: Int?
  package var isNarrowed: Bool
}

/// The books of one run, seconds and distinct entries (rule 81).
package struct Books: Sendable, Equatable {
  package var entriesRead = 0
  package var secondsRead = 0
  package var secondsPlaced = 0
  package var secondsSkipped = 0
  package var secondsHeld = 0

  package init() {}

  package var isBalanced: Bool { secondsRead == secondsPlaced + secondsSkipped + secondsHeld }
}

package struct Finding: Sendable, Equatable {
  package enum Level: String, Sendable { case info, warning, error }
  package var level: Level
  package var code: String
  package var kind: String?
  package var externalID: String?
  package var planningID: Int64?
  package var name: String?
  package var entries = 0
  package var seconds = 0
  package var message: String

  package init(
    _ level: Level, _ code: String, kind: String? = nil, externalID: String? = nil, planningID: Int64? = nil,
    name: String? = nil, entries: Int = 0, seconds: Int = 0, message: String
  ) {
    self.level = level
    self.code = code
    self.kind = kind
    self.externalID = externalID
    self.planningID = planningID
    self.name = name
    self.entries = entries
    self.seconds = seconds
    self.message = message
  }
}

extension StoreSession {
  /// - Returns: the id of the new `running` row.
  package func beginRun(
    trigger: String, scope: String, at now: Instant, isNarrowed: Bool, processID: Int
  ) throws -> Int64 {
    try db.execute(
      sql: """
        INSERT INTO import_run (trigger, scope, started_at, is_narrowed, process_id) VALUES (?, ?, ?, ?, ?)
        """, arguments: [trigger, scope, now.description, isNarrowed, processID])
    return db.lastInsertedRowID
  }

  /// Marks `running` rows failed: their process holds no lock any more (rule 5).
  ///
  /// - Returns: their ids.
  package func failDeadRuns(at now: Instant) throws -> [Int64] {
    let ids = try Int64.fetchAll(db, sql: "SELECT id FROM import_run WHERE status = 'running'")
    for id in ids {
      try db.execute(
        sql: "UPDATE import_run SET status = 'failed', finished_at = ? WHERE id = ?", arguments: [now.description, id])
    }
    return ids
  }

  package func setRun(_ id: Int64, workspace: String) throws {
    try db.execute(sql: "UPDATE import_run SET workspace_id = ? WHERE id = ?", arguments: [workspace, id])
  }

  package func finishRun(
    _ id: Int64, status: String, at now: Instant, window: ClosedRange<CalendarDay>?, requests: Int, books: Books,
    summary: String
  ) throws {
    try db.execute(
      sql: """
        UPDATE import_run SET status = ?, finished_at = ?, window_from = ?, window_to = ?, requests = ?,
          entries_read = ?, seconds_read = ?, seconds_placed = ?, seconds_skipped = ?, seconds_held = ?,
          summary = ?, machine_finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
        WHERE id = ?
        """,
      arguments: [
        status, now.description, window?.lowerBound.description, window?.upperBound.description, requests,
        books.entriesRead, books.secondsRead, books.secondsPlaced, books.secondsSkipped, books.secondsHeld,
        summary, id,
      ])
  }

  package func addFindings(_ findings: [Finding], run: Int64) throws {
    for finding in findings {
      try db.execute(
        sql: """
          INSERT INTO finding (import_run_id, level, code, kind, external_id, planning_id, name, entries, seconds, message)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run, finding.level.rawValue, finding.code, finding.kind, finding.externalID, finding.planningID,
          finding.name, finding.entries, finding.seconds, finding.message,
        ])
    }
  }

  /// Findings of runs that started more than `days` ago go; run rows stay (rule 83).
  package func pruneFindings(before day: CalendarDay) throws {
    try db.execute(
      sql: "DELETE FROM finding WHERE import_run_id IN (SELECT id FROM import_run WHERE started_at < ?)",
      arguments: [day.description])
  }

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

  /// - Parameter user: whose time was asked for; nil: everybody's.
  package func addReadSlice(_ slice: ReadSlice, of user: String?, workspace: String, run: Int64) throws {
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

  /// Requests that runs sent within the last hour of the machine's clock, each with the run's end, seconds since 1970.
  package func requestsOfLastHour() throws -> [(count: Int, at: Double)] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT requests, unixepoch(machine_finished_at) AS at FROM import_run
        WHERE machine_finished_at > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 hour')
        """
    ).map { (count: $0["requests"], at: $0["at"]) }
  }

  /// Newest first.
  package func runs(limit: Int, since instant: Instant? = nil) throws -> [ImportRun] {
    try Row.fetchAll(
      db, sql: "SELECT * FROM import_run WHERE ?2 IS NULL OR started_at >= ?2 ORDER BY id DESC LIMIT ?1",
      arguments: [limit, instant?.description]
    ).map(ImportRun.init)
  }

  /// The last run that could look at everything: its findings are what waits. One that failed says nothing of that.
  package func lastReportingRun() throws -> ImportRun? {
    try Row.fetchOne(
      db,
      sql: """
        SELECT * FROM import_run
        WHERE status IN ('done', 'held')
          OR (status = 'partial' AND EXISTS (SELECT 1 FROM finding WHERE import_run_id = import_run.id))
        ORDER BY id DESC LIMIT 1
        """
    ).map(ImportRun.init)
  }

  package func run(_ id: Int64) throws -> ImportRun? {
    try Row.fetchOne(db, sql: "SELECT * FROM import_run WHERE id = ?", arguments: [id]).map(ImportRun.init)
  }

  package func findings(of run: Int64) throws -> [Finding] {
    try Row.fetchAll(
      db, sql: "SELECT * FROM finding WHERE import_run_id = ? ORDER BY level = 'info', code, seconds DESC, id",
      arguments: [run]
    ).map { row in
      Finding(
        Finding.Level(rawValue: row["level"]) ?? .info, row["code"], kind: row["kind"], externalID: row["external_id"],
        planningID: row["planning_id"], name: row["name"], entries: row["entries"], seconds: row["seconds"],
        message: row["message"])
    }
  }

  // MARK: Settings that the tool decides and remembers

  package func setting(_ key: String) throws -> String? {
    try String.fetchOne(db, sql: "SELECT value FROM setting WHERE key = ?", arguments: [key])
  }

  /// In the order of their keys.
  package func setting(prefix: String) throws -> [(key: String, value: String)] {
    try Row.fetchAll(
      db, sql: "SELECT key, value FROM setting WHERE substr(key, 1, ?) = ? ORDER BY key",
      arguments: [prefix.count, prefix]
    ).map { (key: $0["key"], value: $0["value"]) }
  }

  /// Writes only when the value differs; nil removes it.
  package func set(_ key: String, _ value: String?, at now: Instant) throws {
    guard let value else {
      try db.execute(sql: "DELETE FROM setting WHERE key = ?", arguments: [key])
      return
    }
    try db.execute(
      sql: """
        INSERT INTO setting VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
        WHERE value IS NOT excluded.value
        """, arguments: [key, value, now.description])
  }

  package func foreignKeyProblems() throws -> Int {
    try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
  }
}

extension ImportRun {
  fileprivate init(_ row: Row) {
    id = row["id"]
    trigger = row["trigger"]
    scope = row["scope"]
    status = row["status"]
    startedAt = row["started_at"]
    finishedAt = row["finished_at"]
    windowFrom = (row["window_from"] as String?).flatMap { CalendarDay($0) }
    windowTo = (row["window_to"] as String?).flatMap { CalendarDay($0) }
    requests = row["requests"]
    entriesRead = row["entries_read"]
    secondsRead = row["seconds_read"]
    secondsPlaced = row["seconds_placed"]
    secondsSkipped = row["seconds_skipped"]
    secondsHeld = row["seconds_held"]
    summary = row["summary"]
    processID = row["process_id"]
    isNarrowed = row["is_narrowed"]
  }
}

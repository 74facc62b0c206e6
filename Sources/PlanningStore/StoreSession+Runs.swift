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

import GRDB
package import Planning

/// The runs of the import, one row each.
package struct Runs: Subject {
  let session: StoreSession

  /// - Returns: the id of the new `running` row.
  ///
  /// - Parameter starter: surface and name of who asked for it, as in `web:ana`; nil: nobody says.
  package func begin(
    trigger: RunTrigger, scope: String, at now: Instant, isNarrowed: Bool, processID: Int, by starter: String? = nil
  ) throws -> Int64 {
    try db.execute(
      sql: """
        INSERT INTO import_run (trigger, scope, started_at, is_narrowed, process_id, started_by)
        VALUES (?, ?, ?, ?, ?, ?)
        """, arguments: [trigger.rawValue, scope, now.description, isNarrowed, processID, starter])
    return db.lastInsertedRowID
  }

  /// Marks `running` rows failed: their process holds no lock any more (rule 5).
  ///
  /// - Returns: their ids.
  package func failDead(at now: Instant) throws -> [Int64] {
    let ids = try Int64.fetchAll(db, sql: "SELECT id FROM import_run WHERE status = 'running'")
    for id in ids {
      try db.execute(
        sql: "UPDATE import_run SET status = 'failed', finished_at = ? WHERE id = ?", arguments: [now.description, id])
    }
    return ids
  }

  package func set(_ id: Int64, workspace: String) throws {
    try db.execute(sql: "UPDATE import_run SET workspace_id = ? WHERE id = ?", arguments: [workspace, id])
  }

  package func finish(
    _ id: Int64, status: RunStatus, at now: Instant, window: ClosedRange<CalendarDay>?, requests: Int, books: Books,
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
        status.rawValue, now.description, window?.lowerBound.description, window?.upperBound.description, requests,
        books.entriesRead, books.secondsRead, books.secondsPlaced, books.secondsSkipped, books.secondsHeld,
        summary, id,
      ])
  }

  /// Adds what was read after the import itself had ended: requests, and the summary with it.
  package func add(_ id: Int64, requests: Int, summary: String) throws {
    try db.execute(
      sql: """
        UPDATE import_run SET requests = requests + ?, summary = ?,
          machine_finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
        WHERE id = ?
        """, arguments: [requests, summary, id])
  }

  /// When the first run that read the replica began; nil: none did.
  package func firstReplica() throws -> Instant? {
    try String.fetchOne(db, sql: "SELECT min(started_at) FROM import_run WHERE scope LIKE '%replica%'")
      .flatMap { Instant($0) }
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
  ///
  /// - Parameter withLive: also the hours of live changes, which are no imports of everything (live.md 6).
  package func latest(limit: Int, since instant: Instant? = nil, withLive: Bool = false) throws -> [ImportRun] {
    try rawRows(
      """
      SELECT * FROM import_run WHERE (?2 IS NULL OR started_at >= ?2) AND (?3 = 1 OR trigger <> 'webhook')
      ORDER BY id DESC LIMIT ?1
      """,
      [limit, instant?.description, withLive ? 1 : 0]
    ).map(ImportRun.init)
  }

  /// Newest first, until `body` wants no more; hours of live changes are left out.
  ///
  /// - Parameter limit: at most so many.
  package func walk(limit: Int, _ body: (ImportRun) throws -> Bool) throws {
    let runs = try Row.fetchCursor(
      db.cachedStatement(sql: "SELECT * FROM import_run WHERE trigger <> 'webhook' ORDER BY id DESC LIMIT ?"),
      arguments: [limit])
    while let run = try runs.next(), try body(ImportRun(run)) {}
  }

  /// The last run that could look at everything: its findings are what waits. One that failed says nothing of that, nor do
  /// hours of live changes.
  package func lastReporting() throws -> ImportRun? {
    try rawRows(
      """
      SELECT * FROM import_run
      WHERE trigger <> 'webhook' AND (status IN ('done', 'held')
        OR (status = 'partial' AND EXISTS (SELECT 1 FROM finding WHERE import_run_id = import_run.id)))
      ORDER BY id DESC LIMIT 1
      """
    ).first.map(ImportRun.init)
  }

  /// The last run of a whole import with time that came to its end.
  package func lastComplete() throws -> ImportRun? {
    try rawRows(
      """
      SELECT * FROM import_run
      WHERE trigger <> 'webhook' AND is_narrowed = 0 AND status IN ('done', 'held') AND window_from IS NOT NULL
        AND scope LIKE '%actuals%'
      ORDER BY id DESC LIMIT 1
      """
    ).first.map(ImportRun.init)
  }

  // MARK: Live changes: a row an hour

  /// The row of the hour of `now` (UTC); made where there is none. It is never `running`: nothing is taken over from it.
  package func liveHour(at now: Instant, processID: Int) throws -> Int64 {
    let hour = String(now.description.prefix(13))
    let last = try rawRows("SELECT * FROM import_run WHERE trigger = 'webhook' ORDER BY id DESC LIMIT 1").first
    if let run = last.map(ImportRun.init), run.startedAt.hasPrefix(hour) { return run.id }
    try db.execute(
      sql: """
        INSERT INTO import_run (trigger, scope, status, started_at, finished_at, is_narrowed, process_id)
        VALUES ('webhook', 'actuals', 'done', ?1, ?1, 1, ?2)
        """, arguments: [now.description, processID])
    return db.lastInsertedRowID
  }

  /// Another text after each live batch that changed anything; nil: there was none.
  package func lastLive() throws -> String? {
    try rawRows(
      """
      SELECT id || '/' || requests || '/' || entries_read || '/' || finished_at AS last FROM import_run
      WHERE trigger = 'webhook' ORDER BY id DESC LIMIT 1
      """
    ).first?["last"]
  }

  /// When live changes were written last, UTC; nil: none were since the run `id`.
  package func lastLiveChange(after id: Int64) throws -> String? {
    try rawRows(
      "SELECT finished_at FROM import_run WHERE trigger = 'webhook' ORDER BY id DESC LIMIT 1"
    ).first.flatMap { row in row["finished_at"] as String? }.flatMap { at in
      try run(id).map { ($0.finishedAt ?? $0.startedAt) < at } ?? true ? at : nil
    }
  }

  /// Adds a batch to its hour.
  ///
  /// - Parameters:
  ///   - isPartial: something of it was given up.
  ///   - summary: of the whole hour.
  package func addLive(
    _ id: Int64, isPartial: Bool, at now: Instant, requests: Int, books: Books, summary: String
  ) throws {
    try db.execute(
      sql: """
        UPDATE import_run SET status = iif(?2, 'partial', status), finished_at = ?3, requests = requests + ?4,
          entries_read = entries_read + ?5, seconds_read = seconds_read + ?6, seconds_placed = seconds_placed + ?7,
          seconds_skipped = seconds_skipped + ?8, seconds_held = seconds_held + ?9, summary = ?10,
          machine_finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
        WHERE id = ?1
        """,
      arguments: [
        id, isPartial, now.description, requests, books.entriesRead, books.secondsRead, books.secondsPlaced,
        books.secondsSkipped, books.secondsHeld, summary,
      ])
  }

  package func run(_ id: Int64) throws -> ImportRun? {
    try rawRows("SELECT * FROM import_run WHERE id = ?", [id]).first.map(ImportRun.init)
  }
}

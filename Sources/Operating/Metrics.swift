import Foundation
package import Planning
package import PlanningStore
package import Steering

/// The last run in Prometheus' text format, for node exporter's textfile collector. Names are stable (docs/operations.md).
package struct Metrics {
  private var lines: [String] = []

  package init(
    _ session: StoreSession, last: ImportRun?, lastComplete: ImportRun?, waiting: [Problem], next: Instant?,
    databaseBytes: Int, live: LiveStatus? = nil
  ) throws {
    if let last {
      gauge("rota_last_run_timestamp_seconds", "When the last run started.", Instant(last.startedAt)?.seconds ?? 0)
      metric("rota_last_run_status", "Status of the last run; the one that holds is 1.")
      for status in RunStatus.allCases {
        lines.append("rota_last_run_status{status=\"\(status.rawValue)\"} \(last.status == status ? 1 : 0)")
      }
      gauge("rota_last_run_requests", "Requests of the last run.", last.requests)
      gauge("rota_last_run_entries_read", "Time entries that the last run read.", last.entriesRead)
      metric("rota_last_run_seconds", "Seconds of time that the last run read, and what became of them.")
      for (what, seconds) in [
        ("read", last.secondsRead), ("placed", last.secondsPlaced), ("skipped", last.secondsSkipped),
        ("held", last.secondsHeld),
      ] {
        lines.append("rota_last_run_seconds{what=\"\(what)\"} \(seconds)")
      }
      gauge("rota_books_balanced", "1 if read = placed + skipped + held in the last run.", last.isBalanced ? 1 : 0)
    }
    if let complete = lastComplete.flatMap({ Instant($0.startedAt) }) {
      gauge("rota_last_complete_run_timestamp_seconds", "When the last complete run started.", complete.seconds)
    }
    if let next { gauge("rota_next_run_timestamp_seconds", "When the next run is due.", next.seconds) }
    metric("rota_waiting", "What waits for a person, by kind.")
    for item in waiting { lines.append("rota_waiting{kind=\"\(item.key)\"} \(item.count)") }
    gauge("rota_waiting_kinds", "How many kinds of things wait for a person.", waiting.count)
    gauge("rota_database_bytes", "Size of the database file.", databaseBytes)
    if let backup = try session.settings.value(NightlySetting.backup).flatMap({ Instant($0) }) {
      gauge("rota_last_backup_timestamp_seconds", "When the last backup was written.", backup.seconds)
    }
    if let live { add(live) }
  }

  /// Read from the database just now.
  package init(_ database: PlanningDatabase, _ desk: Desk) throws {
    self = try database.read { session in
      let status = try Status(session, now: desk.now, replica: desk.replica, database: database.path)
      return try Metrics(
        session, last: status.last, lastComplete: status.lastComplete,
        waiting: status.waiting.items.map { Problem($0) }, next: status.next,
        databaseBytes: status.databaseBytes, live: status.live)
    }
  }

  package var text: String { lines.joined(separator: "\n") + "\n" }

  private mutating func add(_ live: LiveStatus) {
    let memory = live.memory
    gauge("rota_live_deliveries_total", "Deliveries of webhooks, of today.", memory.counts.deliveries)
    gauge("rota_live_entries_total", "Time entries whose place live changes decided, of today.", memory.counts.entries)
    metric("rota_live_lag_seconds", "From a delivery to the actuals: of the last batch, and the longest of the hour.")
    for (what, lag) in [("last", memory.lag), ("max", memory.longestLag)] {
      if let lag { lines.append("rota_live_lag_seconds{what=\"\(what)\"} \(String(format: "%.3f", lag))") }
    }
    gauge("rota_live_waiting", "Keys that wait to be read again.", live.sign?.waiting ?? 0)
  }

  /// In one step, so that nobody reads half of it.
  package func write(to file: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
      // The collector runs as another user.
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    } catch {
      throw UserError(
        "the metrics file \(file) was not written: its folder is not there, may not be written or is full",
        next: .outside("make the folder, with room and rights for this user"), status: .failed)
    }
  }

  private mutating func metric(_ name: String, _ help: String) {
    lines += ["# HELP \(name) \(help)", "# TYPE \(name) gauge"]
  }

  private mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    metric(name, help)
    lines.append("\(name) \(value)")
  }
}

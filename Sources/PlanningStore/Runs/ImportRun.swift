import GRDB
package import Planning

/// How a run ended, or that it goes on.
package enum RunStatus: String, Codable, Sendable, CaseIterable { case running, done, partial, held, failed }

/// Who started a run.
package enum RunTrigger: String, Codable, Sendable, CaseIterable { case scheduled, manual, webhook, demo }

package struct ImportRun: Sendable {
  package var id: Int64
  package var trigger: RunTrigger
  package var scope: String
  package var status: RunStatus
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
  /// Surface and name, as in `web:ana`; nil: nobody said.
  package var startedBy: String?

  /// Rule 81.
  package var isBalanced: Bool { secondsRead == secondsPlaced + secondsSkipped + secondsHeld }
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

extension ImportRun {
  init(_ row: Row) {
    id = row["id"]
    trigger = RunTrigger(rawValue: row["trigger"]) ?? .manual
    scope = row["scope"]
    status = RunStatus(rawValue: row["status"]) ?? .failed
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
    startedBy = row["started_by"]
  }
}

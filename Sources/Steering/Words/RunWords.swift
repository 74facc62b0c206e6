import Foundation
import Importing
package import PlanningStore

/// One run for people and for programs.
package enum RunWords {
  package static func object(_ run: ImportRun, _ findings: [Finding]) -> [String: Any] {
    [
      "id": run.id, "trigger": run.trigger, "scope": run.scope, "status": run.status, "started_at": run.startedAt,
      "finished_at": run.finishedAt ?? NSNull() as Any, "requests": run.requests, "entries_read": run.entriesRead,
      "seconds_read": run.secondsRead, "seconds_placed": run.secondsPlaced, "seconds_skipped": run.secondsSkipped,
      "seconds_held": run.secondsHeld,
      "summary": (try? JSONSerialization.jsonObject(with: Data(run.summary.utf8))) ?? [String: Any](),
      "findings": findings.map(FindingWords.object),
    ]
  }
}

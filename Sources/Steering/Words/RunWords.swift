import Foundation
import Importing
import Planning
package import PlanningStore

/// One run for people and for programs.
package enum RunWords {
  /// What it was, read and did, a line each.
  ///
  /// - Parameter moment: how an instant of the database (UTC) is shown.
  package static func lines(_ run: ImportRun, moment: (String) -> String) -> [String] {
    var lines = ["Run \(run.id), \(run.trigger), \(run.status), \(moment(run.startedAt)), scope \(run.scope)"]
    if let from = run.windowFrom, let to = run.windowTo { lines.append("window    \(from) – \(to)") }
    lines += [
      "read      \(Words.clock(seconds: run.secondsRead)) in \(Words.plural(run.entriesRead, "entry", "entries")), \(Words.plural(run.requests, "request"))",
      "placed    \(Words.clock(seconds: run.secondsPlaced)), skipped \(Words.clock(seconds: run.secondsSkipped)), held \(Words.clock(seconds: run.secondsHeld))",
    ]
    guard let summary = RunSummary(json: run.summary) else { return lines }
    for (kind, counts) in [("clients", summary.clients), ("projects", summary.projects), ("people", summary.people)] {
      guard let counts, counts.new > 0 else { continue }
      lines.append("new       \(kind) \(Words.count(counts.new))\(ReportWords.names(counts))")
    }
    return lines + (summary.replica.map { ReplicaWords($0).lines(eachKind: false) } ?? [])
  }

  /// A run with everything it found, to send to somebody who helps.
  ///
  /// - Parameter version: rota's.
  package static func export(
    _ run: ImportRun, version: String, mask: NameMask?, _ session: StoreSession
  ) throws -> [String: Any] {
    var object = object(run, try session.findings.all(of: run.id), mask: mask)
    object["rota"] = version
    object["schema"] = PlanningDatabase.schemaVersion
    object["slices"] = JSONText.rows(try session.questions.slices(of: run.id))
    return object
  }

  /// - Parameter mask: hides names and e-mail addresses.
  package static func object(_ run: ImportRun, _ findings: [Finding], mask: NameMask? = nil) -> [String: Any] {
    let summary = (try? JSONSerialization.jsonObject(with: Data(run.summary.utf8))) as? [String: Any] ?? [:]
    return [
      "id": run.id, "trigger": run.trigger.rawValue, "scope": run.scope, "status": run.status.rawValue,
      "started_at": run.startedAt, "finished_at": run.finishedAt ?? NSNull() as Any, "requests": run.requests,
      "entries_read": run.entriesRead, "seconds_read": run.secondsRead, "seconds_placed": run.secondsPlaced,
      "seconds_skipped": run.secondsSkipped, "seconds_held": run.secondsHeld,
      "summary": mask.map { masked(summary, $0) } ?? summary,
      "findings": findings.map(FindingWords.object).map { finding in
        mask.map { masked(finding, ["name", "message"], $0) } ?? finding
      },
    ]
  }

  private static func masked(_ object: [String: Any], _ keys: [String], _ mask: NameMask) -> [String: Any] {
    object.merging(keys.compactMap { key in (object[key] as? String).map { (key, mask.masked($0)) } }) { $1 }
  }

  private static func masked(_ summary: [String: Any], _ mask: NameMask) -> [String: Any] {
    var summary = masked(summary, ["workspace_name"], mask)
    for kind in ["clients", "projects", "people"] {
      guard var counts = summary[kind] as? [String: Any] else { continue }
      counts["new_names"] = (counts["new_names"] as? [String])?.map { mask.masked($0) }
      summary[kind] = counts
    }
    summary["workspaces"] = (summary["workspaces"] as? [[String: Any]])?.map { workspace in
      workspace.mapValues { ($0 as? String).map { mask.masked($0) } ?? $0 }
    }
    return summary
  }
}

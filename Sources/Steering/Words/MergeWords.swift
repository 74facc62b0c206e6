package import PlanningStore

/// What a merge did, or would do.
package enum MergeWords {
  package static func lines(_ report: MergeReport, isDryRun: Bool) -> [String] {
    let parts: [(Int, String, String?)] = [
      (report.links, "link", nil), (report.projects, "project", nil), (report.assignments, "assignment", nil),
      (report.contracts, "contract", nil), (report.absences, "absence", nil), (report.tags, "tag", nil),
      (report.actuals, "actual", nil),
    ]
    let moved = parts.filter { $0.0 > 0 }.map { Words.plural($0.0, $0.1, $0.2) }
    var lines = [
      "\(isDryRun ? "Would merge" : "Merged") \"\(report.dropped)\" into \"\(report.kept)\": "
        + (moved.isEmpty ? "nothing hung on it" : moved.joined(separator: ", "))
        + (report.minutes > 0 ? " (\(Words.clock(minutes: report.minutes)) h)" : "")
    ]
    if report.actualsCombined > 0 {
      lines.append("  \(Words.plural(report.actualsCombined, "actual")) of both: added up from the ledger")
    }
    if report.manualAddedUp > 0 { lines.append("  \(report.manualAddedUp) typed by hand on both sides: added up") }
    if report.manualKept > 0 {
      lines.append("  \(report.manualKept) typed on one side: kept; the next import lists the conflict")
    }
    if report.contractsDropped > 0 {
      lines.append("  \(Words.plural(report.contractsDropped, "contract")) that overlap: gone with the dropped person")
    }
    if !isDryRun { lines.append("  merge \(report.merge); to undo: \(NextStep.undoMerge(report.merge).command)") }
    return lines
  }
}

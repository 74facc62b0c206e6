import Foundation
package import Importing
import Planning
package import PlanningStore

/// The report of an import, for one screen: what is new, what was not imported and why, whether the books balance, what next.
package struct ReportWords {
  package let report: ImportReport
  package let isDryRun: Bool
  package let database: PlanningDatabase

  package init(report: ImportReport, isDryRun: Bool, database: PlanningDatabase) {
    self.report = report
    self.isDryRun = isDryRun
    self.database = database
  }

  /// The exit code of rule 82; nil for 0.
  package static func status(of report: ImportReport) -> ExitStatus? {
    if report.stopped?.isUnreachable ?? false { return .unreachable }
    if report.summary.stoppedEntries > 0 { return .needsConfirmation }
    return report.status == .partial ? .partial : nil
  }

  private var summary: RunSummary { report.summary }

  package var lines: [String] {
    var lines: [String] = []
    if let stop = report.stopped { lines += stopLines(stop) }
    let what = summary.workspaces == nil ? "Nothing was imported" : isDryRun ? "Would import" : "Imported"
    let source = summary.workspaces == nil ? "" : " from Clockify \"\(summary.workspaceName)\""
    lines.append(
      "\(what)\(source): run \(report.run), \(report.status.rawValue), \(Words.plural(report.requests, "request"))")
    for dead in summary.deadRuns {
      lines.append("Run \(dead) had died; it is marked failed, and this run took its work over.")
    }
    lines += itemLines + timeLines + workspaceLines + replicaLines + needs
    return lines.flatMap { Words.wrapped($0) }
  }

  private func stopLines(_ stop: ImportStop) -> [String] {
    var lines = ["Error: \(stop.message)."]
    lines.append(
      isDryRun
        ? "It was a dry run: nothing was kept."
        : summary.workspaces == nil
          ? "Kept: what had arrived of the lists. Nothing planners see was changed."
          : "Kept: clients, projects and people, and the time that arrived. In what was not read completely nothing was removed and no zeros were filled."
    )
    if let retry = summary.retryAt {
      lines.append("Next: run 'rota import' again after \(retry); it goes on where it stopped.")
    } else {
      lines.append("Next: run 'rota import' again.")
    }
    return lines
  }

  private var itemLines: [String] {
    [("clients", summary.clients), ("projects", summary.projects), ("people", summary.people)].compactMap {
      name, counts in
      guard let counts, counts.new + counts.known + counts.notImported > 0 else { return nil }
      var parts: [String] = []
      if counts.new > 0 { parts.append("\(Words.count(counts.new)) new\(Self.names(counts))") }
      if counts.known > 0 { parts.append("\(Words.count(counts.known)) known") }
      if counts.notImported > 0 { parts.append("\(Words.count(counts.notImported)) not imported\(why(name))") }
      return "  \(Words.padded(name, 9)) \(parts.joined(separator: ", "))"
    }
  }

  /// The new ones by name, as many as were kept.
  package static func names(_ counts: ItemCounts) -> String {
    guard let names = counts.newNames else { return "" }
    let more = counts.new - names.count
    return " (\(names.joined(separator: ", "))\(more > 0 ? " and \(Words.count(more)) more" : ""))"
  }

  private func why(_ kinds: String) -> String {
    let kind = Finding.Kind(rawValue: kinds == "people" ? "person" : String(kinds.dropLast()))
    var groups: [Reason: [Finding]] = [:]
    for finding in report.findings where finding.kind == kind {
      if case .reason(let reason) = finding.code { groups[reason, default: []].append(finding) }
    }
    let reasons = groups.sorted { $0.key.rawValue < $1.key.rawValue }.map { reason, group in
      guard group.count <= 3, reason != .archivedUnused else { return "\(reason.words) \(group.count)" }
      return "\(reason.words) (\(group.compactMap(\.name).joined(separator: ", ")))"
    }
    return reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; ")
  }

  private var timeLines: [String] {
    guard !summary.actualsAreOff else { return [] }
    let books = report.books
    var lines: [String] = []
    var changes: [String] = []
    for (count, word) in [
      (summary.entriesNew, "new"), (summary.entriesChanged, "changed"), (summary.entriesMoved, "moved"),
      (summary.entriesMissing, "missing"), (summary.entriesDeleted, "deleted"),
      (summary.entriesReplaced, "placed anew from the ledger"),
    ] where count > 0 { changes.append("\(Words.count(count)) \(word)") }
    let when = report.window.map { " of \(Words.range($0))" } ?? ""
    lines.append(
      "  time      \(Words.plural(books.entriesRead, "entry", "entries"))\(when): \(changes.isEmpty ? "nothing new" : changes.joined(separator: ", "))"
    )
    lines.append("            placed  \(Words.hours(seconds: books.secondsPlaced))")
    if let line = reasonLine("skipped", books.secondsSkipped, summary.skipped) { lines.append(line) }
    if let line = reasonLine("held", books.secondsHeld, summary.held) { lines.append(line) }
    if let counts = summary.actuals {
      lines.append("  actuals   \(Words.count(counts.written)) written, \(Words.count(counts.removed)) removed")
      let zeros = [
        (counts.zerosFilled, "filled"), (counts.zerosReplaced, "replaced by real hours"),
        (counts.zerosWithdrawn, "withdrawn"),
      ]
      .filter { $0.0 > 0 }.map { "\(Words.count($0.0)) \($0.1)" }
      if !zeros.isEmpty { lines.append("  zeros     \(zeros.joined(separator: ", "))") }
    }
    lines.append(
      "  books     \(books.isBalanced ? "balance" : "DO NOT BALANCE"): \(Words.clock(seconds: books.secondsPlaced)) placed + \(Words.clock(seconds: books.secondsSkipped)) skipped + \(Words.clock(seconds: books.secondsHeld)) held = \(Words.clock(seconds: books.secondsRead)) read"
    )
    if summary.roundingSeconds != 0 || summary.frozenCells > 0 {
      let frozen =
        summary.frozenCells > 0 ? "; \(Words.plural(summary.frozenCells, "frozen cell")) left as they were" : ""
      lines.append("            rounding to minutes: \(summary.roundingSeconds) s in what was written\(frozen)")
    }
    if let date = summary.guaranteedFrom {
      let older = summary.readsBackTo.map { $0 < date ? "; older time, back to \($0), as it was read then" : "" } ?? ""
      lines.append("            right since \(date)\(older)")
    }
    return lines
  }

  /// Where a workspace was read otherwise than the report says as a whole (rule 87).
  private var workspaceLines: [String] {
    let workspaces = summary.workspaces ?? []
    return workspaces.flatMap { workspace in
      var words: [String] = []
      if !workspace.isComplete, workspaces.count > 1 {
        let slices =
          workspace.slices > 0 ? " (\(workspace.slicesComplete) of \(Words.plural(workspace.slices, "slice")))" : ""
        words.append("not read completely\(slices)\(workspace.failure.map { ": \($0)" } ?? "")")
      }
      if workspace.source == .entries {
        words.append("read from everybody's own list, not the report: time of people who are not listed is not covered")
      }
      return words.map { "  \(workspaces.count > 1 ? "\(workspace.name): " : "time was ")\($0)" }
    }
  }

  private var replicaLines: [String] {
    guard let kinds = summary.replica else { return [] }
    return ReplicaWords(kinds).lines(eachKind: isDryRun).map { "  \($0)" }
  }

  private func reasonLine(_ name: String, _ seconds: Int, _ sums: [String: RunSummary.Sum]) -> String? {
    guard !sums.isEmpty else { return nil }
    let parts = sums.sorted { ($0.value.seconds, $1.key) > ($1.value.seconds, $0.key) }.map { code, sum in
      let words = Reason(rawValue: code)?.words ?? code
      return sum.seconds == 0
        ? "\(words) \(Words.plural(sum.entries, "entry", "entries"))" : "\(words) \(Words.hours(seconds: sum.seconds))"
    }
    return "            \(Words.padded(name, 7)) \(Words.hours(seconds: seconds))  \(parts.joined(separator: " · "))"
  }

  // MARK: What waits for a person

  private var needs: [String] {
    let waiting = try? database.read {
      try Waiting($0, run: report.run, findings: report.findings, summary: summary)
    }
    let lines = waiting?.lines ?? []
    return lines.isEmpty ? [] : ["Needs a person"] + lines
  }

  // MARK: JSON

  package static func json(_ report: ImportReport) -> String {
    let summary = (try? JSONSerialization.jsonObject(with: Data(report.summary.json.utf8))) ?? [String: Any]()
    let object: [String: Any] = [
      "id": report.run, "status": report.status.rawValue, "requests": report.requests,
      "window_from": report.window.map { "\($0.lowerBound)" as Any } ?? NSNull(),
      "window_to": report.window.map { "\($0.upperBound)" as Any } ?? NSNull(),
      "entries_read": report.books.entriesRead, "seconds_read": report.books.secondsRead,
      "seconds_placed": report.books.secondsPlaced, "seconds_skipped": report.books.secondsSkipped,
      "seconds_held": report.books.secondsHeld, "is_balanced": report.books.isBalanced, "summary": summary,
      "findings": report.findings.map(FindingWords.object),
    ]
    return JSONText.of(object)
  }
}

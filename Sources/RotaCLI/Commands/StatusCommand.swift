import ArgumentParser
import Foundation
import Importing
import Planning
import PlanningStore

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show at a glance how things stand and what waits for a person.")
  @OptionGroup var options: CommonOptions
  @OptionGroup var json: JSONOption

  func run() throws {
    let composition = try Composition(options)
    var status = try composition.read { try Status($0) }
    if status.last?.status == "running", let lock = try WriteLock(database: composition.settings.database, patience: 0)
    {
      status.hasDied = true
      withExtendedLifetime(lock) {}
    }
    if json.json {
      print(TablePrinter.json(status.object))
    } else {
      for line in status.lines(composition.settings.imports.autofillMode) { print(line) }
    }
  }
}

/// How things stand, read in one transaction.
private struct Status {
  let last: ImportRun?
  let lastComplete: ImportRun?
  let summary: RunSummary?
  let enabledAt: String?
  let autofillFrom: String?
  let locks: Table
  let held: Table
  let waiting: Waiting
  let deletePlan: (run: Int64, keys: Set<Int>)?
  let findings: [Finding]
  let unknown: Int
  let conflicts: Int
  let drift: Int
  /// The run's process is gone: nobody holds the lock.
  var hasDied = false

  init(_ session: StoreSession) throws {
    let runs = try session.runs(limit: 200)
    last = runs.first
    lastComplete = runs.first {
      ["done", "held"].contains($0.status) && $0.scope.contains("actuals") && $0.windowFrom != nil
    }
    summary = last.flatMap { RunSummary(json: $0.summary) }
    enabledAt = try session.setting(Setting.actualsEnabledAt)
    autofillFrom = try session.setting(Setting.autofillFrom)
    locks = try session.locksTable()
    held = try session.heldTable()
    findings = try last.map { try session.findings(of: $0.id) } ?? []
    waiting = try Waiting(session, run: last?.id, findings: findings, summary: summary)
    deletePlan = try session.deletePlan()
    unknown = try session.peopleWithUnknownRole().count
    conflicts = try session.conflictsTable().rows.count
    drift = try session.driftTable().rows.count
  }

  private var rightSince: String? {
    lastComplete.flatMap { RunSummary(json: $0.summary)?.guaranteedFrom }
  }

  func lines(_ mode: AutofillMode) -> [String] {
    var lines: [String] = []
    func line(_ name: String, _ text: String) { lines.append("\(Words.padded(name, 13)) \(text)") }
    if let last {
      switch last.status {
      case "running" where hasDied:
        line("Last run", "\(last.id), \(last.startedAt), died; the next one takes its work over   rota import")
      case "running": line("Last run", "\(last.id), \(last.startedAt), running")
      case "done", "held":
        line(
          "Last run", "\(last.id), \(last.startedAt), \(last.status), \(last.isBalanced ? "balanced" : "NOT BALANCED")")
      default: line("Last run", "\(last.id), \(last.startedAt), \(last.status)   rota runs show \(last.id)")
      }
      if last.status != "done", let lastComplete, lastComplete.id != last.id {
        line("Last complete", "\(lastComplete.id), \(lastComplete.startedAt)")
      }
    } else {
      line("Last run", "none yet   rota import")
    }
    if let rightSince {
      let back = lastComplete.flatMap { RunSummary(json: $0.summary)?.readsBackTo }
      line(
        "Right since",
        "\(rightSince)\(back.map { $0 < rightSince ? " (older time, back to \($0): as it was read then)" : "" } ?? "")")
    }
    let zeros =
      switch mode {
      case .days: "zeros for missed days"
      case .scheduled: "zeros for planned days"
      case .off: "no zeros"
      }
    line(
      "Actuals",
      enabledAt.map { "on since \($0.prefix(10)), \(zeros)\(autofillFrom.map { " from \($0) on" } ?? "")" }
        ?? "off   rota actuals enable")
    for row in locks.rows { line("Locked", "\(row[1]) until \(row[2])   rota lock show") }
    for row in held.rows {
      guard case .int(let seconds) = row[2] else { continue }
      line(
        "Held",
        "\(Words.hours(seconds: Int(seconds))): \(Reason(rawValue: row[0].description)?.words ?? row[0].description)")
    }
    line("Waiting", waiting.items.isEmpty ? "nothing" : "")
    return lines + waiting.lines
  }

  var object: [String: Any] {
    func optional(_ value: Any?) -> Any { value ?? NSNull() }
    return [
      "last_run": optional(
        last.map {
          ["id": $0.id, "status": $0.status, "started_at": $0.startedAt, "is_balanced": $0.isBalanced] as [String: Any]
        }),
      "last_complete_run": optional(lastComplete?.id), "right_since": optional(rightSince),
      "reads_back_to": optional(lastComplete.flatMap { RunSummary(json: $0.summary)?.readsBackTo }),
      "actuals_enabled_at": optional(enabledAt), "autofill_from": optional(autofillFrom),
      "people_with_unknown_role": unknown, "conflicts": conflicts, "drift": drift,
      "probable_duplicates": findings.count { $0.code == "probable_duplicate" },
      "source_missing": findings.count { $0.code == "source_missing" },
      "delete_plan": optional(deletePlan.map { ["run": $0.run, "entries": $0.keys.count] as [String: Any] }),
      "held": TablePrinter.rows(held), "locks": TablePrinter.rows(locks),
    ]
  }
}

extension ImportRun {
  /// Rule 81.
  var isBalanced: Bool { secondsRead == secondsPlaced + secondsSkipped + secondsHeld }
}

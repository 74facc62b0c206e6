import Foundation
import Importing
package import Planning
import PlanningStore

extension Status {
  package func lines(_ mode: AutofillMode) -> [String] {
    var lines: [String] = []
    func line(_ name: String, _ text: String) { lines.append("\(Words.padded(name, 13)) \(text)") }
    if let last {
      switch last.status {
      case .running where hasDied:
        line("Last run", "\(last.id), \(last.startedAt), died; the next one takes its work over   rota import")
      case .running: line("Last run", "\(last.id), \(last.startedAt), running")
      case .done, .held:
        line(
          "Last run",
          "\(last.id), \(last.startedAt), \(last.status.rawValue), \(last.isBalanced ? "balanced" : "NOT BALANCED")")
      default: line("Last run", "\(last.id), \(last.startedAt), \(last.status.rawValue)   rota runs show \(last.id)")
      }
      if last.status != .done, let lastComplete, lastComplete.id != last.id {
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
    for lock in locks {
      line(
        "Locked",
        lock.day.map { "\(lock.project) until \($0)   rota lock show" }
          ?? "nothing: \"\(lock.lockedUntil)\" of \(lock.project) is no date   rota database check")
    }
    for row in held {
      let reason = row.reason ?? ""
      line("Held in all", "\(Words.hours(seconds: row.seconds)): \(Reason(rawValue: reason)?.words ?? reason)")
    }
    if archivedUnknown > 0 {
      line(
        "Unknown",
        "\(Words.plural(archivedUnknown, "archived person", "archived people")) with hours   rota people list --unknown"
      )
    }
    if let next {
      line("Next run", "\(next), daily at \(schedule!.time) \(schedule!.zone.name) (rota nightly)")
    }
    if isOverdue {
      line("Overdue", "no complete run since \(lastComplete?.startedAt ?? "the beginning")   rota import")
    }
    if let bytesThen {
      let grown = Words.megabytes(databaseBytes - bytesThen.bytes, signed: true)
      line(
        "Database",
        "\(Words.megabytes(databaseBytes)), \(grown) since \(bytesThen.month), \(backup.map { "last backup \($0)" } ?? "no nightly backup yet")"
      )
    }
    line("Waiting", waiting.items.isEmpty ? "nothing" : "")
    return lines.flatMap(Self.folded) + waiting.lines
  }

  /// Within 80 columns; a command goes to the next line as a whole.
  private static func folded(_ line: String) -> [String] {
    guard line.count > 80, let gap = line.range(of: "   rota ") else {
      return Words.wrapped(line, indent: 14, width: 80)
    }
    let command = line[gap.upperBound...]
    return Words.wrapped(String(line[..<gap.lowerBound]), indent: 14, width: 80) + ["              rota \(command)"]
  }

  package var object: [String: Any] {
    func optional(_ value: Any?) -> Any { value ?? NSNull() }
    return [
      "last_run": optional(
        last.map {
          ["id": $0.id, "status": $0.status.rawValue, "started_at": $0.startedAt, "is_balanced": $0.isBalanced]
            as [String: Any]
        }),
      "last_complete_run": optional(lastComplete?.id), "right_since": optional(rightSince),
      "reads_back_to": optional(lastComplete.flatMap { RunSummary(json: $0.summary)?.readsBackTo }),
      "actuals_enabled_at": optional(enabledAt), "autofill_from": optional(autofillFrom),
      "people_with_unknown_role": waiting.count("unknown_role"), "archived_with_unknown_role": archivedUnknown,
      "conflicts": waiting.count("conflict"),
      "drift": waiting.count("drift"), "probable_duplicates": waiting.count("probable_duplicate"),
      "source_missing": waiting.count("source_missing"),
      "waiting": waiting.items.map {
        ["key": $0.key, "count": $0.count, "message": $0.words, "next": $0.next.command] as [String: Any]
      },
      "next_run": optional(next?.description), "is_overdue": isOverdue, "is_well": isWell,
      "last_backup": optional(backup), "database_bytes": databaseBytes,
      "delete_plan": optional(deletePlan.map { ["run": $0.run, "entries": $0.keys.count] as [String: Any] }),
      "held": JSONText.rows(held), "locks": JSONText.rows(locks),
    ]
  }
}

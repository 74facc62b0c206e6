import Foundation
import Importing
package import Planning
import PlanningStore
import Replicating

extension Status {
  /// One line of the status: a name, words, and what one can do about it.
  package struct Fact {
    package let name: String
    package let words: String
    package var next: NextStep?
  }

  package func lines(_ mode: AutofillMode) -> [String] {
    let facts = facts(mode) { $0 }.map { fact in
      "\(Words.padded(fact.name, 13)) \(fact.words)\(fact.next.map { "   \($0.command)" } ?? "")"
    }
    let waits = "\(Words.padded("Waiting", 13)) \(waiting.items.isEmpty ? "nothing" : "")"
    return (facts + [waits]).flatMap(Self.folded) + waiting.lines
  }

  /// - Parameter moment: how an instant of the database (UTC), or a date of it, is shown.
  package func facts(_ mode: AutofillMode, moment: (String) -> String) -> [Fact] {
    var facts: [Fact] = []
    func fact(_ name: String, _ words: String, _ next: NextStep? = nil) {
      facts.append(Fact(name: name, words: words, next: next))
    }
    if let last {
      let began = "\(last.id), \(moment(last.startedAt))"
      switch last.status {
      case .running where hasDied: fact("Last run", "\(began), died; the next one takes its work over", .importNow)
      case .running: fact("Last run", "\(began), running\(holder?.step.map { ": \($0.words)" } ?? "")")
      case .done, .held:
        fact("Last run", "\(began), \(last.status.rawValue), \(last.isBalanced ? "balanced" : "NOT BALANCED")")
      default: fact("Last run", "\(began), \(last.status.rawValue)", .run(last.id))
      }
      if last.status != .done, let lastComplete, lastComplete.id != last.id {
        fact("Last complete", "\(lastComplete.id), \(moment(lastComplete.startedAt))")
      }
    } else {
      fact("Last run", "none yet", .importNow)
    }
    if let rightSince {
      let back = lastComplete.flatMap { RunSummary(json: $0.summary)?.readsBackTo }
      fact(
        "Right since",
        "\(moment(rightSince))\(back.map { $0 < rightSince ? " (older time, back to \(moment($0)): as it was read then)" : "" } ?? "")"
      )
    }
    let zeros =
      switch switches.autofillMode ?? mode {
      case .days: "zeros for missed days"
      case .scheduled: "zeros for planned days"
      case .off: "no zeros"
      }
    if let enabledAt {
      let from = autofillFrom.map { " from \(moment($0)) on" } ?? ""
      fact("Actuals", "on since \(moment(String(enabledAt.prefix(10)))), \(zeros)\(from)")
    } else {
      fact("Actuals", "off", .enableActuals)
    }
    for subject in [SwitchSubject.clientsProjects, .people] where switches.isOff(subject, ImportSettings()) {
      fact("Switched off", "\(subject.words): no import touches them", .turnOn(subject))
    }
    for lock in locks {
      if let day = lock.day {
        fact("Locked", "\(lock.project) until \(moment(day.description))", .locks)
      } else {
        fact("Locked", "nothing: \"\(lock.lockedUntil)\" of \(lock.project) is no date", .checkDatabase)
      }
    }
    for row in held {
      let reason = row.reason ?? ""
      fact("Held in all", "\(Words.hours(seconds: row.seconds)): \(Reason(rawValue: reason)?.words ?? reason)")
    }
    if archivedUnknown > 0 {
      fact(
        "Unknown", "\(Words.plural(archivedUnknown, "archived person", "archived people")) with hours", .fixUnknownRoles
      )
    }
    if let next, let schedule {
      fact(
        "Next run", "\(moment(next.description)), daily at \(schedule.time) \(schedule.zone.name) (rota nightly)")
    }
    if let live {
      let (words, next) = live.words(moment)
      fact("Live", words, next)
    }
    if let oldest = replica.oldest {
      var words = ["oldest kind \(oldest.kind), read \(moment(oldest.at.description))"]
      for (state, said) in [
        (ReplicaState.State.notAvailable, "not on this plan"), (.waiting, "waiting"), (.failed, "failed"),
      ] where replica.count(state) > 0 { words.append("\(said): \(replica.names(state).joined(separator: ", "))") }
      fact("Replica", words.joined(separator: " · "), replica.failedForLong.isEmpty ? nil : .replica)
    }
    for (target, months) in published {
      let held = target.publishedAt.map { "generation \(target.generation), \(moment($0))" } ?? "nothing yet"
      let lag = months > 0 ? "; \(Words.plural(months, "month")) of tables changed since" : ""
      let failing = target.failedSince.map { "; failing since \(moment($0))" } ?? ""
      fact(
        "Published", "\(target.target): \(held)\(lag)\(failing)",
        target.failure == nil ? nil : .publish(target: target.target))
    }
    if isOverdue {
      fact(
        "Overdue", "no complete run since \(lastComplete.map { moment($0.startedAt) } ?? "the beginning")", .importNow)
    }
    if let bytesThen {
      let grown = Words.megabytes(databaseBytes - bytesThen.bytes, signed: true)
      fact(
        "Database",
        "\(Words.megabytes(databaseBytes)), \(grown) since \(bytesThen.month), \(backup.map { "last backup \(moment($0))" } ?? "no nightly backup yet")"
      )
    }
    return facts
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
      "switched_off": SwitchSubject.allCases.filter { switches.isOff($0, ImportSettings()) }.map(\.rawValue),
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
      "replica": JSONText.rows(replica.states), "published": JSONText.rows(published.map(\.target)),
      "replica_failed": replica.failedForLong.map(\.kind), "live": optional(live?.object),
      "held": JSONText.rows(held), "locks": JSONText.rows(locks),
    ]
  }
}

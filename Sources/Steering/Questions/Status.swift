import Foundation
package import Importing
package import Planning
package import PlanningStore
package import Scheduling

/// How things stand, read in one transaction.
package struct Status {
  package let last: ImportRun?
  package let lastComplete: ImportRun?
  package let summary: RunSummary?
  package let enabledAt: String?
  package let autofillFrom: String?
  package let locks: [LockRow]
  package let held: [HeldRow]
  package let waiting: Waiting
  /// Archived people with hours under Unknown; the gate does not wait for them.
  package let archivedUnknown: Int
  package let deletePlan: (run: Int64, keys: Set<Int>)?
  /// The schedule that a running 'rota nightly' keeps; nil: none, or another scheduler's.
  package let schedule: NightlySchedule?
  /// When the last complete run of a schedule is too long ago.
  package let isOverdue: Bool
  package let next: Instant?
  package let backup: String?
  /// The file's size on the first night of the oldest month known of the last three.
  package let bytesThen: (month: String, bytes: Int)?
  package var databaseBytes = 0
  /// The run's process is gone: nobody holds the lock.
  package var hasDied = false

  /// How late a night may be before it counts as overdue, seconds.
  package static let grace = 2 * 3600

  package init(_ session: StoreSession, now: Instant) throws {
    let runs = try session.runs.latest(limit: 200)
    last = runs.first
    lastComplete = runs.first {
      [.done, .held].contains($0.status) && $0.scope.contains("actuals") && $0.windowFrom != nil
    }
    summary = last.flatMap { RunSummary(json: $0.summary) }
    enabledAt = try session.settings.value(Setting.actualsEnabledAt)
    autofillFrom = try session.settings.value(Setting.autofillFrom)
    locks = try session.questions.locks()
    held = try session.questions.held()
    waiting = try Waiting(session)
    archivedUnknown =
      try session.questions.peopleWithUnknownRole(withArchived: true).count
      - session.questions.peopleWithUnknownRole().count
    deletePlan = try session.removals.plan()
    schedule = try session.settings.value(NightlySetting.schedule).flatMap(NightlySchedule.init(remembered:))
    let attempts = try session.attempts(since: now - 40 * 86_400)
    let complete = attempts.filter(\.isComplete).map(\.startedAt).max()
    next = schedule.map { max(now, $0.due(at: now, attempts: attempts)) }
    if let schedule {
      isOverdue = schedule.isOverdue(at: now, lastComplete: complete, grace: Self.grace)
    } else {
      // An external scheduler: a day and the grace after the last.
      isOverdue = attempts.contains(where: \.isScheduled) && complete.map { now - $0 > 86_400 + Self.grace } ?? true
    }
    backup = try session.settings.value(NightlySetting.backup)
    bytesThen = try session.settings.value(prefix: NightlySetting.bytes).suffix(3).first.flatMap { key, value in
      Int(value).map { (String(key.dropFirst(NightlySetting.bytes.count)), $0) }
    }
  }

  /// Rule 82: what a monitor asks.
  package var isWell: Bool {
    let goesOn = last?.status == .running && !hasDied
    return (goesOn || last?.status == .done) && !isOverdue && waiting.items.isEmpty
  }

  private var rightSince: String? {
    lastComplete.flatMap { RunSummary(json: $0.summary)?.guaranteedFrom }
  }

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

extension NightlySchedule {
  /// - Parameter text: `HH:MM ZONE`, as the service leaves it in the database.
  fileprivate init?(remembered text: String) {
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2, let zone = Zone(parts[1]) else { return nil }
    self.init(time: parts[0], zone: zone)
  }
}

import Foundation
import Planning
import PlanningStore

extension Explanation {
  package var lines: [String] {
    var lines = ["\(name)\(planned > 0 ? "   planned \(Words.clock(minutes: planned))" : "")", ""]
    for actual in actuals { lines += actualLines(actual) }
    if actuals.isEmpty {
      lines.append("  nothing is stored here")
      if planned > 0, freeze == nil, let words = zeros?.words(cell.day) { lines.append("  \(words)") }
    }
    let others = entries.filter { $0.state != .placed || !isHere($0) }
    if !others.isEmpty {
      lines += ["", "  not counted here"]
      for entry in others { lines.append("  ├ \(entryText(entry))  \(why(entry))") }
    }
    lines.append("")
    let runs = Set(entries.compactMap(\.firstSeenRun)).sorted()
    if !runs.isEmpty {
      lines.append("Entries first read by run \(runs.map(String.init).joined(separator: ", ")).")
    }
    if let lastRead { lines.append("Last compared with Clockify by run \(lastRead).") }
    if let freeze { lines.append(Self.words(freeze)) }
    if !zones.isEmpty { lines.append("Day of the start, in \(zones.joined(separator: ", ")).") }
    return lines
  }

  private func isHere(_ entry: EntryRow) -> Bool { entry.date == cell.day && entry.role != nil }

  private func actualLines(_ actual: CellRow) -> [String] {
    let run = actual.importRunID.map(String.init) ?? ""
    let origin =
      switch actual.origin {
      case .manual: "typed by hand"
      case .autofill: "a zero filled by run \(run)"
      case .clockify: "from Clockify, written by run \(run)"
      }
    var lines = [
      "  \(actual.role)   \(Words.clock(minutes: actual.minutes)) = \(Words.clock(minutes: actual.billableMinutes)) billable + \(Words.clock(minutes: actual.nonbillableMinutes))   \(origin)"
    ]
    let mine = entries.filter { $0.state == .placed && $0.role == actual.role }
    if actual.origin == .manual, !mine.isEmpty {
      lines.append("  │ Clockify has, not counted while typed hours stand here:")
    }
    for entry in mine { lines.append("  ├ \(entryText(entry))") }
    for isBillable in [true, false] {
      let seconds = mine.filter { $0.billable == isBillable }.reduce(0) { $0 + $1.seconds }
      if seconds > 0 {
        lines.append(
          "  │ \(isBillable ? "billable" : "not billable") \(Words.clock(seconds: seconds)) → \(Words.clock(minutes: Minutes.rounded(seconds: seconds))) (rounded once, half up)"
        )
      }
    }
    if let step = mine.first?.roleStep { lines.append("  └ role: \(step.words)") }
    return lines
  }

  private func entryText(_ entry: EntryRow) -> String {
    let zone = Zone(entry.zone) ?? .utc
    func clock(_ text: String?) -> String {
      guard let instant = text.flatMap({ Instant($0) }) else { return "…" }
      let time = instant.seconds - zone.start(of: zone.day(of: instant)).seconds
      return "\(Words.two(time / 3600)):\(Words.two(time / 60 % 60))"
    }
    let flag = entry.billable ? "billable" : "not billable"
    return
      "\(clock(entry.startedAt))–\(clock(entry.endedAt))  \(Words.clock(seconds: entry.seconds))  \(flag)  \(entry.entryID)  \((entry.description ?? "").prefix(30))"
  }

  private func why(_ entry: EntryRow) -> String {
    switch entry.state {
    case .missing: "gone: did not come back from Clockify"
    case .deleted: "deleted in Clockify"
    case .placed: "placed elsewhere"
    case .skipped, .held:
      "\(entry.state.rawValue): \(entry.reason.flatMap(Reason.init)?.words ?? entry.reason ?? "")"
    }
  }

  package var object: [String: Any] {
    [
      "person_id": cell.person, "project_id": cell.project, "date": cell.day.description, "planned_minutes": planned,
      "actuals": JSONText.rows(actuals), "entries": JSONText.rows(entries), "zones": zones,
      "is_frozen": freeze != nil, "last_read_run": lastRead.map { $0 as Any } ?? NSNull(),
    ]
  }

  private static func words(_ freeze: PlanSnapshot.Freeze) -> String {
    switch freeze {
    case .locked: "The date is locked: nothing is written (\(NextStep.locks.command))."
    case .syncOff: "The project is sync_off: what is stored stays, new time is skipped."
    case .personArchived: "The person is archived here: what is stored stays, new time is skipped."
    }
  }
}

extension RoleChoice.Step {
  fileprivate var words: String {
    switch self {
    case .assignedThatDay: "the assignment that covers the date"
    case .assignedOnProject: "the only role ever assigned on the project"
    case .contractThatDay: "the contract on the date"
    case .nearestContract: "the nearest contract"
    case .unknown: "no contract: Unknown"
    }
  }
}

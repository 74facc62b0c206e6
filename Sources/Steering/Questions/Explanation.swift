import Foundation
import Importing
import Planning
package import PlanningStore

/// Why a number is so: the rows of one person, project and date, and every entry behind them.
package struct Explanation {
  private let name: String
  private let cell: Cell
  private let actuals: [CellRow]
  private let entries: [EntryRow]
  private let planned: Int
  private let zones: [String]
  private let freeze: String?
  private let lastRead: Int64?
  /// When zeros come; nil: nothing is said of them.
  package var zeros: ZeroWords?

  package init(_ cell: Cell, _ name: String, _ session: StoreSession) throws {
    self.cell = cell
    self.name = name
    let plan = try session.plan.snapshot()
    let users = plan.clockifyIDs(.person, of: cell.person)
    actuals = try session.questions.actualRows(of: cell)
    entries = try session.questions.entries(
      of: cell, users: users, projects: plan.clockifyIDs(.project, of: cell.project))
    lastRead = try session.questions.lastRunThatRead(cell.day, users: users)
    let person = plan.people[cell.person]?.plan
    planned =
      person.map { person in
        person.assignments.filter { $0.project == cell.project }
          .reduce(0) { $0 + person.scheduledMinutes(of: $1, on: cell.day) }
      } ?? 0
    zones = Set(entries.map(\.zone)).sorted()
    if plan.isLocked(cell.day, on: cell.project) {
      freeze = "The date is locked: nothing is written (rota lock show)."
    } else if plan.projects[cell.project]?.isSyncOff ?? false {
      freeze = "The project is sync_off: what is stored stays, new time is skipped."
    } else if plan.people[cell.person]?.isFrozen ?? false {
      freeze = "The person is archived here: what is stored stays, new time is skipped."
    } else {
      freeze = nil
    }
  }

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
    if let freeze { lines.append(freeze) }
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

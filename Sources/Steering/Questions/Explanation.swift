import Foundation
import Importing
import Planning
package import PlanningStore

/// Why a number is so: the rows of one person, project and date, and every entry behind them.
package struct Explanation {
  private let name: String
  private let cell: Cell
  private let actuals: Table
  private let entries: Table
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
    zones = Set(entries.rows.indices.map { [entries] in entries[$0, "zone"].description }).sorted()
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

  private static let steps = [
    "a": "the assignment that covers the date", "b": "the only role ever assigned on the project",
    "c": "the contract on the date", "d": "the nearest contract", "e": "no contract: Unknown",
  ]

  package var lines: [String] {
    var lines = ["\(name)\(planned > 0 ? "   planned \(Words.clock(minutes: planned))" : "")", ""]
    for index in actuals.rows.indices { lines += actualLines(index) }
    if actuals.rows.isEmpty {
      lines.append("  nothing is stored here")
      if planned > 0, freeze == nil, let words = zeros?.words(cell.day) { lines.append("  \(words)") }
    }
    let others = entries.rows.indices.filter { entries[$0, "state"].description != "placed" || !isHere($0) }
    if !others.isEmpty {
      lines += ["", "  not counted here"]
      for index in others { lines.append("  ├ \(entryText(index))  \(why(index))") }
    }
    lines.append("")
    let runs = Set(entries.rows.indices.map { entries[$0, "first_seen_run"].description }).filter { !$0.isEmpty }
    if !runs.isEmpty {
      lines.append("Entries first read by run \(runs.sorted { Int($0) ?? 0 < Int($1) ?? 0 }.joined(separator: ", ")).")
    }
    if let lastRead { lines.append("Last compared with Clockify by run \(lastRead).") }
    if let freeze { lines.append(freeze) }
    if !zones.isEmpty { lines.append("Day of the start, in \(zones.joined(separator: ", ")).") }
    return lines
  }

  private func isHere(_ index: Int) -> Bool {
    entries[index, "date"].description == cell.day.description && entries[index, "role"] != .null
  }

  private func actualLines(_ index: Int) -> [String] {
    func minutes(_ column: String) -> Int {
      if case .int(let value) = actuals[index, column] { Int(value) } else { 0 }
    }
    let role = actuals[index, "role"].description
    let (billable, nonbillable) = (minutes("billable_minutes"), minutes("nonbillable_minutes"))
    let origin =
      switch actuals[index, "origin"].description {
      case "manual": "typed by hand"
      case "autofill": "a zero filled by run \(actuals[index, "import_run_id"])"
      default: "from Clockify, written by run \(actuals[index, "import_run_id"])"
      }
    var lines = [
      "  \(role)   \(Words.clock(minutes: billable + nonbillable)) = \(Words.clock(minutes: billable)) billable + \(Words.clock(minutes: nonbillable))   \(origin)"
    ]
    let mine = entries.rows.indices.filter {
      entries[$0, "state"].description == "placed" && entries[$0, "role"].description == role
    }
    let isTyped = actuals[index, "origin"].description == "manual"
    if isTyped, !mine.isEmpty { lines.append("  │ Clockify has, not counted while typed hours stand here:") }
    for entry in mine { lines.append("  ├ \(entryText(entry))") }
    for flag in [Int64(1), 0] {
      let seconds = mine.filter { entries[$0, "billable"] == .int(flag) }.reduce(0) { $0 + self.seconds($1) }
      if seconds > 0 {
        lines.append(
          "  │ \(flag == 1 ? "billable" : "not billable") \(Words.clock(seconds: seconds)) → \(Words.clock(minutes: Minutes.rounded(seconds: seconds))) (rounded once, half up)"
        )
      }
    }
    if let first = mine.first, let step = Self.steps[entries[first, "role_step"].description] {
      lines.append("  └ role: \(step)")
    }
    return lines
  }

  private func seconds(_ index: Int) -> Int {
    if case .int(let value) = entries[index, "seconds"] { Int(value) } else { 0 }
  }

  private func entryText(_ index: Int) -> String {
    let zone = Zone(entries[index, "zone"].description) ?? .utc
    func clock(_ column: String) -> String {
      guard let instant = Instant(entries[index, column].description) else { return "…" }
      let time = instant.seconds - zone.start(of: zone.day(of: instant)).seconds
      return "\(Words.two(time / 3600)):\(Words.two(time / 60 % 60))"
    }
    let flag = entries[index, "billable"] == .int(1) ? "billable" : "not billable"
    return
      "\(clock("started_at"))–\(clock("ended_at"))  \(Words.clock(seconds: seconds(index)))  \(flag)  \(entries[index, "entry_id"])  \(entries[index, "description"].description.prefix(30))"
  }

  private func why(_ index: Int) -> String {
    let (state, reason) = (entries[index, "state"].description, entries[index, "reason"].description)
    switch state {
    case "missing": return "gone: did not come back from Clockify"
    case "deleted": return "deleted in Clockify"
    case "placed": return "placed elsewhere"
    default: return "\(state): \(Reason(rawValue: reason)?.words ?? reason)"
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

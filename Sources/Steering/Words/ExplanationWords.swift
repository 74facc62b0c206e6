import Foundation
import Planning
package import PlanningStore

extension Explanation {
  package var lines: [String] {
    var lines = ["\(name)\(planned > 0 ? "   planned \(Words.clock(minutes: planned))" : "")", ""]
    for actual in actuals { lines += actualLines(actual) }
    lines += whyEmpty.map { "  \($0)" }
    if !notCounted.isEmpty {
      lines += ["", "  not counted here"]
      for entry in notCounted { lines.append("  ├ \(entryText(entry))  \(why(entry))") }
    }
    return lines + [""] + footing
  }

  /// Where nothing is stored: that, and when a zero comes.
  package var whyEmpty: [String] {
    guard actuals.isEmpty else { return [] }
    let comes = planned > 0 && freeze == nil ? zeros?.words(cell.day) : nil
    return ["nothing is stored here"] + [comes].compactMap(\.self)
  }

  /// Entries that have to do with the cell and are in none of its rows.
  package var notCounted: [EntryRow] { entries.filter { $0.state != .placed || !isHere($0) } }

  /// Entries behind one row.
  package func entries(of actual: CellRow) -> [EntryRow] {
    entries.filter { $0.state == .placed && $0.role == actual.role }
  }

  /// Where all of it comes from, a sentence each.
  package var footing: [String] {
    var lines: [String] = []
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
    var lines = [
      "  \(actual.role)   \(Words.clock(minutes: actual.minutes)) = \(Words.clock(minutes: actual.billableMinutes)) billable + \(Words.clock(minutes: actual.nonbillableMinutes))   \(origin(of: actual))"
    ]
    let mine = entries(of: actual)
    if let words = heading(of: actual) { lines.append("  │ \(words)") }
    for entry in mine { lines.append("  ├ \(entryText(entry))") }
    for words in sums(of: mine) { lines.append("  │ \(words)") }
    if let words = roleWords(of: mine) { lines.append("  └ \(words)") }
    return lines
  }

  package func origin(of actual: CellRow) -> String {
    let run = actual.importRunID.map(String.init) ?? ""
    return switch actual.origin {
    case .manual: "typed by hand"
    case .autofill: "a zero filled by run \(run)"
    case .clockify: "from Clockify, written by run \(run)"
    }
  }

  /// Over a row's entries, where they are not what it holds.
  package func heading(of actual: CellRow) -> String? {
    actual.origin == .manual && !entries(of: actual).isEmpty
      ? "Clockify has, not counted while typed hours stand here:" : nil
  }

  /// Seconds of a row's entries and the minutes that they round to.
  package func sums(of entries: [EntryRow]) -> [String] {
    [true, false].compactMap { isBillable in
      let seconds = entries.filter { $0.billable == isBillable }.reduce(0) { $0 + $1.seconds }
      guard seconds > 0 else { return nil }
      return
        "\(isBillable ? "billable" : "not billable") \(Words.clock(seconds: seconds)) → \(Words.clock(minutes: Minutes.rounded(seconds: seconds))) (rounded once, half up)"
    }
  }

  package func roleWords(of entries: [EntryRow]) -> String? {
    entries.first?.roleStep.map { "role: \($0.words)" }
  }

  private func entryText(_ entry: EntryRow) -> String {
    let flag = entry.billable ? "billable" : "not billable"
    return
      "\(times(of: entry))  \(Words.clock(seconds: entry.seconds))  \(flag)  \(entry.entryID)  \((entry.description ?? "").prefix(30))"
  }

  /// From when to when, in the zone that decided its date.
  package func times(of entry: EntryRow) -> String {
    Words.times(entry.startedAt, entry.endedAt, zone: entry.zone)
  }

  package func why(_ entry: EntryRow) -> String {
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

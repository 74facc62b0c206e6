import Foundation
package import Importing
package import PlanningStore

/// The findings of a run, those of one code together.
package struct FindingGroups {
  private let groups: [[Finding]]

  /// - Parameter findings: those of one level and code stand together.
  package init(_ findings: [Finding]) {
    groups = findings.reduce(into: []) { groups, finding in
      if let last = groups.last?.last, last.level == finding.level, last.code == finding.code {
        groups[groups.count - 1].append(finding)
      } else {
        groups.append([finding])
      }
    }
  }

  package var lines: [String] {
    groups.flatMap { group in
      let seconds = group.reduce(0) { $0 + $1.seconds }
      var sums: [String] = []
      if group.count > 1 { sums.append("\(Words.count(group.count)) lines") }
      if group.count > 1, seconds > 0 { sums.append(Words.hours(seconds: seconds)) }
      let head = "\(Words.padded(group[0].level.rawValue, 7)) \(group[0].code.rawValue)"
      return [sums.isEmpty ? head : "\(head): \(sums.joined(separator: ", "))"]
        + group.flatMap { Self.lines(of: $0) }
    }
  }

  /// Ids stay together, if need be on a line of their own.
  private static func lines(of finding: Finding) -> [String] {
    let time = finding.seconds > 0 ? "  \(Words.hours(seconds: finding.seconds))" : ""
    // The ids of entries' findings are those of their person.
    let kind = finding.kind == .entry ? "person" : finding.kind?.rawValue ?? ""
    let ours = finding.planningID.map { "\(kind) \($0)" }
    let theirs = finding.externalID.map { ours == nil ? "\(kind) \($0)" : $0 }
    let ids = [ours, theirs].compactMap(\.self)
    let words = "  \(finding.message)\(time)"
    let who = ids.isEmpty ? "" : "  [\(ids.joined(separator: " = "))]"
    if words.count + who.count <= 80 { return [words + who] }
    return Words.wrapped(words, indent: 4, width: 80) + (who.isEmpty ? [] : ["  " + who])
  }
}

package enum FindingWords {
  package static func object(_ finding: Finding) -> [String: Any] {
    func or(_ value: Any?) -> Any { value ?? NSNull() }
    return [
      "level": finding.level.rawValue, "code": finding.code.rawValue, "kind": or(finding.kind?.rawValue),
      "external_id": or(finding.externalID), "planning_id": or(finding.planningID), "name": or(finding.name),
      "entries": finding.entries, "seconds": finding.seconds, "message": finding.message,
    ]
  }
}

extension ImportWording {
  /// The sentences that stand in the database beside the facts.
  package static let english = ImportWording(
    finding: { $0.message }, error: { ErrorWords.words($0)?.message ?? "\($0)" })
}

extension Finding {
  /// One sentence.
  package var message: String {
    let item = name ?? planningID.map { "\(kind?.rawValue ?? "") \($0)" } ?? externalID ?? ""
    return switch fact {
    case .notImported(let reason): "\(kind?.rawValue ?? "") \"\(item)\" was not imported: \(reason.words)"
    case .unknownRole: "\(item) is new and has the role Unknown"
    case .sourceMissing: "\(kind?.rawValue ?? "") \"\(item)\" is not in Clockify any more; nothing was changed here"
    case .probableDuplicate(let ids, let unlinked):
      "\"\(item)\" is there \(ids.count) times: "
        + ids.map { "\(kind?.rawValue ?? "") \($0)\(unlinked.contains($0) ? " (not linked)" : "")" }
        .joined(separator: ", ")
    case .notCovered(let workspace):
      "\(item) is not listed in \(workspace) any more, and the lists hold nobody else's time: what is stored stays"
    case .entries(let reason, let isOldTimer, let absurd):
      "\(counted) of \(item): \(reason.words)\(isOldTimer ? ", for more than 24 hours" : "")\(absurd.map(Self.words) ?? "")"
    case .odd(let oddity): "\(counted) of \(item): \(oddity.words)"
    case .projectArchivedHere: "project \"\(item)\" is archived here and still receives time"
    case .unknownZone: "time zone \"\(item)\" is not known here; the next one in line was used"
    case .late(let minutes, let reason, let project, let person, let day):
      "late: \(minutes == 0 ? "roles only" : "\(minutes > 0 ? "+" : "")\(minutes) min") \(project) \(person) \(day)\(reason == .locked ? "" : " (\(reason.words))")"
    case .catchAllGone:
      "project \(planningID ?? 0), the catch-all of the settings (import: catch_all_project), is gone: time without a project is held"
    case .totalsDisagree(let slices):
      "\(slices) slices: Clockify's totals differ from what it sent, twice the same"
    case .vanished(let workspace, let people):
      "\(entries) entries of \(workspace) did not come back, too many to be believed: the time of \(people.map { "\($0) people" } ?? "everybody") is left as it was"
    case .leaving(let people):
      "a filter of the settings would take away \(entries) entries of \(people) people at once: they are left as they were"
    case .runFailed(let cause): cause
    case .kindNotAvailable(let kind, let isBack):
      isBack
        ? "\(kind) can be read again" : "\(kind) are not on this plan, or the key may not see them: what was read stays"
    case .kindFailed(let kind, let cause): "\(kind) could not be read, what was read stays: \(cause)"
    case .unknownField(let kind, let path):
      "Clockify sends a field of \(kind) that rota does not know: \(path); it is kept in raw"
    case .unexpectedValue(let kind, let path):
      "Clockify sends another form of \(path) of \(kind) than expected; it is kept in raw"
    case .liveUnproved:
      "Clockify says that it does not know \(Words.plural(entries, "time entry", "time entries")), and nothing proves that it would: the key may have lost rights. Nothing was removed; the night looks again"
    case .manyGone(let kind, let rows):
      "\(rows) rows of \(kind) are gone at once: has the key lost rights? They are marked, and come back by themselves"
    case .told(_, let message): message
    }
  }

  private var counted: String { entries == 1 ? "1 entry" : "\(entries) entries" }

  private static func words(_ absurd: FindingFact.Absurd) -> String {
    "; \(absurd.entries) longer than 31 days or outside 1970 to 2200, Clockify states \(absurd.seconds / 3600) h"
  }
}

extension FindingFact.Oddity {
  fileprivate var words: String {
    switch self {
    case .longEntry: "longer than 24 hours, counted as they are"
    case .overlap: "overlap others of the same person, counted as Clockify does"
    case .noBillableFlag: "without a billable flag, counted as the project's default"
    }
  }
}

import Foundation
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
      let head = "\(Words.padded(group[0].level.rawValue, 7)) \(group[0].code)"
      return [sums.isEmpty ? head : "\(head): \(sums.joined(separator: ", "))"]
        + group.flatMap { Self.lines(of: $0) }
    }
  }

  /// Ids stay together, if need be on a line of their own.
  private static func lines(of finding: Finding) -> [String] {
    let time = finding.seconds > 0 ? "  \(Words.hours(seconds: finding.seconds))" : ""
    // The ids of entries' findings are those of their person.
    let kind = finding.kind == "entry" ? "person" : finding.kind ?? ""
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
      "level": finding.level.rawValue, "code": finding.code, "kind": or(finding.kind),
      "external_id": or(finding.externalID), "planning_id": or(finding.planningID), "name": or(finding.name),
      "entries": finding.entries, "seconds": finding.seconds, "message": finding.message,
    ]
  }
}

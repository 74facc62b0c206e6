import PlanningStore

extension Waiting.Item {
  package var words: String {
    switch self {
    case .deletePlan(_, let entries, let seconds):
      "\(Words.plural(entries, "entry", "entries"))\(seconds > 0 ? " (\(Words.hours(seconds: seconds)))" : "") vanished, or would leave by a filter, at once: nothing was removed"
    case .unknownRole(let people):
      "\(Words.plural(people, "person", "people")) \(people == 1 ? "has" : "have") the role Unknown"
    case .actualsOff: "actuals are off: no time is read"
    case .probableDuplicates(let count, let first):
      "\(Words.plural(count, "probable duplicate")): \(first.kind?.rawValue ?? "") \"\(first.name ?? "")\""
    case .projectsWithoutClient(let count, let first, let seconds):
      "\(Words.plural(count, "project")) without a client\(seconds > 0 ? ", \(Words.hours(seconds: seconds)) held in all" : ""): give \(count == 1 ? "\"\(first.name ?? "it")\"" : "them") one in Clockify"
    case .catchAllGone(let project):
      "project \(project), the catch-all of the settings, is gone: time without a project is held"
    case .sourceMissing(let count, _): "\(Words.plural(count, "linked item")) not in Clockify any more"
    case .conflicts(let count): "\(Words.plural(count, "conflict")) with hours typed by hand"
    case .drift(let items): "\(Words.plural(items, "item")) changed in Clockify since linked"
    case .fault(let problem): problem.words
    case .late(let seconds, _): "\(Words.hours(seconds: seconds)) on locked dates wait"
    }
  }
}

extension Waiting {
  /// Two columns, as wide as needed; where both do not fit into 80, the command stands below.
  package var lines: [String] {
    let width = min(58, items.map(\.words.count).max() ?? 0)
    return items.flatMap { item -> [String] in
      let line = "  \(Words.padded(item.words, width))  \(item.next.command)"
      return line.count <= 80
        ? [line]
        : Words.wrapped("  \(item.words)", indent: 4, width: 80)
          + Words.wrapped("      \(item.next.command)", indent: 8, width: 80)
    }
  }
}

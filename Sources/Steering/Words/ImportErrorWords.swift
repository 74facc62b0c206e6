package import Importing

extension ImportError {
  package var message: String {
    switch self {
    case .noWorkspace(let id, let visible):
      "the key does not see the workspace \(id). It sees: \(Self.list(visible))"
    case .workspaceChoice(let visible):
      visible.isEmpty
        ? "the key sees no workspace"
        : "the key sees \(visible.count) workspaces: \(Self.list(visible)). Name them, or 'all', under clockify: workspaces:"
    case .noPlan(let confirmed, let waiting):
      waiting.map { "run \(confirmed) has no waiting removals; run \($0) has" } ?? "no removals wait for confirmation"
    case .unbalanced(let imbalance): "\(imbalance.words); nothing was changed"
    case .damagedLinks(let faults):
      "rows name items that are not there: \(faults.map(\.words).joined(separator: "; "))"
    case .noCatchAll(let project): "import: catch_all_project: there is no project \(project)"
    case .unknownGroups(let groups): groups.map(\.words).joined(separator: "; ")
    }
  }

  private static func list(_ workspaces: [Workspace]) -> String {
    workspaces.map { "\($0.name) (\($0.id))" }.joined(separator: ", ")
  }
}

extension ImportError.Imbalance {
  fileprivate var words: String {
    switch self {
    case .entry(let id, let read, let ledger):
      "time entry \(id) was read with \(read) s, the ledger has \(ledger) s"
    case .entryGone(let id): "time entry \(id) was read, but the ledger calls it gone"
    case .entryWithoutPlace: "an entry that was read has no place in the ledger"
    case .rounding(let seconds):
      "the imported minutes differ from the placed seconds by \(seconds) s, more than rounding explains"
    case .sums(let read, let books):
      "read \(read) s, but placed \(books.secondsPlaced) + skipped \(books.secondsSkipped) + held \(books.secondsHeld)"
    }
  }
}

extension ImportError.Group {
  fileprivate var words: String {
    let list = isIncluded ? "include" : "exclude"
    guard let known else { return "import: \(list): groups: \(id) is in no workspace that was ever read" }
    let shown = known.members.prefix(5).joined(separator: ", ")
    let more = known.members.count > 5 ? " and \(known.members.count - 5) more" : ""
    return "import: \(list): groups: \(id) (\"\(known.name ?? "?")\") is not in Clockify any more, "
      + "or hidden from this key; last known members: \(known.members.isEmpty ? "none" : shown + more)"
  }
}

extension ImportStop {
  package var message: String { workspace.map { "\($0): \(cause.description)" } ?? cause.description }
}

extension ImportStep {
  package var words: String {
    switch self {
    case .workspaces: "Reading workspaces"
    case .lists(let workspace): "Reading people, clients and projects of \(workspace)"
    case .time(let day, let entries, let all): "Reading time from \(day): \(entries) of \(all) entries"
    case .timeOfPerson(let number, let all): "Reading time of person \(number) of \(all)"
    case .placing: "Placing time"
    }
  }
}

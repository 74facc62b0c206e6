import Foundation

extension SimulatedWorkspace {
  /// One change of an entry, noted as it happens.
  struct EntryChange: Sendable {
    enum Kind: Sendable { case added, edited, removed, split }
    let kind: Kind
    /// What it was, and what it is.
    let before: Entry?
    let after: Entry?
  }

  /// Cuts an entry in two; Clockify tells of it once, and not of the new part.
  ///
  /// - Returns: the new part's id.
  @discardableResult
  public mutating func splitEntry(_ id: String, at moment: Int, newID: String) -> String? {
    guard let old = entries.first(where: { $0.id == id }), let end = old.end, old.start < moment, moment < end else {
      return nil
    }
    quietly { workspace in
      workspace.editEntry(id) { $0.end = moment }
      var part = old
      part.id = newID
      part.start = moment
      workspace.add(part)
    }
    note(EntryChange(kind: .split, before: old, after: entries.first { $0.id == id }))
    return newID
  }
}

extension SimulatedWorkspace.EntryChange {
  /// Clockify's names of it.
  ///
  /// - Parameters:
  ///   - isBack: it was removed once.
  ///   - stopIsAlsoUpdate: sources are silent about it.
  func events(isBack: Bool, stopIsAlsoUpdate: Bool) -> [String] {
    switch kind {
    case .added where isBack: ["TIME_ENTRY_RESTORED"]
    case .added: [after?.end == nil ? "NEW_TIMER_STARTED" : "NEW_TIME_ENTRY"]
    case .edited where before?.end == nil && after?.end != nil:
      ["TIMER_STOPPED"] + (stopIsAlsoUpdate ? ["TIME_ENTRY_UPDATED"] : [])
    case .edited: ["TIME_ENTRY_UPDATED"]
    case .removed: ["TIME_ENTRY_DELETED"]
    case .split: ["TIME_ENTRY_SPLIT"]
    }
  }
}

extension CoreJSON {
  /// An entry as deliveries were recorded: nested rows, and no ids of task and tags at the top (clockify-api.md 8).
  func delivered(_ entry: SimulatedWorkspace.Entry, in workspace: SimulatedWorkspace) -> [String: Any] {
    var row = self.entry(entry, in: workspace, hydrated: true)
    row["taskId"] = nil
    row["tagIds"] = nil
    row["currentlyRunning"] = entry.end == nil
    if let user = workspace.users.first(where: { $0.id == entry.userID }) {
      row["user"] = ["id": user.id, "name": user.name ?? "", "status": user.status]
    }
    return row
  }
}

package import Planning
package import PlanningStore

/// Locks all dates up to and including one, for all projects or for one (rule 55).
package struct SetLock: Action {
  package static let name = "lock.set"
  let until: CalendarDay
  /// Id, exact name or Clockify id; nil: all projects.
  let project: String?

  package init(until: CalendarDay, project: String?) {
    self.until = until
    self.project = project
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let found = try project.map { try session.items.named(.project, $0) }
    let before = try session.locks.set(until: until, project: found?.id)
    let name = found?.name ?? "all projects"
    var said = Said(
      "\(context.verb("Locked")) \(name) until \(until)\(before.map { " (before: \($0))" } ?? "").",
      item: found.map { .init(.project, $0.id) })
    if let before, until < before { said.lines.append("The next import writes what waited after \(until).") }
    return said
  }
}

/// Takes a lock off; the next import writes what waited.
package struct ClearLock: Action {
  package static let name = "lock.clear"
  /// Id, exact name or Clockify id; nil: the lock of all projects.
  let project: String?

  package init(project: String?) {
    self.project = project
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let found = try project.map { try session.items.named(.project, $0) }
    let name = found?.name ?? "all projects"
    guard let before = try session.locks.set(until: nil, project: found?.id) else {
      return Said("There is no lock of \(name). See: \(NextStep.locks.command)")
    }
    return Said(
      "\(context.verb("Unlocked")) \(name) (was locked until \(before)). The next import writes what waited.",
      item: found.map { .init(.project, $0.id) })
  }
}

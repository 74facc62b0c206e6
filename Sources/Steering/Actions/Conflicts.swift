package import Planning
package import PlanningStore

/// Lets Clockify's figure in: what was typed goes (rule 59).
package struct SettleForSource: Action {
  package static let name = "conflicts.take_source"
  /// nil: every conflict that is listed.
  let cell: TypedCell?

  package init(_ cell: TypedCell?) {
    self.cell = cell
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.settle(cell, "the next import writes Clockify's figure", context) {
      try session.conflicts.takeSource($0)
    }
  }
}

/// Keeps what was typed; the conflict is listed again only when Clockify's figure changes (rule 59).
package struct SettleForLocal: Action {
  package static let name = "conflicts.keep_local"
  /// nil: every conflict that is listed.
  let cell: TypedCell?

  package init(_ cell: TypedCell?) {
    self.cell = cell
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.settle(cell, "what was typed stays", context) { try session.conflicts.keepLocal($0) }
  }
}

/// One person, project and date, as typed.
package struct TypedCell: Sendable, Encodable {
  /// Ids, exact names or Clockify ids.
  let person: String
  let project: String
  let day: CalendarDay

  package init(person: String, project: String, day: CalendarDay) {
    self.person = person
    self.project = project
    self.day = day
  }

  /// - Returns: with the names that the items have.
  package func found(_ session: StoreSession) throws -> (cell: Cell, name: String) {
    let person = try session.items.named(.person, person)
    let project = try session.items.named(.project, project)
    return (Cell(person: person.id, project: project.id, day: day), "\(person.name) · \(project.name) · \(day)")
  }
}

extension StoreSession {
  fileprivate func settle(
    _ one: TypedCell?, _ words: String, _ context: ActionContext, _ settle: (Cell) throws -> Void
  ) throws -> Said {
    let chosen =
      if let one {
        [(cell: try one.found(self).cell, name: "\(one.person) · \(one.project) · \(one.day)")]
      } else {
        try listedConflicts()
      }
    guard !chosen.isEmpty else { return Said("There are no conflicts.") }
    for conflict in chosen { try settle(conflict.cell) }
    return Said(lines: chosen.map { "\($0.name): \(words)\(context.end())" })
  }

  private func listedConflicts() throws -> [(cell: Cell, name: String)] {
    try questions.conflicts().compactMap { conflict in
      conflict.cell.map { ($0, "\(conflict.person) · \(conflict.project) · \($0.day)") }
    }
  }
}

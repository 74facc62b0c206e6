package import Planning
package import PlanningStore

/// Who typed the hours of a person, project and date last, or took them away.
package struct Typing: Sendable {
  package let by: Actor
  /// UTC.
  package let at: Instant

  /// nil: the change log does not know: they were typed before it was kept, or with another tool.
  package static func last(_ cell: Cell, _ session: StoreSession) throws -> Typing? {
    func isMeant(_ kind: PlanSnapshot.Kind, _ text: String, _ id: Int64) throws -> Bool {
      try session.items.find(kind, text).map(\.id) == [id]
    }
    for row in try session.questions.typings(on: cell.day) {
      guard try isMeant(.person, row.person, cell.person), try isMeant(.project, row.project, cell.project),
        let surface = Actor.Surface(rawValue: row.surface)
      else { continue }
      return Typing(by: Actor(name: row.actor, surface: surface), at: row.at)
    }
    return nil
  }
}

package import Planning

/// What planners own, as far as an import needs it. Small beside the time: read whole in each run.
package struct PlanSnapshot: Sendable {
  package struct Person: Sendable {
    package var id: PersonID
    package var name: String
    package var email: String?
    package var timeZone: String?
    package var isArchived: Bool
    package var archivedByImport: Bool
    package var actualsFrom: CalendarDay?
    package var plan = PersonPlan()
    /// Archived by a planner: rule 21.
    package var isFrozen: Bool { isArchived && !archivedByImport }
  }

  package struct Project: Sendable {
    package var id: ProjectID
    package var clientID: ClientID
    package var name: String
    package var isBillable: Bool
    package var isArchived: Bool
    package var archivedByImport: Bool
    package var actualsFrom: CalendarDay?
    /// Tagged `sync_off` itself or through its client (rule 20).
    package var isSyncOff: Bool
  }

  package struct Client: Sendable {
    package var id: ClientID
    package var name: String
    package var isArchived: Bool
    package var isSyncOff: Bool
  }

  package struct Reference: Sendable {
    package var planningID: Int64

    package init(planningID: Int64) {
      self.planningID = planningID
    }
  }

  package enum Kind: String, Codable, Sendable, CaseIterable { case client, project, person }

  package var people: [PersonID: Person] = [:]
  package var projects: [ProjectID: Project] = [:]
  package var clients: [ClientID: Client] = [:]
  package var roles: [RoleID: String] = [:]
  package var unknownRole: RoleID?
  /// Clockify id → planning item.
  package var references: [Kind: [String: Reference]] = [:]
  package var ignored: [Kind: Set<String>] = [:]
  package var lockedUntil: CalendarDay?
  package var projectLockedUntil: [ProjectID: CalendarDay] = [:]

  /// An empty plan.
  package init() {}

  package func planningID(_ kind: Kind, _ externalID: String) -> Int64? {
    references[kind]?[externalID]?.planningID
  }

  /// The Clockify ids that an item is linked to, in no order.
  package func clockifyIDs(_ kind: Kind, of item: Int64) -> [String] {
    (references[kind] ?? [:]).filter { $0.value.planningID == item }.map(\.key)
  }

  /// The items that have a link.
  package func linkedItems(_ kind: Kind) -> Set<Int64> { Set((references[kind] ?? [:]).values.map(\.planningID)) }

  package func isIgnored(_ kind: Kind, _ externalID: String) -> Bool {
    ignored[kind]?.contains(externalID) ?? false
  }

  /// Rule 55. A project that is not there yet has only the lock of all projects.
  package func isLocked(_ day: CalendarDay, on project: ProjectID?) -> Bool {
    if let lockedUntil, day <= lockedUntil { return true }
    return project.flatMap { projectLockedUntil[$0] }.map { day <= $0 } ?? false
  }

  /// What freezes a cell (rule 47), hours typed by hand apart.
  package enum Freeze: Sendable { case personArchived, syncOff, locked }

  package func freeze(of cell: Cell) -> Freeze? {
    if people[cell.person]?.isFrozen ?? false { return .personArchived }
    if projects[cell.project]?.isSyncOff ?? false { return .syncOff }
    return isLocked(cell.day, on: cell.project) ? .locked : nil
  }

  package func isFrozen(_ cell: Cell) -> Bool { freeze(of: cell) != nil }

  /// Whether anything freezes any cell: to ask once instead of for each of a million entries.
  package var freezesNothing: Bool {
    lockedUntil == nil && projectLockedUntil.isEmpty && !people.values.contains(where: \.isFrozen)
      && !projects.values.contains(where: \.isSyncOff)
  }
}

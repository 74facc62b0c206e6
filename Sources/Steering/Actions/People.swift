package import Planning
package import PlanningStore

/// Adds a person who is not in Clockify, or before they are.
package struct AddPerson: Action {
  package static let name = "people.add"
  let name: String
  let email: String?
  /// The role of an open contract; nil: none yet.
  let role: String?
  let timeZone: String?
  let holidayGroup: String?
  /// No zeros are filled before this date.
  let actualsFrom: String?

  package init(
    name: String, email: String? = nil, role: String? = nil, timeZone: String? = nil, holidayGroup: String? = nil,
    actualsFrom: String? = nil
  ) {
    self.name = name
    self.email = email
    self.role = role
    self.timeZone = timeZone
    self.holidayGroup = holidayGroup
    self.actualsFrom = actualsFrom
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var fields = ["name": name]
    fields["email"] = email?.lowercased()
    fields["time_zone"] = timeZone
    fields["holiday_group"] = holidayGroup
    fields["actuals_from"] = actualsFrom
    let id = try session.rows.add(fields, to: .person)
    if let role { _ = try session.give(session.roles.id(role), to: id, from: nil, context) }
    return Said(
      context.isDryRun ? "Would add \(name)." : "Person \(id), \(name).", item: Said.Item(.person, id))
  }
}

/// Gives people a role: Unknown is replaced from the beginning, a real role from a date on (rule 25).
package struct GiveRole: Action {
  package static let name = "people.set_role"
  /// Its name.
  let role: String
  /// Ids, exact names or Clockify ids.
  let people: [String]
  /// Also everybody whose role is Unknown.
  let unknown: Bool
  /// Makes the role if it is not there.
  let createRole: Bool
  let from: CalendarDay?

  package init(role: String, people: [String], unknown: Bool, createRole: Bool, from: CalendarDay?) {
    self.role = role
    self.people = people
    self.unknown = unknown
    self.createRole = createRole
    self.from = from
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let isNew = try session.roles.find(named: role) == nil
    let roleID = isNew && createRole ? try session.roles.add(role) : try session.roles.id(role)
    var chosen = try people.map { try session.items.named(.person, $0) }
    if unknown { chosen += try session.questions.peopleWithUnknownRole(withArchived: true) }
    for person in chosen {
      guard try session.give(roleID, to: person.id, from: from, context) else {
        throw UserError(
          "\(person.name) has a real role already; nothing was changed",
          next: .giveRoleFrom(role: role, person: person.id))
      }
    }
    let people = Words.plural(chosen.count, "person", "people")
    return Said(
      lines: [
        "\(context.isDryRun ? "Would give" : "Gave") \(people) the role \(role)\(from.map { " from \($0) on" } ?? ""). The next import moves their time."
      ], about: chosen.map { Said.Item(.person, $0.id) })
  }
}

extension StoreSession {
  /// - Returns: false if the person has a real role and no date was given: nothing was changed.
  fileprivate func give(
    _ role: RoleID, to person: PersonID, from day: CalendarDay?, _ context: ActionContext
  ) throws -> Bool {
    try contracts.setRole(
      role, of: person, from: day, minutesPerDay: context.settings.minutesPerDay,
      workingDays: context.settings.workingDays)
  }
}

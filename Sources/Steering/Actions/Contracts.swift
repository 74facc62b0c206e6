package import Planning
package import PlanningStore

/// Sets role, minutes or working days of a person, from a date on or for good; what is not given stays as it was.
package struct SetContract: Action {
  package static let name = "contracts.set"
  /// Id, exact name or Clockify id.
  let person: String
  let from: CalendarDay?
  let role: String?
  /// Last date; "none" = open.
  let to: String?
  let minutesPerDay: String?
  /// As in `mon,tue,wed`.
  let workingDays: String?

  package init(
    person: String, from: CalendarDay? = nil, role: String? = nil, to: String? = nil, minutesPerDay: String? = nil,
    workingDays: String? = nil
  ) {
    self.person = person
    self.from = from
    self.role = role
    self.to = to
    self.minutesPerDay = minutesPerDay
    self.workingDays = workingDays
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var change: [String: String] = [:]
    change["role_id"] = role
    change["ends_on"] = to
    change["minutes_per_day"] = minutesPerDay
    change["working_days"] = workingDays
    guard !change.isEmpty else { throw UserError("nothing to change was given", next: .options) }
    let found = try session.items.named(.person, person)
    try session.contracts.set(
      of: found.id, change, from: from,
      defaults: [
        "minutes_per_day": "\(context.settings.minutesPerDay)",
        "working_days": context.settings.workingDays.description,
      ])
    return Said(
      "\(context.verb("Changed")) the contract of \(found.name)\(from.map { " from \($0) on" } ?? ""). The next import takes it into account.",
      item: Said.Item(.person, found.id))
  }
}

/// Ends a person's contract on a date.
package struct EndContract: Action {
  package static let name = "contracts.end"
  /// Id, exact name or Clockify id.
  let person: String
  /// The last date that it holds.
  let on: CalendarDay

  package init(person: String, on: CalendarDay) {
    self.person = person
    self.on = on
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let found = try session.items.named(.person, person)
    try session.contracts.end(of: found.id, on: on)
    return Said(
      "\(context.verb("Ended")) the contract of \(found.name) on \(on).", item: Said.Item(.person, found.id))
  }
}

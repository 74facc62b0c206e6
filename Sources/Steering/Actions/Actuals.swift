import Importing
package import Planning
package import PlanningStore

/// Lets imports read time, once nobody has the role Unknown (rule 24).
package struct EnableActuals: Action {
  package static let name = "actuals.enable"
  let allowUnknown: Bool
  /// First date that may get a zero; nil: today.
  let autofillFrom: CalendarDay?

  package init(allowUnknown: Bool, autofillFrom: CalendarDay?) {
    self.allowUnknown = allowUnknown
    self.autofillFrom = autofillFrom
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    if !allowUnknown { try refuseUnknown(session, context) }
    if try session.settings.value(Setting.actualsEnabledAt) == nil {
      try session.settings.set(Setting.actualsEnabledAt, context.now.description, at: context.now)
    }
    try session.settings.set(Setting.autofillFrom, autofillFrom?.description, at: context.now)
    try Switches.set(.actuals, isOff: false, session, at: context.now)
    let said = context.isDryRun ? Said("Would enable actuals.") : Said("Actuals are on.", next: .importNow)
    guard try session.plan.snapshot().people.isEmpty else { return said }
    return Said(
      lines: said.text + ["Nobody is imported yet: whoever comes is placed under Unknown until they have a role."])
  }

  private func refuseUnknown(_ session: StoreSession, _ context: ActionContext) throws {
    let unknown = try session.questions.peopleWithUnknownRole().filter { person in
      try !context.settings.leavesOut(session.references.clockifyIDs(.person, of: person.id))
    }
    guard !unknown.isEmpty else { return }
    let shown = unknown.prefix(20).map { "  \($0.id)  \($0.name)" }.joined(separator: "\n")
    let more = unknown.count > 20 ? "\n  … and \(unknown.count - 20) more" : ""
    throw UserError(
      "\(Words.plural(unknown.count, "person has", "people have")) the role Unknown:\n\(shown)\(more)",
      next: .giveRolesOrAllowUnknown, status: .needsConfirmation)
  }
}

/// Stops reading time; what was imported stays.
package struct DisableActuals: Action {
  package static let name = "actuals.disable"

  package init() {}

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.settings.set(Setting.actualsEnabledAt, nil, at: context.now)
    try Switches.set(.actuals, isOff: true, session, at: context.now)
    return Said(context.isDryRun ? "Would disable actuals." : "Actuals are off; what was imported stays.")
  }
}

/// Types hours by hand, or takes them away; the import leaves that person, project and date alone (rule 57).
package struct TypeActual: Action {
  package static let name = "actuals.set"
  let cell: TypedCell
  /// Minutes; both nil: what was typed goes.
  let billable: Int?
  let nonbillable: Int?
  /// nil: that of the contract on the date.
  let role: String?
  /// Also more than a day has.
  let force: Bool

  package init(_ cell: TypedCell, billable: Int?, nonbillable: Int?, role: String?, force: Bool = false) {
    self.cell = cell
    self.billable = billable
    self.nonbillable = nonbillable
    self.role = role
    self.force = force
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try refuseBadMinutes()
    let (cell, name) = try cell.found(session)
    let contract = try session.plan.snapshot().people[cell.person]?.plan.contract(on: cell.day)
    guard let role = try role.map({ try session.roles.id($0) }) ?? contract?.role else {
      throw UserError("there is no contract on \(cell.day)", next: .nameRole)
    }
    let clears = billable == nil && nonbillable == nil
    try session.writer.type(
      cell, role: role, minutes: clears ? nil : (billable ?? 0, nonbillable ?? 0), at: context.now)
    return Said("\(context.verb(clears ? "Cleared" : "Typed")) \(name).", item: Said.Item(.person, cell.person))
  }

  private func refuseBadMinutes() throws {
    guard [billable, nonbillable].allSatisfy({ (0...10_000).contains($0 ?? 0) }) else {
      throw UserError("minutes must be from 0 to 10,000")
    }
    let sum = (billable ?? 0) + (nonbillable ?? 0)
    guard sum <= 1440 || force else {
      throw UserError("\(Words.count(sum)) minutes are more than a day has (1,440)", next: .typeAnyway)
    }
  }
}

/// Removes what the import made and nobody touched; the next import writes it again (rule 79).
package struct PurgeActuals: Action {
  package static let name = "actuals.purge"
  /// What this run wrote.
  let run: Int64?
  /// Id, exact name or Clockify id.
  let project: String?
  /// `clockify` or `autofill`.
  let origin: Origin?
  /// Also imported people, projects and clients that nothing else uses.
  let withItems: Bool

  package init(run: Int64? = nil, project: String? = nil, origin: Origin? = nil, withItems: Bool = false) {
    self.run = run
    self.project = project
    self.origin = origin
    self.withItems = withItems
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    var scope = PurgeScope()
    scope.run = run
    scope.project = try project.map { try session.items.named(.project, $0).id }
    scope.origin = origin
    scope.withItems = withItems
    scope.catchAll = context.settings.catchAllProject
    if let run, try session.runs.run(run) == nil { throw UserError("there is no run \(run)", next: .runs) }
    let purged = try session.purging.purge(scope)
    return Said(lines: PurgeWords.lines(purged, context), item: scope.project.map { Said.Item(.project, $0) })
  }
}

/// Lets go of zone and date of entries; the next import decides them anew (rule 35).
package struct RezoneEntries: Action {
  package static let name = "actuals.rezone"
  /// Id, exact name or Clockify id; nil: everybody.
  let person: String?
  /// As the entries have it now.
  let from: CalendarDay?
  let to: CalendarDay?

  package init(person: String?, from: CalendarDay?, to: CalendarDay?) {
    self.person = person
    self.from = from
    self.to = to
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    if let from, let to, to < from { throw UserError("--from \(from) is after --to \(to)") }
    let id = try person.map { try session.items.named(.person, $0).id }
    let count = try session.ledger.unpin(person: id, from: from, through: to)
    return Said(
      "\(context.verb("Let")) go of zone and date of \(Words.plural(count, "entry", "entries")).", next: .importNow,
      item: id.map { Said.Item(.person, $0) })
  }
}

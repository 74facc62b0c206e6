import Planning
import PlanningStore

/// Fills missed days with zeros and withdraws zeros whose reason has gone (rules 60 to 71).
struct Filling {
  let session: StoreSession
  let plan: PlanSnapshot
  let settings: ImportSettings
  let reading: EntryReading
  let workspaces: [String]
  let window: ClosedRange<CalendarDay>
  let losses: Losses
  let now: Instant
  let run: Int64
  /// The first day that may get a zero (rule 65).
  let firstDay: CalendarDay
  let freeze: (Cell) -> Reason?
  /// Locked, or with hours typed by hand: not even a zero is withdrawn (rule 47).
  let isProtected: (Cell) -> Bool

  /// - Parameter users: the Clockify users linked to each person.
  func fill(
    users: [PersonID: [String]], linkedProjects: Set<ProjectID>, zones: inout ZoneChooser, counts: inout ActualCounts
  ) throws {
    let planningZone = zones.planningZone(settings)
    let held = try session.heldDays(from: window.lowerBound)
    let oldestZeros = try session.oldestZeros(from: window.lowerBound)
    for (person, users) in users.sorted(by: { $0.key < $1.key }) {
      guard let details = plan.people[person], !details.isFrozen, !users.contains(where: losses.isBraked) else {
        continue
      }
      let zone = zones.zone(user: users[0], row: nil)
      let from = max(firstDay, details.actualsFrom ?? firstDay)
      let coverage = workspaces.map { reading.coverage(of: $0, for: Set(users)) }
      let days = window.filter { day in
        day >= min(from, oldestZeros[person] ?? from) && isClosed(day, planningZone, zone)
          && coverage.allSatisfy { $0.contains(zone.start(of: day), to: zone.start(of: day + 1)) }
      }
      guard let first = days.first, let last = days.last else { continue }
      let rows = try session.actuals(of: person, from: first - 31, through: last)
      let fill = ZeroFill(
        plan: details.plan, mode: settings.autofillMode,
        actuals: rows.filter { $0.isManual || $0.origin != "autofill" }.map {
          .init(project: $0.cell.project, role: $0.role, day: $0.cell.day, minutes: $0.minutes)
        },
        // What the import was told to leave alone keeps its zeros too (rule 77).
        existing: Set(
          rows.filter { !$0.isManual && $0.origin == "autofill" && linkedProjects.contains($0.cell.project) }.map {
            .init(project: $0.cell.project, role: $0.role, day: $0.cell.day)
          }),
        heldDays: users.reduce(into: []) { $0.formUnion(held[$1] ?? []) },
        admits: { project, day in
          guard !details.isArchived, day >= from, linkedProjects.contains(project), let details = plan.projects[project]
          else { return false }
          return !details.isArchived && !details.isSyncOff && details.actualsFrom.map { $0 <= day } ?? true
        })
      try apply(fill.changes(on: days), person: person, counts: &counts)
    }
  }

  private func apply(
    _ changes: (add: [ZeroFill.Key], remove: [ZeroFill.Key]), person: PersonID, counts: inout ActualCounts
  ) throws {
    func row(_ key: ZeroFill.Key) -> ActualRow {
      ActualRow(
        cell: Cell(person: person, project: key.project, day: key.day), role: key.role, billable: 0, nonbillable: 0,
        origin: "autofill")
    }
    for zero in changes.remove.map(row) where !isProtected(zero.cell) {
      try session.deleteActual(zero)
      counts.zerosWithdrawn += 1
    }
    for zero in changes.add.map(row) where freeze(zero.cell) == nil {
      try session.setActual(zero, run: run, at: now)
      counts.zerosFilled += 1
    }
  }

  /// Rule 61: the week is over, and the days of grace, on both clocks.
  private func isClosed(_ day: CalendarDay, _ planning: Zone, _ own: Zone) -> Bool {
    let end = day.startOfWeek(from: settings.weekStarts) + 7 + settings.graceDays
    return planning.start(of: end) <= now && own.start(of: end) <= now
  }
}

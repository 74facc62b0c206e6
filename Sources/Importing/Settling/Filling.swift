import Planning
import PlanningStore

/// Fills missed days with zeros and withdraws zeros whose reason has gone (rules 60 to 71).
struct Filling {
  let session: StoreSession
  let plan: PlanSnapshot
  let settings: ImportSettings
  let workspaces: [WorkspaceReading]
  /// Workspaces of which nobody is known yet, because their lists never arrived: anybody may have time there.
  let unknownWorkspaces: Set<String>
  let window: ClosedRange<CalendarDay>
  let brakes: Brakes
  let now: Instant
  let run: Int64
  /// The first day that may get a zero (rule 65).
  let firstDay: CalendarDay
  let freeze: (Cell) -> Reason?
  /// Locked, or with hours typed by hand: not even a zero is withdrawn (rule 47).
  let isProtected: (Cell) -> Bool

  /// - Parameter accounts: those linked to each person.
  func fill(
    _ accounts: [PersonID: [MirrorAccount]], linkedProjects: Set<ProjectID>, zones: inout ZoneChooser,
    counts: inout ActualCounts
  ) throws {
    let planningZone = zones.planningZone(settings)
    let held = try session.ledger.heldDays(from: window.lowerBound)
    let oldestZeros = try session.actuals.oldestZeros(from: window.lowerBound)
    for (person, accounts) in accounts.sorted(by: { $0.key < $1.key }) {
      let users = accounts.map(\.id)
      let knowing = knowing(accounts)
      guard let details = plan.people[person], !details.isFrozen, !isBraked(users, in: knowing.map(\.workspace)) else {
        continue
      }
      let zone = zones.zone(user: users[0], row: nil)
      let from = max(firstDay, details.actualsFrom ?? firstDay)
      let coverage = knowing.map { $0.workspace.coverage(for: $0.users) }
      let days = window.filter { day in
        day >= min(from, oldestZeros[person] ?? from) && isClosed(day, planningZone, zone)
          && coverage.allSatisfy { $0.contains(day) }
      }
      guard let first = days.first, let last = days.last else { continue }
      let rows = try session.actuals.rows(of: person, from: first - 31, through: last)
      let fill = ZeroFill(
        plan: details.plan, mode: settings.autofillMode,
        actuals: rows.filter { $0.isManual || $0.origin != .autofill }.map {
          .init(project: $0.cell.project, role: $0.role, day: $0.cell.day, minutes: $0.minutes)
        },
        // What the import was told to leave alone keeps its zeros too (rule 77).
        existing: Set(
          rows.filter { !$0.isManual && $0.origin == .autofill && linkedProjects.contains($0.cell.project) }.map {
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

  /// The workspaces that can have time of the person, with those of the accounts that each knows: one whose list lacks
  /// them since before the window has none. Nobody's: all of them (rule 87).
  private func knowing(_ accounts: [MirrorAccount]) -> [(workspace: WorkspaceReading, users: Set<String>)] {
    let knowing = workspaces.map { workspace in
      let known = accounts.filter { account in
        guard let goneAt = account.knownIn[workspace.id] else { return false }
        return goneAt.flatMap { Instant($0) }.map { $0.utcDay >= window.lowerBound } ?? true
      }
      return (workspace: workspace, users: Set(known.map(\.id)))
    }.filter { !$0.users.isEmpty || unknownWorkspaces.contains($0.workspace.id) }
    return knowing.isEmpty ? workspaces.map { ($0, Set(accounts.map(\.id))) } : knowing
  }

  private func isBraked(_ users: [String], in workspaces: [WorkspaceReading]) -> Bool {
    users.contains { user in
      brakes.holdFiltered(user) || workspaces.contains { brakes.hold(user, in: $0.id) }
    }
  }

  private func apply(
    _ changes: (add: [ZeroFill.Key], remove: [ZeroFill.Key]), person: PersonID, counts: inout ActualCounts
  ) throws {
    func row(_ key: ZeroFill.Key) -> ActualRow {
      ActualRow(
        cell: Cell(person: person, project: key.project, day: key.day), role: key.role, billable: 0, nonbillable: 0,
        origin: .autofill)
    }
    for zero in changes.remove.map(row) where !isProtected(zero.cell) {
      try session.writer.delete(zero)
      counts.zerosWithdrawn += 1
    }
    for zero in changes.add.map(row) where freeze(zero.cell) == nil {
      try session.writer.set(zero, run: run, at: now)
      counts.zerosFilled += 1
    }
  }

  /// Rule 61: the week is over, and the days of grace, on both clocks.
  private func isClosed(_ day: CalendarDay, _ planning: Zone, _ own: Zone) -> Bool {
    let end = day.startOfWeek(from: settings.weekStarts) + 7 + settings.graceDays
    return planning.start(of: end) <= now && own.start(of: end) <= now
  }
}

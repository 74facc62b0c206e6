import Planning
import PlanningStore

/// Fills missed days with zeros and withdraws zeros whose reason has gone (rules 60 to 71).
struct Filling {
  let session: StoreSession
  let plan: PlanSnapshot
  let settings: ImportSettings
  let reading: EntryReading
  let window: ClosedRange<CalendarDay>
  let losses: Losses
  let now: Instant
  let run: Int64
  /// The first day that may get a zero (rule 65).
  let firstDay: CalendarDay
  let freeze: (Cell) -> Reason?

  /// - Parameter users: the Clockify users linked to each person.
  func fill(
    users: [PersonID: [String]], linkedProjects: Set<ProjectID>, zones: inout ZoneChooser, counts: inout ActualCounts
  ) throws {
    let planningZone = zones.planningZone(settings)
    let from = max(window.lowerBound, firstDay)
    let last = planningZone.day(of: now) + 1
    guard from <= last else { return }
    let ranges = completeRanges
    let held = try session.heldDays(from: from)
    for (person, users) in users.sorted(by: { $0.key < $1.key }) {
      guard let details = plan.people[person], !details.isArchived, !users.contains(where: losses.isBraked) else {
        continue
      }
      let zone = zones.zone(user: users[0], row: nil)
      let days = (from...last).filter { day in
        details.actualsFrom.map { $0 <= day } ?? true && isClosed(day, planningZone, zone)
          && ranges.contains { $0.from <= zone.start(of: day).seconds && zone.start(of: day + 1).seconds <= $0.to }
      }
      guard let first = days.first, let last = days.last else { continue }
      let rows = try session.actuals(of: person, from: first - 31, through: last)
      let fill = ZeroFill(
        plan: details.plan, mode: settings.autofillMode,
        actuals: rows.filter { $0.isManual || $0.origin != "autofill" }.map {
          .init(project: $0.cell.project, role: $0.role, day: $0.cell.day, minutes: $0.minutes)
        },
        existing: Set(
          rows.filter { !$0.isManual && $0.origin == "autofill" }.map {
            .init(project: $0.cell.project, role: $0.role, day: $0.cell.day)
          }),
        heldDays: users.reduce(into: []) { $0.formUnion(held[$1] ?? []) },
        admits: { project, day in
          guard linkedProjects.contains(project), let details = plan.projects[project] else { return false }
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
    for zero in changes.remove.map(row) {
      // A tag is a reason to withdraw (rule 71); a lock or hours typed by hand leave the cell as it is (rule 47).
      guard [nil, .syncOff].contains(freeze(zero.cell)) else { continue }
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

  /// Stretches read completely, joined where they meet (rule 70).
  private var completeRanges: [(from: Int, to: Int)] {
    var joined: [(from: Int, to: Int)] = []
    for slice in reading.slices.filter(\.isComplete).map(\.slice).sorted(by: { $0.from < $1.from }) {
      if let last = joined.last, slice.from <= last.to {
        joined[joined.count - 1].to = max(last.to, slice.to)
      } else {
        joined.append((slice.from, slice.to))
      }
    }
    return joined
  }
}

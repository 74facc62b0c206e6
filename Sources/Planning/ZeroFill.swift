/// How zeros are filled for days without time (rule 66).
package enum AutofillMode: String, Sendable, CaseIterable {
  case days, scheduled, off
}

/// Which zeros one person gets and which are withdrawn (rules 60 to 71).
package struct ZeroFill {
  package struct Key: Hashable, Sendable {
    package let project: ProjectID
    package let role: RoleID
    package let day: CalendarDay

    package init(project: ProjectID, role: RoleID, day: CalendarDay) {
      self.project = project
      self.role = role
      self.day = day
    }
  }

  /// A row that is not an autofill: imported or typed by hand, a typed 0 included (rule 68).
  package struct Actual: Sendable {
    package let project: ProjectID
    package let role: RoleID
    package let day: CalendarDay
    package let minutes: Int

    package init(project: ProjectID, role: RoleID, day: CalendarDay, minutes: Int) {
      self.project = project
      self.role = role
      self.day = day
      self.minutes = minutes
    }
  }

  package let plan: PersonPlan
  package let mode: AutofillMode
  /// Everything that is not an autofill, from 31 days before the first day looked at.
  private let actuals: [CalendarDay: [Actual]]
  private let existing: [CalendarDay: Set<Key>]
  private let heldDays: Set<CalendarDay>
  /// Rule 67 and the project's `actuals_from` (rule 65).
  private let admits: (ProjectID, CalendarDay) -> Bool

  package init(
    plan: PersonPlan, mode: AutofillMode, actuals: [Actual], existing: Set<Key>, heldDays: Set<CalendarDay>,
    admits: @escaping (ProjectID, CalendarDay) -> Bool
  ) {
    self.plan = plan
    self.mode = mode
    self.actuals = Dictionary(grouping: actuals, by: \.day)
    self.existing = Dictionary(grouping: existing, by: \.day).mapValues(Set.init)
    self.heldDays = heldDays
    self.admits = admits
  }

  /// - Parameter days: dates that may be judged: closed, read completely, inside the window, not before the first day
  ///   of rule 65.
  /// - Returns: zeros to add and zeros whose reason has gone, each in order of date, project, role.
  package func changes(on days: [CalendarDay]) -> (add: [Key], remove: [Key]) {
    var add: [Key] = []
    var remove: [Key] = []
    for day in days {
      let present = existing[day] ?? []
      let wanted = zeros(on: day)
      if mode != .off { add += wanted.subtracting(present) }
      remove += present.filter { !wanted.contains($0) && !outlivesItsMode($0) }
    }
    return (add.sorted(), remove.sorted())
  }

  private func zeros(on day: CalendarDay) -> Set<Key> {
    let scheduled = scheduledZeros(on: day)
    guard scheduled.isEmpty, mode != .scheduled, isMissing(day), let zero = missingDayZero(on: day) else {
      return scheduled
    }
    return [zero]
  }

  /// With mode `off` a zero stays as long as its day is still a missing day, wherever a new one would go.
  private func outlivesItsMode(_ zero: Key) -> Bool {
    mode == .off && isMissing(zero.day) && admits(zero.project, zero.day)
  }

  /// Rule 60: scheduled minutes on a cell without any actual.
  private func scheduledZeros(on day: CalendarDay) -> Set<Key> {
    let busy = Set((actuals[day] ?? []).map(\.project))
    return Set(
      plan.assignments
        .filter { !busy.contains($0.project) && admits($0.project, day) }
        .filter { plan.scheduledMinutes(of: $0, on: day) > 0 }
        .map { Key(project: $0.project, role: $0.role, day: day) })
  }

  /// Rule 66: a working day without any actual, and without held time on it (rule 70).
  private func isMissing(_ day: CalendarDay) -> Bool {
    plan.isWorkingDay(day) && actuals[day] == nil && !heldDays.contains(day)
  }

  /// Where a missing day's zero goes: project and role of the last actual at most 31 days back.
  private func missingDayZero(on day: CalendarDay) -> Key? {
    for back in 1...31 {
      let candidates = (actuals[day - back] ?? []).filter { admits($0.project, day) }
      let best = candidates.max { left, right in
        (left.minutes, right.project, right.role) < (right.minutes, left.project, left.role)
      }
      if let best { return Key(project: best.project, role: best.role, day: day) }
    }
    return nil
  }
}

extension ZeroFill.Key: Comparable {
  package static func < (left: Self, right: Self) -> Bool {
    (left.day, left.project, left.role) < (right.day, right.project, right.role)
  }
}

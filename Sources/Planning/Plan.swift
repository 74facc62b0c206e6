/// Planning ids, as in the database. Never reused (rule 15).
package typealias ClientID = Int64
package typealias ProjectID = Int64
package typealias PersonID = Int64
package typealias RoleID = Int64

/// From when to when a person works in which role, how many minutes on which days of the week.
package struct Contract: Hashable, Sendable {
  package let role: RoleID
  /// nil: since always.
  package let startsOn: CalendarDay?
  /// Included; nil: open.
  package let endsOn: CalendarDay?
  package let minutesPerDay: Int
  package let workingDays: WorkingDays

  package init(
    role: RoleID, startsOn: CalendarDay?, endsOn: CalendarDay?, minutesPerDay: Int, workingDays: WorkingDays
  ) {
    self.role = role
    self.startsOn = startsOn
    self.endsOn = endsOn
    self.minutesPerDay = minutesPerDay
    self.workingDays = workingDays
  }

  package func covers(_ day: CalendarDay) -> Bool {
    (startsOn.map { $0 <= day } ?? true) && (endsOn.map { day <= $0 } ?? true)
  }
}

/// Planned work of one person on one project in one role, in minutes a day, both dates included.
package struct Assignment: Hashable, Sendable {
  package let project: ProjectID
  package let role: RoleID
  package let startsOn: CalendarDay
  package let endsOn: CalendarDay
  package let minutesPerDay: Int
  package let isNonWorkingDay: Bool

  package init(
    project: ProjectID, role: RoleID, startsOn: CalendarDay, endsOn: CalendarDay, minutesPerDay: Int,
    isNonWorkingDay: Bool = false
  ) {
    self.project = project
    self.role = role
    self.startsOn = startsOn
    self.endsOn = endsOn
    self.minutesPerDay = minutesPerDay
    self.isNonWorkingDay = isNonWorkingDay
  }

  package func covers(_ day: CalendarDay) -> Bool { startsOn <= day && day <= endsOn }
}

/// Absence of one person, both dates included; nil minutes: the whole day.
package struct TimeOff: Hashable, Sendable {
  package let startsOn: CalendarDay
  package let endsOn: CalendarDay
  package let minutesPerDay: Int?

  package init(startsOn: CalendarDay, endsOn: CalendarDay, minutesPerDay: Int?) {
    self.startsOn = startsOn
    self.endsOn = endsOn
    self.minutesPerDay = minutesPerDay
  }
}

/// What is planned for one person.
package struct PersonPlan: Sendable {
  package var contracts: [Contract]
  package var assignments: [Assignment]
  package var timeOff: [TimeOff]
  /// The holidays that hold for this person.
  package var holidays: Set<CalendarDay>

  package init(
    contracts: [Contract] = [], assignments: [Assignment] = [], timeOff: [TimeOff] = [],
    holidays: Set<CalendarDay> = []
  ) {
    self.contracts = contracts
    self.assignments = assignments
    self.timeOff = timeOff
    self.holidays = holidays
  }

  package func contract(on day: CalendarDay) -> Contract? {
    contracts.first { $0.covers(day) }
  }

  /// Minutes of time off on `day`; a whole day counts 1,440.
  private func minutesOff(on day: CalendarDay) -> Int? {
    let off = timeOff.filter { $0.startsOn <= day && day <= $0.endsOn }
    return off.isEmpty ? nil : off.reduce(0) { $0 + ($1.minutesPerDay ?? 1440) }
  }

  /// Time off that takes the contract's whole day (rule 63). Without a contract any time off does.
  package func isWhollyOff(on day: CalendarDay) -> Bool {
    guard let off = minutesOff(on: day) else { return false }
    return off >= contract(on: day)?.minutesPerDay ?? 0
  }

  /// A working day of the contract that is neither holiday nor whole-day time off (rule 66).
  package func isWorkingDay(_ day: CalendarDay) -> Bool {
    guard let contract = contract(on: day), contract.workingDays.contains(day.weekday) else { return false }
    return !holidays.contains(day) && !isWhollyOff(on: day)
  }

  /// Minutes of the contract that neither a holiday nor time off takes; 0 on days that are none of its working days.
  package func availableMinutes(on day: CalendarDay) -> Int {
    guard isWorkingDay(day), let contract = contract(on: day) else { return 0 }
    return contract.minutesPerDay - (minutesOff(on: day) ?? 0)
  }

  /// Minutes that `assignment` schedules on `day`: rules 63 and 64, rounded half up to whole minutes.
  package func scheduledMinutes(of assignment: Assignment, on day: CalendarDay) -> Int {
    guard assignment.covers(day), let contract = contract(on: day), !isWhollyOff(on: day) else { return 0 }
    if !assignment.isNonWorkingDay {
      guard contract.workingDays.contains(day.weekday), !holidays.contains(day) else { return 0 }
    }
    guard let off = minutesOff(on: day) else { return assignment.minutesPerDay }
    let left = contract.minutesPerDay - off
    return (2 * assignment.minutesPerDay * left + contract.minutesPerDay) / (2 * contract.minutesPerDay)
  }
}

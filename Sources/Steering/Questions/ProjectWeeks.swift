package import Planning
package import PlanningStore

/// A project's weeks, planned against worked, by role. Planned minutes are those of the plan (rules 63, 64), as
/// `Explanation` has them.
package struct ProjectWeeks: Sendable {
  /// Minutes, and how many days.
  package struct Sum: Sendable, Equatable {
    package var planned = 0
    package var worked = 0
    /// Minutes of it that were typed by hand.
    package var typed = 0
    /// Days that hold a zero that was filled in.
    package var zeros = 0

    package static func + (left: Sum, right: Sum) -> Sum {
      Sum(
        planned: left.planned + right.planned, worked: left.worked + right.worked, typed: left.typed + right.typed,
        zeros: left.zeros + right.zeros)
    }
  }

  package struct Key: Hashable, Sendable {
    package let week: CalendarDay
    package let person: PersonID
    package let role: RoleID
  }

  /// The first days of the weeks.
  package let weeks: [CalendarDay]
  package let sums: [Key: Sum]

  package init(_ project: ProjectID, from first: CalendarDay, weeks count: Int, _ session: StoreSession) throws {
    let weeks = (0..<count).map { first + 7 * $0 }
    func week(of day: CalendarDay) -> CalendarDay { weeks[(day.number - first.number) / 7] }
    var sums: [Key: Sum] = [:]
    let days = first...(first + (7 * count - 1))
    for actual in try session.questions.actuals(of: project, in: days) {
      let key = Key(week: week(of: actual.day), person: actual.personID, role: actual.roleID)
      sums[key, default: Sum()].worked += actual.minutes
      if actual.origin == .manual { sums[key]!.typed += actual.minutes }
      if actual.origin == .autofill { sums[key]!.zeros += 1 }
    }
    for person in try session.plan.snapshot().people.values {
      for assignment in person.plan.assignments where assignment.project == project {
        var day = max(assignment.startsOn, days.lowerBound)
        while day <= min(assignment.endsOn, days.upperBound) {
          let minutes = person.plan.scheduledMinutes(of: assignment, on: day)
          if minutes > 0 {
            sums[Key(week: week(of: day), person: person.id, role: assignment.role), default: Sum()].planned += minutes
          }
          day = day + 1
        }
      }
    }
    self.weeks = weeks
    self.sums = sums
  }

  /// Summed over what is not asked for.
  package func sum(week: CalendarDay? = nil, person: PersonID? = nil, role: RoleID? = nil) -> Sum {
    sums.reduce(into: Sum()) { all, entry in
      guard week.map({ $0 == entry.key.week }) ?? true, person.map({ $0 == entry.key.person }) ?? true,
        role.map({ $0 == entry.key.role }) ?? true
      else { return }
      all = all + entry.value
    }
  }

  package var people: Set<PersonID> { Set(sums.keys.map(\.person)) }
  package var roles: Set<RoleID> { Set(sums.keys.map(\.role)) }
}

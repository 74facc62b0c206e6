package import Planning
package import PlanningStore

/// One person and project in a month: what was planned and worked each day, and what was not counted.
package struct MonthExplanation {
  package struct Day: Sendable {
    /// Minutes.
    package var planned = 0
    package var actuals: [WorkedRow] = []
    package var others: [NotPlacedRow] = []
  }

  package let name: String
  package let person: PersonID
  package let project: ProjectID
  package let month: ClosedRange<CalendarDay>
  package let days: [CalendarDay: Day]

  package init(
    _ person: PersonID, _ project: ProjectID, _ first: CalendarDay, _ name: String, _ session: StoreSession
  ) throws {
    self.name = name
    self.person = person
    self.project = project
    let next =
      first.components.month == 12
      ? (first.components.year + 1, 1) : (first.components.year, first.components.month + 1)
    let month = first...(CalendarDay(year: next.0, month: next.1, day: 1)! - 1)
    self.month = month
    var days: [CalendarDay: Day] = [:]
    let plan = try session.plan.snapshot()
    for assignment in plan.people[person]?.plan.assignments ?? [] where assignment.project == project {
      for day in month {
        let minutes = plan.people[person]?.plan.scheduledMinutes(of: assignment, on: day) ?? 0
        if minutes > 0 { days[day, default: Day()].planned += minutes }
      }
    }
    let actuals = try session.questions.actuals(
      from: month.lowerBound, through: month.upperBound, person: person, project: project)
    for row in actuals {
      if let day = row.day { days[day, default: Day()].actuals.append(row) }
    }
    let others = try session.questions.notPlaced(
      person: person, project: project, users: plan.clockifyIDs(.person, of: person),
      projects: plan.clockifyIDs(.project, of: project), in: month)
    for row in others { days[row.date, default: Day()].others.append(row) }
    self.days = days
  }
}

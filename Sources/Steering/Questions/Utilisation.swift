package import Planning
package import PlanningStore

/// Who has how much of their time planned and worked, week by week; by person, by role or by client.
package struct Utilisation: Sendable {
  package enum Grouping: String, Sendable, CaseIterable { case person, role, client }

  /// Minutes of a week.
  package struct Sum: Sendable, Equatable {
    /// Of contracts, less holidays and time off; of a client there are none.
    package var available = 0
    package var planned = 0
    package var worked = 0
    package var billable = 0

    package init(available: Int = 0, planned: Int = 0, worked: Int = 0, billable: Int = 0) {
      self.available = available
      self.planned = planned
      self.worked = worked
      self.billable = billable
    }

    package static func + (left: Sum, right: Sum) -> Sum {
      Sum(
        available: left.available + right.available, planned: left.planned + right.planned,
        worked: left.worked + right.worked, billable: left.billable + right.billable)
    }
  }

  /// The first days of the weeks.
  package let weeks: [CalendarDay]
  /// By id of what it is grouped by, a sum for each week.
  package let sums: [Int64: [Sum]]

  /// - Parameter people: nil: everybody.
  package init(
    by grouping: Grouping, from first: CalendarDay, weeks count: Int, people: Set<PersonID>? = nil,
    _ session: StoreSession
  ) throws {
    weeks = (0..<count).map { first + 7 * $0 }
    var sums: [Int64: [Sum]] = [:]
    func add(_ id: Int64, _ week: Int, _ sum: Sum) {
      var row = sums[id] ?? Array(repeating: Sum(), count: count)
      row[week] = row[week] + sum
      sums[id] = row
    }
    let column: ActualGrouping =
      switch grouping {
      case .person: .person
      case .role: .role
      case .client: .client
      }
    for week in try session.questions.worked(by: column, from: first, weeks: count, people: people) {
      add(week.id, week.week, Sum(worked: week.minutes, billable: week.billable))
    }
    let plan = try session.plan.snapshot()
    let days = first...(first + (7 * count - 1))
    for person in plan.people.values where people?.contains(person.id) ?? true {
      if grouping != .client {
        for offset in 0..<(7 * count) {
          let available = person.plan.availableMinutes(on: first + offset)
          guard available > 0, let role = person.plan.contract(on: first + offset)?.role else { continue }
          add(grouping == .person ? person.id : role, offset / 7, Sum(available: available))
        }
      }
      for assignment in person.plan.assignments {
        let id: Int64? =
          switch grouping {
          case .person: person.id
          case .role: assignment.role
          case .client: plan.projects[assignment.project]?.clientID
          }
        var day = max(assignment.startsOn, days.lowerBound)
        while let id, day <= min(assignment.endsOn, days.upperBound) {
          let minutes = person.plan.scheduledMinutes(of: assignment, on: day)
          if minutes > 0 { add(id, (day.number - first.number) / 7, Sum(planned: minutes)) }
          day = day + 1
        }
      }
    }
    self.sums = sums
  }
}

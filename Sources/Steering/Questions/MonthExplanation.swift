package import Importing
package import Planning
package import PlanningStore

/// When a planned day without time gets its zero (rules 60, 65 to 67).
package struct ZeroWords {
  private let settings: ImportSettings
  private let today: CalendarDay
  private let from: CalendarDay?

  /// - Parameter from: the first day for zeros that `actuals enable` was given.
  package init(_ settings: ImportSettings, today: CalendarDay, from: CalendarDay?) {
    self.settings = settings
    self.today = today
    self.from = from
  }

  /// - Returns: nil once the zero should be there.
  package func words(_ day: CalendarDay) -> String? {
    guard settings.autofillMode != .off else { return "No zero comes: autofill: mode: is off." }
    if let first = settings.autofillFrom ?? from, day < first {
      return "No zero comes: they begin on \(first)."
    }
    let closes = day.startOfWeek(from: settings.weekStarts) + 7 + settings.graceDays
    guard today < closes else { return nil }
    let grace = settings.graceDays == 0 ? "" : " and \(Words.plural(settings.graceDays, "day")) of grace have passed"
    return "The week is open: a zero comes with the first import on or after \(closes), once it is over\(grace)."
  }
}

/// One person and project in a month: what was planned and worked each day, and what was not counted.
package struct MonthExplanation {
  private struct Day {
    var planned = 0
    var actuals: [WorkedRow] = []
    var others: [NotPlacedRow] = []
  }

  private let name: String
  private let person: PersonID
  private let project: ProjectID
  private let month: ClosedRange<CalendarDay>
  private let days: [CalendarDay: Day]

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

  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  package var lines: [String] {
    guard !days.isEmpty else { return [name, "", "  nothing planned, nothing worked"] }
    var lines = [name, ""]
    for (day, facts) in days.sorted(by: { $0.key < $1.key }) {
      let worked = facts.actuals.isEmpty ? "–" : Words.clock(minutes: facts.actuals.reduce(0) { $0 + $1.minutes })
      let planned = facts.planned == 0 ? "–" : Words.clock(minutes: facts.planned)
      var words = facts.actuals.map { actual in
        switch actual.origin {
        case .manual: "typed by hand (\(actual.role))"
        case .autofill: "a zero filled by rota (\(actual.role))"
        case .clockify: actual.role
        }
      }
      words += facts.others.map { other in
        let reason = other.reason ?? ""
        let what = [.skipped, .held].contains(other.state) ? Reason(rawValue: reason)?.words ?? reason : ""
        return
          "\(other.state.rawValue) \(other.seconds == 0 ? Words.plural(other.entries, "entry", "entries") : Words.hours(seconds: other.seconds))\(what.isEmpty ? "" : ": \(what)")"
      }
      let head =
        "  \(day) \(Self.weekdays[day.weekday.rawValue])  planned \(Self.right(planned))  worked \(Self.right(worked))  "
      lines += Words.wrapped(head + words.joined(separator: ", "), indent: 43, width: 80)
    }
    let planned = days.values.reduce(0) { $0 + $1.planned }
    let worked = days.values.reduce(0) { $0 + $1.actuals.reduce(0) { $0 + $1.minutes } }
    return lines + [
      "",
      "  in all          planned \(Self.right(Words.clock(minutes: planned)))  worked \(Self.right(Words.clock(minutes: worked)))",
      "", "A day's entries:  rota actuals explain \(person) \(project) \(days.keys.min()!)",
    ]
  }

  private static func right(_ text: String) -> String { String(repeating: " ", count: max(0, 6 - text.count)) + text }

  package var object: [String: Any] {
    [
      "person_id": person, "project_id": project, "from": month.lowerBound.description,
      "to": month.upperBound.description,
      "days": days.sorted { $0.key < $1.key }.map { day, facts in
        [
          "date": day.description, "planned_minutes": facts.planned,
          "actuals": facts.actuals.map {
            ["role": $0.role, "minutes": $0.minutes, "origin": $0.origin.rawValue] as [String: Any]
          },
          "not_counted": facts.others.map {
            [
              "state": $0.state.rawValue, "reason": $0.reason ?? "", "entries": $0.entries, "seconds": $0.seconds,
            ] as [String: Any]
          },
        ] as [String: Any]
      },
    ]
  }
}

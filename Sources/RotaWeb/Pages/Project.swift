import Planning
import PlanningStore
import Steering

/// A project's weeks, planned against worked.
struct ProjectModel: PageModel {
  static let template = "project"
  let title: String
  let id: ProjectID
  let facts: [String]
  let client: LinkModel?
  let range: String
  let before: LinkModel
  let after: LinkModel
  let lengths: [Choice]
  let from: String
  let path: String
  let bars: WeekBars
  let weeks: [Week]
  let all: Line
  let isEmpty: Bool
  let lastWorked: LinkModel?
  let people: [PersonLine]
  let hasPeople: Bool
  let assignments: [AssignmentLine]
  let hasAssignments: Bool
  let tools: ItemTools
  let problem: Problem?

  /// A week, a line for each role.
  struct Week: Sendable {
    var lines: [Line]
  }

  struct Line: Sendable {
    /// Of the week, on its first line.
    var head: Head?
    let role: String
    let planned: String
    let worked: String
    let entries: String?
    /// For who hears the table instead of seeing it.
    let label: String
    let difference: String
    let typed: String
    let zeros: String
  }

  struct Head: Sendable {
    let week: String
    let lines: Int
  }

  struct PersonLine: Sendable {
    let person: LinkModel
    let planned: String
    let worked: String
    let path: String
  }

  struct AssignmentLine: Sendable {
    let person: String
    let role: String
    let from: String
    let to: String
    let minutes: String
  }

  static let weeks = 12
  static let longest = 53
}

extension ProjectModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let id = try visit.id("project")
    guard let project = try ListedItem.one(.project, id, session) else {
      throw Refusal(.notFound, "There is no project \(id).")
    }
    let starts = visit.site.wiring.settings.weekStarts
    let count = max(1, min(visit.query["weeks"].flatMap { Int($0) } ?? Self.weeks, Self.longest))
    let now = visit.today.startOfWeek(from: starts)
    // Most of it past, a little of what is planned next.
    let first =
      visit.query["from"].flatMap { CalendarDay($0) }?.startOfWeek(from: starts) ?? now - 7 * max(0, count - 3)
    let last = first + (7 * count - 1)
    let plan = try session.plan.snapshot()
    let sums = try ProjectWeeks(id, from: first, weeks: count, session)
    let names = ItemNames(plan)

    title = project.name
    self.id = id
    facts = Self.facts(project)
    client = project.client
    range = Words.range(first...last)
    path = "/projects/\(id)"
    func link(_ day: CalendarDay, _ label: String) -> LinkModel {
      LinkModel(path: "/projects/\(id)?from=\(day)&weeks=\(count)", label: label)
    }
    before = link(first - 7 * count, "Before")
    after = link(first + 7 * count, "After")
    lengths = [4, 12, 26, 53].map { Choice(value: "\($0)", label: "\($0) weeks", isChosen: $0 == count) }
    from = first.description
    bars = WeekBars(sums)
    weeks = Self.weeks(sums, plan.roles, id)
    all = Self.line("all", sums.sum(), entries: "/entries?project=\(id)&from=\(first)&to=\(last)", label: "all weeks")
    isEmpty = sums.sums.isEmpty
    lastWorked =
      isEmpty
      ? try session.questions.worked(on: id).map { days in
        link((days.upperBound - 7 * (count - 1)).startOfWeek(from: starts), "See \(Words.day(days.upperBound))")
      } : nil
    people = sums.people.map { ($0, sums.sum(person: $0)) }
      .sorted { ($1.1.worked, names.name(.person, $0.0)) < ($0.1.worked, names.name(.person, $1.0)) }
      .map { person, sum in
        PersonLine(
          person: names.link(.person, person), planned: Self.clock(sum.planned), worked: Self.clock(sum.worked),
          path: "/entries?project=\(id)&person=\(person)&from=\(first)&to=\(last)")
      }
    hasPeople = !people.isEmpty
    assignments = try session.questions.assignments(person: nil, project: id, from: first, through: last)
      .prefix(Visit.rows).map { row in
        func day(_ text: String) -> String { CalendarDay(text).map { Words.day($0) } ?? text }
        return AssignmentLine(
          person: row.person, role: row.role, from: day(row.startsOn), to: day(row.endsOn),
          minutes: Words.clock(minutes: row.minutesPerDay))
      }
    hasAssignments = !assignments.isEmpty
    tools = try ItemTools(project, session, visit)
    self.problem = problem.map { Problem($0, visit) }
  }

  private static func facts(_ project: ListedItem) -> [String] {
    [
      project.isBillable ? "billable" : "not billable", project.isArchived ? "archived" : nil,
      project.isSyncOff ? "sync_off: new time is skipped" : nil,
      project.isMissing ? "not in Clockify any more" : nil,
    ].compactMap(\.self)
  }

  private static func weeks(_ sums: ProjectWeeks, _ roles: [RoleID: String], _ project: ProjectID) -> [Week] {
    let roleIDs = sums.roles.sorted { (roles[$0] ?? "", $0) < (roles[$1] ?? "", $1) }
    return sums.weeks.compactMap { week in
      let words = Words.range(week...(week + 6))
      var lines = roleIDs.compactMap { role -> Line? in
        guard sums.sums.keys.contains(where: { $0.week == week && $0.role == role }) else { return nil }
        return line(
          roles[role] ?? "", sums.sum(week: week, role: role),
          entries: "/entries?project=\(project)&role=\(role)&from=\(week)&to=\(week + 6)",
          label: "\(words), \(roles[role] ?? "")")
      }
      guard !lines.isEmpty else { return nil }
      lines[0].head = Head(week: words, lines: lines.count)
      return Week(lines: lines)
    }
  }

  private static func line(_ role: String, _ sum: ProjectWeeks.Sum, entries: String, label: String) -> Line {
    let difference = sum.worked - sum.planned
    return Line(
      role: role, planned: clock(sum.planned), worked: clock(sum.worked), entries: sum.worked > 0 ? entries : nil,
      label: "\(label): \(clock(sum.worked)) worked",
      difference: difference == 0
        ? "0:00" : (difference > 0 ? "+" : "−") + Words.clock(minutes: abs(difference)),
      typed: sum.typed > 0 ? clock(sum.typed) : "–", zeros: sum.zeros > 0 ? Words.count(sum.zeros) : "–")
  }

  private static func clock(_ minutes: Int) -> String { minutes > 0 ? Words.clock(minutes: minutes) : "–" }
}

/// Planned and worked minutes, a pair of bars for each week: what is planned as an outline, what is worked filled.
struct WeekBars: Sendable {
  struct Bar: Sendable {
    let x: Int
    let plannedY: Int
    let planned: Int
    let workedX: Int
    let workedY: Int
    let worked: Int
    let title: String
  }

  let bars: [Bar]
  let width: Int
  let words: String

  /// Units high.
  private static let height = 100
  private static let step = 24

  init(_ sums: ProjectWeeks) {
    let weeks = sums.weeks.map { ($0, sums.sum(week: $0)) }
    let highest = max(1, weeks.map { max($0.1.planned, $0.1.worked) }.max() ?? 1)
    // What is there can be seen, however little it is.
    func high(_ minutes: Int) -> Int { minutes > 0 ? max(2, Self.height * minutes / highest) : 0 }
    bars = weeks.enumerated().map { index, entry in
      let (week, sum) = entry
      let (planned, worked) = (high(sum.planned), high(sum.worked))
      let x = index * Self.step + 3
      return Bar(
        x: x, plannedY: Self.height - planned, planned: planned, workedX: x + 4, workedY: Self.height - worked,
        worked: worked,
        title:
          "\(Words.range(week...(week + 6))): \(Words.clock(minutes: sum.planned)) planned, \(Words.clock(minutes: sum.worked)) worked"
      )
    }
    width = weeks.count * Self.step
    let all = sums.sum()
    words =
      "\(Words.hours(seconds: all.planned * 60)) planned, \(Words.hours(seconds: all.worked * 60)) worked in \(Words.plural(weeks.count, "week"))"
  }
}

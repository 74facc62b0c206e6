import Foundation
import Planning
import PlanningStore
import Steering

/// A person's week: planned against worked, day by day.
struct PersonModel: PageModel {
  static let template = "person"
  let title: String
  let id: PersonID
  let token: String
  let facts: [String]
  let isUnknown: Bool
  let weekWords: String
  let before: LinkModel
  let thisWeek: LinkModel?
  let after: LinkModel
  let days: [Day]
  let projects: [Project]
  let isEmpty: Bool
  let held: [Day]
  let hasHeld: Bool
  let heldWords: [HeldWords]
  let sums: [Line]
  let contracts: [ContractLine]
  let hasContracts: Bool
  let mayPlan: Bool
  let roleChoices: [Choice]
  let tools: ItemTools
  let problem: Problem?

  /// A column's head, or a day of a line.
  struct Day: Sendable {
    var text = ""
    var state: String?
    var path: String?
    /// For who hears the table instead of seeing it.
    var label = ""
  }

  /// The lines of a project: what is planned, if anything is, and what is worked, a line for each role.
  struct Project: Sendable {
    var lines: [Line]
  }

  struct Line: Sendable {
    /// Of the project, on its first line.
    var head: Head?
    var isPlan = false
    let name: String
    let days: [Day]
    let sum: String
  }

  struct Head: Sendable {
    let project: String
    let client: String
    let lines: Int
  }

  struct HeldWords: Sendable {
    let day: String
    let words: String
    let path: String
  }

  struct ContractLine: Sendable {
    let role: String
    let from: String
    let to: String
    let minutes: String
    let days: String
  }
}

extension PersonModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let id = try visit.id("person")
    guard let person = try session.questions.people(only: id).first else {
      throw Refusal(.notFound, "There is no person \(id).")
    }
    let monday = visit.week(of: visit.query["week"].flatMap { CalendarDay($0) } ?? visit.today)
    let week = PersonWeek(session, id, monday: monday, today: visit.today)
    let rows = try week.rows()
    let absences = try session.questions.absences(of: id, from: monday)

    title = person.name
    self.id = id
    token = Seen.token("\(id)", person)
    facts = Self.facts(person)
    isUnknown = try !session.questions.people(unknownOnly: true, only: id).isEmpty
    weekWords = Words.range(monday...(monday + 6))
    func link(_ day: CalendarDay, _ label: String) -> LinkModel {
      LinkModel(path: "/people/\(id)?week=\(day)", label: label)
    }
    before = link(monday - 7, "Week before")
    after = link(monday + 7, "Week after")
    let now = visit.week(of: visit.today)
    thisWeek = now == monday ? nil : link(now, "This week")
    days = (0..<7).map { offset in
      let day = monday + offset
      return Day(
        text: "\(Words.weekday(day)) \(day.components.day)", state: absences[day],
        label: "\(Words.weekday(day)) \(Words.day(day))")
    }
    projects = week.projects(rows)
    isEmpty = projects.isEmpty
    let users = try session.references.clockifyIDs(.person, of: id)
    let notPlaced = try session.questions.notPlaced(users: users, in: monday...(monday + 6))
    held = (0..<7).map { offset in
      let seconds = notPlaced.filter { $0.date == monday + offset }.reduce(0) { $0 + $1.seconds }
      return Day(text: seconds > 0 ? Words.clock(minutes: seconds / 60) : "–")
    }
    hasHeld = !notPlaced.isEmpty
    heldWords = notPlaced.map { row in
      let reason = row.reason.flatMap { Reason(rawValue: $0) }?.words ?? row.reason ?? ""
      let query = Fields().with("person", "\(id)").with("reason", row.reason)
        .with("from", row.date.description).with("to", row.date.description)
      return HeldWords(
        day: "\(Words.weekday(row.date)) \(Words.day(row.date))",
        words:
          "\(Words.hours(seconds: row.seconds)) \(row.state.rawValue): \(reason) (\(Words.plural(row.entries, "entry", "entries")))",
        path: "/entries" + query.suffix)
    }
    sums = try week.sums(rows)
    contracts = try session.questions.contracts(of: id).map { row in
      func day(_ text: String?, _ none: String) -> String {
        text.map { text in CalendarDay(text).map { Words.day($0) } ?? text } ?? none
      }
      return ContractLine(
        role: row.role, from: day(row.startsOn, "always"), to: day(row.endsOn, "open"),
        minutes: Words.clock(minutes: row.minutesPerDay), days: row.workingDays)
    }
    hasContracts = !contracts.isEmpty
    mayPlan = visit.may(.planner)
    roleChoices = try session.questions.roles().filter { !$0.isSystem }.map {
      Choice(value: $0.name, label: $0.name, isChosen: false)
    }
    tools = try ItemTools(ListedItem(person), session, visit)
    self.problem = problem.map { Problem($0, visit) }
  }

  private static func facts(_ person: PersonRow) -> [String] {
    [
      person.role.map { "Role \($0.listed)" } ?? "No contract yet",
      person.email, person.timeZone.map { "Days of \($0)" },
      person.clockifyID.map { "Clockify \($0.listed)" } ?? "Not linked to Clockify",
      person.isArchived ? "Archived" : nil,
    ].compactMap(\.self)
  }
}

/// The lines of one person's week.
struct PersonWeek {
  let session: StoreSession
  let person: PersonID
  let monday: CalendarDay
  let today: CalendarDay
  private let plan: PlanSnapshot?

  init(_ session: StoreSession, _ person: PersonID, monday: CalendarDay, today: CalendarDay) {
    self.session = session
    self.person = person
    self.monday = monday
    self.today = today
    plan = try? session.plan.snapshot()
  }

  private var days: [CalendarDay] { (0..<7).map { monday + $0 } }

  func rows() throws -> [WeekRow] { try session.questions.week(of: person, from: monday) }

  func projects(_ rows: [WeekRow]) -> [PersonModel.Project] {
    Dictionary(grouping: rows, by: \.projectID).values.sorted {
      ($0[0].project, $0[0].projectID) < ($1[0].project, $1[0].projectID)
    }
    .map { rows in
      let plan = rows.contains { $0.scheduledMinutes > 0 } ? [planned(rows)] : []
      var lines = plan + Dictionary(grouping: rows, by: \.role).sorted { $0.key < $1.key }.map { worked($0.value) }
      lines[0].head = PersonModel.Head(project: rows[0].project, client: rows[0].client, lines: lines.count)
      return PersonModel.Project(lines: lines)
    }
  }

  private func planned(_ rows: [WeekRow]) -> PersonModel.Line {
    let minutes = days.map { day in rows.filter { $0.day == day }.reduce(0) { $0 + $1.scheduledMinutes } }
    return PersonModel.Line(
      isPlan: true, name: "planned",
      days: minutes.map { PersonModel.Day(text: $0 > 0 ? Words.clock(minutes: $0) : "–") },
      sum: Self.clock(minutes.reduce(0, +)))
  }

  private func worked(_ rows: [WeekRow]) -> PersonModel.Line {
    let sum = rows.reduce(0) { $0 + ($1.actualMinutes ?? 0) }
    return PersonModel.Line(
      name: rows[0].role, days: days.map { day in cell(rows.first { $0.day == day }, rows[0], day) },
      sum: Self.clock(sum))
  }

  private func cell(_ row: WeekRow?, _ any: WeekRow, _ day: CalendarDay) -> PersonModel.Day {
    guard let row else { return PersonModel.Day(text: "–") }
    var cell = PersonModel.Day(text: "–", path: "/cells/\(person)/\(any.projectID)/\(day)")
    if let minutes = row.actualMinutes {
      cell.text = Words.clock(minutes: minutes)
      switch row.origin {
      case .autofill: cell.state = "filled"
      case .manual: cell.state = "typed"
      case .clockify, nil: break
      }
    } else if row.scheduledMinutes > 0, day < today {
      cell.state = "missed"
    }
    if plan?.isLocked(day, on: any.projectID) ?? false {
      cell.state = [cell.state, "locked"].compactMap(\.self).joined(separator: ", ")
    }
    let state = cell.state.map { " \($0)" } ?? ""
    cell.label = "\(Words.weekday(day)) \(Words.day(day)), \(any.project): \(cell.text)\(state)"
    return cell
  }

  /// Available, planned, worked, billable: the foot of the table.
  func sums(_ rows: [WeekRow]) throws -> [PersonModel.Line] {
    let actuals = try session.actuals.rows(of: person, from: monday, through: monday + 6)
    let available = plan?.people[person]?.plan
    func line(_ name: String, _ minutes: (CalendarDay) -> Int) -> PersonModel.Line {
      let all = days.map(minutes)
      return PersonModel.Line(
        name: name, days: all.map { PersonModel.Day(text: $0 > 0 ? Words.clock(minutes: $0) : "–") },
        sum: Self.clock(all.reduce(0, +)))
    }
    return [
      line("available") { available?.availableMinutes(on: $0) ?? 0 },
      line("planned") { day in rows.filter { $0.day == day }.reduce(0) { $0 + $1.scheduledMinutes } },
      line("worked") { day in actuals.filter { $0.cell.day == day }.reduce(0) { $0 + $1.minutes } },
      line("of it billable") { day in actuals.filter { $0.cell.day == day }.reduce(0) { $0 + $1.billable } },
    ]
  }

  private static func clock(_ minutes: Int) -> String { minutes > 0 ? Words.clock(minutes: minutes) : "–" }
}

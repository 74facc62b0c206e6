import Planning
import PlanningStore
import Steering

/// Time entries that are not counted anywhere, with the reason.
struct EntriesModel: PageModel {
  static let template = "entries"
  let title: String
  let words: String
  /// What the third column says.
  let whose: String
  let caption: String
  let entries: [Row]
  let isEmpty: Bool
  let more: String?

  struct Row: Sendable {
    let day: String
    /// The day's page; nil: the entry has none.
    let path: String?
    let times: String
    let time: String
    let whose: String
    let description: String
    let reason: String
    let id: String
  }
}

extension EntriesModel {
  /// What the address asks for.
  struct Asked {
    let days: ClosedRange<CalendarDay>
    let person: PersonID?
    let project: ProjectID?
    let role: RoleID?
    let reason: String?
    private let named: [String]

    init(_ visit: Visit) {
      let from = visit.query["from"].flatMap { CalendarDay($0) } ?? visit.today - 45
      days = from...max(from, visit.query["to"].flatMap { CalendarDay($0) } ?? visit.today)
      person = visit.query["person"].flatMap { Int64($0) }
      project = visit.query["project"].flatMap { Int64($0) }
      role = visit.query["role"].flatMap { Int64($0) }
      reason = visit.query["reason"]
      named = visit.query.all("user")
    }

    /// The person's Clockify ids, or those that the address names.
    func users(_ session: StoreSession) throws -> [String] {
      try (person.map { try session.references.clockifyIDs(.person, of: $0) } ?? named).filter(\.isClockifyID)
    }
  }

  /// Of a project, all of them; else what is counted nowhere.
  init(_ session: StoreSession, _ visit: Visit) throws {
    let asked = Asked(visit)
    let name = try asked.person.flatMap { try session.questions.people(only: $0).first?.name }
    if let project = asked.project {
      try self.init(session, asked, project: project, name)
    } else {
      try self.init(notPlaced: session, asked, name)
    }
  }

  private init(
    _ session: StoreSession, _ asked: Asked, project: ProjectID, _ name: String?
  ) throws {
    let plan = try session.plan.snapshot()
    let (role, days) = (asked.role, asked.days)
    let found = try session.questions.entries(
      on: project, person: asked.person, role: role, in: days, limit: Visit.rows + 1)
    title = "Entries of \(plan.projects[project]?.name ?? "project \(project)")"
    words = [name, role.flatMap { plan.roles[$0] }, Words.range(days)].compactMap(\.self).joined(separator: ", ")
    whose = "Who"
    caption = "Time entries in Clockify that belong to the project, and whether they are counted"
    entries = found.prefix(Visit.rows).map { row in
      Row(
        day: Self.day(row.date),
        path: PlanningStore.Cell(person: row.personID, project: project, day: row.date).path,
        times: Words.times(row.startedAt, row.endedAt, zone: row.zone), time: Words.clock(seconds: row.seconds),
        whose: row.person + (row.role.map { " · \($0)" } ?? ""), description: row.description ?? "",
        reason: Self.reason(row.state, row.reason), id: row.entryID)
    }
    isEmpty = found.isEmpty
    more = Self.more(found.count)
  }

  private init(
    notPlaced session: StoreSession, _ asked: Asked, _ name: String?
  ) throws {
    let (users, reason, days) = (try asked.users(session), asked.reason, asked.days)
    let found = try session.questions.notPlacedEntries(
      users: users, reason: reason, in: days, limit: Visit.rows + 1)
    title = "Entries that are not counted"
    let why = reason.map { Reason(rawValue: $0)?.words ?? $0 }.map { ": \($0)" } ?? ""
    words = "\(name ?? users.joined(separator: ", ")), \(Words.range(days))\(why)"
    whose = "Project in Clockify"
    caption = "Time entries in Clockify that are not counted, with the reason"
    entries = found.prefix(Visit.rows).map { row in
      Row(
        day: Self.day(row.date), path: nil, times: Words.times(row.startedAt, row.endedAt, zone: row.zone),
        time: Words.clock(seconds: row.seconds), whose: row.project ?? "no project",
        description: row.description ?? "", reason: Self.reason(row.state, row.reason), id: row.entryID)
    }
    isEmpty = found.isEmpty
    more = Self.more(found.count)
  }

  private static func day(_ day: CalendarDay) -> String { "\(Words.weekday(day)) \(Words.day(day))" }

  private static func reason(_ state: Placement.State, _ reason: String?) -> String {
    state == .placed
      ? "counted" : "\(state.rawValue): \(reason.flatMap { Reason(rawValue: $0) }?.words ?? reason ?? "")"
  }

  private static func more(_ found: Int) -> String? {
    found > Visit.rows ? "These are the first \(Visit.rows). Narrow the dates to see others." : nil
  }
}

import Planning
import PlanningStore
import Steering

/// Time entries that are not counted anywhere, with the reason.
struct EntriesModel: PageModel {
  static let template = "entries"
  let title: String
  let words: String
  let entries: [Row]
  let isEmpty: Bool
  let more: String?

  struct Row: Sendable {
    let day: String
    let times: String
    let time: String
    let project: String
    let description: String
    let reason: String
    let id: String
  }
}

extension EntriesModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    let person = visit.query["person"].flatMap { Int64($0) }
    let users = try person.map { try session.references.clockifyIDs(.person, of: $0) } ?? visit.query.all("user")
    let today = visit.today
    let from = visit.query["from"].flatMap { CalendarDay($0) } ?? today - 45
    let to = max(from, visit.query["to"].flatMap { CalendarDay($0) } ?? today)
    let reason = visit.query["reason"]
    let found = try session.questions.notPlacedEntries(
      users: users.filter(\.isClockifyID), reason: reason, in: from...to, limit: Visit.rows + 1)
    let name = try person.flatMap { try session.questions.people(only: $0).first?.name }
    title = "Entries that are not counted"
    let why = reason.map { Reason(rawValue: $0)?.words ?? $0 }.map { ": \($0)" } ?? ""
    words = "\(name ?? users.joined(separator: ", ")), \(Words.range(from...to))\(why)"
    entries = found.prefix(Visit.rows).map { row in
      Row(
        day: "\(Words.weekday(row.date)) \(Words.day(row.date))",
        times: Words.times(row.startedAt, row.endedAt, zone: row.zone), time: Words.clock(seconds: row.seconds),
        project: row.project ?? "no project", description: row.description ?? "",
        reason: "\(row.state.rawValue): \(row.reason.flatMap { Reason(rawValue: $0) }?.words ?? row.reason ?? "")",
        id: row.entryID)
    }
    isEmpty = found.isEmpty
    more = found.count > Visit.rows ? "These are the first \(Visit.rows). Narrow the dates to see others." : nil
  }
}

import Foundation
import Importing
import Planning
import PlanningStore
import Reconciling
import Steering

/// A list of the API: rows as `--json` prints them (docs/json.md).
struct APIList: Sendable {
  let name: String
  /// What may stand behind `?`, beside `limit` and `cursor`.
  let parameters: [String]
  let rows: @Sendable (StoreSession, APIQuery) throws -> [[String: Any]]

  init(
    _ name: String, _ parameters: [String] = [],
    _ rows: @escaping @Sendable (StoreSession, APIQuery) throws -> [[String: Any]]
  ) {
    self.name = name
    self.parameters = parameters
    self.rows = rows
  }

  static let all: [APIList] = [
    APIList("runs", ["status", "trigger", "since"]) { session, query in
      JSONText.rows(
        try session.questions.runs(
          RunFilter(status: query["status"], trigger: query["trigger"], since: query.day("since")), limit: 1_000_000))
    },
    APIList("people", ["unknown"]) { session, query in
      JSONText.rows(try session.questions.people(unknownOnly: query["unknown"] == "1"))
    },
    APIList("projects", ["client"]) { session, query in
      JSONText.rows(try session.questions.projects(of: query.item(.client, session)))
    },
    APIList("clients") { session, _ in JSONText.rows(try session.questions.clients()) },
    APIList("roles") { session, _ in JSONText.rows(try session.questions.roles()) },
    APIList("contracts", ["person"]) { session, query in
      JSONText.rows(try session.questions.contracts(of: query.item(.person, session)))
    },
    APIList("assignments", ["person", "project", "from", "to"]) { session, query in
      JSONText.rows(
        try session.questions.assignments(
          person: query.item(.person, session), project: query.item(.project, session), from: query.day("from"),
          through: query.day("to")))
    },
    APIList("time-off", ["person"]) { session, query in
      JSONText.rows(try session.questions.timeOff(person: query.item(.person, session)))
    },
    APIList("holidays") { session, _ in JSONText.rows(try session.questions.holidays()) },
    APIList("actuals", ["from", "to", "person", "project", "modified_after"]) { session, query in
      let days = try query.days()
      return JSONText.rows(
        try session.questions.actuals(
          from: days.lowerBound, through: days.upperBound, person: query.item(.person, session),
          project: query.item(.project, session), modifiedAfter: query.moment("modified_after")))
    },
    APIList("plan-vs-actual", ["from", "to", "person", "project"]) { session, query in
      let days = try query.days()
      return JSONText.objects(
        Table(
          try session.questions.actuals(
            by: [.date, .person, .project, .role], from: days.lowerBound, through: days.upperBound,
            person: query.item(.person, session), project: query.item(.project, session), client: nil, role: nil,
            origin: nil, withPlan: true)))
    },
    APIList("references", ["kind"]) { session, query in
      JSONText.rows(try session.questions.references(kind: query.kind()))
    },
    APIList("references/find", ["q", "kind"]) { session, query in
      guard let text = query["q"] else { throw UserError("what to find was not said: ?q=TEXT") }
      return JSONText.rows(try session.questions.mirror(containing: text, kind: query.kind()))
    },
    APIList("duplicates", ["kind"]) { session, query in
      let finder = try DuplicateFinder(
        session: session, kinds: try query.kind().map { [$0] } ?? PlanSnapshot.Kind.allCases)
      return finder.groups.enumerated().flatMap { DuplicateWords(finder, $1, number: $0 + 1).rows.map(\.object) }
    },
    APIList("duplicates/merges") { session, _ in JSONText.rows(try session.questions.merges()) },
    APIList("conflicts") { session, _ in JSONText.rows(try session.questions.conflicts()) },
    APIList("drift", ["kind"]) { session, query in JSONText.rows(try session.drift.list(query.kind())) },
    APIList("locks") { session, _ in JSONText.rows(try session.questions.locks()) },
    APIList("changes", ["actor", "surface", "since"]) { session, query in
      var filter = ChangeFilter()
      filter.actor = query["actor"]
      filter.surface = query["surface"]
      filter.since = try query.day("since")
      return JSONText.rows(try session.questions.changes(filter, limit: 1_000_000))
    },
  ]

  /// How many at once, at most and where nothing is said.
  static let most = 1000
  static let usual = 200

  /// One page of it, as JSON.
  func page(_ session: StoreSession, _ query: APIQuery) throws -> String {
    try query.refuse(unlessOneOf: parameters + ["limit", "cursor"])
    let limit = try query.whole("limit", in: 1...Self.most) ?? Self.usual
    let start = try query["cursor"].map { text in
      guard let start = APICursor.start(text) else {
        throw UserError("the cursor is none that rota gave: leave it out to begin anew")
      }
      return start
    }
    let rows = try rows(session, query)
    let first = min(start ?? 0, rows.count)
    let end = min(first + limit, rows.count)
    return JSONText.of([
      "values": Array(rows[first..<end]),
      "next_cursor": end < rows.count ? APICursor.text(end) : NSNull() as Any,
    ])
  }
}

/// Where the next page of a list begins: for rota to read, not for others.
enum APICursor {
  static func text(_ start: Int) -> String { Data("from \(start)".utf8).base64EncodedString() }

  static func start(_ text: String) -> Int? {
    Data(base64Encoded: text).flatMap { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      return text.hasPrefix("from ") ? Int(text.dropFirst(5)).flatMap { $0 >= 0 ? $0 : nil } : nil
    }
  }
}

/// What stands behind `?`, read strictly: what cannot be meant is refused.
struct APIQuery: Sendable {
  let fields: Fields
  let today: CalendarDay

  subscript(name: String) -> String? { fields[name] }

  func refuse(unlessOneOf names: [String]) throws {
    guard let other = fields.items.first(where: { !names.contains($0.name) }) else { return }
    throw UserError(
      "there is no parameter \"\(other.name)\"", next: .outside("there are: \(names.joined(separator: ", "))"))
  }

  func day(_ name: String) throws -> CalendarDay? {
    try self[name].map { text in
      guard let day = CalendarDay(text) else {
        throw UserError("\(name) \"\(text)\" is no date: it must be like 2026-03-09")
      }
      return day
    }
  }

  /// From one date on up to another; without any, the last seven days.
  func days() throws -> ClosedRange<CalendarDay> {
    let last = try day("to") ?? today
    let first = try day("from") ?? last - 6
    guard first <= last else { throw UserError("from \(first) is after to \(last)") }
    return first...last
  }

  func moment(_ name: String) throws -> Instant? {
    try self[name].map { text in
      guard let instant = Instant(text) else {
        throw UserError("\(name) \"\(text)\" is no moment: it must be like 2026-03-09T06:00:00Z")
      }
      return instant
    }
  }

  func whole(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    try self[name].map { text in
      guard let number = Int(text), range.contains(number) else {
        throw UserError("\(name) \"\(text)\" must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
  }

  func kind() throws -> PlanSnapshot.Kind? {
    try self["kind"].map { text in
      guard let kind = PlanSnapshot.Kind(rawValue: text) else {
        throw UserError("kind \"\(text)\" must be client, project or person")
      }
      return kind
    }
  }

  /// By id, exact name or Clockify id, in the parameter of its kind.
  func item(_ kind: PlanSnapshot.Kind, _ session: StoreSession) throws -> Int64? {
    try self[kind.rawValue].map { try session.items.named(kind, $0).id }
  }
}

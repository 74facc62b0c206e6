import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// Asks for hours as a file.
struct ExportModel: PageModel {
  static let template = "export"
  let title = "Export"
  let from: String
  let to: String
  let columns: [Choice]

  init(_ session: StoreSession, _ visit: Visit) throws {
    from = visit.query["from"] ?? (visit.today - 30).description
    to = visit.query["to"] ?? visit.today.description
    let chosen = Set(visit.query.all("by"))
    columns = ActualGrouping.allCases.map { one in
      Choice(
        value: one.rawValue, label: one.rawValue,
        isChosen: chosen.isEmpty
          ? [.date, .person, .client, .project, .role].contains(one) : chosen.contains(one.rawValue))
    }
  }
}

enum ExportActions {
  /// Days of one file; more than a year is many files, or `rota actuals export`.
  static let longest = 366

  /// Hours summed as asked for, as `rota actuals export` writes them.
  static func actuals(_ visit: Visit) async throws -> Response {
    let query = visit.apiQuery
    let days = try query.days()
    guard days.upperBound.number - days.lowerBound.number < longest else {
      throw UserError(
        "a file holds at most \(longest) days: narrow the dates", next: .outside("for more: rota actuals export"))
    }
    let columns = visit.query.all("by").compactMap { ActualGrouping(rawValue: $0) }
    guard !columns.isEmpty, Set(columns).count == columns.count else {
      throw UserError("nothing is ticked: tick what to sum by")
    }
    let isPlanned = query["planned"] == "1"
    let isJSON = query["format"] == "json"
    guard !isPlanned || !columns.contains(.origin) else {
      throw UserError("what is planned has no origin: leave it out")
    }
    let text = try await visit.site.plan.ask { session in
      let table = Table(
        try session.questions.actuals(
          by: columns, from: days.lowerBound, through: days.upperBound, person: query.item(.person, session),
          project: query.item(.project, session), client: query.item(.client, session), role: nil, origin: nil,
          withPlan: isPlanned))
      return isJSON ? JSONText.of(JSONText.objects(table)) : CSVFile.lines(table).joined(separator: "\n")
    }
    let name = "actuals-\(days.lowerBound)-\(days.upperBound)"
    return isJSON ? .json(text) : .csv([text], name: "\(name).csv")
  }
}

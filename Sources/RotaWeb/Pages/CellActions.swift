import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

enum CellActions {
  /// Types hours, or takes away what was typed.
  static func type(_ visit: Visit) async throws -> Response {
    try await visit.attempt { visit in
      guard let cell = visit.cell else { throw Refusal(.notFound, "There is no such person, project or date.") }
      let clears = visit.form["do"] == "clear"
      let (billable, nonbillable) =
        clears ? (nil, nil) : (try visit.minutes("billable"), try visit.minutes("nonbillable"))
      guard clears || billable != nil || nonbillable != nil else {
        throw UserError("no hours were typed: 4:30, 4.5, or 0 for none")
      }
      let action = TypeActual(
        cell.typed, billable: billable, nonbillable: nonbillable, role: visit.form["role"],
        force: visit.form["anyway"] != nil
      ).ifUnchanged(visit.form.all("seen"), .cell)
      return visit.seeOther(cell.path, try await visit.perform(action))
    } orShow: {
      try CellModel($0, $1, problem: $2)
    }
  }
}

extension Visit {
  /// The person, project and date of the path.
  var cell: PlanningStore.Cell? {
    let parts = ["person", "project", "day"].compactMap { context.parameters.get($0) }
    return PlanningStore.Cell(parts.joined(separator: "/"))
  }

  /// Hours in the form as minutes; nil: none were typed.
  ///
  /// - Throws: `UserError` where it is no time.
  fileprivate func minutes(_ name: String) throws -> Int? {
    try form[name].map { text in
      guard let minutes = Words.minutes(ofHours: text) else {
        throw UserError("\"\(text)\" is no time: hours are typed as 4:30 or 4.5")
      }
      return minutes
    }
  }
}

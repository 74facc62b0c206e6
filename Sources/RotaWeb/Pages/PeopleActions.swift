import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

enum PeopleActions {
  /// Gives those who are ticked a role, or shows what that would do.
  static func giveRole(_ visit: Visit) async throws -> Response {
    let isPreview = visit.form["do"] == "preview"
    do {
      let people = try await chosen(visit)
      let said = try await visit.perform(try action(visit, people), isDryRun: isPreview)
      guard isPreview else { return visit.seeOther(back(visit), said) }
      return try await visit.page { try PeopleModel($0, visit, problem: nil, preview: said) }
    } catch {
      guard let problem = ErrorWords.words(error) else { throw error }
      return try await visit.page(problem.httpStatus) {
        try PeopleModel($0, visit, problem: problem, preview: nil)
      }
    }
  }

  /// Who is meant: those who are ticked, or all who match the filters.
  private static func chosen(_ visit: Visit) async throws -> [String] {
    guard visit.form["all"] != nil else { return visit.form.all("person") }
    let filter = PeopleFilter(Fields(encoded: visit.form["filters"] ?? ""))
    let week = visit.week(of: visit.today)
    return try await visit.site.plan.ask { session in
      try ListedPerson.all(session, week: week).filter { filter.takes($0) }.map(\.token)
    }
  }

  private static func action(_ visit: Visit, _ people: [String]) throws -> Checked<GiveRole> {
    guard !people.isEmpty else { throw UserError("nobody is ticked: tick whom you mean") }
    guard let role = visit.form["new_role"] ?? visit.form["role"] else {
      throw UserError("no role is chosen: choose one, or type a new one")
    }
    let from = try visit.day("from")
    return GiveRole(
      role: role, people: people.map(Seen.key), unknown: false,
      createRole: visit.form["new_role"] != nil, from: from
    ).ifUnchanged(people, .item(.person))
  }

  private static func back(_ visit: Visit) -> String {
    if let person = visit.form["back"].flatMap({ Int64($0) }) { return "/people/\(person)" }
    return "/people" + Fields(encoded: visit.form["filters"] ?? "").suffix
  }

  /// Somebody who is not in Clockify, or before they are.
  static func add(_ visit: Visit) async throws -> Response {
    do {
      guard let name = visit.form["name"] else { throw UserError("a person needs a name") }
      let said = try await visit.perform(
        AddPerson(name: name, email: visit.form["email"], role: visit.form["role"]))
      return visit.seeOther(said.item.map { "/people/\($0.id)" } ?? "/people", said)
    } catch {
      guard let problem = ErrorWords.words(error) else { throw error }
      return try await visit.page(problem.httpStatus) {
        try PeopleModel($0, visit, problem: problem, preview: nil)
      }
    }
  }
}

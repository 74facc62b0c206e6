import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

// What every list has: filters with counts, columns to sort by, pages, and tokens of what is ticked.

/// A value of a filter with how many it has.
struct Facet: Sendable {
  let label: String
  let count: String
  let path: String
  let isChosen: Bool
}

/// One of a choice in a form.
struct Choice: Sendable {
  let value: String
  let label: String
  let isChosen: Bool

  /// - Parameter all: what none of them is called.
  static func among(_ values: [String], chosen: String?, all: String) -> [Choice] {
    [Choice(value: "", label: all, isChosen: chosen == nil)]
      + values.map { Choice(value: $0, label: $0, isChosen: $0 == chosen) }
  }
}

/// From one page of a list to the next.
struct Pager: Sendable {
  let words: String
  /// Named as nothing around it is: a name that holds nothing is looked up there.
  let previousPage: String?
  let nextPage: String?

  init(_ all: Int, rows: Int, page: Int, _ path: String, _ query: Fields) {
    let last = Self.last(all, rows)
    words = last > 1 ? "page \(page) of \(last)" : ""
    previousPage = page > 1 ? path + query.with("page", "\(page - 1)").suffix : nil
    nextPage = page < last ? path + query.with("page", "\(page + 1)").suffix : nil
  }

  private static func last(_ all: Int, _ rows: Int) -> Int { max(1, (all + rows - 1) / rows) }

  /// The page that an address asks for, or the nearest that there is.
  static func page(_ query: Fields, of all: Int, rows: Int) -> Int {
    max(1, min(query["page"].flatMap { Int($0) } ?? 1, last(all, rows)))
  }
}

/// A form's fault, said beside it.
struct Problem: Sendable {
  let lines: [String]
  let step: StepModel?

  init(_ error: UserError, _ visit: Visit) {
    lines = error.message.sentence.split(separator: "\n").map(String.init)
    step = error.next.map { StepModel($0, visit) }
  }
}

/// What would happen, before it does.
struct Preview: Sendable {
  let lines: [String]
}

extension String {
  /// Whether any of these texts has this one in it; letter case and accents do not count.
  func isFound(in texts: [String?]) -> Bool {
    texts.contains { $0?.range(of: self, options: [.caseInsensitive, .diacriticInsensitive]) != nil }
  }

  /// `a,b` as people read it.
  var listed: String { replacingOccurrences(of: ",", with: ", ") }
}

extension Visit {
  /// Does it, or shows the page with what was wrong beside its form, and with what was typed.
  func attempt<Body: PageModel>(
    _ doing: (Visit) async throws -> Response,
    orShow page: @escaping @Sendable (StoreSession, Visit, UserError) throws -> Body
  ) async throws -> Response {
    do {
      return try await doing(self)
    } catch {
      guard let problem = ErrorWords.words(error) else { throw error }
      return try await self.page(problem.httpStatus) { try page($0, self, problem) }
    }
  }

  /// Two steps: first what the dry run says and the same form again, then the change itself.
  func twoSteps(
    _ action: some Action, title: String, label: String, back: String, then: (Said) -> String
  ) async throws -> Response {
    guard form["sure"] == nil else {
      let said = try await perform(action)
      return seeOther(then(said), said)
    }
    let said = try await perform(action, isDryRun: true)
    return try await page { [self] _ in
      ConfirmModel(
        title: title, lines: said.lines, action: request.uri.path, label: label, back: back,
        hidden: form.with("sure", "yes").items.map { .init(name: $0.name, value: $0.value) })
    }
  }
}

/// Asks once more.
struct ConfirmModel: PageModel {
  static let template = "confirm"
  let title: String
  let lines: [String]
  let action: String
  let label: String
  let back: String
  /// What the form sent, to be sent again.
  var hidden: [Hidden] = []

  struct Hidden: Sendable {
    let name: String
    let value: String
  }
}

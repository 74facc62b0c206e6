import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Importing
import Planning
import PlanningStore
import Steering

/// Connection, what is imported, and importing now.
struct IntegrationModel: PageModel {
  static let template = "integration"
  let title = "Integration"
  let checked: [Check]
  let wasChecked: Bool
  let actuals: String
  let isOn: Bool
  let maySwitch: Bool
  let mayImport: Bool
  let unknown: String?
  let isBusy: Bool
  let problem: Problem?
  let mayAllowUnknown: Bool
  let autofillFrom: String
  let scopes: [Choice]
  let switches: [Switch]
  let since: String
  let until: String
  let person: String
  let project: String
  let isFull: Bool
  let importProblem: Problem?

  /// A part of the import, on or off as a whole.
  struct Switch: Sendable {
    let subject: String
    let name: String
    let isOn: Bool
  }

  struct Check: Sendable {
    let state: String
    let name: String
    let words: String
  }
}

extension IntegrationModel {
  /// - Parameters:
  ///   - checked: the lines of a check; nil: none was asked for.
  ///   - problem: what was said against turning actuals on.
  ///   - importProblem: what was said against an import.
  init(
    _ session: StoreSession, _ visit: Visit, checked: [CheckLine]?, problem: UserError? = nil,
    importProblem: UserError? = nil
  ) throws {
    let wiring = visit.site.wiring
    let status = try Status(session, now: wiring.now(), replica: wiring.replica, database: wiring.database)
    self.checked = (checked ?? []).map { Check(state: $0.state, name: $0.name, words: $0.words) }
    wasChecked = checked != nil
    isOn = status.enabledAt != nil
    let said = visit.facts(of: status).first { $0.name == "Actuals" }?.words
    actuals = isOn ? said ?? "on" : "off: clients, projects and people are imported, time is not"
    maySwitch = visit.may(.admin)
    mayImport = visit.may(.planner)
    let count = try session.questions.peopleWithUnknownRole().count
    unknown = count > 0 ? "\(Words.plural(count, "person has", "people have")) the role Unknown" : nil
    isBusy = LockHolder.of(database: wiring.database)?.isImport ?? false
    self.problem = problem.map { Problem($0, visit) }
    mayAllowUnknown = problem?.status == .needsConfirmation
    autofillFrom = visit.form["autofill_from"] ?? ""
    // A form that comes back holds what was typed, a link may hold the dates to read.
    let given = visit.form["do"] == nil ? visit.query : visit.form
    let chosen = given.all("scope")
    scopes = ImportScope.allCases.map { scope in
      Choice(
        value: scope.rawValue, label: scope.rawValue, isChosen: chosen.isEmpty || chosen.contains(scope.rawValue))
    }
    let turned = try Switches(session)
    switches = [SwitchSubject.clientsProjects, .people, .autofill].map {
      Switch(subject: $0.rawValue, name: $0.words.capitalizedFirst, isOn: !turned.isOff($0, wiring.settings))
    }
    since = given["since"] ?? ""
    until = given["until"] ?? ""
    person = given["person"] ?? ""
    project = given["project"] ?? ""
    isFull = given["full"] != nil
    self.importProblem = importProblem.map { Problem($0, visit) }
  }
}

enum IntegrationActions {
  static func show(_ visit: Visit) async throws -> Response {
    let checked = visit.query["check"] != nil && visit.may(.planner) ? await visit.site.wiring.check() : nil
    return try await visit.page { try IntegrationModel($0, visit, checked: checked) }
  }

  static func turn(_ visit: Visit) async throws -> Response {
    guard let subject = visit.form["subject"].flatMap({ SwitchSubject(rawValue: $0) }) else {
      throw UserError("which switch was not said")
    }
    let said = try await visit.perform(TurnSwitch(subject, isOn: visit.form["do"] == "on"))
    return visit.seeOther("/integration#switches", said)
  }

  static func switchActuals(_ visit: Visit) async throws -> Response {
    do {
      guard visit.form["do"] == "on" else {
        return visit.seeOther("/integration#actuals", try await visit.perform(DisableActuals()))
      }
      let from = try visit.day("autofill_from")
      let said = try await visit.perform(
        EnableActuals(allowUnknown: visit.form["allow_unknown"] != nil, autofillFrom: from))
      return visit.seeOther("/integration#actuals", said)
    } catch {
      guard let problem = ErrorWords.words(error) else { throw error }
      return try await visit.page(problem.httpStatus) {
        try IntegrationModel($0, visit, checked: nil, problem: problem)
      }
    }
  }
}

import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// What is planned for one person: contracts, assignments, time off.
struct PersonPlanModel: PageModel {
  static let template = "plan"
  let title: String
  let person: LinkModel
  let contracts: PlanList
  let assignments: PlanList
  let absences: PlanList
  let assign: PlanForm
  let leave: PlanForm
  let contract: ContractForm
  let mayPlan: Bool
  let problem: Problem?

  /// What is different from a date on.
  struct ContractForm: Sendable {
    let path: String
    let token: String
    let roles: [Choice]
    let from: String
    let minutes: String
    let days: String
  }
}

extension PersonPlanModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let id = try visit.id("person")
    guard let person = try ListedItem.one(.person, id, session) else {
      throw Refusal(.notFound, "There is no person \(id).")
    }
    let names = ItemNames(try session.plan.snapshot())
    func list<Subject: RowSubject>(_ subject: Subject.Type) throws -> PlanList {
      PlanList(
        try session.rows.all(of: subject.table, person: id), of: subject.table, path: PlanRowPages<Subject>.path, names,
        try FieldOptions(subject.table, session), hiding: "person_id", back: "?back=\(id)")
    }
    func form<Subject: RowSubject>(_ subject: Subject.Type) throws -> PlanForm {
      PlanForm(
        subject.table, action: PlanRowPages<Subject>.path, stored: ["person_id": "\(id)"],
        try FieldOptions(subject.table, session), visit, isGiven: false, back: "\(id)")
    }
    title = "Plan of \(person.name)"
    self.person = names.link(.person, id)
    contracts = try list(ContractRows.self)
    assignments = try list(AssignmentRows.self)
    absences = try list(TimeOffRows.self)
    assign = try form(AssignmentRows.self)
    leave = try form(TimeOffRows.self)
    let role = visit.form["role"]
    contract = ContractForm(
      path: "/people/\(id)/plan", token: person.token,
      roles: [Choice(value: "", label: "as it is", isChosen: role == nil)]
        + (try session.questions.roles().map { Choice(value: $0.name, label: $0.name, isChosen: $0.name == role) }),
      from: visit.form["from"] ?? "", minutes: visit.form["minutes"] ?? "", days: visit.form["days"] ?? "")
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }
}

enum PersonPlanActions {
  /// Sets the contract from a date on, or ends it.
  static func contract(_ visit: Visit) async throws -> Response {
    let id = try visit.id("person")
    return try await visit.attempt { visit in
      let tokens = visit.form.all("item")
      let said: Said
      if visit.form["do"] == "end" {
        guard let day = try visit.day("from") else { throw UserError("the last date was not given") }
        said = try await visit.perform(EndContract(person: "\(id)", on: day).ifUnchanged(tokens, .item(.person)))
      } else {
        let minutes = visit.form["minutes"].map { text in Words.minutes(ofHours: text).map(String.init) ?? text }
        said = try await visit.perform(
          SetContract(
            person: "\(id)", from: try visit.day("from"), role: visit.form["role"], minutesPerDay: minutes,
            workingDays: visit.form["days"]
          ).ifUnchanged(tokens, .item(.person)))
      }
      return visit.seeOther("/people/\(id)/plan", said)
    } orShow: {
      try PersonPlanModel($0, $1, problem: $2)
    }
  }
}

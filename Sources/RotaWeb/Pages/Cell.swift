import Importing
import Planning
import PlanningStore
import Steering

/// Why a number is so.
struct CellModel: PageModel {
  static let template = "cell"
  let title: String
  let person: LinkModel
  let before: LinkModel
  let after: LinkModel
  let planned: String?
  /// Where nothing is stored: that, and whether a zero comes.
  let empty: [String]
  let rows: [Row]
  let notCounted: [Entry]
  let hasNotCounted: Bool
  let footing: [String]
  let readAgain: LinkModel?
  let typed: String?
  let conflict: Conflict?
  /// Why nothing can be typed here; nil: it can.
  let locked: String?
  let form: Form?
  let clash: Clash?
  let problem: Problem?

  /// Hours typed by hand where Clockify has others.
  struct Conflict: Sendable {
    let token: String
    let words: String
  }

  /// What somebody types.
  struct Form: Sendable {
    let path: String
    let token: String
    let billable: String
    let nonbillable: String
    let roles: [Choice]
    let hasTyped: Bool
    let asksAnyway: Bool
    let label: String
  }

  /// Somebody else was faster: theirs and one's own, side by side.
  struct Clash: Sendable {
    let theirs: [String]
    let yours: String
    let path: String
  }

  struct Row: Sendable {
    let role: String
    let time: String
    let billable: String
    let nonbillable: String
    let origin: String
    let heading: String?
    let entries: [Entry]
    let hasEntries: Bool
    let sums: [String]
    let step: String?
  }

  struct Entry: Sendable {
    let times: String
    let time: String
    let billable: String
    let description: String
    let id: String
    let why: String
  }
}

extension CellModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  /// - Parameter problem: what was wrong with what was typed; it is shown again.
  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    guard let cell = visit.cell, let person = try session.questions.people(only: cell.person).first,
      let project = try session.items.find(.project, "\(cell.project)").first(where: { $0.id == cell.project })
    else { throw Refusal(.notFound, "There is no such person, project or date.") }
    let (personID, projectID, day) = (cell.person, cell.project, cell.day)
    var explanation = try Explanation(cell, "\(person.name) · \(project.name)", session)
    explanation.zeros = try ZeroWords(visit.site.wiring.settings, today: visit.today, session)
    title = "\(person.name) · \(project.name), \(Words.weekday(day)) \(Words.day(day))"
    self.person = LinkModel(path: "/people/\(personID)?week=\(day)", label: "Week of \(person.name)")
    func path(_ day: CalendarDay) -> String { "/cells/\(personID)/\(projectID)/\(day)" }
    before = LinkModel(path: path(day - 1), label: "\(Words.weekday(day - 1)) \(Words.day(day - 1))")
    after = LinkModel(path: path(day + 1), label: "\(Words.weekday(day + 1)) \(Words.day(day + 1))")
    planned = explanation.planned > 0 ? Words.clock(minutes: explanation.planned) : nil
    empty = explanation.whyEmpty
    rows = explanation.actuals.map { actual in
      let entries = explanation.entries(of: actual)
      return Row(
        role: actual.role, time: Words.clock(minutes: actual.minutes),
        billable: Words.clock(minutes: actual.billableMinutes),
        nonbillable: Words.clock(minutes: actual.nonbillableMinutes), origin: explanation.origin(of: actual),
        heading: explanation.heading(of: actual), entries: entries.map { Entry($0, explanation, why: "") },
        hasEntries: !entries.isEmpty, sums: explanation.sums(of: entries).map(\.sentence),
        step: explanation.roleWords(of: entries)?.sentence)
    }
    notCounted = explanation.notCounted.map { Entry($0, explanation, why: explanation.why($0)) }
    hasNotCounted = !notCounted.isEmpty
    footing = explanation.footing
    let isLinked = try !session.references.clockifyIDs(.person, of: personID).isEmpty
    let query = Fields().with("since", day.description).with("until", day.description)
      .with("person", isLinked ? "\(personID)" : nil)
    readAgain =
      visit.may(.planner) && day <= visit.today
      ? LinkModel(path: "/integration\(query.suffix)#import", label: "Read this day again") : nil

    let typing = try Typing.last(cell, session)
    let isTyped = explanation.actuals.contains { $0.origin == .manual }
    typed =
      isTyped
      ? typing.map { "Typed by \($0.by.name) (\($0.by.surface.rawValue)), \(visit.moments.words($0.at))." } : nil
    conflict =
      visit.may(.planner)
      ? try session.questions.conflicts().first { $0.cell == cell }.map { row in
        Conflict(
          token: Seen.token(cell.key, row),
          words:
            "Typed by hand \(Words.clock(minutes: row.manualMinutes)), in Clockify \(Words.clock(minutes: row.sourceMinutes))."
        )
      } : nil
    let plan = try session.plan.snapshot()
    locked =
      plan.isLocked(day, on: projectID)
      ? "This date is locked: no hours can be typed, and none are imported, until an admin takes the lock off." : nil
    let hasClash = problem?.status == .needsConfirmation
    form =
      visit.may(.planner) && locked == nil
      ? try Form(cell, explanation, plan, session, visit, problem: problem, hasClash: hasClash) : nil
    clash =
      hasClash
      ? Clash(
        theirs: explanation.actuals.map {
          "\($0.role) \(Words.clock(minutes: $0.minutes)), \(explanation.origin(of: $0))"
        } + [typing.map { "changed last by \($0.by.name), \(visit.moments.words($0.at))" }].compactMap(\.self),
        yours: visit.form["do"] == "clear"
          ? "nothing" : "\(visit.form["billable"] ?? "0") billable, \(visit.form["nonbillable"] ?? "0") not billable",
        path: cell.path) : nil
    self.problem = hasClash ? nil : problem.map { Problem($0, visit) }
  }
}

extension CellModel.Form {
  fileprivate init(
    _ cell: PlanningStore.Cell, _ explanation: Explanation, _ plan: PlanSnapshot, _ session: StoreSession,
    _ visit: Visit, problem: UserError?, hasClash: Bool
  ) throws {
    let isGiven = problem != nil
    let row = explanation.actuals.first { $0.origin == .manual } ?? explanation.actuals.first
    let contract = plan.people[cell.person]?.plan.contract(on: cell.day)
    let role = visit.form["role"] ?? row?.role ?? contract.flatMap { plan.roles[$0.role] }
    path = cell.path
    token = Seen.token(cell.key, explanation.actuals)
    billable = isGiven ? visit.form["billable"] ?? "" : row.map { Words.clock(minutes: $0.billableMinutes) } ?? ""
    nonbillable =
      isGiven ? visit.form["nonbillable"] ?? "" : row.map { Words.clock(minutes: $0.nonbillableMinutes) } ?? ""
    roles = try session.questions.roles().map { Choice(value: $0.name, label: $0.name, isChosen: $0.name == role) }
    hasTyped = explanation.actuals.contains { $0.origin == .manual }
    asksAnyway = problem?.next == .typeAnyway || visit.form["anyway"] != nil
    label = hasClash ? "Overwrite" : "Type hours"
  }
}

extension CellModel.Entry {
  init(_ entry: EntryRow, _ explanation: Explanation, why: String) {
    times = explanation.times(of: entry)
    time = Words.clock(seconds: entry.seconds)
    billable = entry.billable ? "billable" : "not billable"
    description = entry.description ?? ""
    id = entry.entryID
    self.why = why
  }
}

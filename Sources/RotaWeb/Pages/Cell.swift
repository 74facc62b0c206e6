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
  init(_ session: StoreSession, _ visit: Visit) throws {
    let (personID, projectID) = (try visit.id("person"), try visit.id("project"))
    guard let day = visit.context.parameters.get("day").flatMap({ CalendarDay($0) }),
      let person = try session.questions.people(only: personID).first,
      let project = try session.items.find(.project, "\(projectID)").first(where: { $0.id == projectID })
    else { throw Refusal(.notFound, "There is no such person, project or date.") }
    let cell = PlanningStore.Cell(person: personID, project: projectID, day: day)
    var explanation = try Explanation(cell, "\(person.name) · \(project.name)", session)
    let filledFrom = try session.settings.value(Setting.autofillFrom).flatMap { CalendarDay($0) }
    explanation.zeros = ZeroWords(visit.site.wiring.settings, today: visit.today, from: filledFrom)
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

import Planning
import PlanningStore
import Steering

/// The rows of one table of the plan: assignments, absences, holidays or contracts.
struct PlanRowsModel: PageModel {
  static let template = "rows"
  let title: String
  let path: String
  let tables: [PlanTab]
  let list: PlanList
  let about: LinkModel?
  let form: PlanForm
  let key: String
  let exportPath: String
  let importPath: String
  let mayPlan: Bool
  let problem: Problem?
}

/// One of the tables of the plan, to go to.
struct PlanTab: Sendable {
  let label: String
  let path: String
  let isHere: Bool

  static func all(here: String) -> [PlanTab] {
    let tabs = [
      ("Assignments", "/assignments"), ("Time off", "/time-off"), ("Holidays", "/holidays"),
      ("Contracts", "/contracts"), ("Roles", "/roles"),
    ]
    return tabs.map { PlanTab(label: $0, path: $1, isHere: $1 == here) }
  }
}

/// Rows as a table.
struct PlanList: Sendable {
  let caption: String
  let columns: [String]
  let rows: [Row]
  let hasRows: Bool
  let none: String
  let more: String?

  struct Row: Sendable {
    let cells: [String]
    let path: String
    let label: String
  }

  /// - Parameter hiding: a column that says the same in every row.
  init(
    _ rows: [(id: Int64, fields: [String: String])], of table: PlanTable, path: String, _ names: ItemNames,
    _ options: FieldOptions, hiding: String? = nil, back: String = ""
  ) {
    let columns = table.columns.filter { $0.name != hiding }
    self.columns = columns.map(\.label)
    self.rows = rows.prefix(Visit.rows).map { id, fields in
      let cells = columns.map { $0.words(fields[$0.name], names, options) }
      return Row(
        cells: cells, path: "\(path)/\(id)\(back)",
        label: "Change \(table.noun.one) \(id): \(cells.filter { !$0.isEmpty }.joined(separator: ", "))")
    }
    caption = Words.plural(rows.count, table.noun.one, table.noun.many)
    hasRows = !rows.isEmpty
    none = "No \(table.noun.many) yet."
    more = rows.count > Visit.rows ? "These are the first \(Visit.rows). The file has all." : nil
  }
}

/// Fields, and where they are sent.
struct PlanForm: Sendable {
  let action: String
  let fields: [FormField]
  let noun: String
  /// Where to go on to.
  let back: String

  init(
    _ table: PlanTable, action: String, stored: [String: String], _ options: FieldOptions, _ visit: Visit,
    isGiven: Bool, back: String = ""
  ) {
    self.action = action
    fields = table.columns.map { FormField($0, stored[$0.name], options, visit.form, isGiven: isGiven) }
    noun = table.noun.one
    self.back = back
  }
}

/// One row, to be changed or deleted.
struct PlanRowModel: PageModel {
  static let template = "row"
  let title: String
  let token: String
  let form: PlanForm
  /// For who may only look.
  let facts: [HomeModel.Fact]
  let list: LinkModel
  let mayPlan: Bool
  let problem: Problem?
}

/// The pages of one table of the plan.
enum PlanRowPages<Subject: RowSubject> {
  static var table: PlanTable { Subject.table }
  static var path: String { "/" + Subject.name.replacing("_", with: "-") }
  static var title: String { Subject.name.replacing("_", with: " ").capitalizedFirst }

  static func list(_ session: StoreSession, _ visit: Visit, problem: UserError? = nil) throws -> PlanRowsModel {
    let options = try FieldOptions(table, session)
    let names = ItemNames(try session.plan.snapshot())
    let has = Set(table.columns.map(\.name))
    let person = has.contains("person_id") ? visit.query["person"].flatMap { Int64($0) } : nil
    let project = has.contains("project_id") ? visit.query["project"].flatMap { Int64($0) } : nil
    let rows = try session.rows.all(of: table, person: person, project: project)
    let stored = [("person_id", person), ("project_id", project)].reduce(into: [String: String]()) {
      $0[$1.0] = $1.1.map(String.init)
    }
    return PlanRowsModel(
      title: title, path: path, tables: PlanTab.all(here: path),
      list: PlanList(rows, of: table, path: path, names, options),
      about: person.map { names.link(.person, $0) } ?? project.map { names.link(.project, $0) },
      form: PlanForm(table, action: path, stored: stored, options, visit, isGiven: problem != nil),
      key: Subject.key, exportPath: path + "/export", importPath: path + "/import", mayPlan: visit.may(.planner),
      problem: problem.map { Problem($0, visit) })
  }

  static func row(_ session: StoreSession, _ visit: Visit, problem: UserError? = nil) throws -> PlanRowModel {
    let id = try visit.id("row")
    guard let row = try session.rows.all(of: table, only: id).first else {
      throw Refusal(.notFound, "There is no \(table.noun.one) \(id).")
    }
    let options = try FieldOptions(table, session)
    let names = ItemNames(try session.plan.snapshot())
    return PlanRowModel(
      title: "\(table.noun.one.capitalizedFirst) \(id)", token: Seen.token("\(id)", row.fields),
      form: PlanForm(
        table, action: "\(path)/\(id)", stored: row.fields, options, visit, isGiven: problem != nil,
        back: visit.query["back"] ?? visit.form["back"] ?? ""),
      facts: table.columns.map {
        HomeModel.Fact(name: $0.label, words: $0.words(row.fields[$0.name], names, options), step: nil)
      }, list: LinkModel(path: path, label: "All \(table.noun.many)"), mayPlan: visit.may(.planner),
      problem: problem.map { Problem($0, visit) })
  }
}

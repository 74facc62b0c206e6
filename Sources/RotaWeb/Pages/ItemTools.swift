import Planning
import PlanningStore
import Steering

/// What one can do with a client, project or person on its page.
struct ItemTools: Sendable {
  let path: String
  let token: String
  let noun: String
  let links: String
  let linkPath: String
  let changesPath: String
  let tags: [Tag]
  let isTagged: Bool
  let hasTags: Bool
  let isSyncOff: Bool
  let tag: String
  let fields: [Field]
  /// What was typed came back.
  let isEdited: Bool
  let isArchived: Bool
  let effect: String
  let mayPlan: Bool
  let mayDelete: Bool

  struct Tag: Sendable {
    let name: String
    let label: String
  }

  /// One of what planners keep of it.
  struct Field: Sendable {
    let name: String
    let label: String
    let value: String
    let type: String
    /// One of these; else it is typed.
    let choices: [Choice]
    let isChoice: Bool
    let hint: String?
  }
}

extension ItemTools {
  init(_ item: ListedItem, _ session: StoreSession, _ visit: Visit) throws {
    let kind = item.kind
    path = item.path
    token = item.token
    noun = kind.rawValue
    links = item.clockifyID.map { "Linked to \($0.listed)" } ?? "Not linked to Clockify"
    linkPath = "/references/\(kind.rawValue)/\(item.id)"
    changesPath = "/changes?item=\(kind.rawValue)/\(item.id)"
    hasTags = kind != .person
    tags = item.tags.map { Tag(name: $0, label: "Take off \($0)") }
    isTagged = !item.tags.isEmpty
    isSyncOff = item.isSyncOff
    tag = visit.form["tag"] ?? ""
    let stored = try session.rows.fields(item.id, of: kind.table)
    fields = try kind.table.columns.map { try Field($0, stored[$0.name], session, visit) }
    isEdited = visit.form["do"] == "edit"
    isArchived = item.isArchived
    effect = ArchiveItems.effect(on: kind)
    mayPlan = visit.may(.planner)
    mayDelete = visit.may(.admin)
  }
}

extension ItemTools.Field {
  /// The name in a form.
  static func name(_ column: PlanTable.Column) -> String { "field_\(column.name)" }

  fileprivate init(
    _ column: PlanTable.Column, _ stored: String?, _ session: StoreSession, _ visit: Visit
  ) throws {
    name = Self.name(column)
    let isGiven = visit.form["do"] == "edit"
    value = isGiven ? visit.form[name] ?? "" : stored ?? ""
    let value = value
    func choice(_ one: String, _ label: String) -> Choice {
      Choice(value: one, label: label, isChosen: one == value)
    }
    switch column.content {
    case .flag: choices = [choice("1", "yes"), choice("0", "no")]
    case .item(.client): choices = try session.questions.clients().map { choice("\($0.id)", $0.name) }
    default: choices = []
    }
    isChoice = !choices.isEmpty
    type =
      if case .date = column.content { "date" } else if column.name == "email" { "email" } else { "text" }
    label =
      switch column.name {
      case "client_id": "Client"
      case "is_billable": "Billable"
      case "actuals_from": "No zeros before"
      case "email": "E-mail"
      case "time_zone": "Days of"
      case "holiday_group": "Holidays of"
      default: column.name.capitalized
      }
    hint =
      switch column.name {
      case "time_zone": "a time zone as Europe/Berlin; empty: as Clockify says"
      case "holiday_group": "as the list of holidays names it; empty: those of everybody"
      default: nil
      }
  }
}

extension PlanSnapshot.Kind {
  var table: PlanTable {
    switch self {
    case .client: .client
    case .project: .project
    case .person: .person
    }
  }
}

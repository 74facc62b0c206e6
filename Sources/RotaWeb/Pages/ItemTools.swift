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
  let fields: [FormField]
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
    let options = try FieldOptions(kind.table, session)
    let isGiven = visit.form["do"] == "edit"
    fields = kind.table.columns.map { FormField($0, stored[$0.name], options, visit.form, isGiven: isGiven) }
    isEdited = isGiven
    isArchived = item.isArchived
    effect = ArchiveItems.effect(on: kind)
    mayPlan = visit.may(.planner)
    mayDelete = visit.may(.admin)
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

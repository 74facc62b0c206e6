import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// What is done with clients, projects and people: those that are ticked in a list, or the one of a page.
enum ItemActions {
  static func list(_ kind: PlanSnapshot.Kind) -> @Sendable (Visit) async throws -> Response {
    { visit in
      try await visit.attempt { visit in
        let tokens = visit.form.all("item")
        switch visit.form["do"] {
        case "add":
          let said = try await add(kind, visit)
          return visit.seeOther(said.item.map { "/\($0.kind.pages)/\($0.id)" } ?? "/\(kind.pages)", said)
        case "compare":
          let ids = tokens.compactMap { Int64(Seen.key($0)) }
          guard ids.count == 2 else { throw UserError("tick the two that you want to compare") }
          return visit.seeOther("/duplicates/\(kind.rawValue)/\(ids[0])/\(ids[1])")
        default:
          let said = try await change(kind, tokens, visit)
          return visit.seeOther("/\(kind.pages)" + Fields(encoded: visit.form["filters"] ?? "").suffix, said)
        }
      } orShow: {
        try ItemsModel($0, $1, kind: kind, problem: $2)
      }
    }
  }

  static func one(_ kind: PlanSnapshot.Kind) -> @Sendable (Visit) async throws -> Response {
    { visit in
      let id = try visit.id(kind.rawValue)
      func doing(_ visit: Visit) async throws -> Response {
        visit.seeOther("/\(kind.pages)/\(id)", try await change(kind, visit.form.all("item"), visit))
      }
      switch kind {
      case .client: return try await visit.attempt(doing) { try ClientModel($0, $1, problem: $2) }
      case .project: return try await visit.attempt(doing) { try ProjectModel($0, $1, problem: $2) }
      case .person: return try await visit.attempt(doing) { try PersonModel($0, $1, problem: $2) }
      }
    }
  }

  private static func change(_ kind: PlanSnapshot.Kind, _ tokens: [String], _ visit: Visit) async throws -> Said {
    let ids = tokens.map(Seen.key)
    let sight = Sight.item(kind)
    switch visit.form["do"] {
    case "archive": return try await visit.perform(ArchiveItems(kind, ids).ifUnchanged(tokens, sight))
    case "unarchive": return try await visit.perform(UnarchiveItems(kind, ids).ifUnchanged(tokens, sight))
    case "tag", "untag":
      guard kind != .person else { throw UserError("people have no tags") }
      guard let tag = visit.form["tag"] else { throw UserError("no tag is named") }
      return visit.form["do"] == "tag"
        ? try await visit.perform(Several(ids.map { TagItem(kind, $0, tag) }).ifUnchanged(tokens, sight))
        : try await visit.perform(Several(ids.map { UntagItem(kind, $0, tag) }).ifUnchanged(tokens, sight))
    case "edit":
      guard ids.count == 1 else { throw UserError("which one was not said") }
      let fields = try await visit.site.plan.ask { session in
        let stored = try session.rows.fields(try session.items.named(kind, ids[0]).id, of: kind.table)
        return FormField.changed(kind.table, from: stored, try FieldOptions(kind.table, session), visit.form)
      }
      return try await visit.perform(EditItem(kind, ids[0], fields).ifUnchanged(tokens, sight))
    default: throw UserError("what to do was not said")
    }
  }

  private static func add(_ kind: PlanSnapshot.Kind, _ visit: Visit) async throws -> Said {
    guard let name = visit.form["name"] else { throw UserError("a \(kind.rawValue) needs a name") }
    guard kind == .project else { return try await visit.perform(AddClient(name: name)) }
    guard let client = visit.form["client"] else { throw UserError("a project needs a client: choose one") }
    return try await visit.perform(
      AddProject(name: name, client: client, isBillable: visit.form["billable"] != "0", actualsFrom: nil))
  }

  /// In two steps; for good.
  static func delete(_ kind: PlanSnapshot.Kind) -> @Sendable (Visit) async throws -> Response {
    { visit in
      let id = try visit.id(kind.rawValue)
      let name = try await visit.site.plan.ask { try $0.items.named(kind, "\(id)").name }
      let ignores = visit.form["ignore"] != nil
      return try await visit.twoSteps(
        DeleteItem(kind, "\(id)", cascade: true, ignore: ignores)
          .ifUnchanged(visit.form.all("item"), .item(kind)),
        title: "Delete \(name)?", label: ignores ? "Delete, and never import it again" : "Delete",
        back: "/\(kind.pages)/\(id)", then: { _ in "/\(kind.pages)" })
    }
  }
}

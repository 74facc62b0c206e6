package import ClockifyAPI
import Foundation
import Planning

/// What names are which ids: exact names, of users an e-mail address or `me`. Near names are suggested, never taken. Each list is
/// read at most once.
package actor Names {
  package enum List: Hashable, Sendable {
    case project, client, tag, user
    case task(project: String)

    var noun: String {
      switch self {
      case .project: "project"
      case .client: "client"
      case .tag: "tag"
      case .user: "user"
      case .task: "task"
      }
    }
  }

  package struct Item: Sendable {
    package let id: String
    package let name: String
    /// Archived; of tasks: done.
    package let isClosed: Bool
  }

  private let source: ClockifySource
  private let workspace: String
  /// The key's owner.
  private let owner: String
  private var lists: [List: [String: [Item]]] = [:]
  private var items: [List: [String: Item]] = [:]

  package init(source: ClockifySource, workspace: String, owner: String) {
    self.source = source
    self.workspace = workspace
    self.owner = owner
  }

  /// - Throws: `SendingError` where no item or several have the name, and `ClockifyError`.
  package func id(of text: String, _ list: List) async throws -> String {
    if text.lowercased().isClockifyID { return text.lowercased() }
    if list == .user, text == "me" { return owner }
    let named = try await named(list)
    let found = named[key(text, list)] ?? []
    if found.count == 1 { return found[0].id }
    guard found.isEmpty else {
      throw SendingError(
        "\(found.count) \(list.noun)s are called \"\(text)\": \(found.map(\.id).joined(separator: ", "))",
        next: "name one by its id")
    }
    let near = NearestWord.to(text, among: named.values.compactMap { $0.first?.name })
    throw SendingError(
      "no \(list.noun) of the workspace is \(list == .user ? "reached by" : "called") \"\(text)\""
        + (near.map { ". Did you mean \"\($0)\"?" } ?? ""),
      next: list == .user ? "an e-mail address, an id or me" : "rota clockify \(list.noun)s find\(find(list))")
  }

  private func find(_ list: List) -> String {
    if case .task(let project) = list { " --project \(project)" } else { "" }
  }

  /// What is known of an item without asking; nil: its list was not read, or it is not in it.
  package func known(_ id: String, _ list: List) -> Item? { items[list]?[id] }

  /// What goes by this name, closed ones included.
  package func named(_ name: String, _ list: List) async throws -> [Item] {
    try await named(list)[key(name, list)] ?? []
  }

  private func key(_ text: String, _ list: List) -> String { list == .user ? text.lowercased() : text }

  private func named(_ list: List) async throws -> [String: [Item]] {
    if let known = lists[list] { return known }
    var found: [String: [Item]] = [:]
    var byID: [String: Item] = [:]
    for row in try await source.rows(of: path(list), query: list == .user ? [("status", "ALL")] : []) {
      guard let id = row["id"]?.words, let name = row[list == .user ? "email" : "name"]?.words else { continue }
      let isClosed = row["archived"]?.isTrue ?? false || row["status"] == .text("DONE")
      let item = Item(id: id, name: name, isClosed: isClosed)
      found[key(name, list), default: []].append(item)
      byID[id] = item
    }
    (lists[list], items[list]) = (found, byID)
    return found
  }

  private func path(_ list: List) -> String {
    switch list {
    case .project: Kind.project.path(in: workspace)
    case .client: Kind.client.path(in: workspace)
    case .tag: Kind.tag.path(in: workspace)
    case .user: "/workspaces/\(workspace)/users"
    case .task(let project): Kind.task.path(in: workspace, project: project)
    }
  }
}

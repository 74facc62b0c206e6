import Planning
import PlanningStore
import Steering

/// A client with its projects.
struct ClientModel: PageModel {
  static let template = "client"
  let title: String
  let facts: [String]
  let projects: [Row]
  let hasProjects: Bool
  let tools: ItemTools
  let problem: Problem?

  struct Row: Sendable {
    let path: String
    let name: String
    let tags: String
    let state: String
  }
}

extension ClientModel {
  init(_ session: StoreSession, _ visit: Visit) throws { try self.init(session, visit, problem: nil) }

  init(_ session: StoreSession, _ visit: Visit, problem: UserError?) throws {
    let id = try visit.id("client")
    guard let client = try ListedItem.one(.client, id, session) else {
      throw Refusal(.notFound, "There is no client \(id).")
    }
    title = client.name
    facts = [
      "Client", client.isArchived ? "archived" : nil,
      client.isSyncOff ? "sync_off: time of all its projects is skipped" : nil,
      client.isMissing ? "not in Clockify any more" : nil,
    ].compactMap(\.self)
    projects = try session.questions.projects(of: id).map {
      Row(
        path: "/projects/\($0.id)", name: $0.name, tags: $0.tags?.listed ?? "", state: $0.isArchived ? "archived" : "")
    }
    hasProjects = !projects.isEmpty
    tools = try ItemTools(client, session, visit)
    self.problem = problem.map { Problem($0, visit) }
  }
}

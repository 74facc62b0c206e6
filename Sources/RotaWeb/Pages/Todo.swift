import PlanningStore
import Steering

/// What waits for a person, and every desk at which something can be settled.
struct TodoModel: PageModel {
  static let template = "todo"
  let title = "To do"
  let waiting: [HomeModel.Wait]
  let isAllDone: Bool
  private(set) var desks: [Desk]

  struct Desk: Sendable {
    let path: String
    let name: String
    let words: String
  }
}

extension TodoModel {
  init(_ session: StoreSession, _ visit: Visit) throws {
    waiting = HomeModel.Wait.all(try Waiting(session), visit)
    isAllDone = waiting.isEmpty
    desks = [
      Desk(path: "/people?role=Unknown", name: "Unknown roles", words: "Who has no role yet, and gets one."),
      Desk(path: "/duplicates", name: "Duplicates", words: "What is there twice: compare, merge, undo."),
      Desk(path: "/conflicts", name: "Conflicts", words: "Hours typed by hand where Clockify has others."),
      Desk(path: "/drift", name: "Changed in Clockify", words: "Names and clients that changed there since."),
      Desk(
        path: "/unsettled", name: "Not as it should be in Clockify",
        words: "What is gone there, and projects without a client."),
      Desk(path: "/references", name: "Links", words: "Which item is which in Clockify; what is never imported."),
      Desk(path: "/push", name: "Create in Clockify", words: "What is planned here and not there yet."),
      Desk(path: "/locks", name: "Locks", words: "Until when nothing is written any more."),
      Desk(path: "/audit", name: "Compare with Clockify", words: "Our hours against a fresh read of theirs."),
      Desk(path: "/export", name: "Export", words: "Hours and the plan as files."),
      Desk(path: "/changes", name: "Changes", words: "Who changed what, when and how."),
    ]
    if visit.may(.admin) {
      desks += [
        Desk(path: "/settings", name: "Settings", words: "Every setting, and where its value is from."),
        Desk(path: "/users", name: "Users", words: "Who may log in, and which programs have a token."),
      ]
    }
  }
}

import ClockifyAPI

/// Why Clockify refused a writing request, and what comes next (toolbox.md 2.3).
package struct Refusal: Error, Sendable, Equatable {
  /// 403 that speaks of the record, not of the key's rights.
  static let codes: Set<Int> = [1003, 4005, 4030]

  package enum Cause: Sendable, Equatable {
    /// day: `4 May`; nil: not known.
    case locked(id: String?, day: String?)
    case approved(id: String?, day: String?)
    case onlyTimers
    case noRight(owner: String)
    /// field: as a sentence names it; flag: nil: none sets it.
    case required(field: String, flag: String?)
    case archivedTag(id: String, name: String)
    case unknown(Kind, id: String, workspace: String, project: String?)
    case unknownUser(id: String, workspace: String)
    case taskElsewhere(task: String, its: String, asked: String)
    case taken(Kind, name: String, id: String, isArchived: Bool, project: String?)
    case nameKept(Kind, name: String)
    case active(Kind, name: String)
    case noTimer(user: String)
    case noPath
    case other(status: Int, code: Int?)
  }

  package let cause: Cause
  /// In Clockify's words; may hold what was sent: for people and results, never for logs.
  package let says: String?

  package init(_ cause: Cause, says: String?) {
    self.cause = cause
    self.says = says
  }

  package var sentence: String {
    switch cause {
    case .locked(let id, let day): "\(Self.entry(id, day)) is locked."
    case .approved(let id, let day): "\(Self.entry(id, day)) is approved."
    case .onlyTimers: "the workspace allows only timers."
    case .noRight(let owner): "the key of \(owner) has no right to this."
    case .required(let field, _): "the workspace requires \(field)."
    case .archivedTag(_, let name): "tag \(name) is archived."
    case .unknown(let kind, let id, let workspace, _): "\(kind.noun) \(id) is not in workspace \(workspace)."
    case .unknownUser(let id, let workspace): "user \(id) is not in workspace \(workspace)."
    case .taskElsewhere(let task, let its, let asked): "task \(task) belongs to \(its), not \(asked)."
    case .taken(let kind, let name, let id, let isArchived, _):
      "a \(kind.noun) \"\(name)\" exists: \(id)\(isArchived ? kind == .task ? " (done)" : " (archived)" : "")."
    case .nameKept(let kind, let name): "Clockify keeps the name \"\(name)\", perhaps of a deleted \(kind.noun)."
    case .active(let kind, let name): "\(name) is active; only \(kind == .task ? "done" : "archived") ones go."
    case .noTimer(let user): "\(user) has no running timer."
    case .noPath: "Clockify has no such path."
    case .other(let status, let code): "Clockify refused it (\(status)\(code.map { ", code \($0)" } ?? ""))."
    }
  }

  /// As a summary counts it.
  package var label: String {
    switch cause {
    case .locked: "locked"
    case .approved: "approved"
    case .onlyTimers: "only timers"
    case .noRight: "no right"
    case .required: "something required"
    case .archivedTag: "archived tag"
    case .unknown, .unknownUser: "unknown id"
    case .taskElsewhere: "task of another project"
    case .taken, .nameKept: "name taken"
    case .active: "still active"
    case .noTimer: "no timer"
    case .noPath: "no such path"
    case .other: "refused"
    }
  }

  /// The sentence, and what Clockify says to it.
  package var text: String { says.map { "\(sentence) Clockify says: \"\($0)\"" } ?? sentence }

  /// A command, or what to do in words.
  package var next: String? {
    switch cause {
    case .locked: "use an owner's or admin's key"
    case .approved: "withdraw the approval in Clockify"
    case .onlyTimers: "the same with --user me"
    case .noRight: "rota check"
    case .required(_, let flag): flag.map { "the same with \($0)" } ?? "the same with --field"
    case .archivedTag(let id, _): "rota clockify tags update \(id) --no-archived"
    case .unknown(let kind, _, _, let project):
      "rota clockify \(kind.plural) find\(project.map { " --project \($0)" } ?? "")"
    case .unknownUser: "rota clockify call GET '/workspaces/{workspaceId}/users'"
    case .taskElsewhere(_, let its, _): "rota clockify tasks find --project \"\(its)\""
    case .taken(let kind, _, let id, _, let project):
      "rota clockify \(kind.plural) get \(id)\(project.map { " --project \($0)" } ?? "")"
    case .nameKept: "the same with another name"
    case .active: "the same with --archive-first"
    case .noTimer, .noPath, .other: nil
    }
  }

  package var ending: SendingError.Ending { if case .noRight = cause { .unreachable } else { .refused } }

  package var error: SendingError { SendingError(text, next: next, ending) }

  private static func entry(_ id: String?, _ day: String?) -> String {
    "entry\(id.map { " \($0)" } ?? "")\(day.map { " of \($0)" } ?? "")"
  }
}

package import ClockifyAPI

/// What one can find, get, add, change and delete in Clockify from the command line.
package enum Kind: String, Sendable, CaseIterable {
  case timeEntry = "time-entry"
  case project, task, client, tag, workspace

  /// As commands name it.
  package var plural: String { self == .timeEntry ? "time-entries" : "\(rawValue)s" }
  /// As sentences name it.
  package var noun: String { self == .timeEntry ? "entry" : rawValue }

  /// Where its rows are, below the address.
  ///
  /// - Parameter project: of tasks.
  package func path(in workspace: String, project: String? = nil) -> String {
    switch self {
    case .workspace: "/workspaces"
    case .task: "/workspaces/\(workspace)/projects/\(project ?? "")/tasks"
    default: "/workspaces/\(workspace)/\(plural)"
    }
  }

  /// Only what is in this state can be deleted (clockify-api.md 3, 4); nil: everything can.
  package var deletable: (field: String, value: JSONTree)? {
    switch self {
    case .project, .client: ("archived", .flag(true))
    case .task: ("status", .text("DONE"))
    case .timeEntry, .tag, .workspace: nil
    }
  }
}

extension JSONTree {
  /// A member of an object, replaced where it is, added at the end where it is not, taken out by nil.
  package mutating func set(_ name: String, _ value: JSONTree?) {
    guard case .object(var members) = self else { return }
    let at = members.firstIndex { $0.name == name }
    switch (at, value) {
    case (let at?, let value?): members[at].value = value
    case (let at?, nil): members.remove(at: at)
    case (nil, let value?): members.append(Member(name, value))
    case (nil, nil): break
    }
    self = .object(members)
  }

  package var members: [Member] { if case .object(let members) = self { members } else { [] } }
  package var elements: [JSONTree] { if case .list(let elements) = self { elements } else { [] } }
  package var isTrue: Bool { self == .flag(true) }
  /// nil: it is none.
  var whole: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
}

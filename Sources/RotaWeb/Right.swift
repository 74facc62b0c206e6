/// What somebody may do; each includes what stands before it.
package enum Right: String, Sendable, CaseIterable, Comparable {
  /// Sees every page.
  case viewer
  /// Changes the plan, gives roles, imports.
  case planner
  /// Switches, lets removals through, keeps users.
  case admin

  package static func < (left: Right, right: Right) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }

  /// Who would have to do it, for a refusal.
  var words: String {
    switch self {
    case .viewer: "anybody who may log in"
    case .planner: "a planner or an admin"
    case .admin: "an admin"
    }
  }
}

/// Who looks at a page.
struct Visitor: Sendable, Equatable {
  let name: String
  let right: Right

  /// Whoever came in by the link that a start prints: there are no accounts.
  static let local = Visitor(name: "local", right: .admin)
}

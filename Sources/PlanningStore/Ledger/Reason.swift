/// Why an entry, or an item, is not where it could be (rule 80). The order is the order of precedence.
package enum Reason: String, Codable, Sendable, CaseIterable, Comparable {
  // Person
  case filtered
  case ignored
  case personArchived = "person_archived"
  case userPending = "user_pending"
  case personNotLinked = "person_not_linked"
  // Type
  case breakEntry = "break"
  case leaveEntry = "leave_entry"
  // Project
  case template
  case archivedUnused = "archived_unused"
  case syncOff = "sync_off"
  case projectWithoutClient = "project_without_client"
  case clientMissing = "client_missing"
  case projectNotLinked = "project_not_linked"
  case noProject = "no_project"
  // Interval
  case running
  case invalidInterval = "invalid_interval"
  case future
  // Local state
  case locked
  case manualPresent = "manual_present"
  case deleteBrake = "delete_brake"

  /// Held time is tried again on every run; the rest is skipped.
  package var isHeld: Bool {
    switch self {
    case .projectWithoutClient, .clientMissing, .projectNotLinked, .personNotLinked, .userPending, .future, .locked,
      .manualPresent, .deleteBrake:
      true
    default: false
    }
  }

  package init(_ freeze: PlanSnapshot.Freeze) {
    switch freeze {
    case .personArchived: self = .personArchived
    case .syncOff: self = .syncOff
    case .locked: self = .locked
    }
  }

  package static func < (left: Reason, right: Reason) -> Bool {
    let order = allCases
    return order.firstIndex(of: left)! < order.firstIndex(of: right)!
  }
}

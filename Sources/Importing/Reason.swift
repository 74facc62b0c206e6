import PlanningStore

/// Why an entry, or an item, is not where it could be (rule 80). The order is the order of precedence.
package enum Reason: String, Sendable, CaseIterable, Comparable {
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

  init(_ freeze: PlanSnapshot.Freeze) {
    switch freeze {
    case .personArchived: self = .personArchived
    case .syncOff: self = .syncOff
    case .locked: self = .locked
    }
  }

  /// In people's words, without a number.
  package var words: String {
    switch self {
    case .filtered: "left out by a filter of the settings"
    case .ignored: "on the ignore list"
    case .personArchived: "person archived here"
    case .userPending: "invited, never joined"
    case .personNotLinked: "person not linked"
    case .breakEntry: "break"
    case .leaveEntry: "leave"
    case .template: "template"
    case .archivedUnused: "archived, not used"
    case .syncOff: "sync_off"
    case .projectWithoutClient: "project without client"
    case .clientMissing: "client not known"
    case .projectNotLinked: "project not linked"
    case .noProject: "no project"
    case .running: "timer running"
    case .invalidInterval: "no possible interval"
    case .future: "in the future"
    case .locked: "date locked"
    case .manualPresent: "hours typed by hand"
    case .deleteBrake: "stopped by the brake"
    }
  }

  package static func < (left: Reason, right: Reason) -> Bool {
    let order = allCases
    return order.firstIndex(of: left)! < order.firstIndex(of: right)!
  }
}

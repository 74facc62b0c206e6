package import PlanningStore

extension Reason {
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
}

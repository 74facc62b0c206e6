/// Events of Clockify that concern rota, the most wanted first: where a plan allows few webhooks, the first ones are taken
/// (live.md 1).
package enum WebhookEvent: String, Codable, Sendable, CaseIterable {
  case newTimeEntry = "NEW_TIME_ENTRY"
  case timerStopped = "TIMER_STOPPED"
  case timeEntryUpdated = "TIME_ENTRY_UPDATED"
  case timeEntryDeleted = "TIME_ENTRY_DELETED"
  case timeEntryRestored = "TIME_ENTRY_RESTORED"
  case timeEntrySplit = "TIME_ENTRY_SPLIT"
  case projectUpdated = "PROJECT_UPDATED"
  case newProject = "NEW_PROJECT"
  case newClient = "NEW_CLIENT"
  case userJoined = "USER_JOINED_WORKSPACE"

  /// Whether it is about a time entry; else about what the lists have.
  package var isOfEntry: Bool {
    switch self {
    case .projectUpdated, .newProject, .newClient, .userJoined: false
    default: true
    }
  }

  /// How many webhooks one person may have (OpenAPI, clockify-api.md 8).
  package static func allowance(isFree: Bool) -> Int { isFree ? 3 : 10 }
}

/// How the receiver is reached, and known.
package enum WebhookAddress {
  /// Of each webhook's address; its path key follows.
  package static let path = "/hooks/clockify/"
  /// A header of every answer of the receiver: by it `rota webhooks install` tells it from whatever else may answer.
  package static let header = "Rota-Live"
}

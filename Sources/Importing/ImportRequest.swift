package import Planning
package import PlanningStore

/// What may be imported (rule 3).
package enum ImportScope: String, Sendable, CaseIterable {
  case clients, projects, people, actuals
  /// Every other field and kind, for those who query (replica.md); decides nothing.
  case replica

  /// What a whole import has beside the replica.
  package static let plan: [ImportScope] = [.clients, .projects, .people, .actuals]
}

/// One import, as asked for.
package struct ImportRequest: Sendable {
  package var trigger: RunTrigger
  package var scopes: Set<ImportScope>
  /// First date to read again; nil: the window of rule 8.
  package var since: CalendarDay?
  /// Last date to read again; nil: today.
  package var until: CalendarDay?
  /// Back to where the first run with actuals read.
  package var isFull = false
  /// Ids, instead of those of the settings; empty: those.
  package var workspaces: [String] = []
  /// Read the time of this person, of this project only.
  package var person: PersonID?
  package var project: ProjectID?
  /// Lets through the removals that this held run listed (rule 53).
  package var confirmedRun: Int64?
  /// Surface and name of who asks for it, as in `web:ana`; nil: nobody says.
  package var startedBy: String?
  /// The run's stamps and its "today"; the machine's clock rules budget, backoff and lock.
  package var now: Instant

  package init(
    trigger: RunTrigger, scopes: Set<ImportScope> = Set(ImportScope.allCases), since: CalendarDay? = nil,
    confirmedRun: Int64? = nil, now: Instant
  ) {
    self.trigger = trigger
    self.scopes = scopes
    self.since = since
    self.confirmedRun = confirmedRun
    self.now = now
  }

  /// Reads less than a night would: the next night's window does not build on it (rule 8).
  package var isNarrowed: Bool {
    since != nil || until != nil || !workspaces.isEmpty || person != nil || project != nil
  }
}

/// Which people and projects are imported at all, by Clockify ids (rule 22).
package struct ImportFilter: Sendable, Equatable {
  package var users: Set<String> = []
  package var groups: Set<String> = []
  package var clients: Set<String> = []
  package var projects: Set<String> = []

  package init() {}

  package var isEmpty: Bool { users.isEmpty && groups.isEmpty && clients.isEmpty && projects.isEmpty }
}

/// The settings that steer an import; names and defaults as in the settings file.
package struct ImportSettings: Sendable {
  /// `auto`: the report, and the lists of each person's entries where it cannot be had.
  package enum TimeSource: String, Sendable, CaseIterable { case auto, reports, entries }
  package enum ManualPolicy: String, Sendable, CaseIterable { case protect, overwrite }

  /// Ids, or `all`; empty: the only workspace that the key sees.
  package var workspaces: [String] = []
  package var source = TimeSource.auto
  package var since: CalendarDay?
  package var windowDays = 45
  package var deepWindowDays = 180
  /// IANA name, for everybody.
  package var timeZone: String?
  package var manualPolicy = ManualPolicy.protect
  package var autofillMode = AutofillMode.days
  package var autofillFrom: CalendarDay?
  package var graceDays = 0
  /// Of "today" and of the end of a week; nil: that of the key's owner.
  package var planningZone: String?
  package var weekStarts = Weekday.monday
  package var minutesPerDay = 480
  package var workingDays = WorkingDays.mondayToFriday
  /// On FREE workspaces, where none is set.
  package var freeRequestsPerHour = 30
  package var historyDays = 400
  /// The planning project that time without a project goes to (rule 33).
  package var catchAllProject: ProjectID?
  /// Empty: everything.
  package var include = ImportFilter()
  package var exclude = ImportFilter()

  /// Whether the filters name somebody with these Clockify ids as not to be imported. Members of groups are known only to
  /// Clockify: nobody is left out here for a group.
  package func leavesOut(_ users: [String]) -> Bool {
    guard !users.isEmpty else { return false }
    let onlyNamed = !include.users.isEmpty && include.groups.isEmpty
    return users.allSatisfy { exclude.users.contains($0) || onlyNamed && !include.users.contains($0) }
  }

  package init() {}
}

package import Planning

/// What may be imported (rule 3).
package enum ImportScope: String, Sendable, CaseIterable {
  case clients, projects, people, actuals
}

/// One import, as asked for.
package struct ImportRequest: Sendable {
  package enum Trigger: String, Sendable { case scheduled, manual, demo }

  package var trigger: Trigger
  package var scopes: Set<ImportScope>
  /// First date to read again; nil: the window of rule 8.
  package var since: CalendarDay?
  /// Lets through the removals that this held run listed (rule 53).
  package var confirmedRun: Int64?
  /// The run's stamps and its "today"; the machine's clock rules budget, backoff and lock.
  package var now: Instant

  package init(
    trigger: Trigger, scopes: Set<ImportScope> = Set(ImportScope.allCases), since: CalendarDay? = nil,
    confirmedRun: Int64? = nil, now: Instant
  ) {
    self.trigger = trigger
    self.scopes = scopes
    self.since = since
    self.confirmedRun = confirmedRun
    self.now = now
  }
}

/// The settings that steer an import; names and defaults as in the settings file.
package struct ImportSettings: Sendable {
  package enum ManualPolicy: String, Sendable, CaseIterable { case protect, overwrite }

  /// Ids; empty: the only workspace that the key sees.
  package var workspaces: [String] = []
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

  package init() {}
}

package import Planning
package import PlanningStore

/// What a live batch reads again, in one workspace: only where to look, never data (live.md 4).
package struct LiveWanted: Sendable {
  /// A time entry, by its Clockify id.
  package struct Entry: Sendable, Hashable {
    package let id: String
    /// Somebody said that it is gone.
    package var isSaidGone = false
    /// Clockify said once that it does not know the id, and a control read that it would know it.
    package var isMissed = false
    /// How often it was read, and was still there though it is said to be gone.
    package var sightings = 0
    /// A report that should have shown it did not.
    package var wasSought = false

    /// A report says nothing more of it.
    package var wasAsked: Bool { isMissed || sightings > 0 || wasSought }

    package init(id: String) {
      self.id = id
    }
  }

  /// One report: a person's time, or everybody's.
  package struct Report: Sendable {
    /// Clockify id; nil: everybody's.
    package var user: String?
    /// On anybody's clock.
    package var days: ClosedRange<CalendarDay>
    /// What it is hoped to show.
    package var entries: [Entry]

    package init(user: String?, days: ClosedRange<CalendarDay>, entries: [Entry] = []) {
      self.user = user
      self.days = days
      self.entries = entries
    }
  }

  package enum Lists: Sendable {
    case no
    /// Where an entry is of a person or project that nobody knows.
    case ifNeeded
    case yes
  }

  package let workspace: String
  package var entries: [Entry] = []
  /// Others that are said to be gone, and wait: they prove nothing.
  package var suspected: Set<String> = []
  package var reports: [Report] = []
  package var lists = Lists.ifNeeded

  package init(workspace: String) {
    self.workspace = workspace
  }
}

/// What became of a live batch.
package struct LiveOutcome: Sendable {
  /// To be asked for again, after so many seconds.
  package var again: [(entry: LiveWanted.Entry, seconds: Double)] = []
  /// Entries of a person or project that is not known wait for the lists.
  package var needsLists = false
  package var hasReadLists = false
  /// The row of the hour; nil: nothing was changed.
  package var run: Int64?
  /// Whose rows in the ledger were written, deletions included.
  package var changed = 0
  package var deleted = 0
  /// Said to be gone, without proof: they stay.
  package var unproved = 0
  /// Gone, and kept as they were because too many went (rule 53).
  package var braked = 0
  package var requests = 0
  /// How long the transaction took, seconds.
  package var settling = 0.0
  package var books = Books()
  /// No whole import with time has run: there is nothing to add to.
  package var isTooEarly = false

  package init() {}
}

/// Clockify's word, twice, that an entry is gone, and how patiently one that is said to be gone is looked for.
package enum LivePatience {
  /// Between the two answers, seconds.
  package static let betweenAnswers = 2.0
  /// Until an entry that is said to be gone, and is still there, is read again: a read may lag behind the event.
  package static let afterSighting = [2.0, 10.0]
}

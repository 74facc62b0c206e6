package import ClockifyAPI
package import Planning
package import PlanningStore

/// What one import did, for people and for `import_run.summary`.
package struct ImportReport: Sendable {
  package var run: Int64
  package var status: RunStatus
  package var startedAt: Instant
  package var window: ClosedRange<CalendarDay>?
  package var requests: Int
  package var books: Books
  package var findings: [Finding]
  package var summary: RunSummary
  package var stopped: ImportStop?
}

/// Why a run ended without having read everything.
package struct ImportStop: Sendable {
  package let cause: ClockifyError
  /// Its name, where there are several.
  package let workspace: String?
  package let isUnreachable: Bool

  init(_ error: ClockifyError, isUnreachable: Bool, in workspace: String? = nil) {
    cause = error
    self.workspace = workspace
    self.isUnreachable = isUnreachable
  }

  /// Seconds since 1970, where waiting helps.
  package var retryAt: Double? { cause.retryAt }

  /// The first failure that says when to go on, else the first; nil: nothing ended early. A refused key is everybody's
  /// only where no workspace could be read (rule 87).
  init?(_ workspaces: [WorkspaceReading]) {
    let failures = workspaces.compactMap { workspace in workspace.failure.map { (workspace.name, $0) } }
    guard let (name, error) = failures.first(where: { $0.1.retryAt != nil }) ?? failures.first else { return nil }
    let isRefused = [.keyRefused, .forbidden].contains(error.code) && !workspaces.contains(where: \.isComplete)
    self.init(
      error, isUnreachable: [.unreachable, .brokenOff].contains(error.code) || isRefused,
      in: workspaces.count > 1 ? name : nil)
  }

  var retryInstant: String? { retryAt.map { Instant(seconds: Int($0.rounded(.up))).description } }
}

/// The JSON of `import_run.summary`.
package struct RunSummary: Codable, Sendable, Equatable {
  package struct Sum: Codable, Sendable, Equatable {
    package var entries = 0
    package var seconds = 0

    package init(entries: Int = 0, seconds: Int = 0) {
      self.entries = entries
      self.seconds = seconds
    }
  }

  /// How far one workspace was read (rule 87).
  package struct Workspace: Codable, Sendable, Equatable {
    package var id: String
    package var name: String
    package var isComplete: Bool
    /// `reports` or `entries`; nil: its time was not asked for.
    package var source: WorkspaceOutcome.Source?
    package var slices: Int
    package var slicesComplete: Int
    package var guaranteedFrom: String?
    package var failure: String?

    enum CodingKeys: String, CodingKey {
      case id, name, source, slices, failure
      case isComplete = "is_complete"
      case slicesComplete = "slices_complete"
      case guaranteedFrom = "guaranteed_from"
    }

    init(_ outcome: WorkspaceOutcome, name: String) {
      id = outcome.workspace
      self.name = name
      isComplete = outcome.isComplete
      source = outcome.source
      slices = outcome.slices
      slicesComplete = outcome.slicesComplete
      guaranteedFrom = outcome.guaranteedFrom?.description
      failure = outcome.failure
    }
  }

  /// What became of one kind of the replica.
  package struct Kind: Codable, Sendable, Equatable {
    package var name: String
    package var workspace: String
    /// As `replica_state` has it.
    package var state: String
    package var new = 0
    package var changed = 0
    package var gone = 0
    package var requests = 0
    /// Why it is not complete.
    package var code: String?
    /// Of a kind that is read by turns: so many of so many were read ever.
    package var read: Int?
    package var of: Int?

    package init(name: String, workspace: String, state: String) {
      self.name = name
      self.workspace = workspace
      self.state = state
    }
  }

  package var workspace = ""
  package var workspaceName = ""
  package var clients: ItemCounts?
  package var projects: ItemCounts?
  package var people: ItemCounts?
  package var actuals: ActualCounts?
  package var skipped: [String: Sum] = [:]
  package var held: [String: Sum] = [:]
  package var entriesNew = 0
  package var entriesChanged = 0
  package var entriesMoved = 0
  package var entriesMissing = 0
  package var entriesDeleted = 0
  /// Placed again from the ledger alone, without having been read (rule 81).
  package var entriesReplaced = 0
  package var repeatedIDs = 0
  package var lookedUp = 0
  /// Minutes × 60 less placed seconds, over the cells written in this run (rule 81).
  package var roundingSeconds = 0
  package var frozenCells = 0
  package var slices = 0
  package var slicesComplete = 0
  /// The oldest date from which on everything has been read completely (rule 54).
  package var guaranteedFrom: String?
  package var stoppedEntries = 0
  package var stoppedSeconds = 0
  package var deadRuns: [Int64] = []
  package var actualsAreOff = false
  package var readsBackTo: String?
  /// Each person's own list was read instead of the report.
  package var usesLists = false
  package var retryAt: String?
  package var conflicts = 0
  /// nil in runs of earlier versions.
  package var workspaces: [Workspace]?
  /// Kinds of the replica; nil: none was asked for.
  package var replica: [Kind]?

  package init() {}

  enum CodingKeys: String, CodingKey {
    case workspace, workspaces, clients, projects, people, actuals, skipped, held, slices, conflicts, replica
    case workspaceName = "workspace_name"
    case entriesNew = "entries_new"
    case entriesChanged = "entries_changed"
    case entriesMoved = "entries_moved"
    case entriesMissing = "entries_missing"
    case entriesDeleted = "entries_deleted"
    case entriesReplaced = "entries_replaced"
    case repeatedIDs = "repeated_ids"
    case lookedUp = "looked_up"
    case roundingSeconds = "rounding_seconds"
    case frozenCells = "frozen_cells"
    case slicesComplete = "slices_complete"
    case guaranteedFrom = "guaranteed_from"
    case stoppedEntries = "stopped_entries"
    case stoppedSeconds = "stopped_seconds"
    case deadRuns = "dead_runs"
    case actualsAreOff = "actuals_are_off"
    case readsBackTo = "reads_back_to"
    case usesLists = "uses_lists"
    case retryAt = "retry_at"
  }
}

/// Why an import was refused or broke, as facts; nothing was changed. `Steering` words it.
package enum ImportError: Error, Sendable {
  package struct Workspace: Sendable {
    package let id: String
    package let name: String

    init(_ workspace: ClockifyWorkspace) {
      id = workspace.id
      name = workspace.name ?? "?"
    }
  }

  /// A group that a filter names.
  package struct Group: Sendable {
    package let id: String
    package let isIncluded: Bool
    /// nil: no workspace that was ever read has it.
    package let known: (name: String?, members: [String])?
  }

  /// How the books do not balance (rule 81).
  package enum Imbalance: Sendable {
    case entry(id: String, read: Int, ledger: Int)
    case entryGone(id: String)
    case entryWithoutPlace
    /// Minutes against seconds, by more than rounding explains.
    case rounding(seconds: Int)
    case sums(read: Int, Books)
  }

  /// The settings name a workspace that the key does not see.
  case noWorkspace(id: String, visible: [Workspace])
  /// Several, and none was chosen; or none at all.
  case workspaceChoice(visible: [Workspace])
  /// `--confirm-deletes` names no waiting plan; `waiting`: the run that has one.
  case noPlan(confirmed: Int64, waiting: Int64?)
  case unbalanced(Imbalance)
  /// Rows name items that are not there.
  case damagedLinks([Fault])
  /// A setting that only the database can tell to be wrong.
  case noCatchAll(ProjectID)
  case unknownGroups([Group])
}

/// A run that broke: which, and what broke it. Nothing of it but mirror pages was kept.
package struct RunFailed: Error, Sendable {
  package let run: Int64
  package let cause: any Error
}

/// A run that was asked to stop (rule 82).
package struct RunInterrupted: Error, Sendable {
  package let run: Int64
  /// The import itself had ended; what is kept beside the plan was still being read.
  package let isDone: Bool

  package init(run: Int64, isDone: Bool = false) {
    self.run = run
    self.isDone = isDone
  }
}

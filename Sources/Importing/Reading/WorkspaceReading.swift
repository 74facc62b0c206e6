import ClockifyAPI
import Planning
import PlanningStore

/// One workspace in one run: what was asked of it, what arrived, what went wrong, what is believed (rule 87).
struct WorkspaceReading: Sendable {
  let workspace: ClockifyWorkspace
  /// Clockify ids of everybody who is listed; nil: its lists could not be read.
  var listedUsers: [String]?
  /// When reading its lists began, by the machine's clock.
  var listedAt: Instant?
  /// nil: its time is not asked for.
  var plan: ReadingPlan?
  var source = WorkspaceOutcome.Source.reports
  var slices: [SliceOutcome] = []
  /// How many slices of the plan were not tried yet; nil: none was.
  var slicesLeft: Int?
  /// Slices whose totals the server states otherwise than it sends, twice the same (rule 6).
  var totalsDisagreed = 0
  /// What ended its reading early.
  var failure: ClockifyError?
  var losses = Losses()

  init(_ workspace: ClockifyWorkspace) {
    self.workspace = workspace
  }

  var id: String { workspace.id }
  var name: String { workspace.name ?? workspace.id }

  /// One slice as it was asked for and as it arrived.
  struct SliceOutcome: Sendable {
    let stretch: ReadingPlan.Stretch
    /// Whose time was asked for, and of which projects.
    var scope = ReadingPlan.Scope.everything
    var entries = 0
    var seconds = 0
    var isComplete = false
    /// The server states more than it sends: nothing may be called missing (rule 6).
    var isShort = false
    /// What did not come back in it may be called missing.
    var provesAbsence: Bool { isComplete && !isShort }

    var from: Instant { Instant(seconds: stretch.slice.from) }
    var to: Instant { Instant(seconds: stretch.slice.to) }

    var stored: ReadSlice {
      ReadSlice(
        dates: stretch.dates, from: from, to: to, entries: entries, seconds: seconds, isComplete: isComplete)
    }
  }

  /// How many slices of the plan, of the report or of everybody's own lists, were read or tried, and are left as far as is
  /// known now.
  var wantedSlices: Int { slices.count + (slicesLeft ?? plan?.slicing.left ?? 0) }

  /// Lists and, where time is read, every slice: rule 6.
  var isComplete: Bool {
    listedUsers != nil && slices.count == wantedSlices && slices.allSatisfy(\.isComplete)
  }

  /// What was read of these users' whole time; nil: of everybody's, which with lists means of everybody who is listed.
  func coverage(for users: Set<String>? = nil) -> Coverage {
    let users = users ?? (source == .entries ? Set(listedUsers ?? []) : nil)
    return Coverage([
      slices.filter { slice in
        slice.isComplete && slice.scope.projects == nil
          && (slice.scope.users.map { read in users.map { $0.isSubset(of: read) } ?? false } ?? true)
      }.map(\.stored)
    ])
  }

  /// For the run log and for the next night's plan. - Parameter today: in the planning zone.
  func outcome(today: CalendarDay) -> WorkspaceOutcome {
    var outcome = WorkspaceOutcome(workspace: id, isComplete: isComplete)
    outcome.failure = failure?.description
    guard let plan else { return outcome }
    outcome.source = source
    outcome.window = plan.window
    outcome.slices = wantedSlices
    outcome.slicesComplete = slices.count { $0.isComplete }
    outcome.guaranteedFrom = coverage().unbrokenStart(through: today).map { max($0, plan.window.lowerBound) }
    return outcome
  }
}

/// Whose time stays wholly as it was (rules 53, 89).
struct Brakes: Sendable {
  private let byWorkspace: [String: Losses]
  /// Users and projects whose stored time a filter would take away, too much at once.
  private var filtered: Set<Pair> = []
  private var filteredUsers: Set<String> = []

  static let none = Brakes([])

  init(_ workspaces: [WorkspaceReading]) {
    byWorkspace = Dictionary(
      workspaces.filter(\.losses.isBraked).map { ($0.id, $0.losses) }, uniquingKeysWith: { $1 })
  }

  mutating func hold(filtered pairs: Set<Pair>) {
    filtered = pairs
    filteredUsers = Set(pairs.map(\.user))
  }

  var isEmpty: Bool { byWorkspace.isEmpty && filtered.isEmpty }

  /// An entry of this user and project, in this workspace.
  func hold(_ pair: Pair, in workspace: String) -> Bool {
    filtered.contains(pair) || hold(pair.user, in: workspace)
  }

  func hold(_ user: String, in workspace: String) -> Bool { byWorkspace[workspace]?.isBraked(user) ?? false }

  /// Some of a user's time, because of a filter.
  func holdFiltered(_ user: String) -> Bool { filteredUsers.contains(user) }

  /// Any of a user's time, in any workspace.
  func hold(_ user: String) -> Bool {
    holdFiltered(user) || byWorkspace.values.contains { $0.isBraked(user) }
  }
}

import ClockifyAPI
import Planning
import PlanningStore

/// The time entries that this run has read, each once, of all workspaces (rule 7).
struct EntryReading: Sendable {
  /// Seconds of each entry that was read, by entry key; -1: not read.
  private(set) var secondsByKey: [Int32] = []
  /// The same of a handful, so that nothing grows with the entries that there are; nil: of many.
  private var few: [Int: Int32]?
  private(set) var entries = 0
  private(set) var seconds = 0
  var repeatedIDs = 0
  /// Projects with time in the window.
  var projectsWithTime: Set<String> = []
  private(set) var warnings: [EntryWarning: RunSummary.Sum] = [:]
  /// No entry was known before this run: nothing can be missing.
  var mirrorWasEmpty = false
  var before = LedgerBefore()

  init() {}

  /// Of a handful of entries, as a live batch reads.
  init(before: LedgerBefore) {
    few = [:]
    self.before = before
  }

  var isOfFew: Bool { few != nil }
  var hasWarnings: Bool { !warnings.isEmpty }

  func isRead(_ key: Int) -> Bool {
    if let few { return few[key] != nil }
    return key < secondsByKey.count && secondsByKey[key] >= 0
  }
  func secondsRead(_ key: Int) -> Int { Int(few.map { $0[key] ?? 0 } ?? secondsByKey[key]) }

  /// Distinct entries count once; what arrived last counts (rule 7).
  mutating func count(_ key: Int, seconds new: Int) {
    let new = Int32(clamping: new)
    if few != nil {
      let old = few!.updateValue(new, forKey: key)
      if let old { seconds -= Int(old) } else { entries += 1 }
      seconds += Int(new)
      return
    }
    if key >= secondsByKey.count {
      secondsByKey += repeatElement(-1, count: max(1024, key + 1 - secondsByKey.count + secondsByKey.count / 2))
    }
    let old = secondsByKey[key]
    if old < 0 { entries += 1 } else { seconds -= Int(old) }
    secondsByKey[key] = new
    seconds += Int(new)
  }

  mutating func warn(_ warning: EntryWarning, seconds: Int) {
    warnings[warning, default: .init()].entries += 1
    warnings[warning]!.seconds = warnings[warning]!.seconds.addingSaturated(seconds)
  }

  func forEachRead(_ body: (Int, Int) throws -> Void) rethrows {
    if let few { return try few.sorted { $0.key < $1.key }.forEach { try body($0.key, Int($0.value)) } }
    for key in secondsByKey.indices where secondsByKey[key] >= 0 { try body(key, Int(secondsByKey[key])) }
  }
}

/// A warning about entries, per person and project (rules 31, 32, 40, 93).
struct EntryWarning: Hashable, Sendable {
  enum Code: Sendable {
    case longEntry, overlap, noBillableFlag
    /// A timer that runs for more than 24 hours.
    case oldTimer
    case absurd

    /// What it makes a finding of by itself; nil: it belongs to the finding of its reason.
    var oddity: FindingFact.Oddity? {
      switch self {
      case .longEntry: .longEntry
      case .overlap: .overlap
      case .noBillableFlag: .noBillableFlag
      case .oldTimer, .absurd: nil
      }
    }
  }
  let code: Code
  let user: String
  let project: String
}

extension ImportPipeline {
  /// Reads the slices of one workspace's plan, newest first, page by page into the mirror (rules 2, 6, 7).
  func readEntries(
    _ workspace: inout WorkspaceReading, owner: ClockifyUser, run: Int64, into reading: inout EntryReading
  )
    async throws
  {
    guard let plan = workspace.plan else { return }
    var intake = try database.read {
      try EntryIntake(
        plan: plan, workspace: workspace.id, owner: owner, settings: settings, now: request.now, run: run, session: $0)
    }
    if settings.source == .entries {
      return try await readLists(&workspace, plan, run: run, intake: &intake, reading: &reading)
    }
    var failures = 0
    var slicing = plan.slicing
    var begun: BegunReport?
    while let stretch = slicing.next {
      var outcome = WorkspaceReading.SliceOutcome(stretch: stretch, scope: plan.scope)
      do {
        begun = try await read(
          &outcome, of: &workspace, begun: begun, slicing: slicing, intake: &intake, reading: &reading)
      } catch let error as ClockifyError where error.status == 400 && slicing.isLong {
        slicing.shorten()
        begun = nil
        continue
      } catch let error as ClockifyError {
        if settings.source == .auto, error.saysNoReports, workspace.slices.isEmpty {
          return try await readLists(&workspace, plan, run: run, intake: &intake, reading: &reading)
        }
        workspace.failure = workspace.failure ?? error
        failures += 1
        begun = nil
      }
      intake.endSlice(into: &reading)
      slicing.advance(entries: outcome.isComplete ? outcome.entries : nil)
      workspace.slicesLeft = slicing.left
      try note(outcome, run: run, in: &workspace)
      if let failure = workspace.failure, failures > 1 || failure.endsReading { break }
    }
  }

  /// Keeps what was read for this run's books and, but for a choice of projects, for the next run's plan.
  func note(_ outcome: WorkspaceReading.SliceOutcome, run: Int64, in workspace: inout WorkspaceReading) throws {
    workspace.slices.append(outcome)
    guard outcome.scope.projects == nil else { return }
    try keep(
      outcome, of: workspace.id, for: outcome.scope.users.map { $0.sorted().map(Optional.some) } ?? [nil], run: run)
  }

  /// - Parameter users: whose time the slice holds; nil: everybody's.
  func keep(
    _ outcome: WorkspaceReading.SliceOutcome, of workspace: String, for users: [String?], run: Int64
  ) throws {
    try database.write { session in
      for user in users { try session.coverage.add(outcome.stored, of: user, workspace: workspace, run: run) }
    }
  }

  /// One slice: twice, if what arrived and the server's totals disagree (rule 6).
  ///
  /// - Parameter begun: the slice's first page, asked for while the slice before it ended.
  /// - Returns: the same of the slice that follows.
  private func read(
    _ outcome: inout WorkspaceReading.SliceOutcome, of workspace: inout WorkspaceReading, begun: BegunReport?,
    slicing: Slicing, intake: inout EntryIntake, reading: inout EntryReading
  ) async throws -> BegunReport? {
    let (first, following) = try await pass(
      &outcome, of: workspace.id, begun: begun, slicing: slicing, intake: &intake, reading: &reading)
    if first.reachedEnd, first.agreesWithTotals {
      outcome.isComplete = true
      return following
    }
    let (second, _) = try await pass(
      &outcome, of: workspace.id, begun: nil, slicing: slicing, intake: &intake, reading: &reading)
    guard second.reachedEnd else { return nil }
    if second.agreesWithTotals {
      outcome.isComplete = true
    } else if first.fingerprint == second.fingerprint, first.entries == second.entries {
      outcome.isComplete = true
      outcome.isShort = second.isShortOfTotals
      workspace.totalsDisagreed += 1
    }
    return nil
  }

  private func pass(
    _ outcome: inout WorkspaceReading.SliceOutcome, of workspace: String, begun: BegunReport?, slicing: Slicing,
    intake: inout EntryIntake, reading: inout EntryReading
  ) async throws -> (reading: SliceReading, following: BegunReport?) {
    let firstDay = outcome.from.utcDay
    let scope = outcome.scope
    var following: BegunReport?
    outcome.entries = 0
    outcome.seconds = 0
    let result = try await source.readReport(
      in: workspace, slice: outcome.stretch.slice, users: scope.users, projects: scope.projects, begun: begun,
      shrinksPages: !slicing.isLong, prepare: ArrivedPage.init, restart: { intake.beginPass() }
    ) { page, sofar in
      if sofar.reachedEnd, sofar.agreesWithTotals {
        // The first page of the slice that follows is under way while this one's last is written.
        var rest = slicing
        rest.advance(entries: sofar.entries)
        if let next = rest.next {
          following = await source.beginReport(
            in: workspace, slice: next.slice, users: scope.users, projects: scope.projects)
        }
      }
      try take(page, &intake, &reading)
      outcome.entries = sofar.entries
      outcome.seconds = sofar.seconds
      progress(.time(from: firstDay, entries: sofar.entries, of: sofar.statedEntries ?? sofar.entries))
    }
    reading.repeatedIDs += result.repeatedIDs
    return (result, following)
  }

  /// One page into the mirror, in one transaction.
  func take(_ page: ArrivedPage, _ intake: inout EntryIntake, _ reading: inout EntryReading) throws {
    try Task.checkCancellation()
    try database.write { session in
      for index in page.byID { try intake.take(page.entries[index], into: &reading, session: session) }
    }
    intake.noteOverlaps(page)
  }
}

extension ClockifyError {
  /// Asking for the workspace's next slice would fail the same way.
  var endsReading: Bool {
    switch code {
    case .keyRefused, .forbidden, .routeMissing, .redirected: true
    default: endsRun
    }
  }

  /// Asking for another workspace would fail the same way (rule 87).
  var endsRun: Bool {
    switch code {
    case .budgetExhausted, .unreachable, .brokenOff, .badAddress, .badCredential: true
    default: false
    }
  }

  /// The reports service is not there, or not for this key.
  var saysNoReports: Bool { [.routeMissing, .forbidden].contains(code) }
}

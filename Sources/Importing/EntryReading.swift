import ClockifyAPI
import Planning
import PlanningStore

/// What this run has read of the time entries.
struct EntryReading: Sendable {
  struct SliceOutcome: Sendable {
    let workspace: String
    let slice: ReportSlice
    /// Whose time was asked for, and of which projects.
    var scope = ReadingPlan.Scope.everything
    var entries = 0
    var seconds = 0
    var isComplete = false
    /// The server states more than it sends: nothing may be called missing (rule 6).
    var isShort = false
    /// What did not come back in it may be called missing.
    var provesAbsence: Bool { isComplete && !isShort }
  }

  var slices: [SliceOutcome] = []
  /// Seconds of each entry that was read, by entry key; -1: not read.
  private(set) var secondsByKey: [Int32] = []
  private(set) var entries = 0
  private(set) var seconds = 0
  var repeatedIDs = 0
  /// Pairs with time in the window that nothing but a missing item could keep from being placed (rule 18).
  var wantedPairs: Set<Pair> = []
  private(set) var warnings: [EntryWarning: RunSummary.Sum] = [:]
  /// What ended reading early.
  var failure: ClockifyError?
  var totalsDisagreed = 0
  /// Each person's own entries were listed instead of the report: removed people are not covered.
  var usesLists = false
  /// No entry was known before this run: nothing can be missing.
  var mirrorWasEmpty = false

  /// What this run has read of everything in a workspace, completely.
  func coverage(of workspace: String, for users: Set<String>? = nil) -> Coverage {
    Coverage(
      slices.filter { slice in
        slice.workspace == workspace && slice.isComplete && slice.scope.projects == nil
          && (slice.scope.users.map { read in users.map { $0.isSubset(of: read) } ?? false } ?? true)
      }.map(\.slice))
  }

  func isRead(_ key: Int) -> Bool { key < secondsByKey.count && secondsByKey[key] >= 0 }
  func secondsRead(_ key: Int) -> Int { Int(secondsByKey[key]) }

  /// Distinct entries count once; what arrived last counts (rule 7).
  mutating func count(_ key: Int, seconds new: Int) {
    if key >= secondsByKey.count {
      secondsByKey += repeatElement(-1, count: max(1024, key + 1 - secondsByKey.count + secondsByKey.count / 2))
    }
    let old = secondsByKey[key]
    if old < 0 { entries += 1 } else { seconds -= Int(old) }
    secondsByKey[key] = Int32(clamping: new)
    seconds += Int(secondsByKey[key])
  }

  mutating func warn(_ warning: EntryWarning, seconds: Int) {
    warnings[warning, default: .init()].entries += 1
    warnings[warning]!.seconds += seconds
  }

  func forEachRead(_ body: (Int, Int) throws -> Void) rethrows {
    for key in secondsByKey.indices where secondsByKey[key] >= 0 { try body(key, Int(secondsByKey[key])) }
  }
}

/// A warning about counted entries, per person and project (rules 32, 31, 40).
struct EntryWarning: Hashable, Sendable {
  enum Code: String, Sendable {
    case longEntry = "long_entry"
    case overlap
    case noBillableFlag = "no_billable_flag"
    case oldTimer = "running"
  }
  let code: Code
  let user: String
  let project: String
}

extension ImportPipeline {
  /// Reads the plan's slices, newest first, page by page into the mirror (rules 2, 6, 7).
  func readEntries(_ plan: ReadingPlan, lists: Lists, run: Int64, into reading: inout EntryReading) async throws {
    let slices = plan.slices
    guard !slices.isEmpty else { return }
    let (snapshot, users) = try database.read { session in
      (try session.planSnapshot(), try session.mirroredUsers())
    }
    var intake = EntryIntake(
      plan: plan, snapshot: snapshot, lists: lists, settings: settings, now: request.now, users: users, run: run)
    if settings.source == .entries {
      return try await readLists(plan, lists: lists, run: run, intake: &intake, reading: &reading)
    }
    var failures = 0
    for slice in slices {
      var outcome = EntryReading.SliceOutcome(workspace: lists.id, slice: slice, scope: plan.scope)
      do {
        try await read(slice, intake: &intake, reading: &reading, outcome: &outcome)
      } catch let error as ClockifyError {
        if settings.source == .auto, error.saysNoReports, slice == slices.first {
          return try await readLists(plan, lists: lists, run: run, intake: &intake, reading: &reading)
        }
        reading.failure = reading.failure ?? error
        failures += 1
      }
      intake.endSlice(into: &reading)
      try note(outcome, run: run, in: &reading)
      if let failure = reading.failure, failures > 1 || failure.endsReading { break }
    }
  }

  /// Keeps what was read for this run's books and, but for a choice of projects, for the next run's plan.
  func note(_ outcome: EntryReading.SliceOutcome, run: Int64, in reading: inout EntryReading) throws {
    reading.slices.append(outcome)
    guard outcome.scope.projects == nil else { return }
    try keep(outcome, for: outcome.scope.users.map { $0.sorted().map(Optional.some) } ?? [nil], run: run)
  }

  /// - Parameter users: whose time the slice holds; nil: everybody's.
  func keep(_ outcome: EntryReading.SliceOutcome, for users: [String?], run: Int64) throws {
    let (from, to) = (Instant(seconds: outcome.slice.from), Instant(seconds: outcome.slice.to))
    try database.write { session in
      for user in users {
        try session.addReadSlice(
          run: run, workspace: outcome.workspace, user: user, from: from, to: to, entries: outcome.entries,
          seconds: outcome.seconds, isComplete: outcome.isComplete)
      }
    }
  }

  /// One slice: twice, if what arrived and the server's totals disagree (rule 6).
  private func read(
    _ slice: ReportSlice, intake: inout EntryIntake, reading: inout EntryReading,
    outcome: inout EntryReading.SliceOutcome
  ) async throws {
    let first = try await pass(slice, intake: &intake, reading: &reading, outcome: &outcome)
    if first.reachedEnd, first.agreesWithTotals {
      outcome.isComplete = true
      return
    }
    let second = try await pass(slice, intake: &intake, reading: &reading, outcome: &outcome)
    guard second.reachedEnd else { return }
    if second.agreesWithTotals {
      outcome.isComplete = true
    } else if first.fingerprint == second.fingerprint, first.entries == second.entries {
      outcome.isComplete = true
      outcome.isShort = second.isShortOfTotals
      reading.totalsDisagreed += 1
    }
  }

  private func pass(
    _ slice: ReportSlice, intake: inout EntryIntake, reading: inout EntryReading,
    outcome: inout EntryReading.SliceOutcome
  ) async throws -> SliceReading {
    let firstDay = Instant(seconds: slice.from).utcDay
    intake.beginPass()
    outcome.entries = 0
    outcome.seconds = 0
    let result = try await source.readReport(
      in: intake.workspace, slice: slice, users: outcome.scope.users, projects: outcome.scope.projects
    ) { entries, sofar in
      try take(entries, &intake, &reading)
      outcome.entries = sofar.entries
      outcome.seconds = sofar.seconds
      progress("Reading time from \(firstDay): \(sofar.entries) of \(sofar.statedEntries ?? sofar.entries) entries")
    }
    reading.repeatedIDs += result.repeatedIDs
    return result
  }

  /// One page into the mirror, in one transaction.
  func take(_ entries: [ClockifyTimeEntry], _ intake: inout EntryIntake, _ reading: inout EntryReading) throws {
    try Task.checkCancellation()
    try database.write { session in
      for entry in entries.sorted(by: { $0.id < $1.id }) { try intake.take(entry, into: &reading, session: session) }
    }
    intake.noteOverlaps(entries)
  }
}

extension ClockifyError {
  /// Asking for the next slice would fail the same way.
  var endsReading: Bool {
    switch code {
    case .budgetExhausted, .unreachable, .keyRefused, .forbidden, .routeMissing, .badAddress, .redirected: true
    default: false
    }
  }

  /// The reports service is not there, or not for this key.
  var saysNoReports: Bool { [.routeMissing, .forbidden].contains(code) }
}

import ClockifyAPI
import Planning
import PlanningStore

/// Takes one workspace's arriving entries into the mirror: decides the date, leaves padding alone, notes what is odd.
struct EntryIntake {
  private let plan: ReadingPlan
  private let workspace: String
  private let now: Instant
  private let run: Int64
  private let knownUsers: Set<String>
  private var zones: ZoneChooser
  private var unlistedUsers: Set<String> = []
  private var overlaps = Overlaps()
  /// The last entry was new: the next one is too, most likely.
  private var expectsNew = false

  init(
    plan: ReadingPlan, workspace: String, owner: ClockifyUser, settings: ImportSettings, now: Instant, run: Int64,
    session: StoreSession
  ) throws {
    self.plan = plan
    self.workspace = workspace
    self.now = now
    self.run = run
    knownUsers = try session.accounts.known(in: workspace)
    zones = ZoneChooser(
      settings: settings, plan: try session.plan.snapshot(), accounts: try session.accounts.all(), owner: owner.timeZone
    )
  }

  mutating func beginPass() { overlaps.beginPass() }
  mutating func endSlice(into reading: inout EntryReading) { overlaps.endSlice(into: &reading) }

  /// - Returns: the entry's key; nil if it is padding that the ledger does not know (rule 81).
  @discardableResult
  mutating func take(
    _ arrived: ArrivedEntry, into reading: inout EntryReading, session: StoreSession
  ) throws -> Int? {
    let (entry, mirrored) = (arrived.entry, arrived.mirrored)
    let isWanted = plan.takesIn(zones.zone(user: entry.userID, row: entry.timeZone).day(of: mirrored.start))
    let merged = try session.entries.merge(
      mirrored, workspace: workspace, run: run, keepsNew: isWanted, before: reading.before, expectsNew: expectsNew)
    guard let merged else { return nil }
    expectsNew = merged.isNew
    let isFirst = merged.isNew || !reading.isRead(merged.key)
    reading.count(merged.key, seconds: mirrored.seconds)
    if !knownUsers.contains(entry.userID), unlistedUsers.insert(entry.userID).inserted {
      try session.mirror.noteUnlisted(
        user: entry.userID, name: entry.userName, email: entry.userEmail, workspace: workspace, run: run, at: now)
    }
    if arrived.isCounted, isWanted, let project = entry.projectID { reading.projectsWithTime.insert(project) }
    if isFirst { note(arrived, into: &reading) }
    return merged.key
  }

  private func note(_ arrived: ArrivedEntry, into reading: inout EntryReading) {
    let (entry, mirrored) = (arrived.entry, arrived.mirrored)
    func warn(_ code: EntryWarning.Code, seconds: Int) {
      reading.warn(EntryWarning(code: code, user: entry.userID, project: entry.projectID ?? ""), seconds: seconds)
    }
    if entry.end == nil, now - mirrored.start > 86_400 { warn(.oldTimer, seconds: 0) }
    if mirrored.isAbsurd { warn(.absurd, seconds: entry.statedSeconds ?? (entry.end ?? entry.start) - entry.start) }
    guard arrived.isCounted else { return }
    if mirrored.seconds > 86_400 { warn(.longEntry, seconds: mirrored.seconds) }
    if entry.billable == nil { warn(.noBillableFlag, seconds: mirrored.seconds) }
  }

  mutating func noteOverlaps(_ page: ArrivedPage) { overlaps.note(page) }
}

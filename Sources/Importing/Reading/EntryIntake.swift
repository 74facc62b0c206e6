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
  /// nil: no entry named a task yet.
  private var knownTasks: Set<String>?
  private var overlaps = Overlaps()
  /// The last entry was new: the next one is too, most likely.
  private var expectsNew = false
  /// What is read by its id alone (`Entries.merge`).
  var leavesDetails = false
  /// Some row of the mirror was written.
  private(set) var hasWritten = false

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
    let user = arrived.mirrored.userID
    let zone = zones.zone(user: user, row: arrived.mirrored.timeZone)
    let isWanted = plan.takesIn(zone.day(of: arrived.mirrored.start))
    let merged = try session.entries.merge(
      arrived.mirrored, workspace: workspace, run: run, keepsNew: isWanted, before: reading.before,
      expectsNew: expectsNew, leavesDetails: leavesDetails)
    guard let merged else { return nil }
    expectsNew = merged.isNew
    if merged.isWritten { hasWritten = true }
    let isFirst = merged.isNew || !reading.isRead(merged.key)
    reading.count(merged.key, seconds: arrived.mirrored.seconds)
    if !knownUsers.contains(user), unlistedUsers.insert(user).inserted {
      try session.mirror.noteUnlisted(
        user: user, name: arrived.userName, email: arrived.userEmail, workspace: workspace, run: run, at: now)
    }
    if let name = arrived.taskName, let task = arrived.mirrored.taskID, try isUnknown(task, session) {
      try session.replica.noteUnlisted(
        task: task, name: name, project: arrived.mirrored.projectID, workspace: workspace, run: run)
    }
    if arrived.isCounted, isWanted, let project = arrived.mirrored.projectID {
      reading.projectsWithTime.insert(project)
    }
    if isFirst { note(arrived, into: &reading) }
    return merged.key
  }

  /// The first time that a task comes which no row has.
  private mutating func isUnknown(_ task: String, _ session: StoreSession) throws -> Bool {
    if knownTasks == nil { knownTasks = try session.replica.knownTasks(in: workspace) }
    return knownTasks!.insert(task).inserted
  }

  private func note(_ arrived: ArrivedEntry, into reading: inout EntryReading) {
    func warn(_ code: EntryWarning.Code, seconds: Int) {
      let (user, project) = (arrived.mirrored.userID, arrived.mirrored.projectID ?? "")
      reading.warn(EntryWarning(code: code, user: user, project: project), seconds: seconds)
    }
    let start = arrived.mirrored.start
    if let end = arrived.mirrored.end {
      if arrived.mirrored.isAbsurd { warn(.absurd, seconds: arrived.statedSeconds ?? end - start) }
    } else if now - start > 86_400 {
      warn(.oldTimer, seconds: 0)
    }
    guard arrived.isCounted else { return }
    if arrived.mirrored.seconds > 86_400 { warn(.longEntry, seconds: arrived.mirrored.seconds) }
    if arrived.mirrored.billable == nil { warn(.noBillableFlag, seconds: arrived.mirrored.seconds) }
  }

  mutating func noteOverlaps(_ page: ArrivedPage) { overlaps.note(page) }
}

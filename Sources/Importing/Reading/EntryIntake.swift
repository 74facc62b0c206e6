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
    _ entry: ClockifyTimeEntry, into reading: inout EntryReading, session: StoreSession
  ) throws -> Int? {
    let mirrored = MirrorEntry(entry)
    let zone = zones.zone(user: entry.userID, row: entry.timeZone)
    let day = zone.day(of: mirrored.start)
    let isWanted = plan.takesIn(day)
    let key = try session.entries.merge(
      mirrored, workspace: workspace, run: run, keepsNew: isWanted, gone: reading.goneBefore)
    guard let key else { return nil }
    let isFirst = !reading.isRead(key)
    reading.count(key, seconds: mirrored.seconds)
    if !knownUsers.contains(entry.userID), unlistedUsers.insert(entry.userID).inserted {
      try session.mirror.noteUnlisted(
        user: entry.userID, name: entry.userName, email: entry.userEmail, workspace: workspace, run: run, at: now)
    }
    let isCounted = mirrored.seconds > 0 && [nil, "REGULAR"].contains(entry.type)
    if isCounted, isWanted, let project = entry.projectID { reading.projectsWithTime.insert(project) }
    if isFirst { note(entry, mirrored, isCounted: isCounted, into: &reading) }
    return key
  }

  private func note(
    _ entry: ClockifyTimeEntry, _ mirrored: MirrorEntry, isCounted: Bool, into reading: inout EntryReading
  ) {
    func warn(_ code: EntryWarning.Code, seconds: Int) {
      reading.warn(EntryWarning(code: code, user: entry.userID, project: entry.projectID ?? ""), seconds: seconds)
    }
    if entry.end == nil, now - mirrored.start > 86_400 { warn(.oldTimer, seconds: 0) }
    if mirrored.isAbsurd { warn(.absurd, seconds: entry.statedSeconds ?? (entry.end ?? entry.start) - entry.start) }
    guard isCounted else { return }
    if mirrored.seconds > 86_400 { warn(.longEntry, seconds: mirrored.seconds) }
    if entry.billable == nil { warn(.noBillableFlag, seconds: mirrored.seconds) }
  }

  mutating func noteOverlaps(_ entries: [ClockifyTimeEntry]) { overlaps.note(entries) }
}

extension MirrorEntry {
  init(_ entry: ClockifyTimeEntry) {
    let project = entry.projectID
    let content = ContentHash.of(
      entry.userID, project, "\(entry.start)", entry.end.map(String.init), entry.billable.map { $0 ? "1" : "0" },
      entry.type)
    self.init(
      id: entry.id, userID: entry.userID, projectID: project, taskID: entry.taskID, description: entry.description,
      billable: entry.billable, type: entry.type, start: Instant(seconds: entry.start),
      end: entry.end.map { Instant(seconds: $0) }, timeZone: entry.timeZone,
      contentHash: Int64(bitPattern: content),
      detailHash: Int64(bitPattern: ContentHash.of(entry.taskID, entry.description)))
  }
}

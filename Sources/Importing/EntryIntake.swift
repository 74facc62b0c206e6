import ClockifyAPI
import Planning
import PlanningStore

/// Takes arriving entries into the mirror: decides the date, leaves padding alone, notes what they need.
struct EntryIntake {
  private let window: ClosedRange<CalendarDay>
  private let lists: Lists
  private let now: Instant
  private let run: Int64
  private let snapshot: PlanSnapshot
  private let knownUsers: Set<String>
  private var zones: ZoneChooser
  private var unlistedUsers: Set<String> = []
  private var overlaps = Overlaps()

  var workspace: String { lists.workspace.id }

  init(
    plan: ReadingPlan, snapshot: PlanSnapshot, lists: Lists, settings: ImportSettings, now: Instant,
    users: [MirrorUser], run: Int64
  ) {
    window = plan.window
    self.lists = lists
    self.now = now
    self.run = run
    self.snapshot = snapshot
    knownUsers = Set(users.map(\.id))
    zones = ZoneChooser(settings: settings, plan: snapshot, users: users, owner: lists.owner.timeZone)
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
    let isFuture = day > zone.day(of: now)
    let isInWindow = day >= window.lowerBound
    guard let key = try session.merge(mirrored, workspace: workspace, run: run, keepsNew: isInWindow) else {
      return nil
    }
    let isFirst = !reading.isRead(key)
    reading.count(key, seconds: mirrored.seconds)
    if !knownUsers.contains(entry.userID), unlistedUsers.insert(entry.userID).inserted {
      try session.noteUnlisted(
        user: entry.userID, name: entry.userName, email: entry.userEmail, workspace: workspace, run: run, at: now)
    }
    let isCounted = mirrored.seconds > 0 && [nil, "REGULAR"].contains(entry.type)
    if isCounted, isInWindow, !isFuture, let project = entry.projectID,
      !snapshot.isLocked(day, on: snapshot.planningID(.project, project))
    {
      reading.wantedPairs.insert(Pair(user: entry.userID, project: project))
    }
    if isFirst { note(entry, mirrored, isCounted: isCounted, into: &reading) }
    return key
  }

  private func note(
    _ entry: ClockifyTimeEntry, _ mirrored: MirrorEntry, isCounted: Bool, into reading: inout EntryReading
  ) {
    func warn(_ code: EntryWarning.Code) {
      reading.warn(
        EntryWarning(code: code, user: entry.userID, project: entry.projectID ?? ""), seconds: mirrored.seconds)
    }
    if entry.end == nil, now - mirrored.start > 86_400 { warn(.oldTimer) }
    guard isCounted else { return }
    if mirrored.seconds > 86_400 { warn(.longEntry) }
    if entry.billable == nil { warn(.noBillableFlag) }
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

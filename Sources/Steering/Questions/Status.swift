import Foundation
package import Importing
package import Planning
package import PlanningStore
package import Scheduling

/// How things stand, read in one transaction.
package struct Status {
  package let last: ImportRun?
  package let lastComplete: ImportRun?
  package let summary: RunSummary?
  package let enabledAt: String?
  package let autofillFrom: String?
  package let switches: Switches
  package let locks: [LockRow]
  package var held: [HeldRow] { waiting.held }
  package let waiting: Waiting
  /// Archived people with hours under Unknown; the gate does not wait for them.
  package let archivedUnknown: Int
  package let deletePlan: (run: Int64, keys: Set<Int>)?
  /// The schedule that a running 'rota nightly' keeps; nil: none, or another scheduler's.
  package let schedule: NightlySchedule?
  /// When the last complete run of a schedule is too long ago.
  package let isOverdue: Bool
  package let next: Instant?
  package let backup: String?
  /// The file's size on the first night of the oldest month known of the last three.
  package let bytesThen: (month: String, bytes: Int)?
  package let replica: ReplicaHealth
  /// Targets that were tried, with how many months of tables changed since.
  package let published: [(target: PublishTargetRow, changedMonths: Int)]
  /// nil: nothing ever came live.
  package var live: LiveStatus?
  package var databaseBytes = 0
  /// Who writes just now.
  package var holder: LockHolder?
  /// The run's process is gone: nobody says that they hold the lock.
  package var hasDied = false

  /// How late a night may be before it counts as overdue, seconds.
  package static let grace = 2 * 3600

  /// - Parameters:
  ///   - now: UTC.
  ///   - path: the database's, whose lock file and size are looked at, too.
  package init(
    _ session: StoreSession, now: Instant, replica settings: ReplicaSettings = ReplicaSettings(), database path: String
  ) throws {
    // Before the first row is read, and after: who begins or ends in between is not called dead.
    let before = LockHolder.of(database: path)
    try self.init(session, now: now, replica: settings)
    holder = before ?? LockHolder.of(database: path)
    hasDied = last?.status == .running && holder == nil
    live?.sign = LockHolder.of(database: path + ".live")?.live
    databaseBytes = Self.bytes(of: path)
  }

  /// Size of a file; 0: it is not there.
  package static func bytes(of file: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
  }

  package init(_ session: StoreSession, now: Instant, replica settings: ReplicaSettings = ReplicaSettings()) throws {
    replica = try ReplicaHealth(session, settings, now: now)
    published = try session.publishStates.targets().map { ($0, try session.publishStates.changedMonths(of: $0.target)) }
    last = try session.runs.latest(limit: 1).first
    var complete: ImportRun?
    try session.runs.walk(limit: 200) { run in
      let isComplete = [.done, .held].contains(run.status) && run.scope.contains("actuals") && run.windowFrom != nil
      if isComplete { complete = run }
      return complete == nil
    }
    lastComplete = complete
    summary = last.flatMap { RunSummary(json: $0.summary) }
    enabledAt = try session.settings.value(Setting.actualsEnabledAt)
    autofillFrom = try session.settings.value(Setting.autofillFrom)
    locks = try session.questions.locks()
    switches = try Switches(session)
    waiting = try Waiting(session)
    archivedUnknown =
      try session.questions.peopleWithUnknownRole(withArchived: true).count
      - session.questions.peopleWithUnknownRole().count
    deletePlan = try session.removals.plan()
    live = try LiveStatus(session)
    schedule = try Self.schedule(session)
    let attempts = try session.attempts(since: now - 40 * 86_400)
    let lastWhole = attempts.filter(\.isComplete).map(\.startedAt).max()
    next = schedule.map { max(now, $0.due(at: now, attempts: attempts)) }
    if let schedule {
      isOverdue = schedule.isOverdue(at: now, lastComplete: lastWhole, grace: Self.grace)
    } else {
      // An external scheduler: a day and the grace after the last.
      isOverdue = attempts.contains(where: \.isScheduled) && lastWhole.map { now - $0 > 86_400 + Self.grace } ?? true
    }
    backup = try session.settings.value(NightlySetting.backup)
    bytesThen = try session.settings.value(prefix: NightlySetting.bytes).suffix(3).first.flatMap { key, value in
      Int(value).map { (String(key.dropFirst(NightlySetting.bytes.count)), $0) }
    }
  }

  /// Rule 82: what a monitor asks.
  package var isWell: Bool {
    let goesOn = last?.status == .running && !hasDied
    return (goesOn || last?.status == .done) && !isOverdue && waiting.items.isEmpty
      && replica.failedForLong.isEmpty && (live?.isWell ?? true)
  }

  package var rightSince: String? {
    lastComplete.flatMap { RunSummary(json: $0.summary)?.guaranteedFrom }
  }
}

extension Status {
  private static func schedule(_ session: StoreSession) throws -> NightlySchedule? {
    try session.settings.value(NightlySetting.schedule).flatMap(NightlySchedule.init(remembered:))
  }

  /// When the night of a running `rota nightly` is due; nil: none runs, or another scheduler decides.
  package static func nextNight(_ session: StoreSession, now: Instant) throws -> Instant? {
    try schedule(session)?.next(after: now)
  }
}

extension NightlySchedule {
  /// - Parameter text: `HH:MM ZONE`, as the service leaves it in the database.
  fileprivate init?(remembered text: String) {
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2, let zone = Zone(parts[1]) else { return nil }
    self.init(time: parts[0], zone: zone)
  }
}

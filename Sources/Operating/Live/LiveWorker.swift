package import ClockifyAPI
import Foundation
import Importing
package import Logging
import Planning
import PlanningStore
package import Steering

/// Reads again what deliveries and polls name, one batch after the other, each under the write lock (live.md 4 and 5). What
/// waits when it ends is lost: the next start reads the last two days, and the night finds the rest.
package actor LiveWorker {
  let desk: @Sendable () -> Desk
  let settings: LiveSettings
  let inbox: LiveInbox
  let source: ClockifySource
  let channels: [Channel]
  private let metricsFile: String?
  let logger: Logger

  var memory = LiveMemory()
  private var owner: (user: ClockifyUser, readAt: Double)?
  /// Of the workspaces that the settings name.
  private var plans: [(id: String, name: String, isFree: Bool)] = []
  var hookCount = 0
  private var listsReadAt: [String: Double] = [:]
  private var listsWanted: Set<String> = []
  var pausedUntil: Double?
  var pause = LiveWorker.firstPause
  private var nextPoll: Double?
  var hooksCheckedAt = -Double.infinity
  private var metricsWrittenAt = -Double.infinity
  private var lastDelivery = -Double.infinity
  /// Requests that no row of an hour tells of yet.
  private var unrecorded = 0
  /// The key is refused: nothing is asked for any more.
  var hasStopped = false
  /// The first reading of everybody's time covers the time off: what it finds was not lost by anybody.
  private var hasCaughtUp = false

  static let firstPause = 2.0
  static let longestPause = 300.0
  /// Lists are read at most this often, seconds.
  static let betweenLists = 60.0
  /// Polling waits while webhooks have delivered within so many seconds.
  static let hooksAreFresh = 600.0
  private static let ownerIsKnown = 12 * 3600.0
  static let betweenChecks = 24 * 3600.0
  static let betweenChecksOfTrouble = 600.0

  /// - Parameters:
  ///   - desk: with "now".
  ///   - source: with the share of requests that live changes have (`share`), that tries nothing twice.
  package init(
    desk: @escaping @Sendable () -> Desk, settings: LiveSettings, inbox: LiveInbox, source: ClockifySource,
    channels: [Channel], metricsFile: String?, logger: Logger
  ) {
    self.desk = desk
    self.settings = settings
    self.inbox = inbox
    self.source = source
    self.channels = channels
    self.metricsFile = metricsFile
    self.logger = logger
  }

  var clock: Double { Date().timeIntervalSince1970 }

  /// Until it is cancelled. A second one on the same database does nothing.
  package func run() async throws {
    guard let lock = try WriteLock(database: desk().path + ".live", patience: 0) else {
      logger.warning("another process takes the live changes of \(desk().path)")
      inbox.close()
      return
    }
    let database = try desk().open()
    defer { try? database.close() }
    try await begin(database)
    var sign = LockHolder.Live(mode: mode)
    var holder = LockHolder(task: LockHolder.takingLive, by: desk().actor.description)
    holder.live = sign
    lock.show(holder)
    while !Task.isCancelled {
      await work(database)
      sign.mode = mode
      (sign.waiting, sign.oldest) = inbox.change { ($0.count, $0.oldest) }
      sign.until = pausedUntil.flatMap { $0 > clock ? $0 : nil }
      lock.show(live: sign)
      await inbox.bell.wait(atMost: max(0.02, min(60, wake() - clock)))
    }
    logger.info("live changes end")
  }

  private var mode: String { settings.listen != nil ? "webhooks" : "polling" }

  private func begin(_ database: PlanningDatabase) async throws {
    memory = try database.read { try $0.liveMemory() } ?? LiveMemory()
    memory.clear(LiveMemory.keyRefused)
    try await refresh(database)
    let (now, today) = (clock, desk().now.utcDay)
    // What happened while nobody looked.
    for plan in plans {
      inbox.change { pending in
        pending.take(days: today - 1...today, of: nil, in: plan.id, at: now)
        pending.takeLists(of: plan.id, at: now)
      }
    }
    nextPoll = pollSeconds.map { now + $0 }
    logger.info("live changes begin", metadata: ["mode": "\(mode)", "workspaces": "\(plans.count)"])
  }

  /// nil: nothing is polled.
  private var pollSeconds: Double? {
    let isFree = plans.contains(where: \.isFree)
    guard let seconds = settings.pollSeconds ?? (isFree ? LiveSettings.freePoll : nil) else { return nil }
    return Double(isFree ? max(seconds, LiveSettings.freePoll) : seconds)
  }

  private func wake() -> Double {
    if hasStopped { return .infinity }
    let due =
      ([inbox.change { $0.due }, nextPoll].compactMap(\.self) + listsWanted.map(listsAreDue)).min() ?? .infinity
    return max(due, pausedUntil ?? 0)
  }

  // MARK: One round

  private func work(_ database: PlanningDatabase) async {
    let now = clock
    if inbox.hasNews { lastDelivery = now }
    do {
      if plans.isEmpty { try await refresh(database) }
      poll(at: now)
      askForLists(at: now)
      guard !hasStopped, pausedUntil ?? 0 <= now, let due = inbox.change({ $0.due }), due <= now else { return }
      try await refresh(database)
      if let until = try await share(database) {
        pausedUntil = until
        return
      }
      try await checkHooks(database)
      let problems = try await takeOne(database)
      // Nobody waits for the lock while somebody is told (rule 5).
      for problem in problems { await tell(problem, database) }
      writeMetrics(database)
    } catch is CancellationError {
    } catch {
      await meet(error, database)
    }
  }

  /// One batch under the write lock.
  ///
  /// - Returns: problems that were not known.
  private func takeOne(_ database: PlanningDatabase) async throws -> [Problem] {
    guard let lock = try await free(database) else { return [] }
    defer { withExtendedLifetime(lock) {} }
    guard var batch = inbox.change({ $0.takeBatch(at: Date().timeIntervalSince1970) }) else { return [] }
    decideLists(&batch)
    lock.show(LockHolder(task: LockHolder.takingLive, by: desk().actor.description))
    let known = Set(memory.problems.map(\.key))
    try await carryOut(batch, database)
    return memory.problems.filter { !known.contains($0.key) }
  }

  private func writeMetrics(_ database: PlanningDatabase) {
    guard let metricsFile, clock - metricsWrittenAt >= 60 else { return }
    metricsWrittenAt = clock
    do { try Metrics(database, desk()).write(to: metricsFile) } catch {
      logger.error("\(ErrorWords.words(error)?.message ?? "\(error)")")
    }
  }

  private func poll(at now: Double) {
    if nextPoll == nil { nextPoll = pollSeconds.map { now + $0 } }
    guard let next = nextPoll, let seconds = pollSeconds, now >= next else { return }
    nextPoll = now + seconds
    guard now - lastDelivery > Self.hooksAreFresh else { return }
    let today = desk().now.utcDay
    for plan in plans {
      inbox.change { $0.take(days: today - 1...today, of: nil, in: plan.id, at: now) }
    }
  }

  /// What commands and nights changed meanwhile.
  private func refresh(_ database: PlanningDatabase) async throws {
    try database.read { session in
      plans = try session.mirror.plans()
      hookCount = try session.liveHooks.all().count
      // The night has looked at what the brake kept.
      if memory.brakedAfter != (try session.runs.lastComplete()?.id) { memory.clear(LiveMemory.brake) }
    }
    if plans.contains(where: \.isFree) {
      await source.budget.limitPerHour(to: max(1, desk().settings.freeRequestsPerHour / 3))
    }
  }

  /// Lists that had to wait, as they were read a moment ago.
  private func askForLists(at now: Double) {
    for workspace in listsWanted where listsAreDue(workspace) <= now {
      listsWanted.remove(workspace)
      inbox.change { $0.takeLists(of: workspace, at: now) }
    }
  }

  private func listsAreDue(_ workspace: String) -> Double { (listsReadAt[workspace] ?? -.infinity) + Self.betweenLists }

  private func decideLists(_ batch: inout LiveBatch) {
    let workspace = batch.wanted.workspace
    guard listsAreDue(workspace) > clock else { return }
    if batch.wanted.lists == .yes { listsWanted.insert(workspace) }
    batch.wanted.lists = .no
  }

  /// The write lock; whoever imports or edits goes first.
  func free(_ database: PlanningDatabase) async throws -> WriteLock? {
    while !Task.isCancelled {
      if let lock = try WriteLock(database: database.path, patience: 0) { return lock }
      try await Task.sleep(for: .seconds(1))
    }
    return nil
  }

  private func carryOut(_ batch: LiveBatch, _ database: PlanningDatabase) async throws {
    let news = inbox.takeNews()
    var next = memory
    do {
      let desk = desk()
      let owner = try await theOwner()
      let isPoll = batch.wanted.entries.isEmpty && batch.wanted.reports.contains { $0.user == nil }
      let judges = isPoll && hasCaughtUp && hookCount > 0 && clock - lastDelivery > Self.hooksAreFresh
      var action = TakeLive(batch.wanted, owner: owner)
      action.earlierRequests = unrecorded
      action.alwaysKeepsHour = await source.budget.hourly != nil
      let outcome = try await desk.perform(action, on: database, from: source) {
        [memory] session, outcome in
        next = memory
        try next.count(outcome, news, since: batch.since, desk, session)
        if judges { next.judge(poll: outcome, at: desk.now) }
        try session.setLiveMemory(next, at: desk.now)
        try session.liveHooks.noteDeliveries(news.moments)
      }
      if isPoll { hasCaughtUp = true }
      unrecorded = outcome.run == nil ? unrecorded + outcome.requests : 0
      settle(outcome, batch, next)
    } catch {
      inbox.giveBack(news)
      if let error = error as? ClockifyError, error.isForGood {
        logger.error("a live batch is left to the night: \(error.message)")
        throw error
      }
      inbox.change { $0.giveBack(batch) }
      throw error
    }
  }

  private func settle(_ outcome: LiveOutcome, _ batch: LiveBatch, _ next: LiveMemory) {
    memory = next
    (pause, pausedUntil) = (Self.firstPause, nil)
    let workspace = batch.wanted.workspace
    if outcome.hasReadLists { listsReadAt[workspace] = clock }
    if outcome.needsLists { listsWanted.insert(workspace) }
    inbox.change { $0.askAgain(outcome, of: batch, at: Date().timeIntervalSince1970) }
    logger.info(
      "live batch",
      metadata: [
        "requests": "\(outcome.requests)", "changed": "\(outcome.changed)", "deleted": "\(outcome.deleted)",
        "settled_ms": "\(String(format: "%.1f", outcome.settling * 1000))",
        "lag": "\(String(format: "%.2f", clock - batch.since))",
      ])
  }

  private func theOwner() async throws -> ClockifyUser {
    if let owner, clock - owner.readAt < Self.ownerIsKnown { return owner.user }
    let user = try await source.currentUser().user
    owner = (user, clock)
    return user
  }

  // MARK: Requests

  /// Until when nothing may be asked for: with an hourly limit live changes have a third of it, of what others left, and
  /// nothing in the hour before the night (live.md 5).
  private func share(_ database: PlanningDatabase) async throws -> Double? {
    guard let limit = await source.budget.hourly else { return nil }
    let now = clock
    let (spent, night) = try database.read { session in
      (try session.runs.requestsOfLastHour(), try Status.nextNight(session, now: desk().now))
    }
    if let night, night - desk().now < 3600 { return now + Double(max(60, night - desk().now)) }
    // The whole hour's limit is three times the share.
    guard spent.reduce(0, { $0 + $1.count }) >= limit * 3, let first = spent.map(\.at).min() else { return nil }
    return first + 3600
  }
}

extension ClockifyError {
  /// The same batch would fail again, and again.
  fileprivate var isForGood: Bool {
    switch code {
    case .rejected, .tooLarge, .redirected, .routeMissing, .forbidden, .entityMissing: true
    default: false
    }
  }
}

import ClockifyAPI
import Planning
import PlanningStore

/// Entries that did not come back, and whether so many are believed (rules 49 and 53).
struct Losses: Sendable {
  /// Left their cells in this run.
  var missing: Set<Int> = []
  /// Clockify's own word: gone.
  var deleted: Set<Int> = []
  /// Clockify users whose time is left wholly as it was; nil: everybody's.
  var brakedUsers: Set<String>? = []
  /// What the brake stopped.
  var stopped: [Int] = []
  var stoppedSeconds = 0
  var lookedUp = 0

  var isBraked: Bool { brakedUsers.map { !$0.isEmpty } ?? true }
  func isBraked(_ user: String) -> Bool { brakedUsers?.contains(user) ?? true }
}

/// Seconds and entries before and after, for one person or for the whole window.
private struct Balance {
  var seconds = 0
  var missing = 0
  var missingSeconds = 0
  var arrivedSeconds = 0

  /// So many entries may go without a question (rule 53).
  static let believed = 20

  /// Rule 53: more than 20 entries, and a net loss of more than a fifth of what was there.
  var isAlarming: Bool { missing > Self.believed && 5 * (missingSeconds - arrivedSeconds) > seconds }
}

extension ImportPipeline {
  static let lookUpLimit = 50

  func findLosses(
    _ plan: ReadingPlan, _ reading: inout EntryReading, lists: Lists, run: Int64, losses: inout Losses
  ) async throws {
    guard !plan.ranges.isEmpty, !reading.mirrorWasEmpty else { return }
    let lost = try database.read { try lostEntries(reading, lists: lists, session: $0) }
    try await lookUp(lost, plan: plan, lists: lists, run: run, reading: &reading, losses: &losses)
    let gone = lost.filter { !reading.isRead($0.key) }
    if plan.scope.projects != nil {
      // What is not in a project any more may be in another: only Clockify's word by id proves anything.
      losses.missing.formUnion(gone.map(\.key).filter(losses.deleted.contains))
    } else if gone.count <= Balance.believed {
      losses.missing.formUnion(gone.map(\.key))
    } else {
      try database.read { try judge(reading, lists: lists, losses: &losses, session: $0) }
    }
  }

  /// Ledger ids in completely read slices that did not come back.
  private func lostEntries(
    _ reading: EntryReading, lists: Lists, session: StoreSession
  ) throws -> [StoreSession.ReadBack] {
    var lost: [StoreSession.ReadBack] = []
    var seen: Set<Int> = []
    for slice in reading.slices where slice.provesAbsence && slice.workspace == lists.id {
      let unread = try session.entries(
        in: lists.workspace.id, from: Instant(seconds: slice.slice.from), to: Instant(seconds: slice.slice.to),
        unless: reading.isRead)
      lost += unread.filter {
        !$0.isGone && slice.scope.holds(user: $0.userID, project: $0.projectID) && seen.insert($0.key).inserted
      }
    }
    return lost
  }

  /// Asks for lost entries by id, those of this run first: 400/501 is Clockify's word that an id is gone, an answer
  /// says where the time is now (rules 49, 51).
  private func lookUp(
    _ lost: [StoreSession.ReadBack], plan: ReadingPlan, lists: Lists, run: Int64, reading: inout EntryReading,
    losses: inout Losses
  ) async throws {
    let older = try database.read { try $0.missingEntries(in: lists.workspace.id, limit: Self.lookUpLimit) }
    let candidates = (lost.map { (key: $0.key, id: $0.id) } + older).filter { !reading.isRead($0.key) }
      .prefix(Self.lookUpLimit)
    guard !candidates.isEmpty else { return }
    let (snapshot, users) = try database.read { session in
      (try session.planSnapshot(), try session.mirroredUsers())
    }
    var intake = EntryIntake(
      plan: plan, snapshot: snapshot, lists: lists, settings: settings, now: request.now, users: users, run: run)
    for candidate in candidates {
      if let left = await source.budget.left(), left <= 1 { return }
      do {
        let entry = try await source.timeEntry(candidate.id, in: lists.workspace.id)
        losses.lookedUp += 1
        guard let entry else {
          losses.deleted.insert(candidate.key)
          continue
        }
        _ = try database.write { session in try intake.take(entry, into: &reading, session: session) }
      } catch let error as ClockifyError {
        // No word is no proof: the entry stays missing and is asked for again in a later run.
        if error.endsReading { return }
      }
    }
  }

  /// Takes what is still lost as missing, unless it is too much at once.
  private func judge(
    _ reading: EntryReading, lists: Lists, losses: inout Losses, session: StoreSession
  ) throws {
    let plan = try session.planSnapshot()
    let slices = reading.slices.filter { $0.workspace == lists.id }
    let confirmed = request.confirmedRun == nil ? [] : try session.deletePlan()?.keys ?? []
    func person(_ user: String) -> String { plan.planningID(.person, user).map { "\($0)" } ?? user }
    var window = Balance()
    var people: [String: Balance] = [:]
    var gone: [(key: Int, user: String, seconds: Int)] = []
    // The padding of ranges overlaps: each entry counts once, in a completely read slice if there is one.
    var seen: Set<Int> = []
    for slice in slices.filter(\.provesAbsence) + slices.filter({ !$0.provesAbsence }) {
      try session.forEachEntry(
        in: lists.workspace.id, from: Instant(seconds: slice.slice.from), to: Instant(seconds: slice.slice.to)
      ) { entry in
        guard slice.scope.holds(user: entry.userID, project: entry.projectID), seen.insert(entry.key).inserted else {
          return
        }
        var change = Balance()
        change.seconds = entry.ledgerSeconds ?? 0
        if reading.isRead(entry.key) {
          if entry.ledgerSeconds == nil { change.arrivedSeconds = entry.mirrorSeconds }
        } else if slice.provesAbsence, !entry.isGone {
          gone.append((entry.key, entry.userID, entry.ledgerSeconds ?? 0))
          if !confirmed.contains(entry.key) {
            change.missing = 1
            change.missingSeconds = change.seconds
          }
        }
        window.add(change)
        people[person(entry.userID), default: Balance()].add(change)
      }
    }
    if window.isAlarming {
      losses.brakedUsers = nil
    } else {
      let braked = Set(gone.map(\.user).filter { people[person($0)]?.isAlarming ?? false })
      let people = Set(braked.map(person))
      let users = try session.mirroredUsers().map(\.id).filter { people.contains(person($0)) }
      losses.brakedUsers?.formUnion(braked.union(users))
    }
    for entry in gone {
      if losses.isBraked(entry.user) {
        losses.stopped.append(entry.key)
        losses.stoppedSeconds += entry.seconds
        losses.deleted.remove(entry.key)
      } else {
        losses.missing.insert(entry.key)
      }
    }
  }
}

extension Balance {
  fileprivate mutating func add(_ other: Balance) {
    seconds += other.seconds
    missing += other.missing
    missingSeconds += other.missingSeconds
    arrivedSeconds += other.arrivedSeconds
  }
}

import ClockifyAPI
import Planning
import PlanningStore

/// Entries of one workspace that did not come back, and whether so many are believed (rules 49 and 53).
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
struct Balance {
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

  /// - Parameter limit: how many ids this run may still ask for.
  func findLosses(
    _ workspace: inout WorkspaceReading, owner: ClockifyUser, run: Int64, reading: inout EntryReading,
    limit: Int
  ) async throws {
    guard let plan = workspace.plan, !reading.mirrorWasEmpty else { return }
    let lost = try database.read { [workspace, reading] in try lostEntries(workspace, reading, session: $0) }
    try await lookUp(
      lost, plan: plan, of: &workspace, owner: owner, run: run, reading: &reading, limit: limit)
    // What is not in a project any more may be in another: only Clockify's word by id proves anything.
    let isProven: (Int) -> Bool = plan.scope.projects == nil ? { _ in true } : workspace.losses.deleted.contains
    let gone = lost.filter { !reading.isRead($0.key) && isProven($0.key) }
    if gone.count <= Balance.believed {
      workspace.losses.missing.formUnion(gone.map(\.key))
    } else {
      try database.read { [reading] in try judge(&workspace, gone: Set(gone.map(\.key)), reading, session: $0) }
    }
  }

  /// Ledger ids in completely read slices that did not come back.
  private func lostEntries(
    _ workspace: WorkspaceReading, _ reading: EntryReading, session: StoreSession
  ) throws -> [ReadBack] {
    var lost: [ReadBack] = []
    var seen: Set<Int> = []
    for slice in workspace.slices where slice.provesAbsence {
      let unread = try session.entries.started(in: workspace.id, from: slice.from, to: slice.to, unless: reading.isRead)
      lost += unread.filter {
        // One that had come back before a run that broke may have gone again.
        (!$0.isGone || reading.before.returned.contains($0.key))
          && slice.scope.holds(user: $0.userID, project: $0.projectID) && seen.insert($0.key).inserted
      }
    }
    return lost
  }

  /// Asks for lost entries by id, those of this run first: 400/501 is Clockify's word that an id is gone, an answer
  /// says where the time is now (rules 49, 51).
  private func lookUp(
    _ lost: [ReadBack], plan: ReadingPlan, of workspace: inout WorkspaceReading, owner: ClockifyUser,
    run: Int64, reading: inout EntryReading, limit: Int
  ) async throws {
    let older = try database.read { try $0.entries.missing(in: workspace.id, limit: limit) }
    let candidates = (lost.map { (key: $0.key, id: $0.id) } + older).filter { !reading.isRead($0.key) }.prefix(limit)
    guard !candidates.isEmpty else { return }
    var intake = try database.read {
      try EntryIntake(
        plan: plan, workspace: workspace.id, owner: owner, settings: settings, now: request.now, run: run, session: $0)
    }
    for candidate in candidates {
      if let left = await source.budget.left(), left <= 1 { return }
      do {
        let entry = try await source.timeEntry(candidate.id, in: workspace.id)
        workspace.losses.lookedUp += 1
        guard let entry else {
          workspace.losses.deleted.insert(candidate.key)
          continue
        }
        _ = try database.write { session in try intake.take(ArrivedEntry(entry), into: &reading, session: session) }
      } catch let error as ClockifyError {
        // No word is no proof: the entry stays missing and is asked for again in a later run.
        if error.endsReading { return }
      }
    }
  }

  /// Takes what is still lost as missing, unless it is too much at once (rule 53).
  private func judge(
    _ workspace: inout WorkspaceReading, gone: Set<Int>, _ reading: EntryReading, session: StoreSession
  ) throws {
    let plan = try session.plan.snapshot()
    let confirmed = request.confirmedRun == nil ? [] : try session.removals.plan()?.keys ?? []
    func person(_ user: String) -> String { plan.planningID(.person, user).map { "\($0)" } ?? user }
    var window = Balance()
    var people: [String: Balance] = [:]
    var lost: [(key: Int, user: String, seconds: Int)] = []
    // The padding of ranges overlaps: each entry counts once.
    var seen: Set<Int> = []
    for slice in workspace.slices {
      try session.entries.forEach(in: workspace.id, from: slice.from, to: slice.to) { entry in
        guard slice.scope.holds(user: entry.userID, project: entry.projectID), seen.insert(entry.key).inserted else {
          return
        }
        var change = Balance()
        change.seconds = entry.ledgerSeconds ?? 0
        if reading.isRead(entry.key) {
          if entry.ledgerSeconds == nil { change.arrivedSeconds = entry.mirrorSeconds }
        } else if gone.contains(entry.key) {
          lost.append((entry.key, entry.userID, entry.ledgerSeconds ?? 0))
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
      workspace.losses.brakedUsers = nil
    } else {
      let braked = Set(lost.map(\.user).filter { people[person($0)]?.isAlarming ?? false })
      let people = Set(braked.map(person))
      let users = try session.accounts.all().map(\.id).filter { people.contains(person($0)) }
      workspace.losses.brakedUsers?.formUnion(braked.union(users))
    }
    for entry in lost {
      if workspace.losses.isBraked(entry.user) {
        workspace.losses.stopped.append(entry.key)
        workspace.losses.stoppedSeconds += entry.seconds
        workspace.losses.deleted.remove(entry.key)
      } else {
        workspace.losses.missing.insert(entry.key)
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

import ClockifyAPI
import Planning
import PlanningStore

/// Time that only a missing person or project keeps from being placed, whenever it was read (rules 18, 90).
struct WaitingTime {
  private let session: StoreSession
  private let plan: PlanSnapshot
  private let manualCells: Set<Cell>
  private let zones: ZoneChooser
  private let brakes: Brakes
  /// What did not come back in this run.
  private let lost: Set<Int>

  init(
    session: StoreSession, settings: ImportSettings, owner: ClockifyUser, brakes: Brakes, lost: Set<Int>
  ) throws {
    self.session = session
    self.brakes = brakes
    self.lost = lost
    plan = try session.plan.snapshot()
    manualCells = try session.actuals.manualCells()
    zones = ZoneChooser(
      settings: settings, plan: plan, accounts: try session.accounts.all(), owner: owner.timeZone)
  }

  /// The pairs of these users or of these projects with time that would be placed if both were there.
  func pairs(of users: Set<String>, on projects: Set<String>, now: Instant) throws -> Set<Pair> {
    var pairs: Set<Pair> = []
    var zones = zones
    try session.waiting.entries(users: users, projects: projects) { entry in
      guard !pairs.contains(entry.pair), !lost.contains(entry.key), !brakes.hold(entry.pair.user, in: entry.workspace)
      else { return }
      let zone =
        entry.pinned.map { zones.pinned($0.zone) } ?? zones.zone(user: entry.pair.user, row: entry.timeZone)
      let day = entry.pinned?.day ?? zone.day(of: entry.start)
      let isFrozen =
        entry.counted.map { plan.isFrozen($0) || manualCells.contains($0) }
        ?? plan.isLocked(day, on: plan.planningID(.project, entry.pair.project))
      if day <= zone.day(of: now), !isFrozen { pairs.insert(entry.pair) }
    }
    return pairs
  }
}

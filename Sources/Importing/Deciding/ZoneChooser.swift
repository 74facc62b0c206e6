import Planning
import PlanningStore

/// Whose clock decides the date of an entry (rule 34).
struct ZoneChooser {
  private var catalog = ZoneCatalog()
  private let override: String?
  private let overrideByUser: [String: String]
  private let profileByUser: [String: String]
  private let owner: String?
  /// What settings, person and profile say of each Clockify user; `.some(nil)`: nothing that is known here.
  private var ownZones: [String: Zone?] = [:]
  private(set) var unknownNames: Set<String> = []

  init(settings: ImportSettings, plan: PlanSnapshot, accounts: [MirrorAccount], owner: String?) {
    override = settings.timeZone
    self.owner = owner
    var overrides: [String: String] = [:]
    for account in accounts {
      if let person = plan.planningID(.person, account.id), let zone = plan.people[person]?.timeZone {
        overrides[account.id] = zone
      }
    }
    overrideByUser = overrides
    profileByUser = Dictionary(
      accounts.compactMap { account in account.timeZone.map { (account.id, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// Settings override → person override → profile → the entry's row → the key's owner → UTC.
  mutating func zone(user: String, row: String?) -> Zone {
    let own: Zone?
    if let known = ownZones[user] {
      own = known
    } else {
      own = firstKnown([override, overrideByUser[user], profileByUser[user]])
      ownZones[user] = .some(own)
    }
    return own ?? firstKnown([row, owner]) ?? .utc
  }

  /// The zone that an entry was pinned in (rule 35); UTC where this machine knows it no more.
  mutating func pinned(_ name: String) -> Zone { catalog.zone(name) ?? .utc }

  private mutating func firstKnown(_ names: [String?]) -> Zone? {
    for name in names {
      guard let name else { continue }
      if let zone = catalog.zone(name) { return zone }
      unknownNames.insert(name)
    }
    return nil
  }

  /// Of "today" and the end of a week: the setting, else the owner's.
  mutating func planningZone(_ settings: ImportSettings) -> Zone {
    firstKnown([settings.planningZone, owner]) ?? .utc
  }
}

import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore
import RotaTesting
import Steering

/// What kinds of trouble a world may have; `ROTA_WORLDS_WITHOUT=merges,filters` leaves some out.
struct Troubles: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case unused, kills, faults, narrowed, freezes, edits, merges, ignoring, deletions, filters, workspaces, free, lists
    case catchAll, absurd, zones, brakes, zeros, dropped, groupsGone, filterBrakes
    case needed, undos, audits, publishing, pushes, live
  }

  private let left: Set<String>

  init(without: String?) {
    left = Set((without ?? "").split(separator: ",").map(String.init))
  }

  func has(_ kind: Kind) -> Bool { !left.contains(kind.rawValue) }
}

/// One random world: a Clockify, planners, and imports, all from one seed.
final class ImaginedWorld {
  struct Differs: Error {
    let words: [String]
  }

  let world: World
  let troubles: Troubles
  var random: SeededRandom
  var oracle = NaiveOracle()
  /// What happened, for people.
  var log: [String] = []
  /// Entries that were removed and may come back, with their workspace.
  var removed: [(workspace: Int, entry: SimulatedWorkspace.Entry)] = []
  /// Per open merge: which entries it moved, so that an undo gives them back (rule 95).
  var merged: [Int64: MovedEntries] = [:]
  var removedGroups: [(workspace: Int, group: SimulatedWorkspace.Group)] = []
  var copies = 0
  let hasWorkspaces: Bool
  /// Where it publishes to, if anywhere.
  var targets = ImaginedTargets()
  /// The last run was whole, and nothing of it is open.
  var isSettled = false
  /// First date of history: every entry is later.
  static let since = "2025-11-15"

  struct MovedEntries {
    var kind: String
    var kept: Int
    var dropped: Int
    var entries: Set<String>
  }

  init(world: World, random: SeededRandom, troubles: Troubles, hasWorkspaces: Bool) {
    self.world = world
    self.random = random
    self.troubles = troubles
    self.hasWorkspaces = hasWorkspaces
  }

  /// - Returns: how the world differs from the rules, with everything that happened in it; nil: not at all.
  static func run(seed: UInt64, troubles: Troubles) async throws -> String? {
    var random = SeededRandom(state: seed &* 7919)
    let hasWorkspaces = troubles.has(.workspaces) && random.below(3) == 0
    let plan = troubles.has(.free) && random.below(5) == 0 ? "FREE" : "PRO_2021"
    var workspaces = [ImaginedCast.first(plan: plan)]
    if hasWorkspaces { workspaces.append(ImaginedCast.second(plan: plan)) }
    let world = try await World.make(now: "2026-03-09T06:00:00Z", workspaces: workspaces)
    if troubles.has(.lists), seed % 5 == 1 { world.replica = ReplicaSettings() }
    let imagined = ImaginedWorld(world: world, random: random, troubles: troubles, hasWorkspaces: hasWorkspaces)
    var words: String?
    do {
      if troubles.has(.publishing), seed % 5 == 2 {
        imagined.targets = try ImaginedTargets.make(seed: seed, folder: world.folder)
      }
      try await imagined.live()
    } catch let differs as Differs {
      words = imagined.story(seed, differs.words)
    } catch {
      words = imagined.story(seed, ["threw \(error)"])
    }
    await world.close()
    return words
  }

  private func story(_ seed: UInt64, _ differences: [String]) -> String {
    "Seed \(seed) differs; replay with ROTA_WORLDS_FROM=\(seed) ROTA_WORLDS=1\n"
      + log.map { "  \($0)\n" }.joined() + differences.prefix(12).map { "  ✘ \($0)\n" }.joined()
      + (differences.count > 12 ? "  ✘ and \(differences.count - 12) more\n" : "")
  }

  // MARK: Chance

  func chance(_ of: Int) -> Bool { random.below(of) == 0 }

  func pick<Value>(_ values: [Value]) -> Value { values[random.below(values.count)] }

  func pick<Value>(orNil values: [Value]) -> Value? { values.isEmpty ? nil : values[random.below(values.count)] }

  // MARK: A life

  private func live() async throws {
    setUp()
    for _ in 0..<40 + random.below(50) { track() }
    if world.replica != nil { for _ in 0..<10 { editReplica() } }
    try await world.importNow()
    try world.database.write { session in
      _ = try session.roles.add("Dev")
      try session.settings.set(Setting.actualsEnabledAt, world.now.description, at: world.now)
      if troubles.has(.zeros), world.settings.autofillMode != .off {
        try session.settings.set(Setting.autofillFrom, "2026-02-01", at: world.now)
      }
    }
    try world.sql(
      """
      INSERT INTO role (name) VALUES ('QA'), ('Senior');
      UPDATE contract SET role_id = (SELECT id FROM role WHERE name = 'Dev') WHERE person_id % 3 > 0;
      """)
    oracle.lists = Dictionary(uniqueKeysWithValues: withoutEntries().map { ($0.id, $0) })
    for phase in 0..<(chance(3) ? 2 : 1) {
      for round in 0..<3 + random.below(4) {
        log.append("— phase \(phase), round \(round), now \(world.now)")
        editClockify()
        try editPlan()
        try await publishSomewhere()
        try await importSomehow()
        try await publishSomewhere()
        if troubles.has(.live), isSettled, chance(2) { try await liveDay() }
        if chance(3) { world.now = world.now + (1 + random.below(3)) * 86_400 }
      }
      try await settle()
      try await publishSomewhere()
    }
  }

  private func setUp() {
    let states = world.clockify.read(\.workspaces)
    world.settings.workspaces = hasWorkspaces ? ["all"] : []
    world.settings.since = CalendarDay(Self.since)
    world.settings.windowDays = pick([20, 45, 45, 110])
    world.settings.deepWindowDays = pick([0, 180, 180])
    world.settings.freeRequestsPerHour = 1_000_000
    world.settings.autofillMode = troubles.has(.zeros) && chance(3) ? .days : .off
    if troubles.has(.lists), chance(4) { world.settings.source = .entries }
    // Slices that grow meet servers that take no long ranges, and such as do not say which page is the last.
    let (longest, says) = (pick([nil, nil, 31, 100]) as Double?, !chance(4))
    world.clockify.change {
      $0.controls.longestReportDays = longest
      $0.controls.sendsLastPage = says
    }
    oracle.named = states.map(\.id)
    oracle.owner = states[0].users[0].id
    log.append(
      "\(states.count) workspaces, \(states[0].plan), source \(world.settings.source), window \(world.settings.windowDays), deep \(world.settings.deepWindowDays), zeros \(world.settings.autofillMode)"
    )
  }

  func withoutEntries() -> [SimulatedWorkspace] {
    world.clockify.read(\.workspaces).map { workspace in
      var copy = workspace
      copy.setEntries([])
      return copy
    }
  }
}

/// Who and what is there at first.
enum ImaginedCast {
  static func id(_ number: Int) -> String { "6630aa10b1c2d3e4f506" + String(format: "%04d", number) }

  /// Users 1–8, clients 10–12, projects 20–28.
  static func first(plan: String) -> SimulatedWorkspace {
    var workspace = SimulatedWorkspace(id: id(0), name: "W", plan: plan)
    workspace.users = [
      user(1, "Ana", "Europe/Berlin"), user(2, "Bob", "America/New_York"), user(3, "Chloe", "Pacific/Auckland"),
      user(4, "Dora", "Europe/Berlin", membership: "INACTIVE"), user(5, "Emil", "Europe/Paris", membership: "PENDING"),
      user(6, "Finn", "Europe/Helsinki", isRemoved: true), user(7, "Gina", nil),
      user(8, "Hugo", "UTC", status: "LIMITED"),
    ]
    workspace.users[0].role = .owner
    workspace.clients = [
      .init(id: id(10), name: "Acme"), .init(id: id(11), name: "Internal"),
      .init(id: id(12), name: "Oldco", archived: true),
    ]
    workspace.projects = [
      project(20, "Alpha", 10), project(21, "Beta", 10), project(22, "Leave", 11),
      project(23, "Attic", 10, archived: true),
      project(24, "Dusty", 12, archived: true), project(25, "Orphan", nil), project(26, "Mould", 10, template: true),
      project(27, "Fresh", 12), project(28, "Gamma", 11),
    ]
    workspace.projects[8].billable = false
    workspace.groups = [
      .init(id: id(40), name: "Crew", userIDs: [id(2), id(4)]),
      .init(id: id(41), name: "Others", userIDs: [id(3), id(8)]),
    ]
    return workspace
  }

  /// The same accounts where the number is the same; Ivy is here only.
  static func second(plan: String) -> SimulatedWorkspace {
    var workspace = SimulatedWorkspace(id: id(900), name: "X", plan: plan)
    workspace.users = [
      user(1, "Ana", "Europe/Berlin"), user(2, "Bob", "America/New_York", membership: "INACTIVE"),
      user(3, "Chloe", "Pacific/Auckland", isRemoved: true), user(4, "Dora", "Europe/Berlin"),
      user(909, "Ivy", "Asia/Kolkata"),
    ]
    workspace.users[0].role = .admin
    workspace.clients = [.init(id: id(910), name: "Zeta"), .init(id: id(911), name: "Theta", archived: true)]
    workspace.projects = [
      project(920, "Omega", 910), project(921, "Psi", 910, archived: true), project(922, "Chi", 911),
    ]
    workspace.groups = [.init(id: id(940), name: "There", userIDs: [id(2), id(909)])]
    return workspace
  }

  static func user(
    _ number: Int, _ name: String, _ zone: String?, membership: String = "ACTIVE", status: String = "ACTIVE",
    isRemoved: Bool = false
  ) -> SimulatedWorkspace.User {
    var user = SimulatedWorkspace.User(
      id: id(number), name: name, email: "\(name.lowercased())@ex.test", timeZone: zone)
    user.membershipStatus = membership
    user.status = status
    user.isRemoved = isRemoved
    return user
  }

  static func project(
    _ number: Int, _ name: String, _ client: Int?, archived: Bool = false, template: Bool = false
  ) -> SimulatedWorkspace.Project {
    var project = SimulatedWorkspace.Project(id: id(number), name: name, clientID: client.map(id))
    project.archived = archived
    project.template = template
    return project
  }
}

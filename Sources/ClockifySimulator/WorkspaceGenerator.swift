import Foundation

/// Makes realistic workspaces of any size; the same seed and numbers give the same workspace.
public struct WorkspaceGenerator: Sendable {
  public var seed: UInt64
  public var people: Int
  public var projects: Int
  public var clients: Int
  /// Days of history up to and including `lastDay`.
  public var days: Int
  /// Days since 1970-01-01, UTC.
  public var lastDay: Int
  /// About so many entries a working day and person.
  public var entriesPerDay: Int
  public var plan: String
  /// What entries have besides their time.
  public var details = Details.none
  /// Of each project: so many tasks, and so many of the people as members with a rate.
  public var tasksPerProject = 0
  public var membersPerProject = 0

  public enum Details: String, Sendable, CaseIterable {
    case none
    /// Tags on a third, locks on all.
    case tags
    /// And rates on all.
    case money
  }

  public init(
    seed: UInt64 = 1, people: Int = 14, projects: Int = 23, clients: Int = 9, days: Int = 47, lastDay: Int,
    entriesPerDay: Int = 4, plan: String = "PRO_2021"
  ) {
    self.seed = seed
    self.people = people
    self.projects = projects
    self.clients = clients
    self.days = days
    self.lastDay = lastDay
    self.entriesPerDay = entriesPerDay
    self.plan = plan
  }

  private static let firstNames = [
    "Ana", "Bob", "Chloe", "Dmitri", "Elif", "Farid", "Greta", "Hiro", "Ines", "Jonas", "Kim", "Lena", "Mateo", "Nadia",
    "Omar", "Priya", "Quinn", "Rosa", "Sven", "Tom",
  ]
  private static let lastNames = [
    "Ruiz", "Okafor", "Brandt", "Tanaka", "Moreau", "Novák", "O'Neill", "Silva", "Kaya", "Lindqvist", "García López",
    "Müller", "Ahmadi", "Jensen", "Rossi",
  ]
  private static let zones = [
    "Europe/Berlin", "Europe/Berlin", "Europe/Lisbon", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC",
  ]
  private static let clientNames = [
    "Northwind", "Fabrikam", "Contoso", "Tailspin Toys", "Wingtip", "Adventure Works", "Litware", "Proseware",
    "Internal",
  ]
  private static let projectNames = [
    "Website relaunch", "Brand book", "Mobile app", "Annual report", "Shop", "Intranet", "Campaign", "Data platform",
    "Support", "Audit", "Prototype", "Newsletter",
  ]

  public func make() -> SimulatedWorkspace {
    var random = SeededRandom(state: seed)
    var ids = IDMaker()
    var workspace = SimulatedWorkspace(id: ids.next(at: 1_577_836_800), name: "Studio North", plan: plan)
    workspace.clients = (0..<max(1, clients)).map { index in
      let base = Self.clientNames[index % Self.clientNames.count]
      return .init(id: ids.next(at: 1_577_840_000), name: index < Self.clientNames.count ? base : "\(base) \(index)")
    }
    if workspace.clients.count > 4 { workspace.clients[3].archived = true }
    makeProjects(&workspace, &ids, &random)
    makePeople(&workspace, &ids)
    addDetails(&workspace, &ids)
    workspace.setEntries(makeEntries(workspace, &ids, &random))
    return workspace
  }

  private func makeProjects(_ workspace: inout SimulatedWorkspace, _ ids: inout IDMaker, _ random: inout SeededRandom) {
    for index in 0..<projects {
      let client = workspace.clients[index % workspace.clients.count]
      let base = Self.projectNames[index % Self.projectNames.count]
      var project = SimulatedWorkspace.Project(
        id: ids.next(at: 1_577_850_000), name: index < Self.projectNames.count ? base : "\(base) \(index + 1)",
        clientID: client.id)
      project.billable = client.name != "Internal"
      workspace.projects.append(project)
    }
    guard projects > 6 else { return }
    let last = workspace.projects.count - 1
    workspace.projects[last].clientID = nil
    workspace.projects[last].name = "Internal chores"
    workspace.projects[last - 1].clientID = nil
    workspace.projects[last - 1].name = "Misc"
    workspace.projects[last - 2].archived = true
    workspace.projects[last - 3].template = true
    workspace.projects[last - 3].name = "Project template"
    for index in stride(from: 17, to: last - 4, by: 19) { workspace.projects[index].archived = true }
  }

  private func makePeople(_ workspace: inout SimulatedWorkspace, _ ids: inout IDMaker) {
    for index in 0..<people {
      let first = Self.firstNames[index % Self.firstNames.count]
      let last = Self.lastNames[(index + index / Self.firstNames.count) % Self.lastNames.count]
      let suffix = index < Self.firstNames.count ? "" : "\(index)"
      var user = SimulatedWorkspace.User(
        id: ids.next(at: 1_577_860_000), name: "\(first) \(last)\(suffix.isEmpty ? "" : " \(suffix)")",
        email: "\(first.lowercased())\(suffix)@studio.example", timeZone: Self.zones[index % Self.zones.count])
      if index == 0 { user.role = .owner }
      workspace.users.append(user)
    }
    guard people > 5 else { return }
    let last = workspace.users.count - 1
    workspace.users[last].membershipStatus = "PENDING"
    workspace.users[last].name = nil
    workspace.users[last].timeZone = nil
    workspace.users[last - 1].isRemoved = true
    workspace.users[last - 2].membershipStatus = "INACTIVE"
  }

  // MARK: Time

  private func addDetails(_ workspace: inout SimulatedWorkspace, _ ids: inout IDMaker) {
    if details != .none, workspace.tags.isEmpty {
      workspace.tags = ["On site", "Night", "Travel", "Workshop", "Warranty"].map {
        .init(id: ids.next(at: 1_577_840_000), name: $0)
      }
    }
    for index in workspace.projects.indices {
      workspace.projects[index].tasks += (0..<tasksPerProject).map {
        .init(id: ids.next(at: 1_577_840_000), name: "Task \($0 + 1)")
      }
      guard membersPerProject > 0 else { continue }
      let project = workspace.projects[index].id
      workspace.projects[index].members["memberships"] = workspace.users.prefix(membersPerProject).map { user in
        [
          "userId": user.id, "targetId": project, "membershipType": "PROJECT", "membershipStatus": "ACTIVE",
          "hourlyRate": ["amount": 8500, "currency": "EUR"] as SimulatedThing,
        ] as SimulatedThing
      }
    }
  }

  private func makeEntries(
    _ workspace: SimulatedWorkspace, _ ids: inout IDMaker, _ random: inout SeededRandom
  ) -> [SimulatedWorkspace.Entry] {
    var entries: [SimulatedWorkspace.Entry] = []
    entries.reserveCapacity(people * days * entriesPerDay)
    let working = workspace.projects.filter { !$0.template }
    for (index, user) in workspace.users.enumerated() where user.membershipStatus != "PENDING" {
      let own = (0..<min(6, working.count)).map { working[(index * 5 + $0 * 3) % working.count] }
      let offset = (user.timeZone.flatMap { TimeZone(identifier: $0) } ?? TimeZone(identifier: "UTC")!)
      for day in (lastDay - days + 1)...lastDay {
        let weekday = ((day + 3) % 7 + 7) % 7
        // Every fifth person works Monday to Thursday; everybody misses a day now and then.
        guard weekday < (index % 5 == 4 ? 4 : 5), random.below(100) >= 6 else { continue }
        let midnight = day * 86_400 - offset.secondsFromGMT(for: Date(timeIntervalSince1970: Double(day * 86_400)))
        makeDay(midnight, user: user, projects: own, into: &entries, &ids, &random)
      }
    }
    addOddities(&entries, workspace, &ids)
    if details != .none {
      for index in entries.indices {
        entries[index].isLocked = true
        if index % 3 == 0 { entries[index].tagIDs = [workspace.tags[index / 3 % workspace.tags.count].id] }
        if details == .money { (entries[index].hourlyRate, entries[index].costRate) = (8500, 4000) }
      }
    }
    return entries
  }

  private func makeDay(
    _ midnight: Int, user: SimulatedWorkspace.User, projects: [SimulatedWorkspace.Project],
    into entries: inout [SimulatedWorkspace.Entry], _ ids: inout IDMaker, _ random: inout SeededRandom
  ) {
    var start = midnight + 8 * 3600 + random.below(5400)
    let share = 8 * 3600 / max(1, entriesPerDay)
    for number in 0..<entriesPerDay {
      let length = max(60, share * (70 + random.below(50)) / 100 + random.below(60))
      let project = random.below(100) < 3 ? nil : projects[random.below(projects.count)]
      var entry = SimulatedWorkspace.Entry(
        id: ids.next(at: start), userID: user.id, projectID: project?.id, start: start, end: start + length)
      entry.billable = project?.billable ?? false
      entry.description =
        ["Review with client", "Layout", "Fixes", "Planning \"sprint\"", "Überarbeitung", ""][random.below(6)]
      entries.append(entry)
      start += length + random.below(900)
      if number == entriesPerDay / 2 - 1, random.below(3) == 0 {
        var pause = SimulatedWorkspace.Entry(
          id: ids.next(at: start), userID: user.id, projectID: nil, start: start, end: start + 1800)
        pause.type = "BREAK"
        pause.billable = false
        entries.append(pause)
        start += 1800
      }
    }
  }

  /// A forgotten timer, running timers, leave that Clockify wrote itself.
  private func addOddities(
    _ entries: inout [SimulatedWorkspace.Entry], _ workspace: SimulatedWorkspace, _ ids: inout IDMaker
  ) {
    guard people > 3, !entries.isEmpty, let project = workspace.projects.first else { return }
    let morning = lastDay * 86_400 + 7 * 3600
    for (index, user) in workspace.users.prefix(3).enumerated() {
      let start = morning + index * 600
      entries.append(.init(id: ids.next(at: start), userID: user.id, projectID: project.id, start: start, end: nil))
    }
    let friday = (lastDay - 9) * 86_400 + 15 * 3600
    entries.append(
      .init(
        id: ids.next(at: friday), userID: workspace.users[1].id, projectID: project.id, start: friday,
        end: friday + 30 * 3600))
    var leave = SimulatedWorkspace.Entry(
      id: ids.next(at: friday), userID: workspace.users[0].id, projectID: nil, start: friday - 6 * 3600,
      end: friday + 5400)
    leave.type = "TIME_OFF"
    entries.append(leave)
  }
}

/// 24 hexadecimal digits that begin with the moment of creation.
struct IDMaker {
  private var counter: UInt64

  init(after counter: UInt64 = 0) {
    self.counter = counter
  }

  mutating func next(at seconds: Int) -> String {
    counter += 1
    return hex(UInt64(max(0, seconds)), 8) + hex(counter, 16)
  }

  private func hex(_ value: UInt64, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}

/// SplitMix64: small, and the same everywhere.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(state: UInt64) {
    self.state = state
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// 0 up to but not including `limit`.
  public mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

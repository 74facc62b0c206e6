import ClockifySimulator
import Importing

extension NaiveOracle {
  /// Compares what a run left behind with the rules, and remembers where everything stands now.
  ///
  /// - Parameters:
  ///   - status: of the run's report.
  ///   - isBraked: something was left wholly as it was; such a run may be `partial` besides.
  ///   - clockify: everything as it is there, or was while the run read it.
  /// - Returns: differences, in words; empty: the run did what the rules say.
  mutating func judge(
    _ shape: RunShape, status: String, isBraked: Bool, before: PlanTables, after: PlanTables,
    clockify: [SimulatedWorkspace]
  ) -> [String] {
    let manual = before.manualCells
    // A project that this run creates may fall under a client that is sync_off: tags and archives as the run leaves them.
    func isFrozen(_ cell: NaiveCell) -> Bool {
      manual.contains(cell) || after.isSyncOff(cell.project) || after.isArchivedByPlanner(cell.person)
        || before.isLocked(cell.day, cell.project)
    }
    var differences = frozenRows(before, after, isFrozen)
    readLists(shape, status, clockify)
    remember(after, isDecided: !isBraked, isFrozen)
    guard !isBraked else { return differences }
    differences += zones(after, isFrozen)
    if status == "done" {
      if unsureLists.isDisjoint(with: named) {
        differences += items(shape, before, after, isFrozen)
      }
      differences += mirror(shape, after, clockify)
    }
    differences += place(after, isFrozen)
    return differences
  }

  /// The same after live changes, which read entries one by one and answer for nothing else.
  mutating func judgeLive(before: PlanTables, after: PlanTables) -> [String] {
    let manual = before.manualCells
    func isFrozen(_ cell: NaiveCell) -> Bool {
      manual.contains(cell) || after.isSyncOff(cell.project) || after.isArchivedByPlanner(cell.person)
        || before.isLocked(cell.day, cell.project)
    }
    var differences = frozenRows(before, after, isFrozen)
    remember(after, isDecided: true, isFrozen)
    differences += zones(after, isFrozen)
    return differences + place(after, isFrozen)
  }

  private mutating func readLists(_ shape: RunShape, _ status: String, _ clockify: [SimulatedWorkspace]) {
    readLast = shape.workspaces
    for workspace in clockify where shape.workspaces.contains(workspace.id) {
      if status == "done" || status == "held" {
        var list = workspace
        list.setEntries([])
        lists[workspace.id] = list
        unsureLists.remove(workspace.id)
      } else {
        unsureLists.insert(workspace.id)
      }
      for user in workspace.users where !user.isRemoved { profiled.insert(user.id) }
      for user in workspace.users { zonesEver[user.id, default: []].insert(user.timeZone ?? "Europe/Berlin") }
    }
  }

  /// Rule 47: nothing changes in a frozen cell; zeros go where their reason goes (71), but for locked dates (55).
  private func frozenRows(
    _ before: PlanTables, _ after: PlanTables, _ isFrozen: (NaiveCell) -> Bool
  ) -> [String] {
    func rows(_ plan: PlanTables) -> Set<String> {
      Set(
        plan.actuals.filter {
          isFrozen($0.cell) && ($0.origin != "autofill" || before.isLocked($0.cell.day, $0.cell.project))
        }.map {
          "\($0.cell) \(plan.roles[$0.role] ?? "?") \($0.billable)/\($0.nonbillable)"
        })
    }
    let (old, new) = (rows(before), rows(after))
    return old.subtracting(new).sorted().map { "47: gone from a frozen cell: \($0)" }
      + new.subtracting(old).sorted().map { "47: new in a frozen cell: \($0)" }
  }

  /// Rule 35.
  private mutating func remember(_ after: PlanTables, isDecided: Bool, _ isFrozen: (NaiveCell) -> Bool) {
    for (id, entry) in after.mirror {
      let version = entry.version
      // A changed entry whose time is in a frozen row keeps its place until the thaw.
      let waits = homes[id].map { isFrozen($0.cell) && $0.version != version } ?? false
      var zones: Set<String> = [zone(of: version.user, after)]
      if !profiled.contains(version.user) { zones.formUnion((zonesEver[version.user] ?? []).union([ownersZone()])) }
      if !unsureLists.isEmpty { zones.formUnion(zonesEver[version.user] ?? []) }
      if let pin = pins[id], pin.user == version.user, pin.start == version.start, pin.end == version.end {
        if pin.isDecided { continue }
        zones.formUnion(pin.zones)
      }
      pins[id] = Pin(
        user: version.user, start: version.start, end: version.end, zones: zones, isDecided: isDecided && !waits)
    }
  }

  private func zones(_ after: PlanTables, _ isFrozen: (NaiveCell) -> Bool) -> [String] {
    after.mirror.sorted { $0.key < $1.key }.compactMap { id, entry in
      if let home = homes[id], isFrozen(home.cell) { return nil }
      guard !entry.isGone, !entry.zone.isEmpty, let pin = pins[id], !pin.zones.contains(entry.zone) else { return nil }
      return "34/35: \(id) is in zone \(entry.zone), expected \(pin.zones.sorted())"
    }
  }

  /// Rules 10, 15, 17, 18, 90: what was created, and how.
  private func items(
    _ shape: RunShape, _ before: PlanTables, _ after: PlanTables, _ isFrozen: (NaiveCell) -> Bool
  ) -> [String] {
    var wanted = wanted(before: before, mirror: after, isFrozen: isFrozen)
    wanted.leaveOpen(unread: lists.values.filter { !shape.workspaces.contains($0.id) })
    var differences: [String] = []
    let pushed = pushed(before)
    for push in before.pushes where shape.workspaces.contains(push.workspace) {
      guard let made = pushed.first(where: { $0.value == push.item })?.key, after.links["project"]![made] != push.item
      else { continue }
      differences.append("86: project \(made) is linked to \(after.links["project"]![made] ?? 0), not \(push.item)")
    }
    for kind in ["client", "project", "person"] {
      let seen = Set(after.links[kind]!.keys)
      differences += wanted.links[kind]!.subtracting(seen).subtracting(wanted.open[kind]!).sorted().map {
        "10/18: \(kind) \($0) was not created"
      }
      differences += seen.subtracting(wanted.links[kind]!).subtracting(wanted.either[kind]!).sorted().map {
        "18: \(kind) \($0) was created"
      }
      for (id, item) in after.links[kind]! where before.links[kind]![id] == nil && pushed[id] == nil {
        let rows = kind == "client" ? after.clients : kind == "project" ? after.projects : after.people
        let isArchived = wanted.archived[kind]!.contains(id)
        guard let row = rows[item],
          row.isArchived != isArchived || (kind != "client" && isArchived && row.archivedBy != "import")
        else { continue }
        differences.append("18/88: new \(kind) \(id) archived = \(row.isArchived) by \(row.archivedBy)")
      }
    }
    return differences
  }

  /// Whether the ledger knows what Clockify says, for the dates that a complete run answers for.
  private func mirror(_ shape: RunShape, _ after: PlanTables, _ clockify: [SimulatedWorkspace]) -> [String] {
    var differences: [String] = []
    var current: [String: EntryVersion] = [:]
    func isAsked(_ version: EntryVersion, _ workspace: SimulatedWorkspace) -> Bool {
      if let users = shape.users, !users.contains(version.user) { return false }
      if let projects = shape.projects, !(version.project.map(projects.contains) ?? false) { return false }
      guard settings.source == .entries else { return true }
      // The lists hold only what people who are listed may see.
      let user = workspace.users.first { $0.id == version.user }
      return user.map { !$0.isRemoved && $0.membershipStatus == "ACTIVE" && !isFiltered(user: $0.id) } ?? false
    }
    for workspace in clockify {
      for entry in workspace.entries {
        let version = EntryVersion(entry)
        current[entry.id] = version
        let day = day(entry.id, version, after)
        guard shape.workspaces.contains(workspace.id), shape.from <= day, day <= shape.to, isAsked(version, workspace)
        else { continue }
        guard let mirrored = after.mirror[entry.id] else {
          differences.append("81: \(entry.id) (\(version)) was not taken in")
          continue
        }
        if mirrored.version != version {
          differences.append("48: \(entry.id) is (\(mirrored.version)) here, (\(version)) in Clockify")
        } else if mirrored.isGone {
          differences.append("56: \(entry.id) (\(version)) is \(mirrored.state)")
        }
      }
    }
    for (id, mirrored) in after.mirror where !mirrored.isGone && current[id] != mirrored.version {
      guard shape.workspaces.contains(mirrored.workspace), shape.from <= mirrored.date, mirrored.date <= shape.to,
        let workspace = clockify.first(where: { $0.id == mirrored.workspace }), isAsked(mirrored.version, workspace)
      else { continue }
      differences.append(
        "49/51: \(id) stays (\(mirrored.version)); in Clockify: \(current[id].map { "\($0)" } ?? "gone")")
    }
    return differences.sorted()
  }

  private struct Key: Hashable {
    var cell: NaiveCell
    var role: Int
  }

  /// Actuals outside frozen cells against what the ledger's entries add up to (rules 30 to 45, 76, 77).
  private mutating func place(_ after: PlanTables, _ isFrozen: (NaiveCell) -> Bool) -> [String] {
    var sums: [Key: (billable: Int, nonbillable: Int)] = [:]
    var (loose, skipped): (Set<NaiveCell>, Set<NaiveCell>) = ([], [])
    var next: [String: Home] = [:]
    for (id, entry) in after.mirror {
      if let home = homes[id], isFrozen(home.cell) {
        next[id] = home
        continue
      }
      if entry.isGone { continue }
      let version = entry.version
      switch target(id, version, after) {
      case .nowhere: continue
      case .unsure(let cells):
        skipped.formUnion(cells)
        next[id] = homes[id]
      case .cell(let cell, let isStuck):
        if unsureEntries.contains(id) {
          skipped.insert(cell)
          if let home = homes[id] { skipped.insert(home.cell) }
          if let seen = entry.cell { skipped.insert(seen) }
        }
        if isFrozen(cell) { continue }
        if isStuck { loose.insert(cell) }
        next[id] = Home(cell: cell, version: version)
        guard let role = after.role(cell) else { continue }
        let isBillable = version.billable ?? after.projects[cell.project]?.isBillable ?? true
        let seconds = version.end! - version.start
        sums[Key(cell: cell, role: role), default: (0, 0)].billable += isBillable ? seconds : 0
        sums[Key(cell: cell, role: role), default: (0, 0)].nonbillable += isBillable ? 0 : seconds
      }
    }
    homes = next
    return compare(sums, after, loose: loose) { isFrozen($0) || skipped.contains($0) }
  }

  private func compare(
    _ sums: [Key: (billable: Int, nonbillable: Int)], _ after: PlanTables, loose: Set<NaiveCell>,
    without isLeftOut: (NaiveCell) -> Bool
  ) -> [String] {
    func minutes(_ seconds: Int) -> Int { (seconds + 30) / 60 }
    var expected: [NaiveCell: [String: (Int, Int)]] = [:]
    for (key, sum) in sums where !isLeftOut(key.cell) {
      expected[key.cell, default: [:]][after.roles[key.role] ?? "?"] = (minutes(sum.billable), minutes(sum.nonbillable))
    }
    var seen: [NaiveCell: [String: (Int, Int)]] = [:]
    for row in after.actuals where row.origin != "autofill" && !isLeftOut(row.cell) {
      seen[row.cell, default: [:]][after.roles[row.role] ?? "?"] = (row.billable, row.nonbillable)
    }
    func words(_ rows: [String: (Int, Int)]?) -> String {
      rows.map { $0.map { "\($0.key) \($0.value.0)/\($0.value.1)" }.sorted().joined(separator: ", ") } ?? "nothing"
    }
    var differences: [String] = []
    for cell in Set(expected.keys).union(seen.keys) {
      let (wanted, found) = (expected[cell], seen[cell])
      if loose.contains(cell) {
        // Of what stays without a link the role is left open, and so is where a half minute goes.
        func total(_ rows: [String: (Int, Int)]?) -> Int { (rows ?? [:]).values.reduce(0) { $0 + $1.0 + $1.1 } }
        if abs(total(wanted) - total(found)) <= 2 { continue }
      } else if words(wanted) == words(found) {
        continue
      }
      let name = "\(after.people[cell.person]?.name ?? "?") on \(after.projects[cell.project]?.name ?? "?") (\(cell))"
      differences.append("30-45: \(name): expected \(words(wanted)), seen \(words(found))")
    }
    return differences.sorted()
  }
}

extension EntryVersion {
  init(_ entry: SimulatedWorkspace.Entry) {
    self.init(
      user: entry.userID, project: entry.projectID, start: entry.start, end: entry.end, billable: entry.billable,
      type: entry.type)
  }
}

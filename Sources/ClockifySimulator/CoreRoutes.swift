import Foundation

/// One workspace as one user may see it, over the core API. clockify-api.md 2 to 5.
struct Access {
  let workspace: SimulatedWorkspace
  let user: SimulatedWorkspace.User
  let controls: Controls
  let json: CoreJSON

  private var seesEverybody: Bool { user.role != .member }

  func answer(_ parts: [String], _ query: CoreQuery) -> Answer {
    switch parts {
    case []: return Answer(json: json.workspace(workspace))
    case ["users"]: return seesEverybody ? users(query) : .denied
    case ["user-groups"]:
      return page(workspace.groups, query) {
        json.group($0, in: workspace, managers: query["includeTeamManagers"] == "true")
      }
    case ["clients"]:
      let wanted = Wanted(query, canBeStrict: false)
      let rows = workspace.clients.filter { wanted.holds($0.name, isArchived: $0.archived) }.sorted {
        $0.name < $1.name
      }
      return page(rows, query, countsAll: true) { json.client($0, in: workspace) }
    case ["projects"]:
      let wanted = Wanted(query)
      let projects = workspace.projects
      // Places, not copies: there may be a million.
      let rows = projects.indices.filter {
        !projects[$0].isDeleted && wanted.holds(projects[$0].name, isArchived: projects[$0].archived)
      }
      return page(rows, query) { json.project(projects[$0], in: workspace, hydrated: query["hydrated"] == "true") }
    case ["tags"]:
      let wanted = Wanted(query)
      let rows = workspace.tags.filter { wanted.holds($0.name, isArchived: $0.isArchived) }
      return page(rows, query, countsAll: true) { json.tag($0, in: workspace) }
    case ["time-entries", "status", "in-progress"]:
      let running = workspace.entries.filter { $0.end == nil && (seesEverybody || $0.userID == user.id) }
      return page(running, query, defaultSize: 10) { json.entry($0, in: workspace) }
    default: return item(parts, query)
    }
  }

  private func item(_ parts: [String], _ query: CoreQuery) -> Answer {
    guard parts.count >= 2 else { return .noRoute }
    switch (parts[0], parts.count) {
    case ("time-entries", 2):
      if controls.knowsNoEntry { return .missing("Time entry") }
      guard let entry = entry(parts[1]) else { return .missing("Time entry") }
      guard seesEverybody || entry.userID == user.id else { return .denied }
      return Answer(json: json.entry(entry, in: workspace, hydrated: query["hydrated"] == "true"))
    case ("projects", 2), ("projects", 3), ("projects", 4):
      guard let project = workspace.projects.first(where: { $0.id == parts[1] && !$0.isDeleted }) else {
        return .missing("Project")
      }
      if parts.count == 2 { return Answer(json: json.project(project, in: workspace, hydrated: false)) }
      guard parts[2] == "tasks" else { return .noRoute }
      if parts.count == 4 {
        let task = project.tasks.first { $0.id == parts[3] }
        return task.map { Answer(json: json.task($0, in: project)) } ?? .missing("Task")
      }
      let (wanted, isActive) = (Wanted(query), query["is-active"].map { $0 == "true" })
      let tasks = project.tasks.filter { task in
        wanted.isNamed(task.name) && (isActive.map { $0 == !task.isDone } ?? true)
      }
      return page(tasks, query) { json.task($0, in: project) }
    case ("tags", 2):
      guard let tag = workspace.tags.first(where: { $0.id == parts[1] }) else { return .missing("Tag") }
      return Answer(json: json.tag(tag, in: workspace))
    case ("clients", 2):
      guard let client = workspace.clients.first(where: { $0.id == parts[1] }) else { return .missing("Client") }
      return Answer(json: json.client(client, in: workspace))
    case ("member-profile", 2):
      guard let member = listed.first(where: { $0.id == parts[1] }) else { return .missing("User") }
      return Answer(json: json.profile(member))
    case ("user", 3) where parts[2] == "time-entries":
      guard seesEverybody || parts[1] == user.id else { return .denied }
      return entries(of: parts[1], query)
    default: return .noRoute
    }
  }

  /// As it is, or still was: a read may lag behind the event.
  private func entry(_ id: String) -> SimulatedWorkspace.Entry? {
    if controls.readsLag > 0, let former = workspace.formerEntries[id],
      Date().timeIntervalSince(former.changedAt) < controls.readsLag
    {
      return former.entry
    }
    return workspace.entry(id)
  }

  private var listed: [SimulatedWorkspace.User] { workspace.users.filter { !$0.isRemoved } }

  /// Which items a list is asked for. Names are found by a part of them; where `strict-name-search` is known, by the whole.
  private struct Wanted {
    let isArchived: Bool?
    let name: String?
    let isStrict: Bool

    init(_ query: CoreQuery, canBeStrict: Bool = true) {
      isArchived = query["archived"].map { $0 == "true" }
      isStrict = canBeStrict && query["strict-name-search"] == "true"
      name = isStrict ? query["name"] : query["name"]?.lowercased()
    }

    func isNamed(_ name: String) -> Bool {
      self.name.map { isStrict ? name == $0 : name.lowercased().contains($0) } ?? true
    }

    func holds(_ name: String, isArchived: Bool) -> Bool {
      (self.isArchived.map { $0 == isArchived } ?? true) && isNamed(name)
    }
  }

  /// The default leaves out limited and deleted accounts (clockify-api.md 2.3).
  private func users(_ query: CoreQuery) -> Answer {
    let statuses = query["account-statuses"].map { Set($0.split(separator: ",").map(String.init)) }
    let hidden: Set = ["LIMITED", "DELETED", "LIMITED_DELETED"]
    let rows = listed.filter { row in
      (statuses?.contains(row.status) ?? !hidden.contains(row.status))
        && [nil, "ALL", row.membershipStatus].contains(query["status"])
    }
    let wantsMemberships = ["WORKSPACE", "ALL"].contains(query["memberships"])
    return page(rows, query) {
      json.user($0, in: workspace, memberships: wantsMemberships, roles: query["include-roles"] == "true")
    }
  }

  /// Newest start first. The window's digits in UTC are read in the account's zone (clockify-api.md 5.1, window trap).
  private func entries(of id: String, _ query: CoreQuery) -> Answer {
    guard listed.contains(where: { $0.id == id }) else { return .missing("User") }
    let zone = TimeZone(identifier: controls.coreWindowZone ?? user.timeZone ?? "UTC") ?? TimeZone(identifier: "UTC")!
    func bound(_ name: String) -> Int? {
      guard let text = query[name], let date = ISO8601DateFormatter().date(from: text) else { return nil }
      return WallClock.seconds(fromUTCDigitsOf: Int(date.timeIntervalSince1970), readIn: zone)
    }
    let (start, end) = (bound("start"), bound("end"))
    let isWindowed = start != nil || end != nil
    let rows = workspace.entries.reversed().filter { entry in
      entry.userID == id && start.map { entry.start >= $0 } ?? true && end.map { entry.start <= $0 } ?? true
        && (query["in-progress"] != "true" || entry.end == nil) && isWanted(entry, query)
        && !(isWindowed && isHidden(entry))
    }
    return page(rows, query) { json.entry($0, in: workspace, hydrated: query["hydrated"] == "true") }
  }

  private func isWanted(_ entry: SimulatedWorkspace.Entry, _ query: CoreQuery) -> Bool {
    let tags = query.all("tags")
    return (query["project"].map { entry.projectID == $0 } ?? true)
      && (query["task"].map { entry.taskID == $0 } ?? true)
      && (query["description"].map { entry.description.lowercased().contains($0.lowercased()) } ?? true)
      && (tags.isEmpty || !tags.isDisjoint(with: entry.tagIDs))
      && (query["project-required"] != "true" || entry.projectID != nil)
      && (query["task-required"] != "true" || entry.taskID != nil)
  }

  /// Lists with a window lag behind what was just written.
  private func isHidden(_ entry: SimulatedWorkspace.Entry) -> Bool {
    guard controls.hidesFreshEntriesFor > 0, let made = Int(entry.id.prefix(8), radix: 16) else { return false }
    return made + controls.hidesFreshEntriesFor > controls.now
  }

  /// Bare arrays; `page-size` 0 and beyond the maximum are 400; `last-page` where it is sent (clockify-api.md 1.5).
  private func page<Row>(
    _ rows: [Row], _ query: CoreQuery, defaultSize: Int = 50, countsAll: Bool = false, _ json: (Row) -> [String: Any]
  ) -> Answer {
    guard let page = Int(query["page"] ?? "1"), var size = Int(query["page-size"] ?? "\(defaultSize)") else {
      return .error(400, "Failed to convert value", code: 3000)
    }
    guard size > 0 else { return .error(400, "Page size must be a positive value", code: 501) }
    guard size <= controls.maximumListPageSize else { return .error(400, "Page size is too large", code: 501) }
    size = min(size, controls.silentPageCap ?? size)
    let from = min(rows.count, max(0, page - 1) * size)
    let to = min(rows.count, from + size)
    return Answer(
      json: rows[from..<to].map(json), lastPage: controls.sendsLastPage ? to == rows.count : nil,
      totalCount: countsAll ? rows.count : nil)
  }
}

/// Wall clocks by Foundation's calendar data.
enum WallClock {
  /// Takes the digits that a UTC clock shows at `seconds` and reads them on a clock in `zone`.
  static func seconds(fromUTCDigitsOf seconds: Int, readIn zone: TimeZone) -> Int {
    let guess = seconds - zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    return seconds - zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(guess)))
  }
}

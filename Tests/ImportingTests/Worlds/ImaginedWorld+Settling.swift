import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore

extension ImaginedWorld {
  /// Everything thaws, every merge is undone, nothing is filtered; then one full import has to make it all right.
  func settle() async throws {
    log.append("— settle")
    if troubles.has(.undos) { try undoEverything() }
    bringGroupsBack()
    oracle.named = world.clockify.read { $0.workspaces.map(\.id) }
    world.settings.workspaces = hasWorkspaces ? ["all"] : []
    world.settings.include = ImportFilter()
    world.settings.exclude = ImportFilter()
    try world.sql(
      """
      DELETE FROM project_tag; DELETE FROM client_tag; DELETE FROM timesheet_lock; DELETE FROM ignored_reference;
      UPDATE person SET is_archived = 0 WHERE is_archived = 1 AND archived_by IS NULL;
      DELETE FROM actual WHERE is_manual = 1;
      """)
    reviveUnlinked(try PlanTables(world))
    oracle.unsureEntries = []
    var request = ImportRequest(trigger: .manual, now: world.now)
    request.isFull = true
    let before = try prepare()
    let today = today
    try await importAndJudge(
      request, RunShape(workspaces: Set(oracle.named), from: Self.since, to: today), before, words: "everything")
    let after = try PlanTables(world)
    if !after.deferred.isEmpty { throw Differs(words: ["47: still deferred: \(after.deferred)"]) }
    if !after.conflicts.isEmpty { throw Differs(words: ["57: still in conflict: \(after.conflicts)"]) }
    try expectSound()
    try expectReplica()
    if troubles.has(.audits) { try await audit(today) }
  }

  private func undoEverything() throws {
    var open = try PlanTables(world).openMerges
    while !open.isEmpty {
      var order = open
      for index in order.indices.reversed() where index > 0 { order.swapAt(index, random.below(index + 1)) }
      var progress = false
      for merge in order where try undo(merge, prepare()) { progress = true }
      guard progress else { return }
      open = try PlanTables(world).openMerges
    }
  }

  /// What has no link and is not needed any more would stay where it is, and an audit would find it (rule 77).
  private func reviveUnlinked(_ plan: PlanTables) {
    let (projects, people) = (plan.links["project"]!, plan.links["person"]!)
    let stuck = oracle.homes.values.map(\.version)
    let lostProjects = Set(stuck.compactMap(\.project).filter { projects[$0] == nil })
    let lostUsers = Set(stuck.map(\.user).filter { people[$0] == nil })
    let isLists = world.settings.source == .entries
    world.clockify.change { state in
      for index in state.workspaces.indices {
        for row in state.workspaces[index].projects.indices
        where lostProjects.contains(state.workspaces[index].projects[row].id) {
          state.workspaces[index].projects[row].archived = false
          state.workspaces[index].projects[row].isDeleted = false
        }
        for row in state.workspaces[index].users.indices {
          let user = state.workspaces[index].users[row]
          // Whom no list names has no time that the lists could tell.
          if isLists { state.workspaces[index].users[row].isRemoved = false }
          guard lostUsers.contains(user.id) else { continue }
          state.workspaces[index].users[row].isRemoved = false
          state.workspaces[index].users[row].membershipStatus = "ACTIVE"
          state.workspaces[index].users[row].status = "ACTIVE"
        }
      }
    }
  }

  func bringGroupsBack() {
    for group in removedGroups {
      world.clockify.change { $0.workspaces[group.workspace].groups.append(group.group) }
    }
    removedGroups = []
  }

  private func expectSound() throws {
    let problems = try world.database.read { try $0.faults.all() }
    if !problems.isEmpty { throw Differs(words: problems.map { "database check: \($0)" }) }
  }

  /// Rule 78, as `rota actuals audit` does it.
  private func audit(_ today: String) async throws {
    copies += 1
    let path = world.folder.appendingPathComponent("audit-\(copies).sqlite").path
    try world.database.copy(to: path)
    let copy = try PlanningDatabase(path: path, creates: false)
    defer { try? copy.close() }
    try copy.write { session in
      try session.audit.strip()
      try session.settings.set(Setting.actualsEnabledAt, world.now.description, at: world.now)
    }
    let (from, to) = (CalendarDay(Self.since)!, CalendarDay(today)!)
    var request = ImportRequest(trigger: .manual, since: from, now: world.now)
    request.until = to
    let report = try await world.startImport(request, into: copy).value
    guard report.status == .done else { throw Differs(words: ["78: the audit's import is \(report.status)"]) }
    let fresh = try copy.read { try $0.audit.cells(from: from, through: to) }
    let ours = try world.database.read { try $0.audit.cells(from: from, through: to) }
    let cells = Set(ours.keys).union(fresh.keys).filter { ours[$0]?.minutes ?? 0 != fresh[$0]?.minutes ?? 0 }
    if cells.isEmpty { return }
    throw Differs(
      words: cells.map {
        "78/96: audit, person \($0.person) project \($0.project) \($0.day): ours \(ours[$0]?.minutes ?? 0), fresh \(fresh[$0]?.minutes ?? 0)"
      }.sorted())
  }
}

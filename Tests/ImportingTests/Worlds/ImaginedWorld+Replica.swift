import ClockifySimulator
import RotaTesting

/// What an import keeps beside the plan: edited at random too, and after everything was read what Clockify has.
extension ImaginedWorld {
  private static let tags = ["t1", "t2", "t3"]

  func editReplica() {
    let number = random.below(world.clockify.read(\.workspaces.count))
    let workspace = world.clockify.read { $0.workspaces[number] }
    for _ in 0..<random.below(4) {
      guard let entry = pick(orNil: workspace.entries) else { break }
      let (tags, locked, rate) = (Self.tags.filter { _ in chance(2) }, chance(3), chance(2) ? random.below(9000) : nil)
      log.append("details of \(entry.id.suffix(4)): \(tags), locked \(locked)")
      world.edit(entry.id) { entry in
        entry.tagIDs = tags
        entry.isLocked = locked
        entry.hourlyRate = rate
      }
    }
    guard chance(2) else { return }
    let project = random.below(workspace.projects.count)
    let tasks = workspace.projects[project].tasks
    if let gone = pick(orNil: tasks), chance(3) {
      log.append("task \(gone.id) deleted")
      world.clockify.change { $0.workspaces[number].projects[project].tasks.removeAll { $0.id == gone.id } }
    } else {
      copies += 1
      let id = "k\(copies)"
      log.append("task \(id) of \(workspace.projects[project].name)")
      world.clockify.change { $0.workspaces[number].projects[project].tasks.append(.init(id: id, name: "Task \(id)")) }
    }
  }

  /// - Throws: `Differs` where what is kept is not what Clockify has, once all of it was read.
  func expectReplica() throws {
    guard world.replica != nil else { return }
    let states = world.clockify.read(\.workspaces)
    var expected = states.flatMap { workspace in
      workspace.projects.filter { !$0.isDeleted }.flatMap { project in
        project.tasks.map { "task \(workspace.id) \(project.id) \($0.id)" }
      }
    }
    expected += states.flatMap { workspace in
      workspace.groups.flatMap { group in Set(group.userIDs).map { "member \(workspace.id) \(group.id) \($0)" } }
    }
    let kept = try world.sql(
      """
      SELECT 'task ' || workspace_id || ' ' || project_id || ' ' || id FROM clockify_task WHERE deleted_at IS NULL;
      SELECT 'member ' || m.workspace_id || ' ' || target_id || ' ' || user_id FROM clockify_membership m
      WHERE deleted_at IS NULL AND membership_type = 'USERGROUP';
      """
    ).split(separator: "\n").map(String.init)
    try compare(expected, kept, "replica")

    // Lists hold nobody's time who is not listed, and nothing of reports says what an entry was that is gone.
    guard world.settings.source != .entries else { return }
    let details = states.flatMap(\.entries).map { entry in
      "entry \(entry.id) \(entry.isLocked ? 1 : 0) \(entry.tagIDs.sorted().joined(separator: ",")) "
        + "\(entry.end == nil ? "" : entry.hourlyRate.flatMap { $0 == 0 ? nil : "\(Double($0))" } ?? "")"
    }
    let there = try world.sql(
      """
      SELECT 'entry ' || e.id || ' ' || e.is_locked || ' '
        || ifnull((SELECT group_concat(tag_id, ',') FROM (
          SELECT tag_id FROM clockify_time_entry_tag t WHERE t.entry_key = e.entry_key ORDER BY 1)), '')
        || ' ' || ifnull(d.hourly_rate_amount, '')
      FROM clockify_time_entry e JOIN placement p ON p.entry_key = e.entry_key
      LEFT JOIN clockify_time_entry_detail d ON d.entry_key = e.entry_key
      WHERE p.state NOT IN ('missing', 'deleted')
      """
    ).split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    // Whether an entry is there at all is the oracle's to judge: the future is not read.
    let known = Set(there.map { $0.split(separator: " ")[1] })
    let expectedDetails = details.map { $0.split(separator: " ") }.filter { known.contains($0[1]) }
    try compare(expectedDetails.map { $0.joined(separator: " ") }, there, "details")
  }

  private func compare(_ expected: [String], _ kept: [String], _ what: String) throws {
    let (missing, more) = (Set(expected).subtracting(kept), Set(kept).subtracting(expected))
    if missing.isEmpty, more.isEmpty { return }
    throw Differs(words: missing.sorted().map { "\(what): lacks \($0)" } + more.sorted().map { "\(what): has \($0)" })
  }
}

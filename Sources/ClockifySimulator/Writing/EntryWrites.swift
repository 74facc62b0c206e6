import Foundation

/// Time entries. clockify-api.md 5; locks, approvals and what a workspace forces as members and admins meet them.
extension Write {
  func entriesOfUser(_ id: String, _ workspace: inout SimulatedWorkspace) -> Answer {
    guard isAdmin || id == user.id else { return .denied }
    guard workspace.users.contains(where: { $0.id == id && !$0.isRemoved }) else { return .missing("User") }
    switch method {
    case "POST": return addEntry(of: id, &workspace, isNamed: true)
    case "PATCH": return stop(id, &workspace)
    case "PUT":
      guard let rows = json as? [[String: Any]] else { return .invalid("Body") }
      return eachEntry(rows.compactMap { $0["id"] as? String }, &workspace) { index, one, workspace in
        let write = Write(
          method: method, parts: parts, query: query, json: rows[index], user: user, controls: controls, now: now,
          newID: newID)
        return write.replaceEntry(one, &workspace)
      }
    case "DELETE":
      return eachEntry(query.all("time-entry-ids").sorted(), &workspace) { _, one, workspace in
        let row = workspace.entries.first { $0.id == one }.map { rows.entry($0, in: workspace) }
        let answer = deleteEntry(one, &workspace)
        return answer.status == 204 ? .row(row ?? [:]) : answer
      }
    default: return .noMethod
    }
  }

  /// The first that is refused ends it, and nothing is done.
  private func eachEntry(
    _ ids: [String], _ workspace: inout SimulatedWorkspace,
    _ body: (Int, String, inout SimulatedWorkspace) -> Answer
  ) -> Answer {
    var copy = workspace
    var answers: [Any] = []
    for (index, id) in ids.enumerated() {
      let answer = body(index, id, &copy)
      guard answer.status == 200 else { return answer }
      answers.append((try? JSONSerialization.jsonObject(with: Data(buffer: answer.body))) ?? [:])
    }
    workspace = copy
    return .row(answers)
  }

  func entry(_ id: String, _ workspace: inout SimulatedWorkspace) -> Answer {
    switch method {
    case "PUT": replaceEntry(id, &workspace)
    case "DELETE": deleteEntry(id, &workspace)
    default: .noMethod
    }
  }

  func addEntry(of id: String, _ workspace: inout SimulatedWorkspace, isNamed: Bool = false) -> Answer {
    guard let start = text("start").map(Self.seconds) ?? now else { return .invalid("start") }
    var entry = SimulatedWorkspace.Entry(id: newID, userID: id, projectID: nil, start: start, end: nil)
    if let refusal = lay(on: &entry, workspace) { return refusal }
    if workspace.settings.onlyTimers, entry.end != nil, !(isNamed && isAdmin) {
      return .error(403, "Manual time tracking is disabled", code: 4030)
    }
    if let refusal = locked(entry, workspace) { return refusal }
    if entry.end == nil { stopRunning(of: id, at: max(start, 0), &workspace) }
    workspace.add(entry)
    return .row(rows.entry(entry, in: workspace), status: 201)
  }

  /// A PUT replaces: what it leaves out is gone.
  private func replaceEntry(_ id: String, _ workspace: inout SimulatedWorkspace) -> Answer {
    guard let old = workspace.entry(id) else { return .missing("Time entry") }
    guard isAdmin || old.userID == user.id else { return .denied }
    guard let text = text("start"), let start = Self.seconds(text) else { return .invalid("start") }
    if let refusal = locked(old, workspace) { return refusal }
    var entry = old
    (entry.projectID, entry.taskID, entry.tagIDs, entry.description, entry.billable) = (nil, nil, [], "", false)
    (entry.start, entry.end, entry.customFields) = (start, nil, [])
    if let refusal = lay(on: &entry, workspace) { return refusal }
    if old.end != nil, entry.end == nil { return .invalid("end") }
    if let refusal = locked(entry, workspace) { return refusal }
    workspace.editEntry(id) { $0 = entry }
    return .row(rows.entry(entry, in: workspace))
  }

  private func deleteEntry(_ id: String, _ workspace: inout SimulatedWorkspace) -> Answer {
    guard let old = workspace.entry(id) else { return .missing("Time entry") }
    guard isAdmin || old.userID == user.id else { return .denied }
    if let refusal = locked(old, workspace) { return refusal }
    workspace.removeEntry(id)
    var answer = Answer(json: [:])
    (answer.status, answer.body) = (204, .init())
    return answer
  }

  private func stop(_ id: String, _ workspace: inout SimulatedWorkspace) -> Answer {
    guard let running = workspace.entries.first(where: { $0.userID == id && $0.end == nil }) else {
      return .error(404, "Timer not running", code: 404)
    }
    guard let end = text("end").flatMap(Self.seconds), end >= running.start else { return .invalid("end") }
    workspace.editEntry(running.id) { $0.end = end }
    var stopped = running
    stopped.end = end
    return .row(rows.entry(stopped, in: workspace))
  }

  private func stopRunning(of id: String, at moment: Int, _ workspace: inout SimulatedWorkspace) {
    for running in workspace.entries where running.userID == id && running.end == nil {
      workspace.editEntry(running.id) { $0.end = max($0.start, moment) }
    }
  }

  /// - Returns: why it is refused, or nil.
  private func lay(on entry: inout SimulatedWorkspace.Entry, _ workspace: SimulatedWorkspace) -> Answer? {
    if let text = text("end") {
      guard let end = Self.seconds(text), end >= entry.start else { return .invalid("end") }
      entry.end = end
    }
    if let description = text("description") {
      guard description.count <= 3000, !description.contains(where: { "<>".contains($0) }) else {
        return .invalid("description")
      }
      entry.description = description
    }
    if let refusal = layItems(on: &entry, workspace) { return refusal }
    if let billable = flag("billable") {
      let mayChange = isAdmin || !workspace.settings.onlyAdminsChangeBillable
      let ofProject = workspace.projects.first { $0.id == entry.projectID }?.billable ?? false
      entry.billable = mayChange ? billable : ofProject
    }
    entry.customFields = (body["customFields"] as? [[String: Any]] ?? []).compactMap { field in
      guard let id = field["customFieldId"] as? String else { return nil }
      return (id, field["value"] as? String ?? "\(field["value"] ?? "")")
    }
    return entry.end == nil ? nil : missing(from: entry, workspace)
  }

  private func layItems(on entry: inout SimulatedWorkspace.Entry, _ workspace: SimulatedWorkspace) -> Answer? {
    if let id = text("projectId"), !id.isEmpty {
      guard workspace.projects.contains(where: { $0.id == id && !$0.isDeleted }) else { return .missing("Project") }
      entry.projectID = id
    }
    if let id = text("taskId"), !id.isEmpty {
      let tasks = workspace.projects.first { $0.id == entry.projectID }?.tasks ?? []
      guard tasks.contains(where: { $0.id == id }) else {
        return .error(400, "Task doesn't belong to Project", code: 501)
      }
      entry.taskID = id
    }
    entry.tagIDs = body["tagIds"] as? [String] ?? []
    for id in entry.tagIDs {
      guard let tag = workspace.tags.first(where: { $0.id == id }) else { return .missing("Tag") }
      if tag.isArchived, controls.refusesArchivedTags { return .missing("Tag") }
    }
    return nil
  }

  /// What the workspace asks for; timers pass.
  private func missing(from entry: SimulatedWorkspace.Entry, _ workspace: SimulatedWorkspace) -> Answer? {
    let forced = workspace.settings
    let required = (workspace.things["custom_fields"] ?? []).filter {
      $0["required"] as? Bool == true && $0["entityType"] as? String != "USER"
    }
    let given = Set(entry.customFields.map(\.id))
    guard
      (forced.forceProjects && entry.projectID == nil) || (forced.forceTasks && entry.taskID == nil)
        || (forced.forceTags && entry.tagIDs.isEmpty) || (forced.forceDescription && entry.description.isEmpty)
        || required.contains(where: { !given.contains($0["id"] as? String ?? "") })
    else { return nil }
    return .error(400, "Required fields are missing", code: 501)
  }

  /// Approved time is closed to everybody, what is before the lock to members.
  private func locked(_ entry: SimulatedWorkspace.Entry, _ workspace: SimulatedWorkspace) -> Answer? {
    if entry.approvalRequestID != nil { return .error(403, "Time entry is approved", code: 4005) }
    let isLocked = entry.isLocked || workspace.settings.lockedBefore.map { entry.start < $0 } ?? false
    return isLocked && !isAdmin ? .error(403, "Time entry is locked", code: 1003) : nil
  }

  /// RFC 3339, whole seconds.
  private static func seconds(_ text: String) -> Int? {
    ISO8601DateFormatter().date(from: text).map { Int($0.timeIntervalSince1970) }
  }
}

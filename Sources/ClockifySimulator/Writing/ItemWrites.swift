import Foundation

/// Clients, projects, tasks and tags. clockify-api.md 3 and 4: unique names, archive before delete, replace and reset.
extension Write {
  // MARK: Clients

  func clients(_ workspace: inout SimulatedWorkspace) -> Answer {
    guard isAdmin else { return .denied }
    if parts.count == 1 {
      guard method == "POST" else { return .noMethod }
      var client = SimulatedWorkspace.Client(id: newID, name: text("name") ?? "")
      if let refusal = lay(on: &client, workspace, sees: ["email", "address", "note"]) { return refusal }
      workspace.clients.append(client)
      return .row(rows.client(client, in: workspace), status: 201)
    }
    guard let at = workspace.clients.firstIndex(where: { $0.id == parts[1] }) else { return .missing("Client") }
    var client = workspace.clients[at]
    switch method {
    case "PUT":
      client.name = text("name") ?? ""
      client.archived = flag("archived") ?? false
      let currency = client.members["currencyId"]
      client.members = client.members.filter { ["currencyCode"].contains($0.key) }
      client.members["currencyId"] = currency
      if let cc = body["ccEmails"] as? [String], cc.count > 3 { return .invalid("ccEmails, less than 3,") }
      let refusal = lay(on: &client, workspace, sees: ["email", "address", "note", "ccEmails", "currencyId"])
      if let refusal { return refusal }
      workspace.clients[at] = client
      if client.archived, query["archive-projects"] == "true" {
        for index in workspace.projects.indices where workspace.projects[index].clientID == client.id {
          workspace.projects[index].archived = true
        }
      }
      return .row(rows.client(client, in: workspace))
    case "DELETE":
      guard client.archived else { return .error(400, "Cannot delete an active client", code: 501) }
      workspace.clients.remove(at: at)
      workspace.deletedNames["client", default: []].insert(client.name)
      return .row(rows.client(client, in: workspace))
    default: return .noMethod
    }
  }

  private func lay(
    on client: inout SimulatedWorkspace.Client, _ workspace: SimulatedWorkspace, sees fields: [String]
  ) -> Answer? {
    let (id, name) = (client.id, client.name)
    let isTaken = workspace.clients.contains { $0.id != id && $0.name == name }
    if let refusal = problem(
      name: name, 1...100, kind: "Client", isTaken: isTaken, gone: workspace.deletedNames["client"])
    {
      return refusal
    }
    for field in fields {
      if let text = text(field) {
        guard text.count <= 3000 else { return .invalid(field) }
        client.members[field] = text
      } else if let list = body[field] as? [String] {
        client.members[field] = list
      }
    }
    return nil
  }

  // MARK: Projects

  func projects(_ workspace: inout SimulatedWorkspace) -> Answer {
    guard isAdmin else { return .denied }
    if parts.count == 1 {
      guard method == "POST" else { return .noMethod }
      var project = SimulatedWorkspace.Project(id: newID, name: text("name") ?? "", clientID: nil)
      project.members["public"] = flag("isPublic") ?? workspace.settings.projectsArePublic
      project.billable = flag("billable") ?? false
      if let estimate = body["estimate"] as? [String: Any] { setEstimate(estimate, of: &project) }
      if let refusal = lay(on: &project, workspace) { return refusal }
      workspace.projects.append(project)
      return .row(rows.project(project, in: workspace, hydrated: false), status: 201)
    }
    guard let at = workspace.projects.firstIndex(where: { $0.id == parts[1] && !$0.isDeleted }) else {
      return .missing("Project")
    }
    var project = workspace.projects[at]
    switch method {
    case "PUT":
      project.name = text("name") ?? ""
      // What is left out is kept, but for these two.
      project.members["public"] = flag("isPublic") ?? false
      project.billable = flag("billable") ?? false
      project.archived = flag("archived") ?? project.archived
      if let refusal = lay(on: &project, workspace) { return refusal }
      workspace.projects[at] = project
      return .row(rows.project(project, in: workspace, hydrated: false))
    case "DELETE":
      guard project.archived else { return .error(400, "Cannot delete an active project", code: 501) }
      workspace.projects[at].isDeleted = true
      workspace.deletedNames["project", default: []].insert(project.name)
      return .row(rows.project(project, in: workspace, hydrated: false))
    default: return .noMethod
    }
  }

  private func lay(on project: inout SimulatedWorkspace.Project, _ workspace: SimulatedWorkspace) -> Answer? {
    if let client = text("clientId") {
      guard client.isEmpty || workspace.clients.contains(where: { $0.id == client }) else { return .missing("Client") }
      project.clientID = client.isEmpty ? nil : client
    }
    let (id, name, client) = (project.id, project.name, project.clientID)
    let isTaken = workspace.projects.contains {
      $0.id != id && !$0.isDeleted && $0.name == name
        && (!controls.projectNamesAreOfTheirClient || $0.clientID == client)
    }
    if let refusal = problem(
      name: name, 2...250, kind: "Project", isTaken: isTaken, gone: workspace.deletedNames["project"])
    {
      return refusal
    }
    if let color = text("color") {
      guard color.wholeMatch(of: /#[0-9A-Fa-f]{6}/) != nil else { return .invalid("color") }
      project.members["color"] = color
    }
    if let note = text("note") {
      guard note.count <= 16_384 else { return .invalid("note") }
      project.members["note"] = note
    }
    return nil
  }

  func estimate(_ workspace: inout SimulatedWorkspace) -> Answer {
    guard isAdmin else { return .denied }
    guard let at = workspace.projects.firstIndex(where: { $0.id == parts[1] && !$0.isDeleted }) else {
      return .missing("Project")
    }
    guard let time = body["timeEstimate"] as? [String: Any] else { return .invalid("timeEstimate") }
    setEstimate(time, of: &workspace.projects[at])
    return .row(rows.project(workspace.projects[at], in: workspace, hydrated: false))
  }

  private func setEstimate(_ given: [String: Any], of project: inout SimulatedWorkspace.Project) {
    let duration = given["estimate"] as? String ?? "PT0S"
    let type = given["type"] as? String ?? "AUTO"
    project.members["estimate"] = ["estimate": duration, "type": type]
    project.members["timeEstimate"] =
      [
        "estimate": duration, "type": type, "active": given["active"] as? Bool ?? (type == "MANUAL"),
        "includeNonBillable": true,
      ] as [String: any Sendable]
  }

  // MARK: Tasks

  func tasks(_ workspace: inout SimulatedWorkspace) -> Answer {
    guard isAdmin else { return .denied }
    guard let at = workspace.projects.firstIndex(where: { $0.id == parts[1] && !$0.isDeleted }) else {
      return .missing("Project")
    }
    let project = workspace.projects[at]
    if parts.count == 3 {
      guard method == "POST" else { return .noMethod }
      var task = SimulatedWorkspace.Task(id: newID, name: text("name") ?? "")
      if let refusal = lay(on: &task, project) { return refusal }
      workspace.projects[at].tasks.append(task)
      return .row(rows.task(task, in: project), status: 201)
    }
    guard let index = project.tasks.firstIndex(where: { $0.id == parts[3] }) else { return .missing("Task") }
    var task = project.tasks[index]
    switch method {
    case "PUT":
      task.name = text("name") ?? ""
      if let refusal = lay(on: &task, project) { return refusal }
      workspace.projects[at].tasks[index] = task
      return .row(rows.task(task, in: project))
    case "DELETE":
      guard task.isDone else { return .error(400, "Cannot delete an active task", code: 501) }
      workspace.projects[at].tasks.remove(at: index)
      return .row(rows.task(task, in: project))
    default: return .noMethod
    }
  }

  private func lay(on task: inout SimulatedWorkspace.Task, _ project: SimulatedWorkspace.Project) -> Answer? {
    let (id, name) = (task.id, task.name)
    let isTaken = project.tasks.contains { $0.id != id && $0.name == name }
    if let refusal = problem(name: name, 1...1000, kind: "Task", isTaken: isTaken, gone: nil) { return refusal }
    task.members["assigneeIds"] = body["assigneeIds"] as? [String] ?? []
    task.members["estimate"] = text("estimate")
    task.members["status"] = text("status") ?? "ACTIVE"
    task.members["billable"] = flag("billable") ?? true
    return nil
  }

  // MARK: Tags

  func tags(_ workspace: inout SimulatedWorkspace) -> Answer {
    func refusal(_ name: String, besides id: String?) -> Answer? {
      problem(
        name: name, 1...100, kind: "Tag", isTaken: workspace.tags.contains { $0.id != id && $0.name == name },
        gone: workspace.deletedNames["tag"])
    }
    let name = text("name") ?? ""
    if parts.count == 1 {
      guard method == "POST" else { return .noMethod }
      if let refusal = refusal(name, besides: nil) { return refusal }
      let tag = SimulatedWorkspace.Tag(id: newID, name: name)
      workspace.tags.append(tag)
      return .row(rows.tag(tag, in: workspace), status: 201)
    }
    guard let at = workspace.tags.firstIndex(where: { $0.id == parts[1] }) else { return .missing("Tag") }
    switch method {
    case "PUT":
      if let refusal = refusal(name, besides: parts[1]) { return refusal }
      workspace.tags[at].name = name
      workspace.tags[at].members["archived"] = flag("archived") ?? false
      return .row(rows.tag(workspace.tags[at], in: workspace))
    case "DELETE":
      let tag = workspace.tags.remove(at: at)
      workspace.deletedNames["tag", default: []].insert(tag.name)
      return .row(rows.tag(tag, in: workspace))
    default: return .noMethod
    }
  }
}

extension SimulatedWorkspace.Tag {
  var isArchived: Bool { members["archived"] as? Bool ?? false }
}

extension SimulatedWorkspace.Task {
  var isDone: Bool { members["status"] as? String == "DONE" }
}

import Foundation

/// Rows of the core API as they stand on the wire. clockify-api.md 2 to 5.
struct CoreJSON {
  let controls: Controls

  private let null = NSNull()

  init(controls: Controls) {
    self.controls = controls
  }

  private func optional(_ value: Any?) -> Any { controls.nullsWherePossible ? null : (value ?? null) }

  private func optionalText(_ text: String?) -> Any { text.map { $0 as Any } ?? null }

  func workspace(_ workspace: SimulatedWorkspace) -> [String: Any] {
    let forced = workspace.settings
    var settings: [String: Any] = [
      "forceProjects": forced.forceProjects, "workingDays": ["MONDAY", "TUESDAY"],
      "lockTimeEntries": optionalText(forced.lockedBefore.map(ReportText.utc)), "forceTasks": forced.forceTasks,
      "forceTags": forced.forceTags, "forceDescription": forced.forceDescription,
      "onlyAdminsCanChangeBillableStatus": forced.onlyAdminsChangeBillable,
      "timeTrackingMode": forced.onlyTimers ? "STOPWATCH_ONLY" : "DEFAULT",
      "isProjectPublicByDefault": forced.projectsArePublic,
    ]
    settings["durationFormat"] = forced.durationFormat
    let rate: [String: Any] = ["amount": 9000, "currency": "EUR"]
    let features = workspace.features.sorted() + ["TIME_TRACKING", controls.unknownValues ? "TELEPATHY" : "BREAKS"]
    let row: [String: Any] = [
      "id": workspace.id, "name": workspace.name, "hourlyRate": rate, "costRate": null,
      "memberships": [String](), "imageUrl": "", "featureSubscriptionType": workspace.plan, "features": features,
      "workspaceSettings": settings,
    ]
    return row.merging(workspace.members) { $1 }
  }

  func user(
    _ user: SimulatedWorkspace.User, in workspace: SimulatedWorkspace, memberships: Bool, roles: Bool = false
  ) -> [String: Any] {
    let membership: [String: Any] = [
      "userId": user.id, "hourlyRate": null, "costRate": null, "targetId": workspace.id,
      "membershipType": "WORKSPACE", "membershipStatus": user.membershipStatus,
    ]
    var settings: Any = null
    if let zone = user.timeZone {
      settings =
        [
          "timeZone": zone, "weekStart": "MONDAY", "timeFormat": "HOUR24", "dateFormat": "DD/MM/YYYY",
          "lang": optional("EN"), "myStartOfDay": "09:00", "theme": "DARK",
        ] as [String: Any]
    }
    let status = controls.unknownValues && user.status == "ACTIVE" ? "ACTIVE_IN_SPIRIT" : user.status
    let rows: [Any] = memberships ? [membership] : []
    let row: [String: Any] = [
      "id": user.id, "email": user.email, "name": optionalText(user.name), "profilePicture": optional(""),
      "activeWorkspace": workspace.id, "defaultWorkspace": workspace.id, "settings": settings,
      "status": status, "memberships": rows, "customFields": optional([Any]()),
    ]
    return row.merging(user.members.filter { (roles || $0.key != "roles") && (memberships || $0.key != "memberships") })
    {
      $1
    }
  }

  func profile(_ user: SimulatedWorkspace.User) -> [String: Any] {
    let row: [String: Any] = [
      "name": optionalText(user.name), "email": user.email, "weekStart": "MONDAY", "workCapacity": "PT8H",
      "workingDays": "[\"MONDAY\",\"TUESDAY\",\"WEDNESDAY\",\"THURSDAY\",\"FRIDAY\"]",
      "userCustomFieldValues": [Any](),
    ]
    return row.merging(user.profile) { $1 }
  }

  func group(
    _ group: SimulatedWorkspace.Group, in workspace: SimulatedWorkspace, managers: Bool
  ) -> [String: Any] {
    let row: [String: Any] = [
      "id": group.id, "name": group.name, "workspaceId": workspace.id, "userIds": group.userIDs,
      "teamManagers": [Any](),
    ]
    return row.merging(group.members.filter { managers || $0.key != "teamManagers" }) { $1 }
  }

  func client(_ client: SimulatedWorkspace.Client, in workspace: SimulatedWorkspace) -> [String: Any] {
    let row: [String: Any] = [
      "id": client.id, "name": client.name, "workspaceId": workspace.id, "archived": client.archived, "email": null,
      "ccEmails": null, "address": null, "note": null, "currencyId": null, "currencyCode": optional("EUR"),
    ]
    return row.merging(client.members) { $1 }
  }

  func project(
    _ project: SimulatedWorkspace.Project, in workspace: SimulatedWorkspace, hydrated: Bool
  ) -> [String: Any] {
    let client = workspace.clients.first { $0.id == project.clientID }
    var row: [String: Any] = [
      "id": project.id, "name": project.name, "clientId": project.clientID ?? "", "workspaceId": workspace.id,
      "billable": project.billable, "archived": project.archived, "template": project.template, "public": true,
      "color": "#0B8043", "note": optional(""), "memberships": [Any](), "duration": optional("PT41H15M"),
      "hourlyRate": null, "costRate": null, "budgetEstimate": null, "estimateReset": null,
      "estimate": ["estimate": "PT0S", "type": controls.unknownValues ? "GUT_FEELING" : "AUTO"],
    ]
    if hydrated {
      row["tasks"] = project.tasks.prefix(controls.shownTasks ?? .max).map { task($0, in: project) }
      row["client"] = client.map { self.client($0, in: workspace) as Any } ?? null
    } else {
      row["clientName"] = client?.name ?? ""
    }
    return row.merging(project.members.filter { hydrated || !["customFields", "currency"].contains($0.key) }) { $1 }
  }

  func task(_ task: SimulatedWorkspace.Task, in project: SimulatedWorkspace.Project) -> [String: Any] {
    let row: [String: Any] = [
      "id": task.id, "name": task.name, "projectId": project.id, "assigneeIds": [Any](), "status": "ACTIVE",
      "estimate": optional("PT0S"), "duration": optional("PT0S"), "billable": true,
    ]
    return row.merging(task.members) { $1 }
  }

  func tag(_ tag: SimulatedWorkspace.Tag, in workspace: SimulatedWorkspace) -> [String: Any] {
    let row: [String: Any] = ["id": tag.id, "name": tag.name, "workspaceId": workspace.id, "archived": false]
    return row.merging(tag.members) { $1 }
  }

  /// ISO durations and UTC times here, seconds and offsets in reports.
  func entry(
    _ entry: SimulatedWorkspace.Entry, in workspace: SimulatedWorkspace, hydrated: Bool = false
  ) -> [String: Any] {
    var row: [String: Any] = [
      "id": entry.id, "description": entry.description, "userId": entry.userID, "workspaceId": workspace.id,
      "projectId": optionalText(entry.projectID), "taskId": optionalText(entry.taskID),
      "tagIds": entry.tagIDs.isEmpty ? optional([String]()) : entry.tagIDs as Any, "isLocked": entry.isLocked,
      "kioskId": optionalText(entry.kioskID),
      "hourlyRate": rate(entry.hourlyRate), "costRate": rate(entry.costRate),
      "customFieldValues": entry.customFields.map {
        ["customFieldId": $0.id, "name": "field", "type": "TXT", "value": $0.value]
      },
      "timeInterval": [
        "start": ReportText.utc(entry.start), "end": optionalText(entry.end.map(ReportText.utc)),
        "duration": optionalText(entry.end.map { Self.isoDuration($0 - entry.start) }),
      ] as [String: Any],
    ]
    if let billable = entry.billable { row["billable"] = billable }
    if let type = entry.type { row["type"] = type }
    if hydrated {
      let project = workspace.projects.first { $0.id == entry.projectID }
      row["project"] = project.map { self.project($0, in: workspace, hydrated: false) as Any } ?? null
      row["task"] =
        project.flatMap { project in
          project.tasks.first { $0.id == entry.taskID }.map { task($0, in: project) as Any }
        } ?? null
      row["tags"] = workspace.tags.filter { entry.tagIDs.contains($0.id) }.map { tag($0, in: workspace) }
      row["user"] =
        workspace.users.first { $0.id == entry.userID }.map {
          user($0, in: workspace, memberships: false) as Any
        } ?? null
    }
    return row
  }

  private func rate(_ amount: Int?) -> Any {
    amount.map { ["amount": $0, "currency": "EUR"] as [String: Any] } ?? null
  }

  static func isoDuration(_ seconds: Int) -> String {
    let parts = [(seconds / 3600, "H"), (seconds / 60 % 60, "M"), (seconds % 60, "S")]
    let text = parts.filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
    return "PT" + (text.isEmpty ? "0S" : text)
  }
}

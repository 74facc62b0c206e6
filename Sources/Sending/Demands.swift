import ClockifyAPI

/// What a workspace asks of every time entry that has an end: looked at before anything is sent (toolbox.md 3.4).
struct Demands: Sendable {
  private var fields: [(name: String, words: String)] = []
  /// Custom fields that must have a value, id and name.
  private var custom: [(id: String, name: String)] = []

  static func read(_ toolbox: Toolbox) async throws -> Demands {
    var demands = Demands()
    let row = try await toolbox.source.row(at: "/workspaces/\(toolbox.place.id)")
    let settings = row?["workspaceSettings"]
    let forced = [
      ("forceProjects", "projectId", "a project"), ("forceTasks", "taskId", "a task"), ("forceTags", "tagIds", "a tag"),
      ("forceDescription", "description", "a description"),
    ]
    for (setting, field, words) in forced where settings?[setting]?.isTrue ?? false {
      demands.fields.append((field, words))
    }
    do {
      let rows = try await toolbox.source.rows(of: "/workspaces/\(toolbox.place.id)/custom-fields") {
        $0["required"]?.isTrue ?? false && $0["entityType"] != .text("USER") && $0["status"] != .text("INACTIVE")
      }
      demands.custom = rows.compactMap { row in row["id"]?.words.map { ($0, row["name"]?.words ?? $0) } }
    } catch let error as ClockifyError where [.forbidden, .routeMissing].contains(error.code) {
      // Not every plan has them, and not every key may read them.
    }
    return demands
  }

  func problems(of body: JSONTree) -> [String] {
    guard body["end"] != nil else { return [] }
    let given = Set((body["customFields"]?.elements ?? []).compactMap { $0["customFieldId"]?.words })
    return fields.filter { body[$0.name]?.isNothing ?? true }.map { "the workspace requires \($0.words)" }
      + custom.filter { !given.contains($0.id) }.map { "the workspace requires the custom field \"\($0.name)\"" }
  }
}

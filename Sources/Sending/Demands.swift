import ClockifyAPI

/// What a workspace asks of every time entry that has an end (toolbox.md 2.3, 3.4).
struct Demands: Sendable {
  struct Field: Sendable, Equatable {
    let name: String
    /// As a sentence names it.
    let words: String
    /// nil: only `--field` sets it.
    let flag: String?
  }

  private static let all: [(setting: String, field: Field)] = [
    ("forceProjects", Field(name: "projectId", words: "a project", flag: "--project")),
    ("forceTasks", Field(name: "taskId", words: "a task", flag: "--task")),
    ("forceTags", Field(name: "tagIds", words: "a tag", flag: "--tag")),
    ("forceDescription", Field(name: "description", words: "a description", flag: "--description")),
  ]

  private let fields: [Field]
  /// Custom fields that must have a value: id and name.
  private var custom: [(id: String, name: String)] = []

  /// - Parameter workspace: its row; nil: nothing is known.
  init(_ workspace: JSONTree?) {
    let settings = workspace?["workspaceSettings"]
    fields = Self.all.filter { settings?[$0.setting]?.isTrue ?? false }.map(\.field)
  }

  /// - Parameter customFields: rows of them.
  init(customFields: [JSONTree]) {
    fields = []
    custom = customFields.compactMap { row in
      guard row["required"]?.isTrue ?? false, row["entityType"] != .text("USER"), row["status"] != .text("INACTIVE")
      else { return nil }
      return row["id"]?.words.map { ($0, row["name"]?.words ?? $0) }
    }
  }

  /// All that a workspace asks for; custom fields where they may be read.
  static func read(_ toolbox: Toolbox) async throws -> Demands {
    var demands = Demands(try await toolbox.source.row(at: "/workspaces/\(toolbox.place.id)"))
    do {
      let rows = try await toolbox.source.rows(of: "/workspaces/\(toolbox.place.id)/custom-fields")
      demands.custom = Demands(customFields: rows).custom
    } catch let error as ClockifyError where [.forbidden, .routeMissing].contains(error.code) {
      // Not every plan has them, and not every key may read them.
    }
    return demands
  }

  /// What an entry lacks; timers may.
  func missing(from body: JSONTree) -> [Field] {
    guard body["end"] != nil else { return [] }
    let given = Set((body["customFields"]?.elements ?? []).compactMap { $0["customFieldId"]?.words })
    return fields.filter { body[$0.name]?.isNothing ?? true }
      + custom.filter { !given.contains($0.id) }.map {
        Field(name: "customFields", words: "the custom field \"\($0.name)\"", flag: nil)
      }
  }

  func problems(of body: JSONTree) -> [String] { missing(from: body).map { "the workspace requires \($0.words)" } }
}

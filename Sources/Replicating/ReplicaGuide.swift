import ClockifyAPI

/// The descriptors as people read them: docs/replica.md and `rota replica schema`.
extension ReplicaKind {
  /// Markdown.
  package var guide: [String] {
    var lines = [
      "### \(name)", "", "\(table.meaning.prefix(1).uppercased() + table.meaning.dropFirst()). \(asked)", "",
    ]
    lines += Self.rows(of: table.name, key: "`workspace_id`, `id`", table.columns, id: table.id)
    for child in table.children {
      let keys = ["workspace_id", table.parentColumn(of: child)].filter { $0 != "workspace_id" } + child.key
      lines += ["", "`\(child.path.joined(separator: "."))[]`: \(child.meaning).", ""]
      lines += Self.rows(
        of: child.table, key: (["workspace_id"] + keys).map { "`\($0)`" }.joined(separator: ", "), child.columns,
        at: child.path.joined(separator: ".") + "[]" + (child.inner.map { ".\($0)[]" } ?? ""),
        isOfValues: child.isOfValues)
    }
    if !table.ignored.isEmpty {
      let words = table.ignored.map { "`\($0.path.joined(separator: "."))` (\($0.reason))" }
      lines += ["", "Not kept: \(words.joined(separator: ", "))."]
    }
    return lines + [""]
  }

  private static func rows(
    of table: String, key: String, _ columns: [ReplicaColumn], id: [[String]] = [], at place: String = "",
    isOfValues: Bool = false
  ) -> [String] {
    let head = ["| `\(table)` | form | from | what it says |", "|---|---|---|---|"]
    let own =
      id.isEmpty
      ? [] : ["| `id` | text | \(id.map { "`\($0.joined(separator: "."))`" }.joined(separator: ":")) | Clockify's id |"]
    return head + own
      + columns.flatMap { column -> [String] in
        let line = "| `\(column.name)` | \(column.form.words) | \(column.origin(isOfValues)) | \(column.meaning) |"
        return column.form == .duration
          ? [line, "| `\(column.name)_seconds` | whole number | the same | its seconds |"] : [line]
      } + ["", "Key: \(key)."]
  }

  /// How one comes by it, in a sentence.
  private var asked: String {
    let plan = feature.map { " The plan must have \($0)." } ?? ""
    let way =
      switch request {
      case .carried(let list): "Comes with the import's list of \(list.words), at no request of its own."
      case .list(let path, _, _, _, let size, let isPaged):
        "GET `\(path)`, \(isPaged ? "a request for each \(size)" : "one request")."
      case .search(let path, _, _, _, let size): "POST `\(path)`, a search: a request for each \(size)."
      case .each(let parent, let path, _, _, _): "GET `\(path)`, a request for each row of \(parent)."
      case .newest(let path, _, let size):
        "GET `\(path)`, what changed last first, \(size) a request, until nothing is new; whole every 30 days."
      case .detailed(let path, _, _, _, let detail, let parts):
        "GET `\(path)`, and for each that is new or changed, and five others a day, `\(detail)`\(parts.map { " and `\($0.path)`" }.joined())."
      case .turns(let path): "GET `\(path)`, a request for each active person: all within 30 days."
      }
    let gone =
      switch self.gone {
      case .completeList: isCarried ? "" : " Gone: no longer in the list."
      case .withinPeriod: " Gone: no longer in the list, and wholly within the dates asked for."
      case .withParent: " Gone: with what it belongs to, or no longer in its answer."
      case .never: " Never called gone: the list lacks some that are there."
      }
    return way + plan + gone
  }

  /// For programs.
  package var object: [String: Any] {
    func column(_ column: ReplicaColumn) -> [String: Any] {
      [
        "name": column.name, "form": "\(column.form)", "type": column.form.sqlite,
        "paths": column.paths.map { $0.joined(separator: ".") }, "meaning": column.meaning,
        "is_money": column.isMoney,
      ]
    }
    return [
      "kind": name, "table": table.name, "meaning": table.meaning, "feature": feature ?? "" as Any,
      "columns": table.columns.map(column),
      "children": table.children.map { child -> [String: Any] in
        [
          "table": child.table, "path": child.path.joined(separator: "."), "meaning": child.meaning,
          "columns": child.columns.map(column),
        ]
      },
    ]
  }
}

extension ListPage.List {
  fileprivate var words: String {
    switch self {
    case .workspaces: "workspaces"
    case .users: "people"
    case .clients: "clients"
    case .projects: "projects"
    case .userGroups: "groups"
    }
  }
}

extension ReplicaColumn {
  fileprivate func origin(_ isOfValues: Bool) -> String {
    if let constant { return "always \(constant)" }
    switch writer {
    case .rota: return "rota"
    case .importer where paths.isEmpty: return "the import"
    case .importer, .replica: break
    }
    if paths.isEmpty { return "reckoned" }
    if isOfValues, !hasPosition { return "the element" }
    return paths.map { path in
      path == ["#"] ? "its place" : "`\(path.joined(separator: ".").replacing("^", with: "../"))`"
    }.joined(separator: " or ")
  }
}

/// How tables hang together.
package enum ReplicaChart {
  /// What a column of this name refers to, in the same workspace.
  private static let targets: [(suffixes: [String], table: String)] = [
    (
      [
        "assignee_id", "requester_user_id", "owner_user_id", "creator_user_id", "updated_by", "changed_by_user_id",
        "user_id",
      ],
      "clockify_user"
    ),
    (["category_id"], "clockify_expense_category"), (["policy_id"], "clockify_time_off_policy"),
    (["user_group_id"], "clockify_user_group"), (["project_id"], "clockify_project"), (["task_id"], "clockify_task"),
    (["client_id"], "clockify_client"), (["tag_id"], "clockify_tag"), (["custom_field_id"], "clockify_custom_field"),
  ]

  static func target(of column: String) -> String? {
    targets.first { $0.suffixes.contains { column == $0 || column.hasSuffix("_\($0)") } }?.table
  }

  /// Mermaid, by table and column.
  package static var lines: [String] {
    var lines = ["```mermaid", "erDiagram"]
    for kind in ReplicaKind.all {
      let name = kind.table.name
      for column in kind.table.columns {
        if let target = target(of: column.name), target != name {
          lines.append("  \(target) ||--o{ \(name) : \(column.name)")
        }
      }
      for child in kind.table.children {
        let parent = kind.table.parentColumn(of: child)
        lines.append("  \(name) ||--o{ \(child.table) : \(parent)")
        for column in child.columns {
          if let target = target(of: column.name), target != name {
            lines.append("  \(target) ||--o{ \(child.table) : \(column.name)")
          }
        }
      }
    }
    return lines + ["```"]
  }
}

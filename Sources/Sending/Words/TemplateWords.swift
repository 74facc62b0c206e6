import Planning

/// What help and docs say of templates.
package enum TemplateWords {
  /// The request, the fields, and a destination file to begin with.
  package static func lines(_ template: Template) -> [String] {
    var lines = ["\(template.method) \(template.shownPath)"]
    if !template.fields.isEmpty { lines.append("") }
    let width = template.fields.map(\.name.count).max() ?? 0
    lines += template.fields.map { field in
      let isRequired =
        field.isRequired || (template.verb == .create && template.kind == .timeEntry && field.name == "end")
      return
        "\(field.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(field.form.words(field.name))\(isRequired ? ", required" : "")\(field.name == "end" && template.verb == .create ? " (unless --timers)" : "")"
    }
    return lines + ["", "A destination file to begin with:", ""] + sample(template).map { "  \($0)" }
  }

  private static func sample(_ template: Template) -> [String] {
    var lines = ["template: \(template.name)"]
    if template.needsID { lines.append("id: \"{{id}}\"") }
    if template.needsProject { lines.append("project: \"{{project}}\"") }
    if template.takesUser { lines.append("user: \"{{email | user}}\"") }
    if !template.fields.isEmpty { lines.append("body:") }
    return lines + template.fields.map { "  \($0.name): \"{{\($0.name)\(format($0.form))}}\"" }
  }

  private static func format(_ form: TemplateField.Form) -> String {
    switch form {
    case .instant: " | instant"
    case .duration: " | duration"
    case .flag: " | boolean"
    case .number: " | number"
    case .id(let kind): " | \(kind.rawValue)"
    case .ids(let kind): " | list | \(kind?.rawValue ?? "user")"
    case .text, .word, .color, .list, .object: ""
    }
  }

  package static func unknown(_ name: String) -> SendingError {
    let near = NearestWord.to(name, among: Template.ofRecords.map(\.name))
    return SendingError(
      "there is no template \"\(name)\"\(near.map { ". Did you mean '\($0)'?" } ?? "")",
      next: "rota clockify templates")
  }
}

extension Template {
  /// With names where ids go.
  package var shownPath: String {
    path(
      in: "{workspaceId}", id: needsID ? "{id}" : nil, project: needsProject ? "{projectId}" : nil,
      user: verb == .stop ? "{userId}" : nil)
  }
}

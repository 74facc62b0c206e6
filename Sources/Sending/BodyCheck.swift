package import ClockifyAPI
import Planning

/// What is wrong with a body before it is sent. Strict on purpose: Clockify passes over fields that it does not know and reads
/// an empty body as "start a timer now".
package struct BodyCheck: Sendable {
  package let template: Template
  /// Entries may lack their end.
  package var takesTimers = true
  /// What is changed may lack what is required of what is new: the rest is read first (toolbox.md 2.2).
  package var isMerged = false
  package var refusesUnknown = true

  package init(_ template: Template) {
    self.template = template
  }

  /// Each in words; empty: it may be sent.
  package func problems(of body: JSONTree) -> [String] {
    guard case .object(let members) = body else { return ["the body is no JSON object"] }
    var problems: [String] = []
    for member in members {
      if let field = template.field(member.name) {
        if let problem = Self.problem(member.value, field) { problems.append(problem) }
      } else if refusesUnknown {
        let near = NearestWord.to(member.name, among: template.fields.map(\.name))
        problems.append(
          "\(template.name) has no field '\(member.name)'\(near.map { ". Did you mean '\($0)'?" } ?? "")")
      }
    }
    for field in template.fields where isRequired(field) && (body[field.name] ?? .null) == .null {
      problems.append("'\(field.name)' is missing")
    }
    if let start = Self.instant(body["start"]), let end = Self.instant(body["end"]), end < start {
      problems.append("the end (\(end)) is before the start (\(start))")
    }
    return problems
  }

  private func isRequired(_ field: TemplateField) -> Bool {
    if template.kind == .timeEntry, template.verb == .create, field.name == "end" { return !takesTimers }
    if template.verb == .update, template.kind == .timeEntry, field.name == "start" { return !isMerged }
    if template.verb == .update, field.name == "name" { return !isMerged }
    return field.isRequired
  }

  private static func instant(_ value: JSONTree?) -> String? { value?.words.flatMap { ClockifyTime.instant($0) } }

  /// nil: the value has the form.
  private static func problem(_ value: JSONTree, _ field: TemplateField) -> String? {
    if value == .null, !field.isRequired { return nil }
    let isRight =
      switch (field.form, value) {
      case (.text(let lengths), .text(let text)):
        lengths.contains(text.count)
          && (field.name != "description" || !text.contains { "<>".contains($0) })
      case (.word(let words), .text(let word)): words.contains(word)
      case (.flag, .flag), (.number, .number), (.list, .list), (.object, .object): true
      case (.instant, .text(let text)): ClockifyTime.instant(text) != nil
      case (.duration, .text(let text)): text.hasPrefix("PT") && ClockifyTime.duration(text) != nil
      case (.color, .text(let text)): text.wholeMatch(of: /#[0-9A-Fa-f]{6}/) != nil
      case (.id, .text(let id)): id.isClockifyID
      case (.ids, .list(let ids)): ids.allSatisfy { $0.words?.isClockifyID ?? false }
      default: false
      }
    return isRight ? nil : "'\(field.name)' must be \(field.form.words(field.name)), not \(shown(value))"
  }

  private static func shown(_ value: JSONTree) -> String {
    let text = value.json
    return text.count > 60 ? "\(text.prefix(57))…" : text
  }
}

extension TemplateField.Form {
  /// As help, docs and errors say it.
  package func words(_ name: String) -> String {
    switch self {
    case .text(let lengths):
      "text of \(lengths.lowerBound) to \(lengths.upperBound) characters"
        + (name == "description" ? " without < and >" : "")
    case .word(let words): words.joined(separator: " or ")
    case .flag: "true or false"
    case .number: "a number"
    case .instant: "a time like 2026-05-04T07:00:00Z"
    case .duration: "a duration like PT1H30M"
    case .color: "a colour like #665F5E"
    case .id(let kind): "the Clockify id of a \(kind.rawValue)"
    case .ids(let kind): "a list of Clockify ids of \(kind?.plural ?? "users")"
    case .list: "a list"
    case .object: "an object"
    }
  }
}

package import ClockifyAPI
import Planning

/// Where records go and what becomes of them on the way: the keys of a destination file (toolbox.md 3.2).
package struct Destination: Sendable {
  /// nil: a request of one's own.
  package private(set) var template: Template?
  package private(set) var method = "POST"
  /// Of a request of one's own: below the address.
  private(set) var url: Pattern?
  private(set) var headers: [(name: String, value: Pattern)] = []
  private(set) var exclude: [[String]] = []
  package private(set) var batch: Batch?
  private(set) var workspace: Pattern?
  private(set) var user: Pattern?
  private(set) var project: Pattern?
  private(set) var id: Pattern?
  package private(set) var timeZone: String?
  /// nil: the record is the body.
  private(set) var body: JSONTree?
  /// The texts of the body that are patterns.
  private(set) var patterns: [String: Pattern] = [:]
  private(set) var unknownFields = UnknownFields.refuse
  private(set) var update = Update.merge
  /// nil: it never stops.
  package private(set) var maxErrors: Int? = 0
  package private(set) var takesTimers = false
  package private(set) var results: String?
  /// One text for one meaning, so that a resume with another is found out.
  package let canonical: String

  enum UnknownFields: String, CaseIterable { case refuse, drop, send }
  enum Update: String, CaseIterable { case merge, replace }

  package struct Batch: Sendable, Equatable {
    package let size: Int
    /// Records that agree in these fields go together.
    let by: [[String]]
    /// The member that the list stands in; nil: the body is the list.
    let key: String?
  }

  package static let keys = [
    "template", "method", "url", "content_format", "headers", "exclude", "batch", "workspace", "user", "project", "id",
    "time_zone", "body", "unknown_fields", "update", "max_errors", "timers", "results",
  ]

  /// - Parameter settings: an object of `keys`.
  /// - Throws: `SendingError` that names all that is wrong.
  package init(_ settings: JSONTree) throws {
    // What decides when to stop does not change what is sent.
    canonical =
      JSONTree.object(settings.members.filter { !["max_errors", "results"].contains($0.name) }).canonical
    var reader = SettingsReader(settings: settings)
    reader.refuseUnknown(Self.keys)
    if let name = reader.text("template") {
      template = Template.ofRecords.first { $0.name == name }
      if template == nil { reader.problems.append(TemplateWords.unknown(name).message) }
    }
    method = reader.word("method", ["POST", "PUT", "PATCH", "DELETE"]) ?? "POST"
    url = reader.pattern("url")
    if let format = reader.text("content_format"), format != "json" {
      reader.problems.append("'content_format' can only be json")
    }
    headers = reader.headers()
    exclude = reader.paths("exclude")
    workspace = reader.pattern("workspace")
    user = reader.pattern("user")
    project = reader.pattern("project")
    id = reader.pattern("id")
    if settings["id"] == nil, template?.needsID ?? false { id = try? Pattern("{{id}}") }
    timeZone = reader.text("time_zone")
    if let timeZone, Zone(timeZone) == nil { reader.problems.append("'time_zone': \"\(timeZone)\" is no time zone") }
    body = settings["body"]
    if let body { reader.collect(body, into: &patterns) }
    unknownFields =
      reader.word("unknown_fields", UnknownFields.allCases.map(\.rawValue)).flatMap { .init(rawValue: $0) } ?? .refuse
    update = reader.word("update", Update.allCases.map(\.rawValue)).flatMap { .init(rawValue: $0) } ?? .merge
    maxErrors = reader.maxErrors()
    takesTimers = reader.flag("timers") ?? false
    results = reader.text("results")
    batch = reader.batch()
    check(settings, &reader)
    guard reader.problems.isEmpty else {
      throw SendingError(
        reader.problems.joined(separator: "; "), next: "correct the destination (docs/toolbox.md)")
    }
  }

  private func check(_ settings: JSONTree, _ reader: inout SettingsReader) {
    if let template {
      for key in ["method", "url", "batch"] where settings[key] != nil {
        reader.problems.append("'\(key)' goes with a request of one's own, not with the template \(template.name)")
      }
      if template.needsProject, project == nil { reader.problems.append("\(template.name) needs 'project'") }
      if !template.takesUser, user != nil { reader.problems.append("\(template.name) takes no 'user'") }
      if !template.needsID, settings["id"] != nil { reader.problems.append("\(template.name) takes no 'id'") }
      if !template.needsProject, project != nil { reader.problems.append("\(template.name) takes no 'project'") }
      if template.verb == .delete, body != nil { reader.problems.append("\(template.name) has no body") }
    } else if settings["template"] == nil {
      if url == nil { reader.problems.append("'template' or 'url' is missing") }
      for key in ["user", "project", "id"] where settings[key] != nil {
        reader.problems.append("'\(key)' goes with a template: name it in 'url'")
      }
    }
    if let workspace, workspace.placeholders.contains(where: { !$0.formats.isEmpty }) {
      reader.problems.append("'workspace' takes no formats: it is an id or an exact name")
    }
    if let url {
      if !(url.constant ?? url.head).hasPrefix("/") {
        reader.problems.append("'url' must begin with / or with the API's address: host and scheme take no placeholder")
      }
    }
    guard let batch else { return }
    for placeholder in (url?.placeholders ?? []) + headers.flatMap(\.value.placeholders)
    where !batch.by.contains(placeholder.path) {
      reader.problems.append(
        "of a batch the address may use only fields of 'batch.by', not '\(placeholder.path.joined(separator: "."))'")
    }
  }

  /// Each record names its workspace itself.
  package var namesWorkspaces: Bool { workspace.map { $0.constant == nil } ?? false }
  /// That of all records; nil: the one that is meant without.
  package var workspaceName: String? { workspace?.constant }

  /// Fields that only the address uses: they leave the record before it becomes the body.
  var addressFields: [[String]] {
    [workspace, user, project, id, url].compactMap(\.self).flatMap(\.placeholders).map(\.path)
      + headers.flatMap(\.value.placeholders).map(\.path)
  }
}

extension Pattern {
  /// The text before the first placeholder.
  var head: String { if case .text(let text)? = parts.first { text } else { "" } }
}

/// Reads the keys of a destination, and gathers what is wrong with them.
private struct SettingsReader {
  let settings: JSONTree
  var problems: [String] = []

  init(settings: JSONTree) {
    self.settings = settings
    if case .object = settings {} else { problems.append("the destination is no list of keys") }
  }

  mutating func refuseUnknown(_ keys: [String]) {
    for member in settings.members where !keys.contains(member.name) {
      let near = NearestWord.to(member.name, among: keys)
      problems.append("there is no key '\(member.name)'\(near.map { ". Did you mean '\($0)'?" } ?? "")")
    }
  }

  mutating func text(_ key: String) -> String? {
    guard let value = settings[key] else { return nil }
    if case .number(let digits) = value { return digits }
    guard let text = value.words else {
      problems.append("'\(key)' must be text")
      return nil
    }
    return text
  }

  mutating func flag(_ key: String) -> Bool? {
    guard let value = settings[key] else { return nil }
    guard case .flag(let flag) = value else {
      problems.append("'\(key)' must be true or false")
      return nil
    }
    return flag
  }

  mutating func word(_ key: String, _ words: [String]) -> String? {
    guard let text = text(key) else { return nil }
    guard words.contains(text) else {
      problems.append("'\(key)' must be \(words.joined(separator: ", ")), not \(text)")
      return nil
    }
    return text
  }

  mutating func pattern(_ key: String) -> Pattern? { text(key).flatMap { pattern($0, key) } }

  private mutating func pattern(_ text: String, _ key: String) -> Pattern? {
    do { return try Pattern(text) } catch {
      problems.append("'\(key)': \(error.message)")
      return nil
    }
  }

  mutating func headers() -> [(name: String, value: Pattern)] {
    guard let value = settings["headers"] else { return [] }
    guard case .object(let members) = value else {
      problems.append("'headers' must be names with values")
      return []
    }
    return members.compactMap { member in
      guard let text = member.value.words, let pattern = pattern(text, "headers.\(member.name)") else {
        problems.append("'headers.\(member.name)' must be text")
        return nil
      }
      do { try CallRequest.check(header: member.name, pattern.constant ?? "x") } catch {
        problems.append((error as? SendingError)?.message ?? "'headers.\(member.name)' is no header")
      }
      return (member.name, pattern)
    }
  }

  mutating func paths(_ key: String) -> [[String]] {
    guard let value = settings[key] else { return [] }
    let names =
      value.words.map { $0.split(separator: ",").map { String($0).trimmed } } ?? value.elements.compactMap(\.words)
    if names.isEmpty { problems.append("'\(key)' must be a list of fields") }
    return names.map { $0.split(separator: ".").map(String.init) }
  }

  /// Patterns among the texts of a tree.
  mutating func collect(_ tree: JSONTree, into patterns: inout [String: Pattern]) {
    switch tree {
    case .text(let text) where text.contains("{{"): patterns[text] = pattern(text, "body")
    case .list(let elements): for element in elements { collect(element, into: &patterns) }
    case .object(let members):
      for member in members {
        if member.name.contains("{{") { problems.append("'body': a name takes no placeholder: \(member.name)") }
        collect(member.value, into: &patterns)
      }
    default: break
    }
  }

  mutating func maxErrors() -> Int? {
    guard let value = settings["max_errors"] else { return 0 }
    if value == .text("all") { return nil }
    guard case .number(let digits) = value, let limit = Int(digits), limit >= 0 else {
      problems.append("'max_errors' must be a number, or all")
      return 0
    }
    return limit
  }

  mutating func batch() -> Destination.Batch? {
    guard let value = settings["batch"], value != .null else { return nil }
    guard case .object(let members) = value else {
      problems.append("'batch' must have 'size', 'by' or 'as'")
      return nil
    }
    for member in members where !["size", "by", "as"].contains(member.name) {
      problems.append("there is no key 'batch.\(member.name)'")
    }
    var size = 100
    if let given = value["size"] {
      if case .number(let digits) = given, let number = Int(digits), (1...10_000).contains(number) {
        size = number
      } else {
        problems.append("'batch.size' must be 1 to 10,000")
      }
    }
    let by = (value["by"]?.elements ?? []).compactMap(\.words).map { $0.split(separator: ".").map(String.init) }
    var key: String?
    switch value["as"] {
    case nil, .text("array")?: break
    case .object?: key = value["as"]?["key"]?.words
    default: problems.append("'batch.as' must be array, or {key: NAME}")
    }
    if case .object? = value["as"], key == nil { problems.append("'batch.as' must be array, or {key: NAME}") }
    return Destination.Batch(size: size, by: by, key: key)
  }
}

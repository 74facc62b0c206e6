package import ClockifyAPI
import Foundation
import Planning

/// What one record becomes.
package struct Rendered: Sendable {
  package let record: SendRecord
  /// As it is sent; of a merging update: what is laid over the row.
  package var request: ClockifyWriter.Request
  /// nil: a request of one's own.
  package var attempt: Diagnosis.Attempt?
  package var body: JSONTree?
  /// Lays the body over the row as it is then.
  package var isMerged = false
  let toolbox: Toolbox
}

/// Makes requests of records: placeholders, look-ups, types, checks (toolbox.md 3.2 to 3.4). Sends nothing that writes.
package struct Renderer: Sendable {
  package let destination: Destination
  /// The way into a workspace, by id or name; nil: the one that is meant without.
  private let open: @Sendable (String?) async throws -> Toolbox

  package init(_ destination: Destination, open: @escaping @Sendable (String?) async throws -> Toolbox) {
    self.destination = destination
    self.open = open
  }

  /// - Throws: `RecordProblem` for what is wrong with the record; `ClockifyError` where a look-up finds nobody to ask.
  package func render(_ record: SendRecord) async throws -> Rendered {
    do {
      return try await rendered(record)
    } catch let error as Unreadable {
      throw RecordProblem(record: record.number, line: record.line, message: error.message)
    } catch let error as SendingError where error.ending == .input {
      throw RecordProblem(record: record.number, line: record.line, message: error.message)
    }
  }

  private func rendered(_ record: SendRecord) async throws -> Rendered {
    let toolbox = try await open(constantOrFilled(destination.workspace, record))
    var rendering = Rendering(record: record.value, toolbox: toolbox)
    let template = destination.template
    var project: String?
    if let pattern = destination.project {
      project = try await toolbox.names.id(of: rendering.text(pattern), .project)
      rendering.project = project
    }
    let body = template?.verb == .delete ? nil : try await body(record, &rendering)
    var request: ClockifyWriter.Request
    var attempt: Diagnosis.Attempt?
    var isMerged = false
    if let template {
      let id = template.needsID ? try await self.id(template, rendering) : nil
      var user: String?
      if template.takesUser {
        if let pattern = destination.user {
          user = try await toolbox.names.id(of: rendering.text(pattern), .user)
        } else if template.verb == .stop {
          user = toolbox.place.ownerID
        }
      }
      request = .init(template.method, template.path(in: toolbox.place.id, id: id, project: project, user: user))
      attempt = Diagnosis.Attempt(
        template, body: body ?? .object([]), id: id, user: template.takesUser ? user ?? toolbox.place.ownerID : nil,
        project: project)
      isMerged = template.verb == .update && destination.update == .merge
      try check(template, body, isMerged: isMerged)
    } else {
      request = .init(destination.method, try await path(rendering))
    }
    for (name, pattern) in destination.headers {
      let value = try await rendering.text(pattern)
      try CallRequest.check(header: name, value)
      request.headers.append((name, value))
    }
    request.body = body?.json
    return Rendered(
      record: record, request: request, attempt: attempt, body: body, isMerged: isMerged, toolbox: toolbox)
  }

  private func constantOrFilled(_ pattern: Pattern?, _ record: SendRecord) throws -> String? {
    guard let pattern else { return nil }
    if let constant = pattern.constant { return constant }
    // A workspace is what names are looked up in: its own placeholder takes no look-up.
    return try pattern.parts.map { part in
      switch part {
      case .text(let text): return text
      case .placeholder(let placeholder):
        guard let value = record.value.value(at: placeholder.path) ?? placeholder.fallback else {
          throw Unreadable(message: "'\(placeholder.path.joined(separator: "."))' is absent")
        }
        return Rendering.text(value)
      }
    }.joined()
  }

  private func id(_ template: Template, _ rendering: Rendering) async throws -> String {
    guard let pattern = destination.id else { throw Unreadable(message: "\(template.name) needs an id") }
    let text = try await rendering.text(pattern).lowercased()
    guard text.isClockifyID else { throw Unreadable(message: "\"\(text)\" is no Clockify id") }
    return text
  }

  /// Each value becomes one part of the path, or a part of the query, and nothing else.
  private func path(_ rendering: Rendering) async throws -> String {
    var path = ""
    for part in destination.url?.parts ?? [] {
      switch part {
      case .text(let text):
        path += text.replacingOccurrences(of: "{workspaceId}", with: rendering.toolbox.place.id)
          .replacingOccurrences(of: "{userId}", with: rendering.toolbox.place.ownerID)
      case .placeholder(let placeholder):
        let value = try await rendering.text(Pattern(placeholder))
        guard !["", ".", ".."].contains(value) else {
          throw Unreadable(
            message: "'\(placeholder.path.joined(separator: "."))' is \"\(value)\": no part of an address")
        }
        path += value.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? ""
      }
    }
    return path
  }

  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  // MARK: Body

  private func body(_ record: SendRecord, _ rendering: inout Rendering) async throws -> JSONTree {
    var body: JSONTree
    if let tree = destination.body {
      // Tasks are looked up in the record's project.
      if let project = tree["projectId"],
        let id = try await rendering.tree(project, patterns: destination.patterns)?.words
      {
        rendering.project = id
      }
      body = try await rendering.tree(tree, patterns: destination.patterns) ?? .object([])
    } else {
      body = record.value
      for path in destination.exclude + destination.addressFields { body.remove(path[...]) }
    }
    if let template = destination.template { try type(&body, template, rendering) }
    if destination.unknownFields == .drop, let template = destination.template, case .object(let members) = body {
      body = .object(members.filter { template.field($0.name) != nil })
    }
    return body
  }

  /// Texts take the type of their field.
  private func type(_ body: inout JSONTree, _ template: Template, _ rendering: Rendering) throws {
    for member in body.members {
      guard let field = template.field(member.name), case .text(let text) = member.value else { continue }
      let typed: JSONTree? =
        switch field.form {
        case .flag: Conversion.flag(text).map { .flag($0) }
        case .number: Conversion.number(text)
        case .instant: .text(try rendering.toolbox.times.instant(text).description)
        case .duration: Conversion.duration(text).map { .text($0) }
        case .ids: .list(Conversion.list(member.value))
        case .list, .object: JSONTree(text)
        case .text, .word, .color, .id: nil
        }
      if let typed { body.set(member.name, typed) }
    }
  }

  private func check(_ template: Template, _ body: JSONTree?, isMerged: Bool) throws {
    guard let body else { return }
    var check = BodyCheck(template)
    check.takesTimers = destination.takesTimers
    check.isMerged = isMerged
    check.refusesUnknown = destination.unknownFields == .refuse
    let problems = check.problems(of: body)
    guard problems.isEmpty else { throw Unreadable(message: problems.joined(separator: "; ")) }
  }
}

extension Pattern {
  init(_ placeholder: Placeholder) {
    parts = [.placeholder(placeholder)]
  }
}

extension JSONTree {
  fileprivate mutating func remove(_ path: ArraySlice<String>) {
    guard let name = path.first else { return }
    guard path.count > 1 else { return set(name, nil) }
    guard var inner = self[name] else { return }
    inner.remove(path.dropFirst())
    set(name, inner.members.isEmpty ? nil : inner)
  }
}

package import ClockifyAPI
package import Planning

/// Looks for the cause of a refusal with at most three requests that read, because one status and text stands for many
/// causes. What was read is kept for the next (toolbox.md 2.3).
package actor Diagnosis {
  /// What was tried.
  package struct Attempt: Sendable {
    package let template: Template
    package let body: JSONTree
    package var id: String?
    package var user: String?
    package var project: String?

    package init(
      _ template: Template, body: JSONTree = .object([]), id: String? = nil, user: String? = nil, project: String? = nil
    ) {
      self.template = template
      self.body = body
      self.id = id
      self.user = user
      self.project = project
    }
  }

  private static let mostReads = 3

  private let source: ClockifySource
  private let workspace: Place
  private let zone: Zone
  private let reads: Bool
  private var kept: [String: JSONTree?] = [:]
  private var left = 0

  /// Where one works, and as whom.
  package struct Place: Sendable {
    package let id: String
    package let name: String
    package let ownerID: String
    package let ownerName: String

    package init(id: String, name: String, ownerID: String, ownerName: String) {
      self.id = id
      self.name = name
      self.ownerID = ownerID
      self.ownerName = ownerName
    }
  }

  /// - Parameters:
  ///   - zone: in which days are named.
  ///   - reads: false: no request is made.
  package init(source: ClockifySource, workspace: Place, zone: Zone, reads: Bool) {
    self.source = source
    self.workspace = workspace
    self.zone = zone
    self.reads = reads
  }

  package func refusal(_ attempt: Attempt, _ answer: ClockifyAnswer) async throws -> Refusal {
    left = reads ? Self.mostReads : 0
    return Refusal(try await cause(attempt, answer), says: answer.message)
  }

  private func cause(_ attempt: Attempt, _ answer: ClockifyAnswer) async throws -> Refusal.Cause {
    let other = Refusal.Cause.other(status: answer.status, code: answer.code)
    switch (answer.status, answer.code) {
    case (403, 1003): return .locked(id: attempt.id, day: try await day(attempt))
    case (403, 4005): return .approved(id: attempt.id, day: try await day(attempt))
    case (403, 4030): return .onlyTimers
    case (403, _): return .noRight(owner: workspace.ownerName)
    case (404, 404): return .noTimer(user: try await userName(attempt.user ?? workspace.ownerID))
    case (404, _), (405, _): return .noPath
    case (400, 501):
      switch attempt.template.verb {
      case .delete: return try await ofDeleting(attempt) ?? other
      case .stop: return other
      case .create, .update: return try await ofWriting(attempt) ?? other
      }
    default: return other
    }
  }

  private func ofDeleting(_ attempt: Attempt) async throws -> Refusal.Cause? {
    let kind = attempt.template.kind
    guard let id = attempt.id, let row = try await read(kind, id, attempt.project) else { return nil }
    guard let row else { return unknown(kind, id, attempt.project) }
    guard let (field, value) = kind.deletable, row[field] != value else { return nil }
    return .active(kind, name: row["name"]?.words ?? id)
  }

  private func ofWriting(_ attempt: Attempt) async throws -> Refusal.Cause? {
    let kind = attempt.template.kind
    if kind == .timeEntry { return try await ofEntry(attempt) }
    if let id = attempt.id, case .some(.none) = try await read(kind, id, attempt.project) {
      return unknown(kind, id, attempt.project)
    }
    for (field, of) in [("clientId", Kind.client)] {
      if let id = attempt.body[field]?.words, case .some(.none) = try await read(of, id, nil) {
        return unknown(of, id, nil)
      }
    }
    if let project = attempt.project, case .some(.none) = try await read(.project, project, nil) {
      return unknown(.project, project, nil)
    }
    return try await ofName(attempt)
  }

  private func ofName(_ attempt: Attempt) async throws -> Refusal.Cause? {
    let kind = attempt.template.kind
    guard let name = attempt.body["name"]?.words, left > 0 else { return nil }
    left -= 1
    let path = kind.path(in: workspace.id, project: attempt.project)
    let named = try await quietly { source in
      try await source.rows(of: path, query: [("name", name)]) {
        $0["name"] == .text(name) && $0["id"]?.words != attempt.id
      }
    }
    guard let named else { return nil }
    let client = attempt.body["clientId"]?.words ?? ""
    let found = named.first { ($0["clientId"]?.words ?? "") == client } ?? named.first
    guard let found, let id = found["id"]?.words else { return .nameKept(kind, name: name) }
    let isClosed = found["archived"]?.isTrue ?? false || found["status"] == .text("DONE")
    return .taken(kind, name: name, id: id, isArchived: isClosed, project: attempt.project)
  }

  private func ofEntry(_ attempt: Attempt) async throws -> Refusal.Cause? {
    if let id = attempt.id, case .some(.none) = try await read(.timeEntry, id, nil) {
      return unknown(.timeEntry, id, nil)
    }
    let body = attempt.body
    if body["end"] != nil, let row = try await read("/workspaces/\(workspace.id)"),
      let field = Demands(row).missing(from: body).first
    {
      return .required(field: field.words, flag: field.flag)
    }
    if let user = attempt.user, user != workspace.ownerID, let row = try await self.user(user), row.isEmpty {
      return .unknownUser(id: user, workspace: workspace.name)
    }
    if let id = body["projectId"]?.words, let project = try await read(.project, id, nil) {
      guard let project else { return unknown(.project, id, nil) }
      if let task = body["taskId"]?.words, let cause = try await ofTask(task, project) { return cause }
    }
    if let cause = try await ofTags(body["tagIds"]?.elements.compactMap(\.words) ?? []) { return cause }
    return try await ofCustomFields(body)
  }

  private func ofCustomFields(_ body: JSONTree) async throws -> Refusal.Cause? {
    guard body["end"] != nil, left > 0 else { return nil }
    left -= 1
    let path = "/workspaces/\(workspace.id)/custom-fields"
    guard let rows = try await quietly({ try await $0.rows(of: path) }) else { return nil }
    return Demands(customFields: rows).missing(from: body).first.map { .required(field: $0.words, flag: $0.flag) }
  }

  private func ofTask(_ id: String, _ project: JSONTree) async throws -> Refusal.Cause? {
    guard left > 0 else { return nil }
    left -= 1
    let path = Kind.project.path(in: workspace.id)
    let read = try await quietly { source in
      let its = try await source.firstRow(of: path, query: [("hydrated", "true")]) { row in
        row["tasks"]?.elements.contains { $0["id"]?.words == id } ?? false
      }
      return [its].compactMap(\.self)
    }
    guard let read else { return nil }
    guard let its = read.first else { return unknown(.task, id, project["id"]?.words) }
    guard its["id"] != project["id"] else { return nil }
    let task = its["tasks"]?.elements.first { $0["id"]?.words == id }
    return .taskElsewhere(
      task: task?["name"]?.words ?? id, its: its["name"]?.words ?? "another project",
      asked: project["name"]?.words ?? "this one")
  }

  private func ofTags(_ ids: [String]) async throws -> Refusal.Cause? {
    for id in ids {
      guard let tag = try await read(.tag, id, nil) else { return nil }
      guard let tag else { return unknown(.tag, id, nil) }
      if tag["archived"]?.isTrue ?? false { return .archivedTag(id: id, name: tag["name"]?.words ?? id) }
    }
    return nil
  }

  private func unknown(_ kind: Kind, _ id: String, _ project: String?) -> Refusal.Cause {
    .unknown(kind, id: id, workspace: workspace.name, project: kind == .task ? project : nil)
  }

  /// `4 May`, in the owner's zone.
  private func day(_ attempt: Attempt) async throws -> String? {
    var start = attempt.body["start"]?.words
    if let id = attempt.id, case .some(.some(let row)) = try await read(.timeEntry, id, nil) {
      start = row["timeInterval"]?["start"]?.words
    }
    return start.flatMap { ClockifyTime.instant($0) }.flatMap { Instant($0) }.map { DayWords.of($0, zone) }
  }

  private func userName(_ id: String) async throws -> String {
    if id == workspace.ownerID { return workspace.ownerName }
    return try await user(id)?.first?["name"]?.words ?? "user \(id)"
  }

  /// - Returns: nil: not read; empty: not there.
  private func user(_ id: String) async throws -> [JSONTree]? {
    guard left > 0 else { return nil }
    left -= 1
    let path = "/workspaces/\(workspace.id)/users"
    return try await quietly { source in
      [try await source.firstRow(of: path, query: [("status", "ALL")]) { $0["id"]?.words == id }].compactMap(\.self)
    }
  }

  // MARK: Reading

  private func read(_ kind: Kind, _ id: String, _ project: String?) async throws -> JSONTree?? {
    try await read("\(kind.path(in: workspace.id, project: project))/\(id)")
  }

  /// - Returns: nil: not read; nil within: it is not there.
  private func read(_ path: String) async throws -> JSONTree?? {
    if let known = kept[path] { return known }
    guard left > 0 else { return nil }
    left -= 1
    guard let row = try await quietly({ try await $0.row(at: path) }) else { return nil }
    kept[path] = .some(row)
    return row
  }

  /// nil: it could not be read, or somebody wants to end: the refusal is what counts then.
  private func quietly<Value: Sendable>(
    _ body: @Sendable (ClockifySource) async throws -> Value
  ) async throws -> Value? {
    do { return try await body(source) } catch is ClockifyError { return nil } catch is CancellationError { return nil }
  }
}

/// A date as sentences name it.
enum DayWords {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// `4 May`.
  static func of(_ instant: Instant, _ zone: Zone) -> String {
    let (_, month, day) = zone.day(of: instant).components
    return "\(day) \(months[month - 1])"
  }
}

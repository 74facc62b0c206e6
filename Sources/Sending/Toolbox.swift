package import ClockifyAPI
package import Planning

/// Single operations in one workspace: each is prepared first, so that a dry run can show it, and then carried out.
package struct Toolbox: Sendable {
  package let source: ClockifySource
  package let carrier: Carrier
  package let names: Names
  package let times: TimeReader

  package var place: Diagnosis.Place { carrier.place }

  package init(source: ClockifySource, carrier: Carrier, names: Names, times: TimeReader) {
    self.source = source
    self.carrier = carrier
    self.names = names
    self.times = times
  }

  /// A writing request that is ready to go.
  package struct Step: Sendable {
    package let request: ClockifyWriter.Request
    package let attempt: Diagnosis.Attempt
    /// What it asks for, to be compared with the answer.
    let asked: JSONTree
    /// Of `stop`: what is stopped.
    var running: String?
  }

  /// What came of it.
  package struct Written: Sendable {
    package var row: JSONTree?
    package var warnings: [String] = []
  }

  // MARK: Preparing

  /// - Throws: `SendingError` for a body that must not be sent.
  package func adding(_ kind: Kind, _ body: JSONTree, user: String? = nil, project: String? = nil) throws -> Step {
    let template = Template.of(.create, kind)
    try check(BodyCheck(template), body)
    let path = template.path(in: place.id, project: project, user: user)
    let attempt = Diagnosis.Attempt(
      template, body: body, user: kind == .timeEntry ? user ?? place.ownerID : nil, project: project)
    return Step(request: .init(template.method, path, body: body.json), attempt: attempt, asked: body)
  }

  /// Reads the row, lays the changes over it, and writes only where that differs.
  ///
  /// - Parameters:
  ///   - changes: nothing takes a field out.
  ///   - estimate: of projects, which has a request of its own.
  /// - Returns: empty: it is so already.
  package func updating(
    _ kind: Kind, _ id: String, _ changes: [(name: String, value: JSONTree?)], estimate: JSONTree? = nil,
    project: String? = nil
  ) async throws -> [Step] {
    let template = Template.of(.update, kind)
    let row = try await self.row(kind, id, project: project)
    let old = WriteForm.of(row, kind)
    var body = old
    for change in changes { body.set(change.name, change.value) }
    var check = BodyCheck(template)
    check.isMerged = true
    let asked = JSONTree.object(changes.compactMap { name, value in value.map { .init(name, $0) } })
    try self.check(check, asked)
    let path = template.path(in: place.id, id: id, project: project)
    var steps: [Step] = []
    if body != old {
      let attempt = Diagnosis.Attempt(template, body: body, id: id, project: project)
      steps.append(Step(request: .init("PUT", path, body: body.json), attempt: attempt, asked: asked))
    }
    if let estimate {
      let asked = JSONTree.object([.init("timeEstimate", estimate)])
      steps.append(
        Step(
          request: .init("PATCH", "\(path)/estimate", body: asked.json),
          attempt: Diagnosis.Attempt(template, body: .object([]), id: id), asked: asked))
    }
    return steps
  }

  /// - Returns: nil: no timer runs.
  package func stopping(_ user: String, at end: Instant) async throws -> Step? {
    guard let running = try await running(of: user), let id = running["id"]?.words else { return nil }
    let template = Template.of(.stop, .timeEntry)
    let body = JSONTree.object([.init("end", .text(end.description))])
    if let start = running["timeInterval"]?["start"]?.words.flatMap({ Instant($0) }), end < start {
      throw SendingError(
        "the end (\(end)) is before the start of the timer (\(start))", next: "the same with another --end")
    }
    return Step(
      request: .init("PATCH", template.path(in: place.id, user: user), body: body.json),
      attempt: Diagnosis.Attempt(template, body: body, user: user), asked: .object([]), running: id)
  }

  package func deleting(_ kind: Kind, _ id: String, project: String? = nil) -> Step {
    let template = Template.of(.delete, kind)
    return Step(
      request: .init("DELETE", template.path(in: place.id, id: id, project: project)),
      attempt: Diagnosis.Attempt(template, id: id, project: project), asked: .object([]))
  }

  private func check(_ check: BodyCheck, _ body: JSONTree) throws {
    let problems = check.problems(of: body)
    guard problems.isEmpty else {
      throw SendingError(problems.joined(separator: "; "), next: "rota clockify templates \(check.template.name)")
    }
  }

  // MARK: Carrying out

  /// - Throws: `SendingError`, `ClockifyError`.
  package func carry(_ step: Step) async throws -> Written {
    switch try await carrier.carry(step.request, step.attempt, running: step.running) {
    case .done(let row, _, _):
      let row = step.attempt.template.verb == .delete ? nil : row
      return Written(row: row, warnings: await warnings(asked: step.asked, row, step.attempt.template.kind))
    case .failed(let refusal, _, _): throw refusal.error
    case .unknown(let why):
      throw SendingError(
        "it is not known whether \(step.request.name) was done: \(why)",
        next: "look for it: rota clockify \(step.attempt.template.kind.plural) find", .refused)
    }
  }

  /// What is done otherwise than it was asked for, and what somebody may not have meant.
  func warnings(asked: JSONTree, _ row: JSONTree?, _ kind: Kind) async -> [String] {
    var warnings = row.map { WriteForm.differences(asked: asked, answered: $0, kind) } ?? []
    if kind == .timeEntry, let id = asked["projectId"]?.words, let project = await names.known(id, .project),
      project.isClosed
    {
      warnings.append("project \(project.name) is archived.")
    }
    return warnings
  }

  // MARK: Reading

  /// - Throws: `SendingError` where there is no such row.
  package func row(_ kind: Kind, _ id: String, project: String? = nil) async throws -> JSONTree {
    guard let row = try await source.row(at: "\(kind.path(in: place.id, project: project))/\(id)") else {
      throw Refusal(.unknown(kind, id: id, workspace: place.name, project: project), says: nil).error
    }
    return row
  }

  /// The timer that runs; nil: none does.
  package func running(of user: String) async throws -> JSONTree? {
    var found: JSONTree?
    try await source.readRows(
      of: "/workspaces/\(place.id)/user/\(user)/time-entries", query: [("in-progress", "true")]
    ) { rows in
      found = rows.first { ($0["timeInterval"]?["end"] ?? .null) == .null }
      return false
    }
    return found
  }
}

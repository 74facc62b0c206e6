import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import Importing
import NIOCore
import Planning
import PlanningStore
import Steering

enum ImportActions {
  static func show(_ visit: Visit) async throws -> Response {
    let job = visit.site.importing
    let (isStarted, by, last) = await (job.isRunning, job.by, job.last)
    let (facts, body) = try await visit.site.plan.ask { session in
      let facts = try FrameFacts(session, visit)
      return (facts, try ImportModel(session, visit, isStarted: isStarted, by: by, last: last))
    }
    var frame = Frame(facts, visit, title: body.title)
    frame.refreshes = body.isRunning
    return visit.site.pages.response(Page(frame: frame, body: body), status: .ok)
  }

  /// Starts the command in its own process, or leads to the one that runs.
  static func start(_ visit: Visit) async throws -> Response {
    let arguments: [String]
    do {
      arguments = try await self.arguments(visit)
    } catch {
      guard let problem = ErrorWords.words(error) else { throw error }
      return try await visit.page(problem.httpStatus) {
        try IntegrationModel($0, visit, checked: nil, importProblem: problem)
      }
    }
    return await start(arguments, visit)
  }

  private static func start(_ arguments: [String], _ visit: Visit) async -> Response {
    let isTaken = LockHolder.of(database: visit.site.wiring.database)?.isImport ?? false
    if !isTaken { _ = await visit.site.importing.start(arguments, by: visit.actor) }
    return visit.seeOther("/import")
  }

  /// The form as the command takes it; what the command would refuse is refused here, beside the form.
  static func arguments(_ visit: Visit) async throws -> [String] {
    let form = visit.form
    var arguments: [String] = []
    let scopes = form.all("scope")
    guard scopes.allSatisfy({ ImportScope(rawValue: $0) != nil }) else { throw UserError("there is no such scope") }
    if form["do"] != nil, scopes.isEmpty { throw UserError("nothing is ticked: tick what to import") }
    if !scopes.isEmpty, scopes.count < ImportScope.allCases.count {
      arguments += ["--scope", scopes.joined(separator: ",")]
    }
    let (since, until) = (try visit.day("since"), try visit.day("until"))
    if let since, let until, until < since { throw UserError("\(since) is after \(until)") }
    if let since, since > visit.today { throw UserError("\(since) is in the future") }
    if form["full"] != nil, since != nil { throw UserError("everything says how far back: leave the first date out") }
    if let since { arguments += ["--since", since.description] }
    if let until { arguments += ["--until", until.description] }
    if form["full"] != nil { arguments.append("--full") }
    for kind in [PlanSnapshot.Kind.person, .project] {
      guard let text = form[kind.rawValue] else { continue }
      let item = try await visit.site.plan.ask { try $0.items.named(kind, text).id }
      arguments += ["--\(kind.rawValue)", "\(item)"]
    }
    if form["do"] == "dry" { arguments.append("--dry-run") }
    return arguments
  }

  static func stop(_ visit: Visit) async throws -> Response {
    await visit.site.importing.stop()
    return visit.seeOther("/import")
  }

  // MARK: Letting removals go (rule 53)

  static func askToConfirm(_ visit: Visit) async throws -> Response {
    let run = try visit.id("run")
    return try await visit.page { session in
      guard
        let item = try Waiting(session).items.first(where: {
          if case .deletePlan(run, _, _) = $0 { true } else { false }
        })
      else { throw Refusal(.notFound, "No removals of run \(run) wait.") }
      return ConfirmModel(
        title: "Let them go?",
        lines: [
          item.words.sentence,
          "If they are gone from Clockify for good, let them go: the next import, which starts at once, takes them out of the actuals. If Clockify only lost sight of them (a key of less rights, a filter), leave them.",
        ], action: "/import/confirm/\(run)", label: "Let them go and import", back: "/runs/\(run)#held")
    }
  }

  static func confirm(_ visit: Visit) async throws -> Response {
    await start(["--confirm-deletes", "\(try visit.id("run"))"], visit)
  }

  // MARK: Signs of life

  /// What the lock file says, as server-sent events; ends with the import.
  static func events(_ visit: Visit) async throws -> Response {
    let site = visit.site
    @Sendable func holder() -> LockHolder? {
      LockHolder.of(database: site.wiring.database).flatMap { $0.isImport ? $0 : nil }
    }
    guard await site.importing.isRunning || holder() != nil else { return Response(status: .noContent) }
    guard site.streams.enter() else { throw Refusal(.serviceUnavailable, "Too many pages listen: reload instead.") }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
      body: ResponseBody { writer in
        defer { site.streams.leave() }
        var silence = 0
        while await site.importing.isRunning || holder() != nil {
          if let holder = holder(), let step = holder.step {
            try await writer.write(ByteBuffer(string: event(step, holder)))
            silence = 0
          } else if silence >= 50 {
            try await writer.write(ByteBuffer(string: ": still here\n\n"))
            silence = 0
          }
          silence += 1
          try await Task.sleep(for: .milliseconds(300))
        }
        try await writer.write(ByteBuffer(string: "event: end\ndata: {}\n\n"))
        try await writer.finish(nil)
      })
  }

  private struct Sign: Encodable {
    let words: String
    let done: Int?
    let total: Int?
    let elapsed: String
    let requests: String
  }

  private static func event(_ step: LockHolder.Step, _ holder: LockHolder) -> String {
    let seconds = Int(Date().timeIntervalSince1970 - holder.startedAt)
    let sign = Sign(
      words: step.words, done: step.done, total: step.total, elapsed: ImportModel.elapsed(seconds),
      requests: ImportModel.requests(step) ?? "")
    let json = (try? JSONEncoder().encode(sign)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    return "event: progress\ndata: \(json)\n\n"
  }
}

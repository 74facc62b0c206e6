import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// `/api/v1`: what pages show and do, for programs (docs/openapi.yaml). Tokens, or the session of a page to read with.
enum API {
  static let root = "/api/v1"

  static let routes: [Route] =
    APIList.all.map { list in
      Route.get("\(root)/\(list.name)", .viewer) { visit in
        let query = visit.apiQuery
        return .json(try await visit.site.plan.ask { try list.page($0, query) })
      }
    } + [
      .get("\(root)/status", .viewer, status),
      .get("\(root)/runs/{run}", .viewer, run),
      .get("\(root)/actuals/explain", .viewer, explain),
      .get("\(root)/import", .viewer, importing),
      .post("\(root)/import", .planner, startImport),
      .post("\(root)/actions/{action}", .planner, act),
      .get("\(root)/openapi.yaml", nil, description),
    ]

  // MARK: Reading

  private static func status(_ visit: Visit) async throws -> Response {
    let wiring = visit.site.wiring
    return .json(
      try await visit.site.plan.ask { session in
        JSONText.of(try Status(session, now: wiring.now(), replica: wiring.replica, database: wiring.database).object)
      })
  }

  private static func run(_ visit: Visit) async throws -> Response {
    let id = try visit.id("run")
    return .json(
      try await visit.site.plan.ask { session in
        guard let run = try session.runs.run(id) else { throw Refusal(.notFound, "There is no run \(id).") }
        return JSONText.of(RunWords.object(run, try session.findings.all(of: id)))
      })
  }

  private static func explain(_ visit: Visit) async throws -> Response {
    let query = visit.apiQuery
    try query.refuse(unlessOneOf: ["person", "project", "date"])
    return .json(
      try await visit.site.plan.ask { session in
        guard let person = query["person"], let project = query["project"], let day = try query.day("date") else {
          throw UserError("person, project and date must be given")
        }
        let (cell, name) = try TypedCell(person: person, project: project, day: day).found(session)
        return JSONText.of(try Explanation(cell, name, session).object)
      })
  }

  private static func description(_ visit: Visit) async throws -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/yaml", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_yaml)))
  }

  // MARK: Doing

  /// Any action by its name: its arguments as JSON, and `dry_run`.
  private static func act(_ visit: Visit) async throws -> Response {
    let name = visit.context.parameters.get("action") ?? ""
    guard let found = APIAction.all.first(where: { $0.name == name }) else {
      throw Refusal(.notFound, "There is no action \(name).")
    }
    guard visit.may(found.right) else {
      throw Refusal(.forbidden, "\(visit.visitor.name) may not do this: ask \(found.right.words). Nothing was changed.")
    }
    let arguments = try APIArguments(visit.body)
    let isDryRun = try arguments.flag("dry_run")
    let action = try found.make(arguments)
    try arguments.refuseUnused()
    let said = try await visit.perform(action, isDryRun: isDryRun)
    return .json(
      JSONText.of([
        "said": said.lines, "next": said.next?.command ?? NSNull() as Any, "is_dry_run": isDryRun,
        "change": said.change ?? NSNull() as Any,
        "changed": said.item.map { [["kind": $0.kind.rawValue, "id": $0.id]] } ?? [],
      ]))
  }

  /// As the page does: one at a time, in a process of its own.
  private static func startImport(_ visit: Visit) async throws -> Response {
    var visit = visit
    let given = try APIArguments(visit.body)
    var items: [(name: String, value: String)] = try given.texts("scope", else: []).map { ("scope", $0) }
    for name in ["since", "until", "person", "project"] {
      if let text = try given.optional(name) { items.append((name, text)) }
    }
    if try given.flag("full") { items.append(("full", "1")) }
    if try given.flag("dry_run") { items.append(("do", "dry")) }
    try given.refuseUnused()
    visit.form = Fields(items)
    let arguments = try await ImportActions.arguments(visit)
    let isTaken = LockHolder.of(database: visit.site.wiring.database)?.isImport ?? false
    guard !isTaken, await visit.site.importing.start(arguments, by: visit.actor) else {
      throw UserError(
        "an import is running already", next: .outside("see GET \(root)/import"), status: .alreadyRunning)
    }
    var response = try await importing(visit)
    response.status = .accepted
    return response
  }

  private static func importing(_ visit: Visit) async throws -> Response {
    let holder = LockHolder.of(database: visit.site.wiring.database).flatMap { $0.isImport ? $0 : nil }
    let job = visit.site.importing
    let last = await job.last
    let isRunning = await job.isRunning
    return .json(
      JSONText.of([
        "is_running": isRunning || holder != nil, "by": holder?.by ?? NSNull() as Any,
        "step": holder?.step?.words ?? NSNull() as Any, "done": holder?.step?.done ?? NSNull() as Any,
        "total": holder?.step?.total ?? NSNull() as Any, "requests": holder?.step?.requests ?? NSNull() as Any,
        "last": last.map { ["by": $0.by, "exit_code": $0.end.status ?? NSNull() as Any, "said": $0.end.lines] }
          ?? NSNull() as Any,
      ]))
  }
}

extension Visit {
  var apiQuery: APIQuery { APIQuery(fields: query, today: today) }
}

extension Response {
  static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
  }
}

extension Failure {
  /// As programs read it.
  var json: String {
    JSONText.of(["error": message, "next": next?.command ?? NSNull() as Any, "code": code])
  }
}

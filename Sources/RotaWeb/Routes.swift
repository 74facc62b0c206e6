import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PlanningStore

/// One address: who may ask for it, and who answers.
struct Route: Sendable {
  let method: HTTPRequest.Method
  let path: String
  /// What somebody must be allowed; nil: nobody needs to be logged in.
  let right: Right?
  let answer: @Sendable (Visit) async throws -> Response

  /// Every address of the web app, and what it takes to use it.
  static let all: [Route] = [
    get("/login", nil, Entrance.login),
    post("/login", nil, Entrance.logIn),
    get("/enter/{token}", nil, Entrance.enter),
    get("/invite/{token}", nil, Entrance.invitation),
    post("/invite/{token}", nil, Entrance.setPassword),
    get("/assets/{name}", nil, Entrance.asset),
    get("/healthz", nil, Entrance.health),
    post("/logout", .viewer, Entrance.logOut),

    get("/", .viewer) { try await $0.page(HomeModel.init, $0) },
    get("/people", .viewer) { try await $0.page(PeopleModel.init, $0) },
    post("/people", .planner, PeopleActions.add),
    post("/people/roles", .planner, PeopleActions.giveRole),
    get("/people/{person}", .viewer) { try await $0.page(PersonModel.init, $0) },
    post("/people/{person}/archive", .planner, PeopleActions.archive),
    get("/cells/{person}/{project}/{day}", .viewer) { try await $0.page(CellModel.init, $0) },
    get("/entries", .viewer) { try await $0.page(EntriesModel.init, $0) },
    get("/runs", .viewer) { try await $0.page(RunsModel.init, $0) },
    get("/runs/{run}", .viewer) { try await $0.page(RunModel.init, $0) },
    get("/runs/{run}/export", .viewer, RunActions.export),

    get("/integration", .viewer, IntegrationActions.show),
    post("/integration/actuals", .admin, IntegrationActions.switchActuals),
    get("/import", .viewer, ImportActions.show),
    post("/import", .planner, ImportActions.start),
    post("/import/stop", .planner, ImportActions.stop),
    get("/import/events", .viewer, ImportActions.events),
    get("/import/confirm/{run}", .admin, ImportActions.askToConfirm),
    post("/import/confirm/{run}", .admin, ImportActions.confirm),
  ]

  static func get(
    _ path: String, _ right: Right?, _ answer: @escaping @Sendable (Visit) async throws -> Response
  ) -> Route {
    Route(method: .get, path: path, right: right, answer: answer)
  }

  static func post(
    _ path: String, _ right: Right?, _ answer: @escaping @Sendable (Visit) async throws -> Response
  ) -> Route {
    Route(method: .post, path: path, right: right, answer: answer)
  }

  func respond(
    _ request: Request, _ context: VisitContext, on site: Site, _ keys: SessionKeys
  ) async throws -> Response {
    var visit = Visit(site: site, request: request, context: context)
    visit.keys = keys
    if let right, !visit.may(right) {
      throw Refusal(
        .forbidden, "\(visit.visitor.name) may not do this: ask \(right.words). Nothing was changed.")
    }
    try await visit.readForm()
    return try await answer(visit)
  }
}

extension Visit {
  /// The page of a model that is made from the database and the visit alone.
  func page<Body: PageModel>(
    _ model: @escaping @Sendable (StoreSession, Visit) throws -> Body, _ visit: Visit
  ) async throws -> Response {
    try await page { try model($0, visit) }
  }
}

import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PlanningStore
import Steering

/// One address: who may ask for it, and who answers.
struct Route: Sendable {
  let method: HTTPRequest.Method
  let path: String
  /// What somebody must be allowed; nil: nobody needs to be logged in.
  let right: Right?
  /// What a form may hold, bytes.
  var limit = 1 << 20
  let answer: @Sendable (Visit) async throws -> Response

  /// Every address of the web app, and what it takes to use it.
  static let all: [Route] =
    fixed + PlanRowPages<AssignmentRows>.routes + PlanRowPages<TimeOffRows>.routes + PlanRowPages<HolidayRows>.routes
    + PlanRowPages<ContractRows>.routes + API.routes

  private static let fixed: [Route] = [
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
    post("/people/{person}", .planner, ItemActions.one(.person)),
    post("/people/{person}/delete", .admin, ItemActions.delete(.person)),
    get("/projects", .viewer) { try await $0.page({ try ItemsModel($0, $1, kind: .project) }, $0) },
    post("/projects", .planner, ItemActions.list(.project)),
    get("/projects/{project}", .viewer) { try await $0.page(ProjectModel.init, $0) },
    post("/projects/{project}", .planner, ItemActions.one(.project)),
    post("/projects/{project}/delete", .admin, ItemActions.delete(.project)),
    get("/clients", .viewer) { try await $0.page({ try ItemsModel($0, $1, kind: .client) }, $0) },
    post("/clients", .planner, ItemActions.list(.client)),
    get("/clients/{client}", .viewer) { try await $0.page(ClientModel.init, $0) },
    post("/clients/{client}", .planner, ItemActions.one(.client)),
    post("/clients/{client}/delete", .admin, ItemActions.delete(.client)),
    get("/cells/{person}/{project}/{day}", .viewer) { try await $0.page(CellModel.init, $0) },
    post("/cells/{person}/{project}/{day}", .planner, CellActions.type),
    get("/entries", .viewer) { try await $0.page(EntriesModel.init, $0) },
    get("/search", .viewer) { try await $0.page(SearchModel.init, $0) },
    get("/todo", .viewer) { try await $0.page(TodoModel.init, $0) },
    get("/duplicates", .viewer) { try await $0.page(DuplicatesModel.init, $0) },
    get("/duplicates/merges", .viewer) { try await $0.page(MergesModel.init, $0) },
    post("/duplicates/merges/{merge}", .planner, DuplicatesActions.undo),
    get("/duplicates/{kind}/{left}/{right}", .viewer, DuplicatesActions.show),
    post("/duplicates/{kind}/{left}/{right}", .planner, DuplicatesActions.decide),
    get("/conflicts", .viewer) { try await $0.page(ConflictsModel.init, $0) },
    post("/conflicts", .planner, ConflictsActions.settle),
    get("/drift", .viewer) { try await $0.page(DriftModel.init, $0) },
    post("/drift", .planner, DriftActions.settle),
    get("/unsettled", .viewer) { try await $0.page(UnsettledModel.init, $0) },
    post("/unsettled", .planner, UnsettledActions.settle),
    get("/references", .viewer) { try await $0.page(ReferencesModel.init, $0) },
    post("/references", .planner, ReferencesActions.unignore),
    get("/references/export", .viewer, ReferencesActions.export),
    Route(
      method: .post, path: "/references/import", right: .planner, limit: 5 << 20, answer: ReferencesActions.upload),
    get("/references/{kind}/{item}", .viewer) { try await $0.page(ReferenceModel.init, $0) },
    post("/references/{kind}/{item}", .planner, ReferencesActions.change),
    get("/push", .viewer) { try await $0.page(PushModel.init, $0) },
    post("/push", .planner, PushActions.push),
    get("/sends", .planner, SendsActions.list),
    get("/sends/{name}", .planner, SendsActions.show),
    get("/users", .admin) { try await $0.page(UsersModel.init, $0) },
    post("/users", .admin, UsersActions.change),
    get("/settings", .admin) { try await $0.page(SettingsModel.init, $0) },
    get("/export", .viewer) { try await $0.page(ExportModel.init, $0) },
    get("/actuals/export", .viewer, ExportActions.actuals),
    get("/audit", .viewer, AuditActions.show),
    post("/audit", .planner, AuditActions.start),
    get("/heat", .viewer) { try await $0.page(HeatModel.init, $0) },
    get("/people/{person}/plan", .viewer) { try await $0.page(PersonPlanModel.init, $0) },
    post("/people/{person}/plan", .planner, PersonPlanActions.contract),
    get("/roles", .viewer) { try await $0.page(RolesModel.init, $0) },
    post("/roles", .planner, RolesActions.change),
    get("/locks", .viewer) { try await $0.page(LocksModel.init, $0) },
    post("/locks", .admin, LocksActions.set),
    get("/changes", .viewer) { try await $0.page(ChangesModel.init, $0) },
    get("/runs", .viewer) { try await $0.page(RunsModel.init, $0) },
    get("/runs/{run}", .viewer) { try await $0.page(RunModel.init, $0) },
    get("/runs/{run}/export", .viewer, RunActions.export),

    get("/integration", .viewer, IntegrationActions.show),
    post("/integration/actuals", .admin, IntegrationActions.switchActuals),
    post("/integration/switches", .admin, IntegrationActions.turn),
    get("/import", .viewer, ImportActions.show),
    post("/import", .planner, ImportActions.start),
    post("/import/stop", .planner, ImportActions.stop),
    get("/import/events", .viewer, ImportActions.events),
    get("/live/events", .viewer, LiveEvents.events),
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
    try await visit.readForm(limit: limit)
    return try await answer(visit)
  }
}

extension Visit {
  /// The page of a model that is made from the database and the visit alone.
  func page<Body: PageModel>(
    _ model: @escaping @Sendable (StoreSession, Visit) throws -> Body, _ visit: Visit
  ) async throws -> Response {
    if let format = query["format"], let tabular = Body.self as? any TabularPage.Type {
      return try await table(tabular, as: format)
    }
    return try await page { try model($0, visit) }
  }
}

import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// One request of somebody: what a page is made from.
struct Visit: Sendable {
  let site: Site
  let request: Request
  let context: VisitContext
  let query: Fields
  /// What a form sent; empty where nothing was.
  var form = Fields()
  var files: [Multipart.File] = []
  /// What a program sent.
  var body = Data()

  /// How sessions are kept; nil before a route is found.
  var keys: SessionKeys?

  /// Rows of a list on one page.
  static let rows = 200

  init(site: Site, request: Request, context: VisitContext) {
    self.site = site
    self.request = request
    self.context = context
    query = Fields(encoded: request.uri.query ?? "")
  }

  /// Reads the form of a POST.
  ///
  /// - Parameter limit: bytes.
  mutating func readForm(limit: Int) async throws {
    guard request.method == .post else { return }
    let body = try await request.body.collect(upTo: limit)
    if isOfProgram {
      self.body = Data(buffer: body)
    } else if let parts = Multipart(Data(buffer: body), contentType: request.headers[.contentType] ?? "") {
      form = Fields(parts.fields)
      files = parts.files
    } else {
      form = Fields(encoded: String(buffer: body))
    }
  }

  /// Nobody has no rights, but sees what stands before the door.
  var visitor: Visitor { context.visitor ?? Visitor(name: "", right: .viewer) }
  var isKnown: Bool { context.visitor != nil }
  var actor: Actor { Actor(name: visitor.name, surface: isOfProgram ? .api : .web) }
  /// Whether a program asks, not a page.
  var isOfProgram: Bool { request.isOfProgram }
  var today: CalendarDay { site.today }
  var moments: Moments { site.moments }

  /// The first day of a date's week, as the settings begin it.
  func week(of day: CalendarDay) -> CalendarDay { day.startOfWeek(from: site.wiring.settings.weekStarts) }

  /// How things stand, with days and moments as pages say them.
  func facts(of status: Status) -> [Status.Fact] {
    status.facts(site.wiring.settings.autofillMode) { text in
      CalendarDay(text).map { Words.day($0) } ?? moments.words(text)
    }
  }

  func may(_ right: Right) -> Bool { isKnown && visitor.right >= right }

  /// A number in the path.
  ///
  /// - Throws: a page that is not there.
  func id(_ name: String) throws -> Int64 {
    guard let text = context.parameters.get(name), let id = Int64(text) else {
      throw Refusal(.notFound, "There is no such page.")
    }
    return id
  }

  /// A date in the form; nil: none.
  ///
  /// - Throws: `UserError` where it is none.
  func day(_ name: String) throws -> CalendarDay? {
    try form[name].map { text in
      guard let day = CalendarDay(text) else { throw UserError("\"\(text)\" is no date: it must be like 2026-03-09") }
      return day
    }
  }

  // MARK: Asking

  /// A page whose figures are all of one moment.
  func page<Body: PageModel>(
    _ status: HTTPResponse.Status = .ok, refreshes: Bool = false,
    _ query: @escaping @Sendable (StoreSession) throws -> Body
  ) async throws -> Response {
    let (facts, body) = try await site.plan.ask { session in
      let facts = try FrameFacts(session, self)
      return (facts, try query(session))
    }
    var frame = Frame(facts, self, title: body.title)
    frame.refreshes = refreshes
    if Body.self is any TabularPage.Type { frame.twins = twins }
    return site.pages.response(Page(frame: frame, body: body), status: status)
  }

  /// A page that says what went wrong; it does not need the database.
  func failurePage(_ failure: Failure) async -> Response {
    let facts = isKnown ? try? await site.plan.ask { try FrameFacts($0, self) } : nil
    let title =
      switch failure.status.code {
      case 404: "Not here"
      case 403: "Not allowed"
      case 409, 423: "Nothing was changed"
      default: failure.status.kind == .serverError ? "That did not work" : "Please look again"
      }
    let body = FailureModel(
      title: title, lines: failure.message.split(separator: "\n").map(String.init),
      step: failure.next.map { StepModel($0, self) })
    return site.pages.response(Page(frame: Frame(facts, self, title: title), body: body), status: failure.status)
  }

  // MARK: Doing

  /// Under the lock, with two seconds of patience.
  func perform(_ action: some Action, isDryRun: Bool = false) async throws -> Said {
    var desk = site.wiring.desk(actor)
    desk.patience = 2
    return try await site.plan.change { [desk] in try desk.perform(action, isDryRun: isDryRun) }
  }

  /// On to a page that says what was said.
  func seeOther(_ path: String, _ said: Said? = nil) -> Response {
    guard let change = said?.change else { return .redirect(to: path, type: .normal) }
    let parts = path.split(separator: "#", maxSplits: 1).map(String.init)
    let separator = parts[0].contains("?") ? "&" : "?"
    let anchor = parts.count > 1 ? "#" + parts[1] : ""
    return .redirect(to: "\(parts[0])\(separator)said=\(change)\(anchor)", type: .normal)
  }
}

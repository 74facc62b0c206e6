import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PlanningStore

/// The way in and out, and what needs nobody.
enum Entrance {
  static func login(_ visit: Visit) async throws -> Response {
    if visit.isKnown { return visit.seeOther("/") }
    let body = LoginModel(problem: nil)
    return visit.site.pages.response(
      Page(frame: Frame(nil, visit, title: body.title), body: body), status: .ok)
  }

  /// A link is used up by opening it.
  static func enter(_ visit: Visit) async throws -> Response {
    let site = visit.site
    guard let keys = visit.sessionKeys else { throw HTTPError(.badRequest) }
    let link = visit.context.parameters.get("token") ?? ""
    let token = SessionKeys.make()
    let now = Date.seconds
    let session = AccountFile.Session(
      name: Visitor.local.name, right: Visitor.local.right.rawValue, until: now + SessionKeys.sessionTime)
    guard try site.accounts.enter(SessionKeys.hash(link), at: now, as: session, token: SessionKeys.hash(token)) else {
      if visit.isKnown { return visit.seeOther("/") }
      let body = LoginModel(problem: "This link was used before, or is older than ten minutes.")
      return site.pages.response(Page(frame: Frame(nil, visit, title: body.title), body: body), status: .forbidden)
    }
    var response = visit.seeOther("/")
    response.setCookie(keys.cookie(token, for: SessionKeys.sessionTime))
    return response
  }

  static func logOut(_ visit: Visit) async throws -> Response {
    var response = visit.seeOther("/login")
    if let keys = visit.sessionKeys {
      if let token = keys.token(of: visit.request) { try visit.site.accounts.endSession(SessionKeys.hash(token)) }
      response.setCookie(keys.cookie("", for: 0))
    }
    return response
  }

  static func asset(_ visit: Visit) async throws -> Response {
    guard let file = visit.context.parameters.get("name").flatMap({ visit.site.assets.named($0) }) else {
      throw HTTPError(.notFound)
    }
    return Response(
      status: .ok,
      headers: [.contentType: file.type, .cacheControl: "public, max-age=31536000, immutable"],
      body: .init(byteBuffer: ByteBuffer(bytes: file.bytes)))
  }

  /// For monitors: whether the database answers, and nothing of it.
  static func health(_ visit: Visit) async throws -> Response {
    let answers = (try? await visit.site.plan.ask { try $0.runs.latest(limit: 1).count }) != nil
    return Response(
      status: answers ? .ok : .serviceUnavailable,
      headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(string: answers ? "ok\n" : "the database does not answer\n")))
  }
}

extension Visit {
  /// The cookie is named by the port of the address that was asked.
  var sessionKeys: SessionKeys? {
    request.head.authority?.split(separator: ":").last.flatMap { Int($0) }.map { SessionKeys(port: $0) }
  }
}

struct LoginModel: PageModel {
  static let template = "login"
  let title = "Log in"
  let problem: String?
}

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
    return try page(visit, .ok, nil)
  }

  private static func page(_ visit: Visit, _ status: HTTPResponse.Status, _ problem: String?) throws -> Response {
    let body = LoginModel(
      problem: problem, hasAccounts: try visit.site.accounts.hasAccounts, name: visit.form["name"] ?? "")
    return visit.plain(body, status)
  }

  /// The right name and password, or a wait that grows.
  static func logIn(_ visit: Visit) async throws -> Response {
    let site = visit.site
    let (name, password) = (visit.form["name"] ?? "", visit.form.all("password").last ?? "")
    let keys = ["name \(name.lowercased())", "peer \(visit.peer)"]
    let now = Date.seconds
    let wait = site.attempts.wait(keys, at: now)
    guard wait == 0 else {
      return try page(
        visit, .tooManyRequests, "Too many wrong passwords: wait \(ImportModel.elapsed(wait)), then try again.")
    }
    let account = try site.accounts.account(named: name)
    let known = try account.flatMap { try site.accounts.passwordHash(of: $0.id) }
    guard password.count <= Passwords.longest, try await site.passwords.isRight(password, known), let account else {
      site.attempts.failed(keys, at: now)
      site.wiring.logger.warning("a log-in was refused", metadata: ["from": "\(visit.peer)"])
      return try page(visit, .unprocessableContent, "Name or password is wrong.")
    }
    site.attempts.succeeded(keys)
    site.wiring.logger.info("\(account.name) logged in")
    let token = SessionKeys.make()
    try site.accounts.logIn(
      account, token: SessionKeys.hash(token), at: now, until: now + SessionKeys.sessionTime)
    return visit.entered(token)
  }

  /// A link is used up by opening it.
  static func enter(_ visit: Visit) async throws -> Response {
    let link = visit.context.parameters.get("token") ?? ""
    let token = SessionKeys.make()
    let now = Date.seconds
    let session = AccountFile.Session(
      name: Visitor.local.name, right: Visitor.local.right.rawValue, until: now + SessionKeys.sessionTime)
    guard
      try visit.site.accounts.enter(SessionKeys.hash(link), at: now, as: session, token: SessionKeys.hash(token))
    else {
      if visit.isKnown { return visit.seeOther("/") }
      return try page(visit, .forbidden, "This link was used before, or is older than ten minutes.")
    }
    return visit.entered(token)
  }

  /// Opening an invitation does not use it up; setting the password does.
  static func invitation(_ visit: Visit) async throws -> Response {
    guard let account = try invited(visit) else { return try invitationGone(visit) }
    return visit.plain(InvitationModel(name: account.name, problem: nil), .ok)
  }

  static func setPassword(_ visit: Visit) async throws -> Response {
    guard let account = try invited(visit) else { return try invitationGone(visit) }
    let (password, again) = (visit.form.all("password").last ?? "", visit.form.all("again").last ?? "")
    let problem: String? =
      if password.count < Passwords.shortest {
        "At least \(Passwords.shortest) characters, please: a few words do."
      } else if password.count > Passwords.longest {
        "At most \(Passwords.longest) characters, please."
      } else if password != again {
        "The two are not the same."
      } else {
        nil
      }
    guard problem == nil else {
      return visit.plain(InvitationModel(name: account.name, problem: problem), .unprocessableContent)
    }
    let (site, now, token) = (visit.site, Date.seconds, SessionKeys.make())
    guard try site.accounts.setPassword(try await site.passwords.hash(password), invitation: hash(visit), at: now)
    else { return try invitationGone(visit) }
    try site.accounts.logIn(account, token: SessionKeys.hash(token), at: now, until: now + SessionKeys.sessionTime)
    return visit.entered(token)
  }

  private static func hash(_ visit: Visit) -> Data { SessionKeys.hash(visit.context.parameters.get("token") ?? "") }

  private static func invited(_ visit: Visit) throws -> AccountFile.Account? {
    try visit.site.accounts.invited(hash(visit), at: Date.seconds)
  }

  private static func invitationGone(_ visit: Visit) throws -> Response {
    try page(visit, .forbidden, "This invitation was used before, or is older than a day: ask for another.")
  }

  static func logOut(_ visit: Visit) async throws -> Response {
    var response = visit.seeOther("/login")
    if let keys = visit.keys {
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
  /// A page before the door: it needs no database.
  func plain(_ body: some PageModel, _ status: HTTPResponse.Status) -> Response {
    site.pages.response(Page(frame: Frame(nil, self, title: body.title), body: body), status: status)
  }

  /// Where it comes from. Behind a proxy of this machine: what that says, at the end of whatever the asker says.
  fileprivate var peer: String {
    guard keys?.isSecure ?? false, ["127.0.0.1", "::1"].contains(context.peer),
      let forwarded = request.headers[HTTPField.Name("X-Forwarded-For")!]?.split(separator: ",").last
    else { return context.peer }
    return forwarded.trimmingCharacters(in: .whitespaces)
  }

  /// In, with a cookie.
  fileprivate func entered(_ token: String) -> Response {
    var response = seeOther("/")
    if let keys { response.setCookie(keys.cookie(token, for: SessionKeys.sessionTime)) }
    return response
  }
}

struct LoginModel: PageModel {
  static let template = "login"
  let title = "Log in"
  let problem: String?
  let hasAccounts: Bool
  let name: String
}

struct InvitationModel: PageModel {
  static let template = "invitation"
  let title = "Set a password"
  let name: String
  let problem: String?
}

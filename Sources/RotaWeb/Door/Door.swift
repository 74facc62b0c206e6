import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import HummingbirdCore
import Logging
import PlanningStore

/// What travels with a request through the doors.
struct VisitContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Who asks; nil: nobody is logged in.
  var visitor: Visitor?
  /// Where it comes from, without the port.
  let peer: String

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    peer = source.channel.remoteAddress?.ipAddress ?? "?"
  }
}

/// Headers of every answer: nothing from elsewhere, nothing in frames, nothing kept (docs/security.md).
struct SafeHeaders: RouterMiddleware {
  typealias Context = VisitContext

  private static let headers: HTTPFields = [
    .contentSecurityPolicy:
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
      + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    .xContentTypeOptions: "nosniff",
    HTTPField.Name("Referrer-Policy")!: "same-origin",
    HTTPField.Name("Cross-Origin-Opener-Policy")!: "same-origin",
    HTTPField.Name("Cross-Origin-Resource-Policy")!: "same-origin",
  ]

  func handle(
    _ request: Request, context: VisitContext, next: (Request, VisitContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    // Whoever asks for the head alone takes a body for the next answer.
    if request.method == .head { response.body = .init() }
    response.headers.append(contentsOf: Self.headers)
    return response
  }
}

/// Only under names that are ours: another site's name that leads to this address gets nothing.
struct KnownHost: RouterMiddleware {
  let hosts: Set<String>

  func handle(
    _ request: Request, context: VisitContext, next: (Request, VisitContext) async throws -> Response
  ) async throws -> Response {
    guard let host = request.head.authority?.lowercased(), hosts.contains(host) else {
      throw Refusal(
        .init(code: 421, reasonPhrase: "Misdirected Request"),
        "This address is not served under that name.")
    }
    return try await next(request, context)
  }
}

/// What changes anything must come from a page of ours.
struct SameOrigin: RouterMiddleware {
  typealias Context = VisitContext

  func handle(
    _ request: Request, context: VisitContext, next: (Request, VisitContext) async throws -> Response
  ) async throws -> Response {
    if request.method != .get, request.method != .head, !isOurs(request) {
      throw Refusal(.forbidden, "This did not come from a page of rota: nothing was changed.")
    }
    return try await next(request, context)
  }

  private func isOurs(_ request: Request) -> Bool {
    // No browser sends a token by itself.
    if request.isOfProgram, request.token != nil { return true }
    if let site = request.headers[HTTPField.Name("Sec-Fetch-Site")!] { return site == "same-origin" }
    guard let origin = request.headers[.origin], let host = request.head.authority else { return false }
    return origin == "http://\(host)" || origin == "https://\(host)"
  }
}

/// Finds out who asks. Everything but the way in is closed to nobody.
struct LogIn: RouterMiddleware {
  let site: Site
  let keys: SessionKeys
  let proxy: TrustedProxy?

  /// First parts of the paths that need nobody.
  private static let open: Set<Substring> = ["login", "enter", "invite", "assets", "healthz"]

  func handle(
    _ request: Request, context: VisitContext, next: (Request, VisitContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.visitor = try proxied(request, from: context.peer) ?? visitor(of: request)
    let part = request.uri.path.split(separator: "/").first
    if context.visitor == nil, !Self.open.contains(part ?? ""), request.uri.path != "\(API.root)/openapi.yaml" {
      guard !request.isOfProgram else {
        throw Refusal(.unauthorized, "A token is needed: Authorization: Bearer rota_…, from 'rota web tokens add'.")
      }
      return .redirect(to: "/login", type: .normal)
    }
    return try await next(request, context)
  }

  /// Whom the proxy names; nil: nobody, or there is no such proxy.
  ///
  /// - Throws: `Refusal` where somebody else says so, and where the name is no account.
  private func proxied(_ request: Request, from peer: String) throws -> Visitor? {
    guard let proxy, let name = request.headers[proxy.header] else { return nil }
    guard proxy.peers.contains(peer) else {
      throw Refusal(.badRequest, "Who asks is believed from the proxy alone.")
    }
    guard let account = try site.accounts.account(named: name), let right = Right(rawValue: account.right) else {
      throw Refusal(.forbidden, "There is no account of this name: ask an admin.")
    }
    return Visitor(name: account.name, right: right)
  }

  /// By the token of a program, else by the session of a page; what changes anything through the API needs a token.
  private func visitor(of request: Request) throws -> Visitor? {
    let now = Date.seconds
    if request.isOfProgram, let token = request.token {
      guard let found = try site.accounts.token(SessionKeys.hash(token)), let right = Right(rawValue: found.right)
      else {
        return nil
      }
      return Visitor(name: found.name, right: right)
    }
    guard !request.isOfProgram || request.method == .get, let token = keys.token(of: request),
      let session = try site.accounts.session(SessionKeys.hash(token), at: now),
      let right = Right(rawValue: session.right)
    else { return nil }
    return Visitor(name: session.name, right: right)
  }
}

/// Tokens of sessions and links: shown once, kept as SHA-256.
struct SessionKeys: Sendable {
  let port: Int
  /// Behind https: then the cookie never goes elsewhere.
  var isSecure = false
  /// What links begin with.
  var base = ""

  /// How long a session and a link hold, seconds.
  static let sessionTime = 12 * 3600
  static let linkTime = 10 * 60
  static let invitationTime = 24 * 3600

  var cookie: String { isSecure ? "__Host-rota" : "rota-\(port)" }

  /// 32 random bytes, as a link or a cookie holds them.
  static func make() -> String {
    SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.hex
  }

  static func hash(_ token: String) -> Data { Data(SHA256.hash(data: Data(token.utf8))) }

  func token(of request: Request) -> String? { request.cookies[cookie]?.value }

  func cookie(_ token: String, for seconds: Int) -> Cookie {
    Cookie(name: cookie, value: token, maxAge: seconds, path: "/", secure: isSecure, httpOnly: true, sameSite: .lax)
  }
}

extension Date {
  static var seconds: Int { Int(Date().timeIntervalSince1970) }
}

extension Request {
  /// Whether it is for the API.
  var isOfProgram: Bool { uri.path == API.root || uri.path.hasPrefix(API.root + "/") }

  /// `Authorization: Bearer …`; never taken from an address, which ends up in logs.
  var token: String? {
    headers[.authorization].flatMap { text in
      let parts = text.split(separator: " ", maxSplits: 1)
      return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
    }
  }
}

/// Turned away, with a sentence.
struct Refusal: Error {
  let status: HTTPResponse.Status
  let message: String

  init(_ status: HTTPResponse.Status, _ message: String) {
    self.status = status
    self.message = message
  }
}

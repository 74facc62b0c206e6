import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Importing
package import Logging
import NIOCore
import Planning
import PlanningStore
import ServiceLifecycle
import Steering
import Synchronization

/// Takes what Clockify's webhooks deliver, on an address of its own that answers one path and nothing else, so that a proxy's
/// rule that is too wide shows no page (live.md 2).
package struct HooksReceiver: Sendable {
  private let address: WebAddress
  private let hooks: HookTable
  private let take: @Sendable (LiveDelivery) -> Void
  private let logger: Logger
  private let refusals = RefusalLog()

  /// How much a delivery may hold, bytes, and how long it may take, seconds.
  static let longestBody = 256 << 10
  static let patience = 5.0

  /// - Parameters:
  ///   - database: its path.
  ///   - take: gets what is rightly signed, and answers at once.
  package init(
    database: String, listen address: WebAddress, logger: Logger, take: @escaping @Sendable (LiveDelivery) -> Void
  ) {
    hooks = HookTable(database: database)
    self.address = address
    self.take = take
    self.logger = logger
  }

  /// Serves until it is cancelled.
  ///
  /// - Parameter started: gets the port.
  /// - Throws: `UserError` where the port is taken.
  package func run(started: @escaping @Sendable (Int) -> Void) async throws {
    let hosts = Hosts()
    let server = Application(
      responder: CallbackResponder<VisitContext> { request, _ in await respond(request, hosts: hosts.all) },
      server: .http1(
        configuration: .init(
          additionalChannelHandlers: [HeadInTime(limit: .seconds(Int64(Self.patience)))], idleTimeout: .seconds(60))),
      configuration: .init(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: MaximumAvailableConnections(200, logger: logger)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? address.port
        hosts.set(address.hosts(port: port))
        started(port)
      },
      logger: logger)
    do {
      try await server.runService(gracefulShutdownSignals: [])
    } catch is CancellationError {
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw UserError(
        "port \(address.port) on \(address.host) is in use",
        next: .outside("name another with live: listen, or stop the other"), status: .failed)
    }
    await hooks.close()
  }

  // MARK: One delivery

  private func respond(_ request: Request, hosts: Set<String>) async -> Response {
    do {
      return try await answer(request, hosts: hosts)
    } catch let refusal as Turned {
      if refusal.isTold, let unsaid = refusals.next() {
        logger.info(
          "delivery refused",
          metadata: ["status": "\(refusal.status.code)", "why": "\(refusal.why)", "unsaid": "\(unsaid)"])
      }
      return Self.response(refusal.status)
    } catch {
      // The database could not be read: Clockify may send it again, and the night finds it anyway.
      logger.error("a delivery was not taken: \(ErrorWords.words(error)?.message ?? "\(error)")")
      return Self.response(.serviceUnavailable)
    }
  }

  /// Nothing but a status, and by whom it is said (`rota webhooks install` looks for it).
  private static func response(_ status: HTTPResponse.Status) -> Response {
    Response(status: status, headers: [HTTPField.Name(WebhookAddress.header)!: "1"])
  }

  /// Turned away, cheaply.
  private struct Turned: Error {
    let status: HTTPResponse.Status
    let why: String
    var isTold = true
  }

  private func answer(_ request: Request, hosts: Set<String>) async throws -> Response {
    guard let host = request.head.authority?.lowercased(), hosts.contains(host) else {
      throw Turned(status: .misdirectedRequest, why: "another host")
    }
    let path = request.uri.path
    guard request.method == .post, path.hasPrefix(WebhookAddress.path),
      let hook = try await hooks.hook(String(path.dropFirst(WebhookAddress.path.count)))
    else { throw Turned(status: .notFound, why: "no such path", isTold: false) }
    try check(request, of: hook)
    let entries: [LiveDelivery.Entry]?
    do {
      entries = Self.entries(in: try await body(of: request), of: hook.event)
    } catch {
      // Rightly signed, and too long or too slow: nothing of it is read but that something happened.
      take(LiveDelivery(workspace: hook.workspace, event: hook.event, pathKey: hook.pathKey, entries: nil))
      throw Turned(status: .contentTooLarge, why: "too long or too slow")
    }
    take(LiveDelivery(workspace: hook.workspace, event: hook.event, pathKey: hook.pathKey, entries: entries))
    return Self.response(.noContent)
  }

  private static let signatures = ["Clockify-Signature", "Clockify-Signature-Token"].map { HTTPField.Name($0)! }
  private static let eventType = HTTPField.Name("Clockify-Webhook-Event-Type")!

  /// The token of the hook, in exactly one of the headers that are known (clockify-api.md 8); it is compared as a hash, in
  /// the same time whatever it is.
  private func check(_ request: Request, of hook: HookTable.Hook) throws {
    let given = Self.signatures.flatMap { request.headers[values: $0] }
    guard given.count == 1, let wanted = hook.tokenHash else {
      throw Turned(status: .unauthorized, why: given.isEmpty ? "no token" : "more than one token")
    }
    let hash = SessionKeys.hash(given[0]).hex
    guard hash.utf8.isEqualThroughout(to: wanted.utf8)
    else { throw Turned(status: .unauthorized, why: "a wrong token for \(hook.event.rawValue)") }
    let events = request.headers[values: Self.eventType]
    guard events.allSatisfy({ $0 == hook.event.rawValue }) else {
      throw Turned(status: .badRequest, why: "another event than \(hook.event.rawValue)")
    }
  }

  private func body(of request: Request) async throws -> ByteBuffer {
    if let length = request.headers[.contentLength].flatMap(Int.init), length > Self.longestBody {
      throw Turned(status: .contentTooLarge, why: "too long")
    }
    return try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
      group.addTask { try await request.body.collect(upTo: Self.longestBody) }
      group.addTask {
        try await Task.sleep(for: .seconds(Self.patience))
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let body = first else {
        throw Turned(status: .requestTimeout, why: "too slow")
      }
      return body
    }
  }

  /// One entity, or a list of them.
  ///
  /// - Returns: nil: nothing that could be read.
  static func entries(in body: ByteBuffer, of event: WebhookEvent) -> [LiveDelivery.Entry]? {
    let json = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))
    guard let rows = json as? [[String: Any]] ?? (json as? [String: Any]).map({ [$0] }) else { return nil }
    guard event.isOfEntry else { return [] }
    var entries: [LiveDelivery.Entry] = []
    for row in rows {
      guard let id = (row["id"] as? String)?.lowercased(), id.isClockifyID else { return nil }
      let user = (row["userId"] as? String)?.lowercased()
      let start = (row["timeInterval"] as? [String: Any])?["start"] as? String
      entries.append(
        LiveDelivery.Entry(
          id: id, user: user.flatMap { $0.isClockifyID ? $0 : nil }, start: start.flatMap { Instant($0) }))
    }
    return entries
  }
}

/// Refusals that are logged: one a second, and how many were not, so that a flood of them fills no disk.
private final class RefusalLog: Sendable {
  private let state = Mutex((last: ContinuousClock.now - .seconds(60), unsaid: 0))

  /// - Returns: how many were not said since the last that was; nil: nor is this one.
  func next() -> Int? {
    state.withLock { state in
      guard ContinuousClock.now - state.last >= .seconds(1) else {
        state.unsaid += 1
        return nil
      }
      defer { state = (.now, 0) }
      return state.unsaid
    }
  }
}

/// Under which names it answers, once its port is known.
private final class Hosts: Sendable {
  private let hosts = Mutex<Set<String>>([])

  var all: Set<String> { hosts.withLock { $0 } }
  func set(_ new: Set<String>) { hosts.withLock { $0 = new } }
}

/// The hooks of ours, as they were a moment ago: commands add and remove them while deliveries come.
private final class HookTable: Sendable {
  struct Hook: Sendable {
    let pathKey: String
    let workspace: String
    let event: WebhookEvent
    let tokenHash: String?
  }

  private struct Known {
    var hooks: [String: Hook] = [:]
    var readAt = ContinuousClock.now - .seconds(3600)
  }

  private let plan: PlanFile
  private let known = Mutex(Known())
  private static let age = Duration.seconds(1)

  init(database: String) { plan = PlanFile(path: database) }

  func close() async { await plan.close() }

  func hook(_ pathKey: String) async throws -> Hook? {
    let (found, isFresh) = known.withLock { ($0.hooks[pathKey], ContinuousClock.now - $0.readAt < Self.age) }
    if isFresh { return found }
    let hooks = try await plan.ask { session in
      try session.liveHooks.all().compactMap { row in
        WebhookEvent(rawValue: row.event).map {
          Hook(pathKey: row.pathKey, workspace: row.workspaceID, event: $0, tokenHash: row.tokenHash)
        }
      }
    }
    let table = Dictionary(hooks.map { ($0.pathKey, $0) }, uniquingKeysWith: { $1 })
    known.withLock { known in (known.hooks, known.readAt) = (table, .now) }
    return table[pathKey]
  }
}

import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PlanningStore
import ServiceLifecycle
import Steering

/// The web app: pages over the planning database, on loopback.
package struct WebApp: Sendable {
  private let site: Site
  private let address: WebAddress

  /// - Throws: `StoreError` where the database or the file of who is logged in cannot be opened.
  package init(_ wiring: WebWiring, listen address: WebAddress) throws {
    site = try Site(wiring)
    self.address = address
  }

  /// Serves until it is cancelled, then lets open pages end, stops a running import, and returns.
  ///
  /// - Parameter started: gets the link that lets somebody in once.
  /// - Throws: `UserError` where the port is taken.
  package func run(started: @escaping @Sendable (_ link: String) -> Void) async throws {
    let server = try await bound(started)
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
      logger: site.wiring.logger)
    configuration.maximumGracefulShutdownDuration = .seconds(10)
    let group = ServiceGroup(configuration: configuration)
    // A cancelled task would break off open pages: the group ends them in its own time.
    let running = Task { try await group.run() }
    let result = await withTaskCancellationHandler {
      await running.result
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
    await site.importing.end()
    await site.plan.close()
    do { try result.get() } catch is CancellationError {} catch let error as ServiceGroupError {
      site.wiring.logger.debug("\(error)")
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw UserError(
        "port \(address.port) on \(address.host) is in use",
        next: .outside("name another with --listen, or stop the other"),
        status: .failed)
    }
  }

  private func bound(_ started: @escaping @Sendable (String) -> Void) async throws -> some Service {
    // The port may be any free one, and names of hosts and cookies hold it: the router is made once it is known.
    let door = LateDoor()
    let site = site
    let address = address
    return Application(
      responder: CallbackResponder<VisitContext> { try await door.respond($0, $1) },
      server: .http1(configuration: .init(idleTimeout: .seconds(60))),
      configuration: .init(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: MaximumAvailableConnections(200, logger: site.wiring.logger)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? address.port
        door.open(Self.router(site, port: port))
        do {
          started(try EntryLink.make(in: site.accounts, port: port))
        } catch {
          site.wiring.logger.error("no link could be made: \(error)")
        }
      },
      logger: site.wiring.logger)
  }

  private static func router(_ site: Site, port: Int) -> RouterResponder<VisitContext> {
    let keys = SessionKeys(port: port)
    let router = Router(context: VisitContext.self)
    router.add(middleware: SafeHeaders())
    router.add(middleware: Failures(site: site))
    router.add(middleware: KnownHost(hosts: ["127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)"]))
    router.add(middleware: SameOrigin())
    router.add(middleware: LogIn(site: site, keys: keys))
    for route in Route.all {
      router.on(RouterPath(route.path), method: route.method) { request, context in
        try await route.respond(request, context, on: site)
      }
    }
    return router.buildResponder()
  }
}

/// Where the web app listens.
package struct WebAddress: Sendable, Equatable {
  package let host: String
  /// 0: any that is free.
  package let port: Int

  /// - Parameter text: `127.0.0.1:8787`.
  /// - Throws: `UserError` for what is no address of this machine alone.
  package init(_ text: String) throws {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let port = Int(parts[1]), (0...65_535).contains(port) else {
      throw UserError("\"\(text)\" is no address to listen on: it must be like 127.0.0.1:8787")
    }
    guard ["127.0.0.1", "localhost"].contains(parts[0]) else {
      throw UserError(
        "rota serve listens on this machine only, and \(parts[0]) can be reached from others",
        next: .outside("leave --listen out, and reach it from elsewhere through ssh -L 8787:127.0.0.1:8787 HOST"))
    }
    host = String(parts[0])
    self.port = port
  }
}

/// A link that lets whoever opens it in, once, within ten minutes. Who can write beside the database may make one.
package enum EntryLink {
  package static func make(database: String, port: Int) throws -> String {
    try make(in: AccountFile(database: database), port: port)
  }

  static func make(in accounts: AccountFile, port: Int) throws -> String {
    let token = SessionKeys.make()
    try accounts.addLink(SessionKeys.hash(token), expiresAt: Date.seconds + SessionKeys.linkTime)
    return "http://127.0.0.1:\(port)/enter/\(token)"
  }
}

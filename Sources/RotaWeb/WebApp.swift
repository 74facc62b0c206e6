import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
package import PlanningStore
import ServiceLifecycle
import Steering

/// The web app: pages over the planning database, on loopback.
package struct WebApp: Sendable {
  private let site: Site
  private let address: WebAddress
  private let headLimit: TimeAmount

  /// - Throws: `StoreError` where the file of who is logged in cannot be opened; `UserError` where others could come in.
  ///
  /// - Parameter headLimit: how long a request may take to say what it wants, seconds.
  package init(_ wiring: WebWiring, listen address: WebAddress, headLimit: Double = 10) throws {
    site = try Site(wiring)
    self.address = address
    self.headLimit = .milliseconds(Int64(headLimit * 1000))
    try address.refuseIfOpen(hasAccounts: site.accounts.hasAccounts)
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
    await site.auditing.end()
    await site.plan.close()
    await site.passwords.close()
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
    let headLimit = headLimit
    return Application(
      responder: CallbackResponder<VisitContext> { try await door.respond($0, $1) },
      server: .http1(
        configuration: .init(additionalChannelHandlers: [HeadInTime(limit: headLimit)], idleTimeout: .seconds(60))),
      configuration: .init(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: MaximumAvailableConnections(200, logger: site.wiring.logger)),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? address.port
        door.open(Self.router(site, address, port: port))
        do {
          started(try EntryLink.make(in: site.accounts, address, port: port))
        } catch {
          site.wiring.logger.error("no link could be made: \(error)")
        }
      },
      logger: site.wiring.logger)
  }

  private static func router(_ site: Site, _ address: WebAddress, port: Int) -> RouterResponder<VisitContext> {
    let keys = address.keys(port: port)
    let router = Router(context: VisitContext.self)
    router.add(middleware: SafeHeaders())
    router.add(middleware: Failures(site: site))
    router.add(middleware: KnownHost(hosts: address.hosts(port: port)))
    router.add(middleware: SameOrigin())
    router.add(middleware: LogIn(site: site, keys: keys, proxy: address.proxy))
    for route in Route.all {
      router.on(RouterPath(route.path), method: route.method) { request, context in
        try await route.respond(request, context, on: site, keys)
      }
    }
    return router.buildResponder()
  }
}

/// How somebody gets in. Who can write beside the database may make such links.
package enum EntryLink {
  /// A link that lets whoever opens it in, once, within ten minutes; where there are accounts, the page to log in.
  package static func make(in accounts: AccountFile, _ address: WebAddress, port: Int) throws -> String {
    if try accounts.hasAccounts { return address.base(port: port) + "/login" }
    let token = SessionKeys.make()
    try accounts.addLink(SessionKeys.hash(token), expiresAt: Date.seconds + SessionKeys.linkTime)
    return "\(address.base(port: port))/enter/\(token)"
  }
}

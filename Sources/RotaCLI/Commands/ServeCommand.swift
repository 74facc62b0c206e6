import ArgumentParser
import Foundation
import Operating
import Planning
import PlanningStore
import RotaWeb
import Steering

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Show it in a browser: the web app, on this machine.",
    discussion: """
      Prints a link that lets one browser in, once, within ten minutes; 'rota web link' prints another. Imports started
      there need the key in the environment, as 'rota import' does; the night stays with 'rota nightly' or a scheduler.
      SIGTERM and SIGINT end it; an import that it started is asked to stop.

        rota serve
        rota serve --listen 127.0.0.1:0

      With live: in the settings it takes changes over as they happen, by webhooks or by polling (docs/live.md).

      Others reach it through a proxy that ends TLS, once people have accounts (docs/web.md).
      """)
  @OptionGroup var options: CommonOptions
  @Option(help: "Where to listen; port 0 takes a free one. Default: web: listen, else 127.0.0.1:8787.")
  var listen: String?

  func run() async throws {
    var composition = try Composition(options)
    composition.logsSteps = true
    let address = try composition.webAddress(listen)
    try composition.openOrCreateDatabase().close()
    let isQuiet = options.quiet
    let app = try WebApp(composition.webWiring(), listen: address)
    let live = composition.settings.live.isOn ? try LiveFace(composition, isQuiet: isQuiet) : nil
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await app.run { link in
          guard !isQuiet else { return }
          print("rota is at \(link)")
          print(
            link.hasSuffix("/login") ? "Ctrl-C ends it." : "The link works once, within ten minutes. Ctrl-C ends rota.")
          fflush(nil)
        }
      }
      if let live {
        group.addTask { try await live.work() }
        group.addTask { try await live.receive() }
      }
      // The web app ends last of all, or first where something of it fails.
      defer { group.cancelAll() }
      while try await group.next() != nil {}
    }
  }
}

/// Live changes beside the web app: the worker, and the address that webhooks deliver to.
private struct LiveFace: Sendable {
  private let worker: LiveWorker
  private let receiver: HooksReceiver?
  private let isQuiet: Bool

  /// - Throws: `UserError` where there is no key, or the address is none.
  init(_ composition: Composition, isQuiet: Bool) throws {
    self.isQuiet = isQuiet
    let (settings, inbox) = (composition.settings.live, LiveInbox())
    worker = LiveWorker(
      desk: { composition.desk(Actor(name: "rota", surface: .live), now: composition.now, nil) }, settings: settings,
      inbox: inbox, source: try composition.liveSource(),
      channels: Channel.all(composition.settings.night.notify, environment: composition.environment),
      metricsFile: composition.settings.night.metricsFile, logger: composition.logger)
    receiver = try settings.listen.map { listen in
      let address = try WebAddress(listen, publicURL: settings.publicURL)
      guard address.isLoopback || settings.publicURL?.hasPrefix("https://") ?? false else {
        throw UserError(
          "\(listen) can be reached by others: a proxy must end TLS in front of it",
          next: .outside("set live: public_url to its https:// address (docs/live.md)"))
      }
      return HooksReceiver(
        database: composition.settings.database, listen: address, logger: composition.logger, take: inbox.take)
    }
  }

  func work() async throws { try await worker.run() }

  func receive() async throws {
    let isQuiet = isQuiet
    try await receiver?.run { port in
      guard !isQuiet else { return }
      print("webhooks are taken on 127.0.0.1:\(port)")
      fflush(nil)
    }
  }
}

import ArgumentParser
import Foundation
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
    try await WebApp(composition.webWiring(), listen: address).run { link in
      guard !isQuiet else { return }
      print("rota is at \(link)")
      print(link.hasSuffix("/login") ? "Ctrl-C ends it." : "The link works once, within ten minutes. Ctrl-C ends rota.")
      fflush(nil)
    }
  }
}

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
      """)
  @OptionGroup var options: CommonOptions
  @Option(help: "Where to listen; port 0 takes a free one. Default: web: listen, else 127.0.0.1:8787.")
  var listen: String?

  func run() async throws {
    var composition = try Composition(options)
    composition.logsSteps = true
    let address = try WebAddress(listen ?? composition.settings.webListen)
    try composition.openOrCreateDatabase().close()
    let isQuiet = options.quiet
    try await WebApp(composition.webWiring(), listen: address).run { link in
      guard !isQuiet else { return }
      print("rota is at \(link)")
      print("The link works once, within ten minutes. Ctrl-C ends rota.")
      fflush(nil)
    }
  }
}

struct WebCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "web", abstract: "Let people into the web app.", subcommands: [Link.self])

  struct Link: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print another link into the web app that runs on this machine.",
      discussion: "  rota web link")
    @OptionGroup var options: CommonOptions
    @Option(help: "Where it listens. Default: web: listen, else 127.0.0.1:8787.") var listen: String?

    func run() throws {
      let composition = try Composition(options)
      let address = try WebAddress(listen ?? composition.settings.webListen)
      try composition.openDatabase().close()
      print(try EntryLink.make(database: composition.settings.database, port: address.port))
    }
  }
}

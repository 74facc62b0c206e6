import ArgumentParser
import Foundation
import PlanningStore
import RotaWeb
import Steering

struct WebCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "web", abstract: "Let people into the web app.", subcommands: [Link.self, Users.self, Tokens.self])

  struct Link: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print another link into the web app that runs on this machine.",
      discussion: """
        It lets one browser in, once, within ten minutes. Where there are accounts, it is the page to log in.

          rota web link
        """)
    @OptionGroup var options: CommonOptions
    @Option(help: "Where it listens. Default: web: listen, else 127.0.0.1:8787.") var listen: String?

    func run() throws {
      let (composition, accounts) = try WebCommand.open(options)
      let address = try composition.webAddress(listen)
      print(try EntryLink.make(in: accounts, address, port: address.port))
    }
  }

  struct Users: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep who may log in. From the first account on, everybody must.",
      discussion: """
        viewer: sees every page. planner: also changes the plan, gives roles, imports. admin: also switches actuals, lets
        removals go.
        """, subcommands: [List.self, Add.self, Role.self, Reset.self, Remove.self])

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(abstract: "List who may log in.")
      @OptionGroup var options: CommonOptions
      @OptionGroup var json: JSONOption

      func run() throws {
        TablePrinter.show(
          try WebCommand.open(options).accounts.accounts(), asJSON: json.json,
          empty: "Nobody has an account: a link lets in. Next: rota web users add NAME --role ROLE")
      }
    }

    struct Add: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Let somebody in: prints an invitation, under which they set a password.",
        discussion: "The invitation works once, within a day.\n\n  rota web users add ana --role planner")
      @OptionGroup var options: CommonOptions
      @Argument(help: "The name to log in with.") var name: String
      @Option(help: "viewer, planner or admin.") var role: Right
      @Option(help: "Where it listens. Default: web: listen, else 127.0.0.1:8787.") var listen: String?

      func run() throws {
        try WebCommand.keep(options, listen) { try $0.addUser(name, role) }
      }
    }

    struct Role: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Give somebody other rights; they log in again.", discussion: "  rota web users role ana admin")
      @OptionGroup var options: CommonOptions
      @Argument(help: "Their name.") var name: String
      @Argument(help: "viewer, planner or admin.") var role: Right

      func run() throws {
        try WebCommand.keep(options) { try $0.setRight(of: name, to: role) }
      }
    }

    struct Reset: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take somebody's password away and invite them anew.", discussion: "  rota web users reset ana")
      @OptionGroup var options: CommonOptions
      @Argument(help: "Their name.") var name: String
      @Option(help: "Where it listens. Default: web: listen, else 127.0.0.1:8787.") var listen: String?

      func run() throws {
        try WebCommand.keep(options, listen) { try $0.resetUser(name) }
      }
    }

    struct Remove: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Let somebody in no more; what they did stays in the change log.",
        discussion: "  rota web users remove ana")
      @OptionGroup var options: CommonOptions
      @Argument(help: "Their name.") var name: String

      func run() throws {
        try WebCommand.keep(options) { try $0.removeUser(name) }
      }
    }
  }

  struct Tokens: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep which programs may use the API.",
      discussion: "A token is shown once. What it may is what a person with that role may (see 'rota web users').",
      subcommands: [List.self, Add.self, Remove.self])

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(abstract: "List tokens by name; what they are is not kept.")
      @OptionGroup var options: CommonOptions
      @OptionGroup var json: JSONOption

      func run() throws {
        TablePrinter.show(
          try WebCommand.open(options).accounts.tokens(), asJSON: json.json,
          empty: "No program has a token. Next: rota web tokens add NAME --role ROLE")
      }
    }

    struct Add: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Make a token for a program, and print it once.",
        discussion: """
            rota web tokens add bi --role viewer
            curl -H "Authorization: Bearer rota_…" http://127.0.0.1:8787/api/v1/people
          """)
      @OptionGroup var options: CommonOptions
      @Argument(help: "What the change log calls it.") var name: String
      @Option(help: "viewer, planner or admin.") var role: Right

      func run() throws {
        try WebCommand.keep(options) { try $0.addToken(name, role) }
      }
    }

    struct Remove: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Take a token back; what was done with it stays in the change log.",
        discussion: "  rota web tokens remove bi")
      @OptionGroup var options: CommonOptions
      @Argument(help: "Its name.") var name: String

      func run() throws {
        try WebCommand.keep(options) { try $0.removeToken(name) }
      }
    }
  }

  private static func open(_ options: CommonOptions) throws -> (composition: Composition, accounts: AccountFile) {
    let composition = try Composition(options)
    try composition.openDatabase().close()
    return (composition, try AccountFile(database: composition.settings.database))
  }

  /// Says what was done; what must be handed over goes to stdout.
  private static func keep(
    _ options: CommonOptions, _ listen: String? = nil, _ change: (AccountDesk) throws -> AccountDesk.Kept
  ) throws {
    let (composition, accounts) = try open(options)
    let kept = try change(AccountDesk(accounts, composition.webAddress(listen)))
    composition.say(kept.line)
    if let secret = kept.secret { print(secret) }
  }
}

extension Right: ExpressibleByArgument {}

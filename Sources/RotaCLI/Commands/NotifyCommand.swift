import ArgumentParser
import Foundation
import Operating
import Planning
import Steering

struct NotifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify", abstract: "Try the ways in which people are told.", subcommands: [Test.self])

  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a test message on every channel of the settings, and ask for the heartbeat's address once.",
      discussion: """
        Needs no database and changes nothing. Ends with 1 if a channel fails.

          rota notify test
        """)
    @OptionGroup var options: CommonOptions

    func run() async throws {
      let composition = try Composition(options)
      let notify = composition.settings.night.notify
      let channels = Channel.all(notify, environment: composition.environment)
      guard !channels.isEmpty || notify.heartbeat != nil else {
        throw UserError(
          "nobody would be told: the settings name no channel",
          next: .outside("set notify: command, email or url (docs/operations.md)"))
      }
      let example = Problem("test", "2 people have the role Unknown (an example)", next: .fixUnknownRoles)
      let message = Message(
        event: .test, workspace: "", run: nil, status: nil, at: composition.now, problems: [example], new: ["test"])
      var failed = 0
      func attempt(_ name: String, _ body: () async throws -> Void) async throws {
        do {
          try await body()
          print("ok    \(Words.padded(name, 10)) took the message")
        } catch let error as UserError {
          failed += 1
          print("fail  \(Words.padded(name, 10)) \(error.message)\(error.next.map { ". Next: \($0.command)" } ?? "")")
        }
      }
      for channel in channels { try await attempt(channel.name) { try await channel.send(message) } }
      if let heartbeat = notify.heartbeat {
        try await attempt("heartbeat") { try await Channel.beat(heartbeat) }
      }
      if failed > 0 { throw ExitStatus.failed }
    }
  }
}

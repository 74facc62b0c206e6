import ArgumentParser
import Planning
import Steering

/// An error on its way out: its words on stderr, and its exit code.
enum ErrorReport {
  static func report(_ error: any Error) -> Int32 {
    let known = ErrorWords.words(error)
    guard let known else {
      // ArgumentParser's own: help, version, usage.
      let message = Rota.fullMessage(for: error)
      let code = Rota.exitCode(for: error)
      if code == .success {
        if !message.isEmpty { print(message) }
      } else {
        Terminal.note(message)
        if let meant = meantCommand(Array(CommandLine.arguments.dropFirst())) {
          Terminal.note("Did you mean \"\(meant)\"?")
        }
      }
      return code == .success ? 0 : ExitStatus.usage.rawValue
    }
    Terminal.note("Error: \(known.message)")
    if let next = known.next { Terminal.note("Next: \(next.command)") }
    return known.status.rawValue
  }

  /// The command that somebody probably meant whose words name none.
  private static func meantCommand(_ arguments: [String]) -> String? {
    var path = ["rota"]
    var commands: [any ParsableCommand.Type] = Rota.configuration.subcommands
    for word in arguments where !word.hasPrefix("-") {
      let names = commands.map { $0.configuration.commandName ?? "\($0)".lowercased() }
      guard !names.isEmpty else { return nil }
      guard let index = names.firstIndex(of: word) else {
        return word == "help" ? nil : NearestWord.to(word, among: names).map { (path + [$0]).joined(separator: " ") }
      }
      path.append(word)
      commands = commands[index].configuration.subcommands
    }
    return nil
  }
}

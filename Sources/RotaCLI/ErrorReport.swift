import ArgumentParser
import Steering

/// An error on its way out: its words on stderr, and its exit code.
enum ErrorReport {
  @discardableResult
  static func report(_ error: any Error) -> Int32 {
    let known = words(error) ?? ErrorWords.words(error)
    guard let known else {
      // ArgumentParser's own: help, version, usage.
      let message = Rota.fullMessage(for: error)
      let code = Rota.exitCode(for: error)
      guard code == .success || code == .validationFailure else {
        Terminal.note("Error: what was not foreseen happened: \(error)")
        Terminal.note("Next: rota database check; and tell who makes rota what was done, and these words")
        return ExitStatus.failed.rawValue
      }
      let words = CommandLine.arguments.dropFirst()
      let meant = code == .success && words.first != "help" ? nil : MeantCommand.of(Array(words))
      guard code != .success || meant != nil else {
        if !message.isEmpty { print(message) }
        return 0
      }
      Terminal.note(code == .success ? "Error: There is no such command." : message)
      if let meant { Terminal.note("Did you mean \"\(meant)\"?") }
      return ExitStatus.usage.rawValue
    }
    Terminal.note("Error: \(known.message)")
    if let next = known.next { Terminal.note("Next: \(next.command)") }
    return known.status.rawValue
  }
}

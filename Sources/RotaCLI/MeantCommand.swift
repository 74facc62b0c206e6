import ArgumentParser
import Planning

/// The command that somebody probably meant whose words name none: one spelled nearly so, one whose words stand the other
/// way round (`list people`), or the only one that is called so a floor below (`explain`).
enum MeantCommand {
  private typealias Command = any ParsableCommand.Type

  /// - Parameter arguments: as typed, without the program.
  static func of(_ arguments: [String]) -> String? {
    var path = ["rota"]
    var commands: [Command] = Rota.configuration.subcommands
    let words = arguments.filter { !$0.hasPrefix("-") && $0 != "help" }
    for (index, word) in words.enumerated() {
      guard !commands.isEmpty else { return nil }
      guard let known = commands.first(where: { name($0) == word }) else {
        let meant = below(word, words.dropFirst(index + 1).first, commands) ?? near(word, commands).map { [$0] }
        return meant.map { (path + $0).joined(separator: " ") }
      }
      path.append(word)
      commands = known.configuration.subcommands
    }
    return nil
  }

  private static func near(_ word: String, _ commands: [Command]) -> String? {
    NearestWord.to(word, among: commands.map(name))
  }

  private static func below(_ word: String, _ next: String?, _ commands: [Command]) -> [String]? {
    let owners = commands.filter { $0.configuration.subcommands.contains { name($0) == word } }.map(name)
    if let next, let owner = owners.first(where: { $0 == next }) ?? NearestWord.to(next, among: owners) {
      return [owner, word]
    }
    return owners.count == 1 ? [owners[0], word] : nil
  }

  private static func name(_ command: Command) -> String {
    command.configuration.commandName ?? "\(command)".lowercased()
  }
}

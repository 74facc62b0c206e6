import ArgumentParser
import ClockifyAPI
import Foundation
import Importing
import Operating
import Planning
import PlanningStore
import Steering

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make the database and a commented settings file; overwrite nothing.",
    discussion: """
      Creates what is missing and leaves what is there.

        rota init
        rota init --config /etc/rota/rota.yaml
      """)
  @OptionGroup var options: CommonOptions

  func run() throws {
    let path = options.config ?? ProcessInfo.processInfo.environment["ROTA_CONFIG"] ?? SettingsLoader.defaultFile
    let hasFile = FileManager.default.fileExists(atPath: path)
    let composition = try Composition(asIfWritten(path, hasFile))
    let existed = FileManager.default.fileExists(atPath: composition.settings.database)
    _ = try composition.openDatabase(creates: true)
    composition.say(
      "\(composition.settings.database) \(existed ? "is there already; checked" : "made, schema \(PlanningDatabase.schemaVersion)")."
    )
    let isWritten = try !hasFile && Self.write(Self.template(database: options.database), to: path)
    composition.say(
      isWritten ? "\(path) written: every setting with its default." : "\(path) is there already; left as it is.")
    composition.say("Next: set CLOCKIFY_API_KEY, then   rota check   and   rota import")
  }

  /// The options as they will be once the settings file is there: its database is beside it.
  private func asIfWritten(_ path: String, _ hasFile: Bool) -> CommonOptions {
    var options = options
    options.config = hasFile ? path : nil
    let folder = (path as NSString).deletingLastPathComponent
    let isNamed = options.database != nil || ProcessInfo.processInfo.environment["ROTA_DATABASE"] != nil
    if !hasFile, !isNamed, !folder.isEmpty {
      options.database = (folder as NSString).appendingPathComponent(RotaSettings().database)
    }
    return options
  }

  /// - Returns: false where somebody else has written it meanwhile.
  private static func write(_ text: String, to path: String) throws -> Bool {
    // Addresses of webhooks in it may be secrets: 0600 from its first moment on.
    let usual = umask(0o177)
    defer { umask(usual) }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
      return true
    } catch CocoaError.fileWriteFileExists {
      return false
    } catch {
      // Not half a file that the next 'init' would keep.
      if (try? Data(contentsOf: URL(fileURLWithPath: path)))?.count ?? 0 < text.utf8.count {
        try? FileManager.default.removeItem(atPath: path)
      }
      throw UserError(
        "\(path) cannot be written: \(error.localizedDescription)",
        next: .outside("check that its folder exists, may be written and has room, then run 'rota init' again"),
        status: .failed)
    }
  }

  /// The settings file with every key, its default and what it means.
  ///
  /// - Parameter database: in the place of the default.
  static func template(database: String?) -> String {
    var lines = [
      "# rota's settings. Each can also be given as an environment variable: ROTA_ + its path in upper case.", "",
    ]
    var blocks: [String] = []
    for key in SettingKey.all {
      let parts = key.path.split(separator: ".").map(String.init)
      let parents = Array(parts.dropLast())
      for depth in parents.indices where !blocks.starts(with: parents[...depth]) {
        lines.append("\(String(repeating: "  ", count: depth))\(parents[depth]):")
      }
      blocks = parents
      let indent = String(repeating: "  ", count: parents.count)
      let value = key.path == "database" ? database.map(absolute) ?? key.default : key.default
      let setting = "\(indent)\(parts.last!):\(value.isEmpty ? "" : " " + value)"
      lines.append("\(Words.padded(setting, 46)) # \(key.meaning)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

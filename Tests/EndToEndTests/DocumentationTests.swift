import Foundation
import Migrations
import PlanningStore
import Replicating
import Testing

/// What is not documented fails here. `ROTA_RECORD=1 swift test --filter DocumentationTests` writes docs/cli.md and
/// docs/rules.md anew.
@Suite("Documentation")
struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func document(_ name: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent("docs/\(name)"), encoding: .utf8)
  }

  private struct Dump: Decodable {
    struct Command: Decodable {
      let commandName: String
      let subcommands: [Command]?
    }
    let command: Command
  }

  private func paths(_ command: Dump.Command, _ prefix: [String] = []) -> [[String]] {
    let children = (command.subcommands ?? []).filter { $0.commandName != "help" }
    return [prefix] + children.flatMap { paths($0, prefix + [$0.commandName]) }
  }

  @Test("docs/cli.md is what --help and the settings template say")
  func commands() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-docs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let shell = Shell(folder: folder)
    let dump = try await shell.run("--experimental-dump-help").out
    let tree = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8))
    var text = "# Commands\n\nGenerated from `--help` and checked by a test. Data goes to stdout, words to stderr.\n"
    for path in paths(tree.command) {
      let help = try await shell.run(path + ["--help"]).out
      text +=
        "\n## \((["rota"] + path).joined(separator: " "))\n\n```\n\(help.trimmingCharacters(in: .newlines))\n```\n"
    }
    _ = try await shell.run("init")
    let settings = try String(contentsOf: folder.appendingPathComponent("rota.yaml"), encoding: .utf8)
    text +=
      "\n## Settings\n\nThe file that `rota init` writes: every key with its default.\n\n```yaml\n\(settings)```\n"
    text += """

      ## Environment

      | variable | what |
      |---|---|
      | `CLOCKIFY_API_KEY` | the key; or one of the next two |
      | `CLOCKIFY_API_KEY_FILE` | a file that holds the key |
      | `CLOCKIFY_ADDON_TOKEN` | an add-on's token |
      | `CLOCKIFY_API_URL`, `CLOCKIFY_REPORTS_URL` | `clockify: api_url` and `reports_url` |
      | `ROTA_CONFIG` | the settings file |
      | `ROTA_NOTIFY_SECRET`, `ROTA_NOTIFY_SECRET_FILE` | what the webhook is signed with, or a file that holds it |
      | `ROTA_…` | any setting: its path in upper case, as in `ROTA_IMPORT_WINDOW_DAYS` |

      """
    if ProcessInfo.processInfo.environment["ROTA_RECORD"] != nil {
      try text.write(to: Self.root.appendingPathComponent("docs/cli.md"), atomically: true, encoding: .utf8)
    }
    let recorded = try document("cli.md")
    #expect(paths(tree.command).count > 30)
    #expect(recorded == text, "docs/cli.md is out of date: ROTA_RECORD=1 swift test --filter DocumentationTests")
  }

  @Test("Every table, view and column of the schema is in docs/schema.md")
  func schema() throws {
    // Kinds have a page of their own.
    let text = try document("schema.md") + document("replica.md")
    for step in Migrations.all {
      for line in step.sql.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        if words.count > 2, words[0] == "CREATE", ["TABLE", "VIEW"].contains(words[1]) {
          #expect(text.contains("| `\(words[2])` |"), "\(words[2])")
        } else if line.hasPrefix("  "), words.count > 1, ["TEXT", "INTEGER"].contains(words[1]) {
          #expect(text.contains(words[0].replacingOccurrences(of: "\"", with: "")), "\(words[0])")
        }
      }
    }
  }

  @Test("Rules 80, 82: every reason code and exit code is in docs/importing.md, every key of a summary in docs/json.md")
  func codes() throws {
    let importing = try document("importing.md")
    let json = try document("json.md")
    // Reasons name themselves where they are not spelled out.
    let reasons = Reason.allCases.map(\.rawValue)
    let findings = try String(
      contentsOf: Self.root.appendingPathComponent("Sources/PlanningStore/Runs/Finding.swift"), encoding: .utf8)
    let codes = reasons + findings.matches(of: /\(\.\w+, "([a-z_]+)"\)/).map { String($0.1) }
    #expect(codes.count == reasons.count + 17)
    var keys: [String] = []
    let folder = Self.root.appendingPathComponent("Sources/Importing")
    for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where file.hasSuffix(".swift") {
      let code = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      keys += code.matches(of: /case \w+ = "([a-z_]+)"/).map { String($0.1) }
    }
    #expect(keys.count > 15)
    for code in Set(codes) { #expect(importing.contains("`\(code)`"), "\(code)") }
    for key in Set(keys) { #expect(json.contains(key), "\(key)") }
    for status in [0, 1, 3, 4, 5, 6, 64, 130] { #expect(importing.contains("| \(status) |")) }
  }

  @Test("docs/replica.md ends with what the descriptors say, and every kind is a word of the settings")
  func replica() throws {
    let page = Self.root.appendingPathComponent("docs/replica.md")
    let mark = "<!-- from here on generated by ROTA_RECORD=1 swift test --filter DocumentationTests -->\n"
    let own = try document("replica.md").components(separatedBy: mark)[0]
    let lines = ReplicaChart.lines + ["", "## Kinds, table by table", ""] + ReplicaKind.all.flatMap(\.guide)
    let text = own + mark + "\n" + lines.joined(separator: "\n")
    if ProcessInfo.processInfo.environment["ROTA_RECORD"] != nil {
      try text.write(to: page, atomically: true, encoding: .utf8)
    }
    #expect(
      try document("replica.md") == text,
      "docs/replica.md is out of date: ROTA_RECORD=1 swift test --filter DocumentationTests")
  }

  @Test("docs/rules.md is what the titles of the tests say")
  func rules() throws {
    let index = try RuleIndex(tests: Self.root.appendingPathComponent("Tests"))
    let page = Self.root.appendingPathComponent("docs/rules.md")
    if ProcessInfo.processInfo.environment["ROTA_RECORD"] != nil {
      try index.page.write(to: page, atomically: true, encoding: .utf8)
    }

    #expect(index.malformed == [])
    #expect(index.places.count > 80)
    #expect(
      try document("rules.md") == index.page,
      "docs/rules.md is out of date: ROTA_RECORD=1 swift test --filter DocumentationTests")
  }

  @Test(
    "A title names its rules in one way only",
    arguments: [
      ("Rule 63: weekends", [63]), ("Rules 47, 55: locks", [47, 55]), ("Rules 48 to 50, 56: edits", [48, 49, 50, 56]),
      ("Rules 47 and 55: locks", []), ("Rule 47, 55: locks", []), ("Rules 55, 47: locks", []), ("Rules 63: one", []),
      ("Rule 72: none", []), ("Rule 63 weekends", []),
    ])
  func ruleTitles(title: String, numbers: [Int]) {
    #expect(RuleIndex.numbers(of: title) == numbers)
  }

  @Test("Every command that a next step names is one")
  func nextSteps() throws {
    let known = try document("cli.md").matches(of: /(?m)^## rota ([a-z -]+)$/).map { String($0.1) }
    var named = 0
    for file in ["NextStepWords", "FaultWords", "StatusWords", "MonthWords", "MergeWords", "LiveWords"] {
      let path = Self.root.appendingPathComponent("Sources/Steering/Words/\(file).swift")
      for match in try String(contentsOf: path, encoding: .utf8).matches(of: /["' ]rota ([a-z-]+)(?: ([a-z-]+))?/) {
        named += 1
        let whole = [match.1, match.2].compactMap(\.self).joined(separator: " ")
        // A group of commands needs one of them, but for those that do something by themselves.
        let isGroup = match.1 != "publish" && known.contains { $0.hasPrefix("\(match.1) ") }
        #expect(known.contains(whole) || (!isGroup && known.contains(String(match.1))), "rota \(whole) in \(file)")
      }
    }
    #expect(named > 50)
  }
}

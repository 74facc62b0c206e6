import ClockifySimulator
import Foundation
import Testing

/// docs/recipes.md and the README's example, typed as they stand: each `$` line is run by bash in a fresh folder per
/// section, and what it prints must be what the page shows. `ROTA_RECORD=1 swift test --filter RecipesTests` writes
/// the true output into the pages.
@Suite("Recipes", .serialized)
struct RecipesTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let asOf = "2026-11-20T06:00:00Z"
  private static let lastDay = 20_777

  @Test("Every command of the page prints what the page says", arguments: ["docs/recipes.md", "README.md"])
  func page(_ name: String) async throws {
    let file = Self.root.appendingPathComponent(name)
    let text = try String(contentsOf: file, encoding: .utf8)
    var page = Page(text)
    try await page.run()
    if ProcessInfo.processInfo.environment["ROTA_RECORD"] != nil {
      try page.text.write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(page.commands > (name == "README.md" ? 3 : 30))
      for (ours, theirs) in zip(page.lines, text.split(separator: "\n", omittingEmptySubsequences: false))
      where ours != theirs {
        Issue.record("\(name) says\n  \(theirs)\nbut it is\n  \(ours)")
        return
      }
      #expect(page.text == text)
    }
  }

  /// A page of Markdown with blocks of three kinds: ```console (commands and output), ```csv NAME and ```yaml NAME.
  private struct Page {
    private(set) var lines: [String] = []
    private(set) var commands = 0
    private let source: [String]
    var text: String { lines.joined(separator: "\n") }

    init(_ text: String) { source = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    mutating func run() async throws {
      var stage: Stage?
      var index = 0
      while index < source.count {
        let line = source[index]
        lines.append(line)
        index += 1
        if line.hasPrefix("## ") {
          await stage?.close()
          stage = nil
        }
        if line.hasPrefix("<!-- clockify: "), let stage { stage.change(line) }
        guard line.hasPrefix("```"), line != "```" else { continue }
        let end = source[index...].firstIndex(of: "```") ?? source.endIndex
        let words = line.dropFirst(3).split(separator: " ").map(String.init)
        let block = Array(source[index..<end])
        if stage == nil, words == ["console"] || words.count == 2 { stage = try await Stage.make() }
        if words == ["console"], let stage {
          for command in block where command.hasPrefix("$ ") {
            commands += 1
            lines.append(command)
            lines += try await stage.type(String(command.dropFirst(2)))
          }
        } else {
          lines += block
          if words.count == 2 {
            try Data((block.joined(separator: "\n") + "\n").utf8).write(
              to: stage!.folder.appendingPathComponent(words[1]))
          }
        }
        index = end
      }
      await stage?.close()
    }
  }

  /// A folder, a simulated Clockify as `rota demo --serve` starts it, and a shell in which it is 20 November 2026.
  private struct Stage {
    let folder: URL
    let clockify: SimulatedClockify

    static func make() async throws -> Stage {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-recipe-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let workspace = WorkspaceGenerator(
        people: 14, projects: 23, days: 47, lastDay: RecipesTests.lastDay, entriesPerDay: 4, plan: "PRO_2021"
      ).make()
      let clockify = try await SimulatedClockify.start([workspace])
      clockify.change { state in
        state.controls.acceptsWrites = true
        state.controls.clock = { RecipesTests.lastDay * 86_400 + 6 * 3600 }
      }
      return Stage(folder: folder, clockify: clockify)
    }

    func close() async {
      await clockify.stop()
      try? FileManager.default.removeItem(at: folder)
    }

    /// `<!-- clockify: move Audit to Campaign -->`: what somebody does in Clockify, all entries of a project at once.
    func change(_ comment: String) {
      let words = comment.dropFirst("<!-- clockify: move ".count).dropLast(" -->".count).components(separatedBy: " to ")
      clockify.change { state in
        let ids = words.map { name in state.workspace.projects.first { $0.name == name }?.id }
        for entry in state.workspace.entries where entry.projectID == ids[0] {
          state.workspace.editEntry(entry.id) { $0.projectID = ids[1] }
        }
      }
    }

    /// - Returns: both outputs, as a terminal shows them.
    func type(_ command: String) async throws -> [String] {
      let script = """
        rota() { "\(Shell.binary.path)" "$@" --as-of \(RecipesTests.asOf); }
        \(command)
        """
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", script]
      process.currentDirectoryURL = folder
      process.environment = [
        "PATH": "/usr/bin:/bin", "HOME": folder.path, "CLOCKIFY_API_KEY": SimulatedClockify.key,
        "CLOCKIFY_API_URL": clockify.apiURL, "ROTA_CLOCKIFY_REQUESTS_PER_SECOND": "1000",
      ]
      let out = Pipe()
      process.standardOutput = out
      process.standardError = out
      process.standardInput = FileHandle.nullDevice
      try process.run()
      let text = await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(
            returning: String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
        }
      }
      process.waitUntilExit()
      guard !text.isEmpty else { return [] }
      // Signs of life come only where a command takes ten seconds: on a busy machine.
      return text.trimmingSuffix("\n").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        .filter { !$0.hasPrefix("Reading ") && $0 != "Placing time" }
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> Substring {
    var text = self[...]
    while text.last == character { text.removeLast() }
    return text
  }
}

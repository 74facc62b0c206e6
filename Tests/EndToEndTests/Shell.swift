import ClockifySimulator
import Foundation
import Testing

/// Runs the built binary in a folder of its own.
struct Shell {
  let folder: URL
  var environment: [String: String] = [
    "PATH": "/usr/bin:/bin", "HOME": "/tmp", "ROTA_CLOCKIFY_RETRY_SECONDS": "0.01",
    "ROTA_CLOCKIFY_REQUESTS_PER_SECOND": "10000",
  ]

  static var binary: URL {
    Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }?.deletingLastPathComponent()
      .appendingPathComponent("rota")
      ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("rota")
  }

  func start(_ arguments: [String]) throws -> (process: Process, out: Pipe, errors: Pipe) {
    let process = Process()
    process.executableURL = Self.binary
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    let (out, errors) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return (process, out, errors)
  }

  func run(_ arguments: String...) async throws -> (status: Int32, out: String, errors: String) {
    try await run(arguments)
  }

  func run(_ arguments: [String]) async throws -> (status: Int32, out: String, errors: String) {
    let (process, out, errors) = try start(arguments)
    async let outText = Self.read(out)
    async let errorText = Self.read(errors)
    let (text, words) = await (outText, errorText)
    await Self.end(process)
    #expect(!words.contains(SimulatedClockify.key) && !text.contains(SimulatedClockify.key))
    #expect(!words.contains("Fatal error") && !words.contains("swift_task"))
    return (process.terminationStatus, text, words)
  }

  /// Waits without holding up a thread that others need.
  static func end(_ process: Process) async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        process.waitUntilExit()
        continuation.resume()
      }
    }
  }

  /// The same, for all that a pipe brings.
  static func read(_ pipe: Pipe) async -> String {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          returning: String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
      }
    }
  }
}

extension Shell {
  /// A folder of its own, after `commands`; gone when `body` ends.
  static func with(_ commands: [[String]], _ body: (Shell) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let shell = Shell(folder: folder)
    for command in commands { try await shell.succeed(command) }
    try await body(shell)
  }

  /// The same beside a simulated Clockify that the environment points at.
  static func with(
    _ workspace: SimulatedWorkspace, _ commands: [[String]] = [],
    _ body: (Shell, SimulatedClockify) async throws -> Void
  ) async throws {
    let clockify = try await SimulatedClockify.start([workspace])
    var failure: (any Error)?
    do {
      try await with([]) { plain in
        var shell = plain
        shell.environment["CLOCKIFY_API_KEY"] = SimulatedClockify.key
        shell.environment["CLOCKIFY_API_URL"] = clockify.apiURL
        for command in commands { try await shell.succeed(command) }
        try await body(shell, clockify)
      }
    } catch { failure = error }
    await clockify.stop()
    if let failure { throw failure }
  }

  /// Each command must end with 0.
  func succeed(_ commands: [String]...) async throws {
    for command in commands {
      let result = try await run(command)
      #expect(result.status == 0, "rota \(command.joined(separator: " ")): \(result.errors)")
    }
  }

  func write(_ file: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(file))
  }

  /// Plain sqlite3, as a planner would.
  func sql(_ text: String) throws -> String { try sqlite(text).out }

  /// What sqlite3 says against it.
  func sqlErrors(_ text: String) throws -> String { try sqlite(text).errors }

  private func sqlite(_ text: String) throws -> (out: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-batch", "-bail", "rota.sqlite", text]
    process.currentDirectoryURL = folder
    let (out, errors) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = errors
    try process.run()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    let words = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines),
      String(decoding: words, as: UTF8.self)
    )
  }
}

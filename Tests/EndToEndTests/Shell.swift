import ClockifySimulator
import Foundation
import Testing

/// Runs the built binary in a folder of its own.
struct Shell {
  let folder: URL
  var environment: [String: String] = [
    "PATH": "/usr/bin:/bin", "HOME": "/tmp", "ROTA_CLOCKIFY_RETRY_SECONDS": "0.01",
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
    process.waitUntilExit()
    #expect(!words.contains(SimulatedClockify.key) && !text.contains(SimulatedClockify.key))
    #expect(!words.contains("Fatal error") && !words.contains("swift_task"))
    return (process.terminationStatus, text, words)
  }

  private static func read(_ pipe: Pipe) async -> String {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(
          returning: String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
      }
    }
  }
}

extension Shell {
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
  func sql(_ text: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", "-batch", "-bail", "rota.sqlite", text]
    process.currentDirectoryURL = folder
    let out = Pipe()
    process.standardOutput = out
    try process.run()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

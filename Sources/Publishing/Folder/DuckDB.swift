import Foundation
import PlanningStore

/// The program that writes Parquet.
package struct DuckDB: Sendable {
  let path: String

  /// - Parameter program: a path, or a name that is looked for in the folders of PATH.
  /// - Throws: `PublishError.noDuckDB`.
  package init(_ program: String, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    let places =
      program.contains("/")
      ? [program] : (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(program)" }
    guard let path = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      throw PublishError.noDuckDB(program: program)
    }
    self.path = path
  }

  /// As it says itself, as in `v1.5.6`.
  ///
  /// - Throws: `PublishError.duckDB` where it says nothing, or is older than 1.0.
  package func version() throws -> String {
    let output = Pipe()
    let process = process(["--version"])
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try start(process)
    let said = String(decoding: (try? output.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    let word = said.split(separator: " ").first.map(String.init) ?? ""
    guard word.hasPrefix("v"), let major = Int(word.dropFirst().prefix { $0 != "." }) else {
      throw PublishError.duckDB(detail: "\(path) does not say its version")
    }
    guard major >= 1 else { throw PublishError.duckDB(detail: "\(path) is \(word): 1.0 or newer is needed") }
    return word
  }

  /// Without what it need not know: keys and passwords are in our environment.
  func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "TMPDIR"].contains($0.key) }
    return process
  }

  func start(_ process: Process) throws {
    do { try process.run() } catch { throw PublishError.duckDB(detail: "\(path) cannot be run") }
  }
}

/// A Parquet file: DuckDB reads lines of JSON from a pipe, with the types that we name.
final class DuckDBFile: PartFile {
  private let path: String
  private let process: Process
  private let input = Pipe()
  private let errors: String

  init(_ path: String, _ columns: [(String, PublishedTable.Form)], _ program: DuckDB) throws {
    self.path = path
    errors = "\(path).log"
    guard FileManager.default.createFile(atPath: errors, contents: nil),
      let log = FileHandle(forWritingAtPath: errors)
    else { throw FolderFile.failure(errors) }
    defer { try? log.close() }
    let types = columns.map { "\(Self.quoted($0.0)): '\(Self.type($0.1))'" }.joined(separator: ", ")
    process = program.process([
      "-batch", "-init", "/dev/null", ":memory:", "-c",
      """
      SET TimeZone = 'UTC'; SET threads = 2;
      COPY (SELECT * FROM read_json('/dev/stdin', format = 'newline_delimited', maximum_object_size = 268435456,
        columns = {\(types)})) TO \(Self.quoted(path)) (FORMAT parquet, COMPRESSION zstd)
      """,
    ])
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = log
    try program.start(process)
    try? input.fileHandleForReading.close()
  }

  private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

  private static func type(_ form: PublishedTable.Form) -> String {
    switch form {
    case .integer: "BIGINT"
    case .real: "DOUBLE"
    case .text: "VARCHAR"
    case .flag: "BOOLEAN"
    case .date: "DATE"
    case .instant: "TIMESTAMPTZ"
    case .json: "JSON"
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var left = bytes
    while !left.isEmpty {
      let count = Foundation.write(input.fileHandleForWriting.fileDescriptor, left.baseAddress, left.count)
      if count < 0, errno == EINTR { continue }
      // It has ended: it says why.
      guard count > 0 else { return try finish() }
      left = UnsafeRawBufferPointer(rebasing: left[count...])
    }
  }

  func finish() throws {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    let said = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
    guard process.terminationStatus == 0, process.terminationReason == .exit else {
      let line = said.split(whereSeparator: \.isNewline).first { !$0.isEmpty }.map { String($0.prefix(300)) }
      throw PublishError.duckDB(detail: line ?? "it ended with code \(process.terminationStatus)")
    }
    unlink(errors)
  }

  func abandon() {
    try? input.fileHandleForWriting.close()
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    unlink(path)
    unlink(errors)
  }
}

import Foundation
import Testing

/// `rota serve`, as somebody started it.
struct WebServer {
  let process: Process
  /// Lets one browser in.
  let link: String
  /// `http://127.0.0.1:PORT`.
  let base: String

  /// Ends with `body`, by SIGTERM, and without a complaint.
  static func with(
    _ shell: Shell, _ command: [String] = ["serve", "--listen", "127.0.0.1:0"] + SmallWorkspace.now,
    _ body: (WebServer) async throws -> Void
  ) async throws {
    let (process, out, errors) = try shell.start(command)
    let log = Task { await errors.all() }
    let line = await out.line { $0.contains("http://") }
    guard let link = line?.split(separator: " ").last.map(String.init),
      let end = link.range(of: "/enter/") ?? link.range(of: "/login")
    else {
      process.terminate()
      Issue.record("rota serve gave no link: \(await log.value)")
      return
    }
    let result: Result<Void, any Error>
    do {
      let server = WebServer(process: process, link: link, base: String(link[..<end.lowerBound]))
      result = .success(try await body(server))
    } catch { result = .failure(error) }
    process.terminate()
    let words = await log.value
    await Shell.end(process)
    try result.get()
    #expect(process.terminationStatus == 0)
    #expect(!words.contains("\"level\":\"error\"") && !words.contains("Fatal error"), "\(words)")
  }
}

extension Pipe {
  /// The first line that is looked for, once it comes; nil: the pipe ended. What comes after it is read and dropped.
  func line(where isIt: @escaping @Sendable (String) -> Bool) async -> String? {
    let handle = fileHandleForReading
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var text = ""
        var isFound = false
        while true {
          let data = handle.availableData
          guard !data.isEmpty else { break }
          guard !isFound else { continue }
          text += String(decoding: data, as: UTF8.self)
          let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
          guard let line = lines.first(where: isIt) else { continue }
          isFound = true
          continuation.resume(returning: line)
        }
        if !isFound { continuation.resume(returning: nil) }
      }
    }
  }

  /// Everything until it ends.
  func all() async -> String {
    let handle = fileHandleForReading
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(returning: String(decoding: handle.readDataToEndOfFile(), as: UTF8.self))
      }
    }
  }
}

import ClockifySimulator
import Foundation
import RotaTesting
import Synchronization
import Testing

/// The built binary beside a simulated Clockify with webhooks; one import with time has run.
struct LiveShell {
  let shell: Shell
  let clockify: SimulatedClockify
  /// Of Ana on Alpha, an hour long, two days ago.
  let first: String

  static func with(
    plan: String = "PRO_2021", settings: String = "", _ body: (LiveShell) async throws -> Void
  ) async throws {
    var workspace = ToolBench.workspace()
    workspace.plan = plan
    let clockify = try await SimulatedClockify.start([workspace], keys: ToolBench.keys)
    clockify.change { state in
      state.controls.acceptsWrites = true
      state.controls.acceptsWebhooks = true
    }
    let first = track(clockify, daysAgo: 2, minutes: 60)
    track(clockify, daysAgo: 3, minutes: 30)
    var failure: (any Error)?
    do {
      try await Shell.with([]) { plain in
        var shell = plain
        shell.environment["CLOCKIFY_API_KEY"] = SimulatedClockify.key
        shell.environment["CLOCKIFY_API_URL"] = clockify.apiURL
        try shell.write("rota.yaml", "database: rota.sqlite\nlog_level: info\nautofill:\n  mode: off\n\(settings)")
        try await shell.succeed(["import"], ["actuals", "enable", "--allow-unknown"], ["import"])
        try await body(LiveShell(shell: shell, clockify: clockify, first: first))
      }
    } catch { failure = error }
    await clockify.stop()
    if let failure { throw failure }
  }

  @discardableResult
  static func track(
    _ clockify: SimulatedClockify, daysAgo: Int, minutes: Int?, of user: String = Cast.Person.ana.id,
    on project: String = ToolBench.ID.alpha
  ) -> String {
    let start = Int(Date().timeIntervalSince1970) / 86_400 * 86_400 - daysAgo * 86_400 + 9 * 3600
    let id = String(format: "66500c00%016x", Int.random(in: 1..<Int(1) << 50))
    clockify.change { state in
      state.workspace.add(
        .init(id: id, userID: user, projectID: project, start: start, end: minutes.map { start + $0 * 60 }))
    }
    return id
  }

  /// Runs `rota serve` while `body` does.
  ///
  func serving(_ more: [String] = [], _ body: (Serving) async throws -> Void) async throws {
    let (process, out, errors) = try shell.start(["serve", "--listen", "127.0.0.1:0"] + more)
    let said = Said()
    out.fileHandleForReading.readabilityHandler = { said.add($0.availableData) }
    errors.fileHandleForReading.readabilityHandler = { said.add($0.availableData) }
    let result: Result<Void, any Error>
    do {
      let port = try await said.port()
      result = .success(try await body(Serving(port: port, process: process, said: said)))
    } catch { result = .failure(error) }
    if process.isRunning { process.terminate() }
    await Shell.end(process)
    out.fileHandleForReading.readabilityHandler = nil
    errors.fileHandleForReading.readabilityHandler = nil
    #expect(!said.text.contains(SimulatedClockify.key))
    try result.get()
  }

  struct Serving {
    /// Of the receiver.
    let port: Int
    let process: Process
    let said: Said

    /// Lets one browser in.
    func link() async throws -> String {
      try await said.first { text in text.firstMatch(of: /rota is at (\S+)\n/).map { String($0.1) } }
    }
  }

  /// What a process has said so far.
  final class Said: Sendable {
    private let bytes = Mutex(Data())

    func add(_ more: Data) { bytes.withLock { $0 += more } }
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func port() async throws -> Int {
      try await first { text in
        text.firstMatch(of: /webhooks are taken on 127\.0\.0\.1:(\d+)\n/).flatMap { Int($0.1) }
      }
    }

    func first<Found>(_ found: (String) -> Found?) async throws -> Found {
      for _ in 0..<1200 {
        if let found = found(text) { return found }
        try await Task.sleep(for: .milliseconds(50))
      }
      throw NeverSaid(text: text)
    }
  }

  struct NeverSaid: Error {
    let text: String
  }

  /// Until the query answers so, for some seconds.
  func until(
    _ query: String, _ wanted: String, seconds: Double = 60, _ place: SourceLocation = #_sourceLocation
  ) async throws {
    let end = Date() + seconds
    while Date() < end {
      if try shell.sql(query) == wanted { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(try shell.sql(query) == wanted, sourceLocation: place)
  }

  func minutes(_ id: String) -> String { "SELECT state || ' ' || (seconds / 60) FROM ledger WHERE entry_id = '\(id)'" }

  /// Of the webhooks that Clockify has, in order.
  var events: [String] { clockify.read { $0.workspace.webhooks.map(\.event) } }
}

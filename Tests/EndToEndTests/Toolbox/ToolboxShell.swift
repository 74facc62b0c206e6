import ClockifySimulator
import Foundation
import RotaTesting
import Testing

/// The built binary beside a writable simulated Clockify.
enum ToolboxShell {
  static func with(_ body: (Shell, SimulatedClockify) async throws -> Void) async throws {
    let clockify = try await SimulatedClockify.start([ToolBench.workspace()], keys: ToolBench.keys)
    clockify.change { $0.controls.acceptsWrites = true }
    var failure: (any Error)?
    do {
      try await Shell.with([]) { plain in
        var shell = plain
        shell.environment["CLOCKIFY_API_KEY"] = SimulatedClockify.key
        shell.environment["CLOCKIFY_API_URL"] = clockify.apiURL
        try await body(shell, clockify)
      }
    } catch { failure = error }
    await clockify.stop()
    if let failure { throw failure }
  }
}

extension SimulatedClockify {
  /// `POST /time-entries?a=b {…}`: the last request that is no look-up of who and where, below the workspace.
  func lastRequest(besides looks: [String] = []) -> String {
    let prefix = "/api/v1/workspaces/\(ToolBench.ID.workspace)"
    let last = read { $0.requests.last { request in !looks.contains { request.path.hasSuffix($0) } } }
    guard let last else { return "none" }
    let path = last.path.hasPrefix(prefix) ? String(last.path.dropFirst(prefix.count)) : last.path
    let query = last.query.isEmpty ? "" : "?\(last.query.removingPercentEncoding ?? last.query)"
    return "\(last.method) \(path)\(query)\(last.body.isEmpty ? "" : " \(last.body)")"
  }
}

import Foundation
import Steering

/// The import that was started from a page: one at a time, the command itself in its own process.
actor ImportJob {
  /// One that has ended.
  struct Ended: Sendable {
    let by: String
    let arguments: [String]
    let end: ImportEnd
  }

  private let wiring: WebWiring
  private var task: Task<Void, Never>?
  private(set) var by: String?
  private(set) var last: Ended?

  init(_ wiring: WebWiring) { self.wiring = wiring }

  var isRunning: Bool { task != nil }

  /// - Returns: false: one runs already.
  func start(_ arguments: [String], by actor: Actor) -> Bool {
    guard task == nil else { return false }
    by = actor.name
    task = Task {
      let end: ImportEnd
      do {
        end = try await wiring.runImport(arguments, actor)
      } catch {
        wiring.logger.error("an import could not be started: \(error)")
        end = ImportEnd(status: nil, lines: ["Error: the import could not be started."])
      }
      last = Ended(by: actor.name, arguments: arguments, end: end)
      task = nil
    }
    return true
  }

  /// Asks it to stop, as Ctrl-C would; what arrived is kept.
  func stop() { task?.cancel() }

  /// Asks it to stop and waits until it has.
  func end() async {
    task?.cancel()
    await task?.value
  }
}

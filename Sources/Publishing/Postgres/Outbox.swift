import Dispatch
import Synchronization

/// Work for a server, done in order on a thread of its own while whoever gives it reads on: neither waits for the other as long
/// as there is room between them.
final class Outbox: Sendable {
  private let queue = DispatchQueue(label: "rota.outbox")
  // From 0: a semaphore may not be let go of below what it began with.
  private let room = DispatchSemaphore(value: 0)
  private let failure = Mutex<(any Error)?>(nil)

  /// - Parameter ahead: how many pieces of work may wait.
  init(ahead: Int) {
    for _ in 0..<ahead { room.signal() }
  }

  /// - Throws: what an earlier piece threw; then nothing is done any more.
  func add(_ work: @escaping @Sendable () throws -> Void) throws {
    try throwFailure()
    room.wait()
    queue.async { [self] in
      defer { room.signal() }
      guard failure.withLock({ $0 == nil }) else { return }
      do { try work() } catch { failure.withLock { $0 = error } }
    }
  }

  /// Waits until all is done.
  func finish() throws {
    queue.sync {}
    try throwFailure()
  }

  /// What was not begun is not done.
  func stop() {
    failure.withLock { $0 = $0 ?? CancellationError() }
    queue.sync {}
  }

  private func throwFailure() throws {
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

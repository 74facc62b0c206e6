import Dispatch
import Foundation
import Synchronization

/// Ends a connection whose server is there and says nothing: libpq would wait for it for ever, and a night with it.
final class AnswerWatch: Sendable {
  private struct State {
    /// Since when an answer is waited for; nil: none is.
    var since: ContinuousClock.Instant?
    var hasEnded = false
  }

  private let state = Mutex(State())
  private let patience: Double
  // Dispatch guards its own sources.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer

  /// - Parameters:
  ///   - socket: of the connection, which outlives this.
  ///   - patience: how long one answer may take, seconds.
  init(socket: Int32, patience: Double) {
    self.patience = patience
    timer = DispatchSource.makeTimerSource()
    timer.schedule(deadline: .now() + patience / 10, repeating: patience / 10)
    timer.setEventHandler { [weak self] in self?.look(at: socket) }
    timer.activate()
  }

  deinit { timer.cancel() }

  private func look(at socket: Int32) {
    state.withLock { state in
      guard let since = state.since, ContinuousClock.now - since > .seconds(patience) else { return }
      state.hasEnded = true
      shutdown(socket, Int32(SHUT_RDWR))
    }
  }

  func waiting<Value>(_ answer: () throws -> Value) rethrows -> Value {
    state.withLock { $0.since = .now }
    defer { state.withLock { $0.since = nil } }
    return try answer()
  }

  /// Why the connection is gone, if it was ended here.
  var words: String? {
    guard state.withLock(\.hasEnded) else { return nil }
    let time = patience < 60 ? "\(patience) seconds" : "\(Int(patience / 60)) minutes"
    return "the server is there, and has not answered for \(time)"
  }
}

import Dispatch
import Synchronization

/// Values from a thread that makes them to one that takes them, in order and few at a time: who is faster waits.
final class HandOver<Value: Sendable>: Sendable {
  private struct State {
    var values: [Result<Value?, any Error>] = []
    var isGivenUp = false
  }

  private let state = Mutex(State())
  // From 0: a semaphore may not be let go of below what it began with.
  private let room = DispatchSemaphore(value: 0)
  private let ready = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameter ahead: how many values may wait to be taken.
  init(ahead: Int) {
    for _ in 0..<ahead { room.signal() }
  }

  /// Runs `make` on another thread. It hands over values with its argument, which is false when nobody takes more.
  func fill(_ make: @escaping @Sendable (_ put: (Value) -> Bool) throws -> Void) {
    DispatchQueue(label: "rota.hand-over").async { [self] in
      do {
        try make { value in
          room.wait()
          return put(.success(value))
        }
        _ = put(.success(nil))
      } catch {
        _ = put(.failure(error))
      }
      ended.signal()
    }
  }

  private func put(_ value: Result<Value?, any Error>) -> Bool {
    let isTaken = state.withLock { state in
      state.values.append(value)
      return !state.isGivenUp
    }
    ready.signal()
    return isTaken
  }

  /// Takes every value. When it returns or throws, the other thread has ended.
  func forEach(_ body: (Value) throws -> Void) throws {
    defer {
      state.withLock { $0.isGivenUp = true }
      room.signal()
      ended.wait()
    }
    while true {
      ready.wait()
      guard let value = try state.withLock({ $0.values.removeFirst() }).get() else { return }
      room.signal()
      try body(value)
    }
  }
}

import Foundation
package import Importing
import Planning
import Synchronization

/// Where deliveries are put, in no time, and where the worker finds what they name.
package final class LiveInbox: Sendable {
  /// What came since it was written down last.
  struct News: Sendable {
    var deliveries = 0
    var unreadable = 0
    /// By path key of the hook.
    var moments: [String: Instant] = [:]

    mutating func add(_ other: News) {
      deliveries += other.deliveries
      unreadable += other.unreadable
      moments.merge(other.moments, uniquingKeysWith: max)
    }
  }

  private struct State {
    var pending = Pending()
    var news = News()
    var isOpen = true
  }

  private let state = Mutex(State())
  let bell = Bell()

  package init() {}

  /// Answers at once. While live changes are stopped, it is counted and dropped.
  package func take(_ delivery: LiveDelivery) {
    let now = Date().timeIntervalSince1970
    let moment = Instant(seconds: Int(now))
    let isOpen = state.withLock { state in
      state.news.deliveries += 1
      if delivery.entries == nil { state.news.unreadable += 1 }
      state.news.moments[delivery.pathKey] = moment
      if state.isOpen { state.pending.take(delivery, at: now, today: moment.utcDay) }
      return state.isOpen
    }
    if isOpen { bell.ring() }
  }

  func change<Value: Sendable>(_ body: @Sendable (inout Pending) -> Value) -> Value {
    state.withLock { body(&$0.pending) }
  }

  func takeNews() -> News {
    state.withLock { state in
      defer { state.news = News() }
      return state.news
    }
  }

  func giveBack(_ news: News) { state.withLock { $0.news.add(news) } }

  var hasNews: Bool { state.withLock { $0.news.deliveries > 0 } }

  /// From now on what comes is dropped, and what waits.
  func close() {
    state.withLock { state in
      state.isOpen = false
      state.pending = Pending()
    }
  }
}

/// Wakes one who waits.
final class Bell: Sendable {
  private struct State {
    var isRung = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  func ring() {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      state.isRung = state.waiter == nil
      return state.waiter
    }
    waiter?.resume()
  }

  /// Until somebody rings, so many seconds have gone, or the task is cancelled.
  func wait(atMost seconds: Double) async {
    guard seconds > 0 else { return }
    let timer = Task {
      try await Task.sleep(for: .seconds(seconds))
      ring()
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let isRung = state.withLock { state in
          if state.isRung {
            state.isRung = false
            return true
          }
          state.waiter = waiter
          return false
        }
        if isRung { waiter.resume() }
      }
    } onCancel: {
      ring()
    }
    timer.cancel()
  }
}

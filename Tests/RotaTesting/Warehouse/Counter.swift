import Synchronization

/// Counts how often somebody was called, from whatever thread.
package final class Counter: Sendable {
  private let count = Mutex(0)

  package init() {}

  /// - Returns: 1 at first.
  package func next() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}

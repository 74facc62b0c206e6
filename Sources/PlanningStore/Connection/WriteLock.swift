import Foundation

/// The lock beside the database that every writing command holds (rule 5). The kernel frees it when its holder dies.
package final class WriteLock: Sendable {
  private let descriptor: Int32

  /// - Parameter patience: how long to wait for another holder, seconds.
  /// - Returns: nil if somebody else holds it for longer.
  /// - Throws: `StoreError` if the lock file cannot be made.
  package init?(database path: String, patience: Double) throws {
    descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw StoreError(.noLock(isFull: errno == ENOSPC), path: path, detail: String(cString: strerror(errno)))
    }
    let deadline = ContinuousClock.now + .seconds(patience)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard ContinuousClock.now < deadline else {
        close(descriptor)
        return nil
      }
      usleep(50_000)
    }
  }

  deinit {
    close(descriptor)
  }
}

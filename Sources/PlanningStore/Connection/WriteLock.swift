import Foundation
import Synchronization

/// The lock beside the database that every writing command holds (rule 5). The kernel frees it when its holder dies. What
/// stands in its file is only a label: what the holder is doing, for everybody to see.
package final class WriteLock: Sendable {
  private let descriptor: Int32
  private let label = Mutex(Label())

  private struct Label {
    var holder: LockHolder?
    var writtenAt = ContinuousClock.now
  }

  /// - Parameter patience: how long to wait for another holder, seconds.
  /// - Returns: nil if somebody else holds it for longer.
  /// - Throws: `StoreError` if the lock file cannot be made.
  package init?(database path: String, patience: Double) throws {
    descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, OwnFile.rights(beside: path))
    guard descriptor >= 0 else {
      throw StoreError(.noLock(isFull: errno == ENOSPC), path: path, detail: String(cString: strerror(errno)))
    }
    let deadline = ContinuousClock.now + .seconds(patience)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      // The object is whole: its end closes the file.
      guard ContinuousClock.now < deadline else { return nil }
      usleep(50_000)
    }
    // A holder that died left its label behind.
    ftruncate(descriptor, 0)
  }

  deinit {
    if label.withLock({ $0.holder != nil }) { ftruncate(descriptor, 0) }
    // A program that this process starts meanwhile has the file, too, until it runs: closing ours would not free it.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Says what the lock is held for, and goes on saying that its holder lives.
  package func show(_ holder: LockHolder) {
    label.withLock { label in
      let isFirst = label.holder == nil
      label.holder = holder
      write(&label)
      if isFirst { renewLater() }
    }
  }

  /// Says how far it is; five times a second at most reach the file.
  package func show(step: LockHolder.Step) {
    label.withLock { label in
      label.holder?.step = step
      if ContinuousClock.now - label.writtenAt >= .milliseconds(200) { write(&label) }
    }
  }

  /// The same of what waits; what comes too soon after the last is written a moment later.
  package func show(live: LockHolder.Live) {
    let isTooSoon = label.withLock { label in
      guard label.holder?.live != live else { return false }
      label.holder?.live = live
      let isTooSoon = ContinuousClock.now - label.writtenAt < .milliseconds(200)
      if !isTooSoon { write(&label) }
      return isTooSoon
    }
    guard isTooSoon else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { [weak self] in
      guard let self else { return }
      label.withLock { write(&$0) }
    }
  }

  private func renewLater() {
    DispatchQueue.global().asyncAfter(deadline: .now() + LockHolder.renewal) { [weak self] in
      guard let self else { return }
      label.withLock { write(&$0) }
      renewLater()
    }
  }

  private func write(_ label: inout Label) {
    label.holder?.at = Date().timeIntervalSince1970
    label.writtenAt = .now
    let bytes = label.holder?.record ?? []
    // A label that cannot be written (a full disk) is missed by nobody but who looks.
    _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }
}

import Foundation
import Sending

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One push at a time; the import runs freely beside it.
final class PushLock {
  private let descriptor: Int32

  /// - Throws: `SendingError` where another push is running, or the lock cannot be made.
  init(database path: String) throws {
    descriptor = open("\(path).push.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw SendingError(
        "\(path).push.lock cannot be made: \(String(cString: strerror(errno)))", next: "check owner and rights (ls -l)",
        .refused)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw SendingError("another push is running", next: "wait for it", .busy)
    }
  }

  deinit { close(descriptor) }
}

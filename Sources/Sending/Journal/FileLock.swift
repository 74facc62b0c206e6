import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that one process at a time holds; it is free again when its holder ends, however that comes.
package final class FileLock {
  /// A program that is being started holds what its parent held when it was killed, for a moment. Seconds.
  private static let patience = 0.5

  private let descriptor: Int32

  /// - Parameter what: what is running while it is held.
  /// - Throws: `SendingError` where somebody else holds it, or the file cannot be made.
  package init(path: String, mode: UInt32, for what: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw SendingError(
        "\(path) cannot be made: \(String(cString: strerror(errno)))", next: "check owner and rights (ls -l)", .refused)
    }
    let deadline = ContinuousClock.now + .seconds(Self.patience)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard ContinuousClock.now < deadline else {
        close(descriptor)
        throw SendingError("another \(what) is running (\(path))", next: "wait for it, or end it", .busy)
      }
      usleep(20_000)
    }
  }

  deinit {
    // As in `WriteLock`: a program that is being started has the file, too.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a send keeps what it did: one sender at a time, readable by its owner alone.
package final class SendFolder {
  package let path: String
  private let lock: FileLock

  /// - Throws: `SendingError`: it cannot be made, or another sender is at it.
  package init(path: String) throws {
    self.path = path
    if mkdir(path, 0o700) != 0, errno != EEXIST {
      throw SendingError(
        "the folder \(path) cannot be made: \(String(cString: strerror(errno)))",
        next: "name another with --journal DIR", .refused)
    }
    lock = try FileLock(path: "\(path)/lock", mode: 0o600, for: "send")
  }

  package var journal: String { "\(path)/journal.ndjson" }
  package var results: String { "\(path)/results.ndjson" }
  /// Standard input, so that a resume reads the same.
  package var input: String { "\(path)/input" }
}

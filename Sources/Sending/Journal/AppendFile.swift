import Foundation

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file of lines that only grows; each line is on the disk before anything else happens.
package final class AppendFile {
  /// Writes bytes at the end of an open file and brings them onto the disk.
  package typealias Append = @Sendable (Int32, [UInt8]) throws -> Void

  private let descriptor: Int32
  private let append: Append
  let path: String

  /// - Throws: `SendingError` where it cannot be opened.
  init(path: String, append: @escaping Append) throws {
    self.path = path
    self.append = append
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw SendingError("\(path) cannot be written: \(Self.reason)", next: "check owner and rights (ls -l)", .refused)
    }
    var about = stat()
    guard fstat(descriptor, &about) == 0, about.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw SendingError("\(path) is no file", next: "name a file that can be read again")
    }
    try cutTornLine()
  }

  deinit { close(descriptor) }

  func add(_ line: String) throws {
    do { try append(descriptor, Array("\(line)\n".utf8)) } catch let error as DiskFailed {
      throw SendingError(
        "\(path) cannot be written: \(error.reason). Nothing more was sent",
        next: "make room (df -h), then run the same command again", .refused)
    }
  }

  /// A line without its end was being written when somebody died: it never counted.
  private func cutTornLine() throws {
    var end = lseek(descriptor, 0, SEEK_END)
    let size = end
    var byte: UInt8 = 0
    while end > 0, pread(descriptor, &byte, 1, end - 1) == 1, byte != UInt8(ascii: "\n") { end -= 1 }
    if end < size, ftruncate(descriptor, end) != 0 { throw DiskFailed(reason: Self.reason) }
  }

  struct DiskFailed: Error {
    let reason: String
  }

  private static var reason: String { String(cString: strerror(errno)) }

  /// On the disk when it returns.
  package static let sync: Append = { descriptor, bytes in
    var left = bytes[...]
    while !left.isEmpty {
      let count = left.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw DiskFailed(reason: AppendFile.reason) }
      left = left.dropFirst(count)
    }
    #if canImport(Glibc)
      guard fdatasync(descriptor) == 0 else { throw DiskFailed(reason: AppendFile.reason) }
    #else
      guard fsync(descriptor) == 0 else { throw DiskFailed(reason: AppendFile.reason) }
    #endif
  }
}

import Crypto
import Foundation

/// Files and folders of a folder target.
enum FolderFile {
  static func failure(_ path: String) -> PublishError {
    .folder(path: path, detail: String(cString: strerror(errno)))
  }

  /// With those that it lies in. Not by `FileManager`, which does not say why it cannot.
  static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    let parent = (path as NSString).deletingLastPathComponent
    guard errno == ENOENT, !parent.isEmpty, parent != path else { throw failure(path) }
    try makeFolder(parent)
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure(path) }
  }

  /// On the disk, and under its name in one step.
  ///
  /// - Returns: its size, and the SHA-256 of its bytes.
  static func settle(_ part: String, as path: String) throws -> (bytes: Int, sha256: String) {
    let descriptor = open(part, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(part) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(part) }
    var (hash, size) = (SHA256(), 0)
    try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      while true {
        let count = Foundation.read(descriptor, buffer.baseAddress!, buffer.count)
        guard count >= 0 else { throw failure(part) }
        if count == 0 { break }
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        size += count
      }
    }
    guard rename(part, path) == 0 else { throw failure(path) }
    let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
    return (size, hash.finalize().hex)
  }

  /// With its folder, where that is empty then.
  static func remove(_ path: String) {
    unlink(path)
    rmdir((path as NSString).deletingLastPathComponent)
  }

  /// What killed publications left behind.
  static func removeParts(in folder: String, tables: [String], except known: Set<String>) throws {
    for table in tables {
      guard let paths = FileManager.default.enumerator(atPath: "\(folder)/\(table)") else { continue }
      for case let path as String in paths where (path as NSString).lastPathComponent.hasPrefix("part-") {
        if !known.contains("\(table)/\(path)") { unlink("\(folder)/\(table)/\(path)") }
      }
    }
  }
}

/// A file that is being written.
protocol PartFile {
  func write(_ bytes: UnsafeRawBufferPointer) throws
  /// It is whole.
  func finish() throws
  /// It is not going to be.
  func abandon()
}

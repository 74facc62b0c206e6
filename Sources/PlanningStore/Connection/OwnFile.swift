import Foundation

/// A file with names, hours or secrets in it: nobody but its owner may read it, from its first moment on (0600). SQLite gives
/// what it makes beside a database (`-wal`, `-shm`) the same rights; whoever wants others to read grants it (`chmod g+r`).
package enum OwnFile {
  /// Makes it, empty; one that is there stays as it is, and is not opened: closing it would take away the locks that this
  /// process holds on it.
  ///
  /// - Returns: false where it can neither be made nor is there.
  @discardableResult
  package static func make(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return errno == EEXIST }
    close(descriptor)
    return true
  }

  /// A file that is complete gets its name: on the disk first, and with its name on the disk when this returns. SQLite itself
  /// does not wait for the disk when it copies a database.
  ///
  /// - Throws: `StoreError`; the part stays.
  package static func settle(_ part: String, as name: String) throws {
    try sync(part)
    do { try FileManager.default.moveItem(atPath: part, toPath: name) } catch {
      throw StoreError(.ioFailed, path: name)
    }
    let folder = (name as NSString).deletingLastPathComponent
    try sync(folder.isEmpty ? "." : folder)
  }

  /// - Parameter path: a file, or a folder with the names in it.
  private static func sync(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreError(.ioFailed, path: path) }
    defer { close(descriptor) }
    // A folder of some file systems cannot be synced; what it holds is.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw StoreError(.ioFailed, path: path) }
  }

  /// Rights of what is made beside a database: as the database has them.
  static func rights(beside path: String) -> mode_t {
    var file = stat()
    return stat(path, &file) == 0 ? file.st_mode & 0o666 : 0o600
  }
}

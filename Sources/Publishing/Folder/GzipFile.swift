import CZlib
import Foundation

/// A compressed file; the same bytes in make the same bytes out.
final class GzipFile: PartFile {
  private let path: String
  private var file: gzFile?

  init(_ path: String) throws {
    self.path = path
    file = gzopen(path, "wb4")
    guard file != nil else { throw FolderFile.failure(path) }
    gzbuffer(file, 1 << 16)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard bytes.isEmpty || gzwrite(file, bytes.baseAddress, UInt32(bytes.count)) > 0 else { throw failure }
  }

  func finish() throws {
    defer { file = nil }
    guard gzclose(file) == Z_OK else { throw FolderFile.failure(path) }
  }

  func abandon() {
    if let file { gzclose(file) }
    file = nil
    unlink(path)
  }

  private var failure: PublishError {
    var code: Int32 = 0
    let words = gzerror(file, &code).map { String(cString: $0) } ?? ""
    return code == Z_ERRNO ? FolderFile.failure(path) : .folder(path: path, detail: words)
  }
}

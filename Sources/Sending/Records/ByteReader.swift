import Crypto
import Foundation

/// A file read from beginning to end in pieces, its lines and its hash counted on the way.
struct ByteReader {
  private static let piece = 64 << 10

  private let file: FileHandle
  private var buffer: [UInt8] = []
  private var at = 0
  private var hash = SHA256()
  /// Of the byte that comes next, from 1.
  private(set) var line = 1

  /// - Throws: `SendingError` where the file cannot be read.
  init(path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
      let file = FileHandle(forReadingAtPath: path)
    else {
      throw SendingError("the file \(path) cannot be read", next: "check its name and rights (ls -l)")
    }
    self.file = file
    try fill()
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  private mutating func fill() throws {
    let data: Data
    do { data = try file.read(upToCount: Self.piece) ?? Data() } catch {
      throw SendingError("the file broke off while it was read", next: "check the disk, then send again")
    }
    hash.update(data: data)
    (buffer, at) = (Array(data), 0)
  }

  /// nil: the file ends here.
  mutating func peek() throws -> UInt8? {
    if at == buffer.count, !buffer.isEmpty { try fill() }
    return at < buffer.count ? buffer[at] : nil
  }

  mutating func next() throws -> UInt8? {
    guard let byte = try peek() else { return nil }
    at += 1
    if byte == UInt8(ascii: "\n") { line += 1 }
    return byte
  }

  /// SHA-256 in hex of the whole file, what was not read yet included.
  mutating func digest() throws -> String {
    while try peek() != nil { at = buffer.count }
    return hash.finalize().hex
  }
}

extension SHA256Digest {
  var hex: String { map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined() }
}

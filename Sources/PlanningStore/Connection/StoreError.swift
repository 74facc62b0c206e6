import GRDB

/// What went wrong with the database file, in words for people; never with values that were bound.
package struct StoreError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable, Hashable {
    case notFound
    case notADatabase
    case newerSchema
    case readOnly
    case diskFull
    case busy
    case damaged
    /// The schema refused the change (CHECK, UNIQUE, foreign key, trigger).
    case refused
    case other
  }

  package let code: Code
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }

  init(_ error: DatabaseError, path: String) {
    switch error.resultCode {
    case .SQLITE_NOTADB: self.init(.notADatabase, "\(path) is not an SQLite database; nothing was changed")
    case .SQLITE_READONLY, .SQLITE_PERM:
      self.init(.readOnly, "\(path) cannot be written: the file or its folder is read-only")
    case .SQLITE_CANTOPEN:
      self.init(
        .readOnly,
        "\(path) cannot be opened: it or its folder is not there, is not yours to read and write, or is no file")
    case .SQLITE_FULL: self.init(.diskFull, "no room left on the disk of \(path); nothing was half-written")
    case .SQLITE_IOERR:
      self.init(.diskFull, "reading or writing \(path) failed: is the disk full or gone? Nothing was half-written")
    case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.busy, "\(path) is in use by another program that does not let go")
    case .SQLITE_CORRUPT: self.init(.damaged, "\(path) is damaged: \(error.message ?? "integrity check failed")")
    case .SQLITE_CONSTRAINT: self.init(.refused, error.message ?? "the database refused the change")
    default: self.init(.other, "\(path): \(error.message ?? error.resultCode.description)")
    }
  }
}

import GRDB

/// What went wrong with the database file, as facts; never with values that were bound. `Steering` words it.
package struct StoreError: Error, Sendable {
  package enum Code: Sendable, Hashable {
    case notFound
    /// The file is there, with nothing in it.
    case empty
    /// No SQLite file at all.
    case notADatabase
    /// An SQLite file of somebody else.
    case foreign
    /// Written by a later rota.
    case newerSchema(applied: Int)
    /// To be migrated first.
    case olderSchema(applied: Int)
    /// To be migrated first, by somebody who may write the file.
    case olderSchemaReadOnly(applied: Int)
    case readOnly
    case cannotOpen
    case diskFull
    case ioFailed
    case busy
    /// It took longer than it was given.
    case interrupted
    case damaged
    /// A time entry of the mirror has no readable start.
    case damagedEntry(String)
    /// The schema refused the change (CHECK, UNIQUE, foreign key, trigger).
    case refused
    /// The lock file cannot be made: for want of room, or of rights.
    case noLock(isFull: Bool)
    case other
  }

  package let code: Code
  /// The file.
  package let path: String
  /// What SQLite or the system said.
  package let detail: String?

  package init(_ code: Code, path: String, detail: String? = nil) {
    self.code = code
    self.path = path
    self.detail = detail
  }

  init(_ error: DatabaseError, path: String) {
    let code: Code
    switch error.resultCode {
    case .SQLITE_NOTADB: code = .notADatabase
    case .SQLITE_READONLY, .SQLITE_PERM: code = .readOnly
    case .SQLITE_CANTOPEN: code = .cannotOpen
    case .SQLITE_FULL: code = .diskFull
    case .SQLITE_IOERR: code = .ioFailed
    case .SQLITE_BUSY, .SQLITE_LOCKED: code = .busy
    case .SQLITE_INTERRUPT, .SQLITE_ABORT: code = .interrupted
    case .SQLITE_CORRUPT: code = .damaged
    case .SQLITE_CONSTRAINT: code = .refused
    default: code = .other
    }
    let message = code == .other ? error.message ?? error.resultCode.description : error.message
    self.init(code, path: path, detail: message)
  }
}

import GRDB
import GRDBSQLite
import Planning

/// A statement with our own binding and reading: for those that run by the hundred thousand.
struct FastStatement {
  private let statement: Statement
  private let handle: OpaquePointer

  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  init(_ statement: Statement) {
    self.statement = statement
    handle = statement.sqliteStatement
  }

  @discardableResult
  func bind(_ index: Int32, _ value: Int?) -> Self {
    if let value { sqlite3_bind_int64(handle, index, Int64(value)) } else { sqlite3_bind_null(handle, index) }
    return self
  }

  @discardableResult
  func bind(_ index: Int32, _ value: Double?) -> Self {
    if let value { sqlite3_bind_double(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    return self
  }

  @discardableResult
  func bind(_ index: Int32, _ value: Int64?) -> Self {
    if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    return self
  }

  @discardableResult
  func bind(_ index: Int32, _ value: String?) -> Self {
    guard var value else {
      sqlite3_bind_null(handle, index)
      return self
    }
    value.withUTF8 { bytes in
      _ = bytes.withMemoryRebound(to: CChar.self) { text in
        // An empty Swift string may have no address; SQLite would take that for NULL.
        if let base = text.baseAddress {
          sqlite3_bind_text(handle, index, base, Int32(text.count), Self.transient)
        } else {
          sqlite3_bind_text(handle, index, "", 0, Self.transient)
        }
      }
    }
    return self
  }

  /// Steps once. - Returns: whether there is a row.
  func step() throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
      sqlite3_reset(handle)
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }

  /// Runs to the end and is ready for the next binding.
  func run() throws {
    while try step() {}
    sqlite3_reset(handle)
  }

  func reset() { sqlite3_reset(handle) }

  /// Leftovers of the last use are gone: position and bindings.
  func prepareForUse() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  /// Calls `body` for each row.
  func forEach(_ body: (FastStatement) throws -> Void) throws {
    defer { sqlite3_reset(handle) }
    while try step() { try body(self) }
  }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
  func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }
  func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
  func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
  func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }
  func optionalInt(_ column: Int32) -> Int? { isNull(column) ? nil : int(column) }

  func text(_ column: Int32) -> String { String(decoding: utf8(column), as: UTF8.self) }
  /// A date, as text or as days since 1970; nil for anything else.
  func day(_ column: Int32) -> CalendarDay? {
    sqlite3_column_type(handle, column) == SQLITE_INTEGER
      ? CalendarDay(number: int(column)) : CalendarDay(utf8: utf8(column))
  }
  /// Seconds since 1970.
  func moment(_ column: Int32) -> Instant? { optionalInt(column).map { Instant(seconds: $0) } }

  /// Empty for NULL.
  func utf8(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: sqlite3_column_text(handle, column), count: Int(sqlite3_column_bytes(handle, column)))
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }
}

/// Statements by the address of their text: for a million rows, hashing the text would cost more than running it.
///
/// Belongs to one connection, and is used on its queue only.
final class StatementCache: @unchecked Sendable {
  private var statements: [UnsafePointer<UInt8>: FastStatement] = [:]

  func statement(_ sql: StaticString, db: Database) throws -> FastStatement {
    if let known = statements[sql.utf8Start] {
      known.prepareForUse()
      return known
    }
    let made = FastStatement(try db.makeStatement(sql: sql.description))
    statements[sql.utf8Start] = made
    return made
  }

  func removeAll() { statements = [:] }
}

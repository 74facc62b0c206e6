import CLibPQ
import Foundation

/// What the server refused.
package struct PostgresError: Error, Sendable, Equatable {
  /// Five characters; empty where the connection broke.
  package let state: String
  package let message: String
  /// Where: of a COPY the table, the line and the column.
  package let context: String?

  var words: String { context.map { "\(message) (\($0))" } ?? message }
}

/// One connection, used by one thread at a time.
package final class PostgresConnection: @unchecked Sendable {
  private let connection: OpaquePointer
  private let watch: AnswerWatch

  /// - Parameter patience: how long one answer may take, seconds; longer than any index of a first publication takes.
  /// - Throws: `PublishError.unreachable`.
  package init(
    _ address: PostgresAddress, environment: [String: String] = ProcessInfo.processInfo.environment,
    patience: Double = 1800
  ) throws {
    let parameters = address.parameters(environment: environment)
    let keywords = parameters.map { strdup($0.0) } + [nil]
    let values = parameters.map { strdup($0.1) } + [nil]
    defer { for text in keywords + values { free(text) } }
    let opened = keywords.map { UnsafePointer($0) }.withUnsafeBufferPointer { keywords in
      values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
        PQconnectdbParams(keywords.baseAddress, values.baseAddress, 1)
      }
    }
    guard let opened else { throw PublishError.unreachable(detail: "no memory") }
    guard PQstatus(opened) == CONNECTION_OK else {
      let detail = Self.line(String(cString: PQerrorMessage(opened)))
      PQfinish(opened)
      throw PublishError.unreachable(detail: detail)
    }
    connection = opened
    watch = AnswerWatch(socket: PQsocket(opened), patience: patience)
    // Notices ("already exists, skipping") are for nobody.
    PQsetNoticeProcessor(connection, { _, _ in }, nil)
  }

  deinit { PQfinish(connection) }

  /// One line: what libpq says goes over several.
  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      .joined(separator: "; ")
  }

  /// Statements without arguments, several of them parted by semicolons.
  package func execute(_ sql: String) throws { _ = try finished(watch.waiting { PQexec(connection, sql) }) }

  /// - Returns: rows as text; nil: NULL.
  package func rows(_ sql: String, _ arguments: [String?] = []) throws -> [[String?]] {
    let texts = arguments.map { $0.map { strdup($0) } ?? nil }
    defer { for text in texts { free(text) } }
    let result = texts.map { UnsafePointer($0) }.withUnsafeBufferPointer {
      let values = $0.baseAddress
      return watch.waiting { PQexecParams(connection, sql, Int32(arguments.count), nil, values, nil, nil, 0) }
    }
    return try finished(result) { result in
      (0..<PQntuples(result)).map { row in
        (0..<PQnfields(result)).map { column in
          PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
        }
      }
    }
  }

  // MARK: COPY … FROM STDIN
  // Who breaks off lets go of the connection: the server rolls back.

  package func beginCopy(_ sql: String) throws {
    try finished(watch.waiting { PQexec(connection, sql) }, expected: PGRES_COPY_IN)
  }

  /// - Parameter bytes: in PostgreSQL's text form.
  package func putCopy(_ bytes: [UInt8]) throws {
    let isTaken = bytes.withUnsafeBytes { bytes in
      watch.waiting {
        PQputCopyData(connection, bytes.assumingMemoryBound(to: CChar.self).baseAddress, Int32(bytes.count)) == 1
      }
    }
    guard isTaken else { throw broken }
  }

  package func endCopy() throws {
    guard watch.waiting({ PQputCopyEnd(connection, nil) }) == 1 else { throw broken }
    try drain()
  }

  package func quoted(_ identifier: String) -> String {
    let text = PQescapeIdentifier(connection, identifier, identifier.utf8.count)
    defer { PQfreemem(text) }
    return text.map { String(cString: $0) } ?? "\"\(identifier.replacing("\"", with: "\"\""))\""
  }

  private var broken: PostgresError {
    PostgresError(
      state: "", message: watch.words ?? Self.line(String(cString: PQerrorMessage(connection))), context: nil)
  }

  private func drain() throws {
    var first: PostgresError?
    while let result = watch.waiting({ PQgetResult(connection) }) {
      do { try finished(result) } catch let error as PostgresError { first = first ?? error }
    }
    if let first { throw first }
  }

  @discardableResult
  private func finished<Value>(
    _ result: OpaquePointer?, expected: ExecStatusType? = nil, _ read: (OpaquePointer) -> Value = { _ in () }
  ) throws -> Value {
    guard let result else { throw broken }
    defer { PQclear(result) }
    let status = PQresultStatus(result)
    let isGood = expected.map { status == $0 } ?? (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
    guard isGood else {
      if watch.words != nil { throw broken }
      func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
      // 'C': SQLSTATE, 'M': message, 'D': detail, 'W': context.
      let message = [field(77), field(68)].compactMap(\.self).joined(separator: ": ")
      throw PostgresError(
        state: field(67) ?? "", message: message.isEmpty ? broken.message : Self.line(message),
        context: field(87).map { String(Self.line($0).prefix(200)) })
    }
    return read(result)
  }
}

import GRDB

extension Subject {
  /// Each row of an answer as its type: a column goes to the property that names it. Rows that are printed name all columns,
  /// in order.
  ///
  /// - Parameter sql: one of a few texts, for each connection keeps what it compiled: what changes is an argument.
  /// - Throws: `DecodingError` or `RowDecodingError` where a column holds what its property cannot be.
  func rows<Answer: Decodable>(
    _ sql: String, _ arguments: StatementArguments = StatementArguments()
  ) throws -> [Answer] {
    let statement = try db.cachedStatement(sql: sql)
    assert((Answer.self as? any TabularRow.Type).map { $0.columns == statement.columnNames } ?? true)
    return try Decoded<Answer>.fetchAll(statement, arguments: arguments).map(\.answer)
  }

  /// The same, as they are.
  func rawRows(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Row] {
    try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments)
  }
}

/// GRDB decodes what conforms to its protocols; row types are seen outside, where there is no GRDB.
private struct Decoded<Answer: Decodable>: FetchableRecord, Decodable {
  let answer: Answer

  init(from decoder: any Decoder) throws {
    answer = try Answer(from: decoder)
  }
}

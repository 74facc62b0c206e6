extension ClockifySource {
  /// Reads a list as it was sent, page after page, by the rules of `eachPage`.
  ///
  /// - Parameters:
  ///   - path: below the address.
  ///   - consume: gets each id once, and says whether to go on.
  /// - Throws: `ClockifyError`, and what `consume` throws.
  package func readRows(
    of path: String, query: [(String, String)] = [], consume: ([JSONTree]) async throws -> Bool
  ) async throws {
    try await eachPage(
      path, query: query,
      decode: { response in
        guard case .list(let rows)? = response.body.withUnsafeReadableBytes({ JSONTree($0.bindMemory(to: UInt8.self)) })
        else { throw ClockifyError(.malformed, "Clockify sent an answer without a list", request: response.request) }
        return rows
      }, id: { $0["id"]?.words ?? $0.canonical }, consume: consume)
  }

  /// The first row that is so; nil: none is.
  package func firstRow(
    of path: String, query: [(String, String)] = [], where isSo: @Sendable (JSONTree) -> Bool
  ) async throws -> JSONTree? {
    var found: JSONTree?
    try await readRows(of: path, query: query) { rows in
      found = rows.first(where: isSo)
      return found == nil
    }
    return found
  }

  /// All rows that are so, read to the end.
  package func rows(
    of path: String, query: [(String, String)] = [], where isSo: @Sendable (JSONTree) -> Bool = { _ in true }
  ) async throws -> [JSONTree] {
    var found: [JSONTree] = []
    try await readRows(of: path, query: query) { rows in
      found += rows.filter(isSo)
      return true
    }
    return found
  }

  /// Reads one record as it was sent.
  ///
  /// - Returns: nil if Clockify says that the id is gone (400, code 501: deleted, foreign or never there).
  package func row(at path: String) async throws -> JSONTree? {
    do { return try await object(at: path) } catch let error as ClockifyError where error.code == .entityMissing {
      return nil
    }
  }
}

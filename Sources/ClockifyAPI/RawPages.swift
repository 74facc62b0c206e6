import NIOCore

/// A page of a list of any kind, as it was sent.
package struct RawPage: Sendable {
  package let rows: [JSONTree]
  /// How many rows there are in all, where the answer says so.
  package let total: Int?
  /// The `Last-Page` header; nil: not sent.
  package let isLast: Bool?
}

extension ClockifySource {
  /// Asks for one page of a list.
  ///
  /// - Parameters:
  ///   - path: from the workspace down.
  ///   - page: nil: the list has no pages.
  ///   - search: members of a JSON object; they make it a read-only POST (rule 1), and page and size go into it.
  ///   - rowsAt: members that lead to the rows; empty: the answer is the list.
  ///   - totalAt: where the answer says how many rows there are.
  /// - Throws: `ClockifyError`; `malformed` where there is no list.
  package func rawPage(
    of path: String, in workspace: String, query: [(String, String)] = [], search: String? = nil,
    page: (number: Int, size: Int)?, rowsAt: [String], totalAt: [String]?
  ) async throws -> RawPage {
    var request = HTTPTransport.Request(path: "/workspaces/\(workspace)\(path)", query: query)
    if let search {
      let paging = page.map { ",\"page\":\($0.number),\"pageSize\":\($0.size)" } ?? ""
      request.body = Array("{\(search)\(paging)}".utf8)
    } else if let page {
      request.query += [("page", "\(page.number)"), ("page-size", "\(page.size)")]
    }
    return try await transport.send(request) { response in
      guard let tree = response.body.withUnsafeReadableBytes({ JSONTree($0.bindMemory(to: UInt8.self)) }) else {
        throw ClockifyError(.malformed, "Clockify sent an answer that is not JSON", request: response.request)
      }
      guard case .list(let rows)? = tree.at(rowsAt) else {
        throw ClockifyError(.malformed, "Clockify sent an answer without a list of rows", request: response.request)
      }
      var total: Int?
      if let totalAt, case .number(let digits)? = tree.at(totalAt) {
        total = Int(digits)
      }
      return RawPage(rows: rows, total: total, isLast: response.lastPage)
    }
  }

  /// Asks for one record.
  ///
  /// - Parameter path: from the workspace down.
  /// - Throws: `ClockifyError`; `malformed` where the answer is no object.
  package func rawObject(at path: String, in workspace: String) async throws -> JSONTree {
    try await object(at: "/workspaces/\(workspace)\(path)")
  }

  /// - Parameter path: below the address.
  func object(at path: String) async throws -> JSONTree {
    try await transport.send(.init(path: path)) { response in
      guard let tree = response.body.withUnsafeReadableBytes({ JSONTree($0.bindMemory(to: UInt8.self)) }),
        case .object = tree
      else {
        throw ClockifyError(.malformed, "Clockify sent an answer that is no record", request: response.request)
      }
      return tree
    }
  }
}

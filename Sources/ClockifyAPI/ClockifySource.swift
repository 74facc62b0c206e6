import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore

/// Everything rota reads from Clockify. Reads only: GET, and the reports service's read-only POST (rule 1).
package struct ClockifySource: Sendable {
  let transport: HTTPTransport
  private let pageSizes = PageSizes()
  /// nil: nobody keeps more than the import needs.
  package var carriage: ListCarriage?
  /// nil: entries are read without details.
  package var details: EntryDetails.Wanted?

  package init(
    addresses: ClockifyAddresses, credential: ClockifyCredential, budget: RequestBudget,
    retry: RetryPolicy = RetryPolicy(), waits: Waits = Waits(), logger: Logger
  ) {
    transport = HTTPTransport(
      addresses: addresses, credential: credential, budget: budget, retry: retry, waits: waits, logger: logger)
  }

  package var budget: RequestBudget { transport.budget }

  /// The key's owner, and the server's clock (seconds since 1970) where it states one.
  package func currentUser() async throws -> (user: ClockifyUser, serverDate: Double?) {
    let response = try await transport.send(.init(path: "/user")) { response in
      (user: try Self.decode(ClockifyUser.self, response), serverDate: response.serverDate)
    }
    return response
  }

  /// All workspaces that the key sees. Not paged (clockify-api.md 1.5).
  package func workspaces() async throws -> [ClockifyWorkspace] {
    let (rows, body) = try await transport.send(.init(path: "/workspaces")) { response in
      (try Self.decode([ClockifyWorkspace].self, response), response.body)
    }
    carriage?.take(ListPage(list: .workspaces, workspace: "", body: body))
    carriage?.take(ListPage(list: .workspaces, workspace: "", body: nil))
    return rows
  }

  /// Everybody the workspace lists, every membership and account status named (clockify-api.md 2.3).
  package func users(in workspace: String) async throws -> [ClockifyUser] {
    let rows = try await list(
      ClockifyUser.self, .users, in: workspace,
      query: [
        ("status", "ALL"),
        (
          "account-statuses", "ACTIVE,PENDING_EMAIL_VERIFICATION,DELETED,NOT_REGISTERED,LIMITED,LIMITED_DELETED"
        ), ("memberships", "WORKSPACE"), ("sort-column", "ID"),
      ] + (isCarried(.users) ? [("include-roles", "true")] : []))
    return rows.map { $0.asMember(of: workspace) }
  }

  /// Archived ones included (clockify-api.md 3).
  package func clients(in workspace: String) async throws -> [ClockifyClient] {
    try await list(ClockifyClient.self, .clients, in: workspace)
  }

  /// Archived ones and templates included (clockify-api.md 4).
  package func projects(in workspace: String) async throws -> [ClockifyProject] {
    let plain = [("sort-column", "ID")]
    guard isCarried(.projects) else {
      return try await list(ClockifyProject.self, .projects, in: workspace, query: plain)
    }
    do {
      // Rows with tasks and members are heavy.
      return try await list(
        ClockifyProject.self, .projects, in: workspace,
        query: plain + [("hydrated", "true"), ("expense-limit", "1")], largestPage: 200)
    } catch let error as ClockifyError where error.isOfOneRequest {
      return try await list(ClockifyProject.self, .projects, in: workspace, query: plain, isCarried: false)
    }
  }

  package func userGroups(in workspace: String) async throws -> [ClockifyUserGroup] {
    try await list(
      ClockifyUserGroup.self, .userGroups, in: workspace,
      query: isCarried(.userGroups) ? [("includeTeamManagers", "true"), ("sort-column", "ID")] : [])
  }

  /// One entry as it stands now.
  ///
  /// - Returns: nil if Clockify says that the id is gone (400, code 501: deleted, foreign or never there).
  package func timeEntry(_ id: String, in workspace: String) async throws -> ClockifyTimeEntry? {
    do {
      return try await transport.send(.init(path: "/workspaces/\(workspace)/time-entries/\(id)")) { [details] in
        try EntryDecoding.entry($0.body, request: $0.request, details: details)
      }
    } catch let error as ClockifyError where error.code == .entityMissing {
      return nil
    }
  }

  /// One person's entries by start, newest first, page by page. Which entries a window holds is not known to the hour:
  /// the server reads its digits in a zone of its own (clockify-api.md 5.1).
  ///
  /// - Parameter consume: gets each id once.
  /// - Throws: `ClockifyError`, and what `consume` throws.
  package func readEntries(
    of user: String, in workspace: String, slice: ReportSlice, consume: ([ClockifyTimeEntry]) async throws -> Void
  ) async throws {
    try await eachPage(
      "/workspaces/\(workspace)/user/\(user)/time-entries",
      query: [("start", Timestamp.text(slice.from)), ("end", Timestamp.text(slice.to))],
      decode: { [details] in try EntryDecoding.entries($0.body, request: $0.request, details: details) }, id: \.id
    ) {
      try await consume($0)
      return true
    }
  }

  // MARK: Paging

  private static let pageCap = 10_000
  /// No server was seen to cap pages below this, so fewer rows are a last page even without the header.
  private static let smallestPage = 50

  private func isCarried(_ list: ListPage.List) -> Bool { carriage?.has(list) ?? false }

  /// Reads a paged list whole, and hands its pages on.
  private func list<Row: ClockifyRow>(
    _ type: Row.Type, _ list: ListPage.List, in workspace: String, query: [(String, String)] = [],
    largestPage: Int = 1000, isCarried: Bool = true
  ) async throws -> [Row] {
    let carriage = isCarried && self.isCarried(list) ? carriage : nil
    var rows: [Row] = []
    try await eachPage(
      "/workspaces/\(workspace)/\(list.path)", query: query, largestPage: largestPage,
      decode: { try Self.decode([Row].self, $0) }, id: \.id,
      page: { carriage?.take(ListPage(list: list, workspace: workspace, body: $0)) }
    ) {
      rows += $0
      return true
    }
    carriage?.take(ListPage(list: list, workspace: workspace, body: nil))
    return rows
  }

  /// Reads a paged list, page after page. Ends on `Last-Page: true`, on an empty page, and on a page that brings no new
  /// id (a server that ignores paging); without the header also on a page of under 50 rows. clockify-api.md 1.5.
  ///
  /// - Parameters:
  ///   - sent: gets each page as it came.
  ///   - consume: gets each id once, and says whether to go on.
  func eachPage<Row: Sendable>(
    _ path: String, query: [(String, String)], largestPage: Int = 1000,
    decode: @escaping @Sendable (HTTPTransport.Response) throws -> [Row], id: (Row) -> String,
    page sent: (ByteBuffer) -> Void = { _ in }, consume: ([Row]) async throws -> Bool
  ) async throws {
    var seen: Set<String> = []
    var page = 1
    while page <= Self.pageCap {
      let size = min(largestPage, await pageSizes.list)
      let asked = [("page", "\(page)"), ("page-size", "\(size)")]
      let answer: (rows: [Row], lastPage: Bool?, body: ByteBuffer)
      do {
        answer = try await transport.send(.init(path: path, query: query + asked)) { response in
          (rows: try decode(response), lastPage: response.lastPage, body: response.body)
        }
      } catch let error as ClockifyError where error.status == 400 && page == 1 {
        guard await pageSizes.lowerList(from: size) else { throw error }
        continue
      }
      sent(answer.body)
      let new = answer.rows.filter { seen.insert(id($0)).inserted }
      if !new.isEmpty, try await !consume(new) { return }
      let isSmall = answer.lastPage == nil && answer.rows.count < Self.smallestPage
      if answer.lastPage == true || new.isEmpty || isSmall { return }
      page += 1
    }
    throw ClockifyError(.malformed, "the list does not end after \(Self.pageCap) pages", request: "GET \(path)")
  }

  var reportPageSize: Int { get async { await pageSizes.report } }
  func lowerReportPageSize(from size: Int) async -> Bool { await pageSizes.lowerReport(from: size) }

  static func decode<Value: Decodable>(_ type: Value.Type, _ response: HTTPTransport.Response) throws -> Value {
    do {
      // Pages have megabytes: read where they lie.
      return try response.body.withUnsafeReadableBytes { bytes in
        guard let start = bytes.baseAddress else { return try JSONDecoder().decode(type, from: Data()) }
        return try JSONDecoder().decode(
          type,
          from: Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none))
      }
    } catch let error as DecodingError {
      throw ClockifyError(
        .malformed, "Clockify sent \(error.clockifyProblem(bytes: response.body.readableBytes))",
        request: response.request)
    }
  }
}

extension ListPage.List {
  fileprivate var path: String {
    switch self {
    case .workspaces: "workspaces"
    case .users: "users"
    case .clients: "clients"
    case .projects: "projects"
    case .userGroups: "user-groups"
    }
  }
}

extension ClockifyError {
  /// Another request may well do better: neither the key, nor the network, nor the hour's budget.
  fileprivate var isOfOneRequest: Bool {
    switch code {
    case .keyRefused, .forbidden, .unreachable, .brokenOff, .budgetExhausted, .badAddress, .badCredential: false
    default: true
    }
  }
}

/// The largest page sizes that this server was seen to take: a 400 halves them, down to 50.
private actor PageSizes {
  private(set) var list = 1000
  private(set) var report = 1000

  func lowerList(from size: Int) -> Bool { Self.lower(&list, from: size) }
  func lowerReport(from size: Int) -> Bool { Self.lower(&report, from: size) }

  private static func lower(_ current: inout Int, from size: Int) -> Bool {
    guard size > 50 else { return false }
    current = min(current, max(50, size / 2))
    return true
  }
}

extension DecodingError {
  /// In words without the values that were sent.
  fileprivate func clockifyProblem(bytes: Int) -> String {
    if bytes == 0 { return "an empty answer" }
    switch self {
    case .keyNotFound(let key, let context):
      return "an answer in which \(context.place)lacks '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "an answer in which \(context.place)has another form than expected"
    default: return "an answer that is not JSON"
    }
  }
}

extension DecodingError.Context {
  fileprivate var place: String {
    let path = codingPath.map { $0.intValue.map { "row \($0 + 1)" } ?? "'\($0.stringValue)'" }
    return path.isEmpty ? "the answer " : path.joined(separator: " ") + " "
  }
}

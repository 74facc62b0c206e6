import AsyncAlgorithms
import Foundation
import NIOCore

/// A stretch of time to read, by the entries' start: seconds since 1970, `from` included, `to` excluded.
package struct ReportSlice: Hashable, Sendable {
  package let from: Int
  package let to: Int

  package init(from: Int, to: Int) {
    self.from = from
    self.to = to
  }
}

/// What one pass over a slice brought, for rule 6.
package struct SliceReading: Sendable, Equatable {
  /// Rows with distinct ids.
  package var entries = 0
  /// As the rows state them, each id once.
  package var seconds = 0
  /// Rows whose id had come before in this pass.
  package var repeatedIDs = 0
  package var statedEntries: Int?
  package var statedSeconds: Int?
  /// The server's last page was reached.
  package var reachedEnd = false
  /// Order-independent fingerprint of ids and seconds, to compare two passes.
  package var fingerprint: UInt64 = 0

  package init() {}

  package var agreesWithTotals: Bool {
    (statedEntries ?? entries) == entries && (statedSeconds ?? seconds) == seconds
  }

  /// The server says that there is more than it sent: nothing may be called missing.
  package var isShortOfTotals: Bool {
    entries < statedEntries ?? entries || seconds < statedSeconds ?? seconds
  }

  /// Takes in a page. - Returns: its rows whose ids had not come before.
  package mutating func count(_ page: ClockifyReportPage, seen: inout Set<String>) -> [ClockifyTimeEntry] {
    statedEntries = page.statedEntries ?? statedEntries
    statedSeconds = page.statedSeconds ?? statedSeconds
    var repeated: Set<Int> = []
    for index in page.entries.indices {
      guard seen.insert(page.entries[index].id).inserted else {
        repeated.insert(index)
        continue
      }
      let length = page.entries[index].seconds
      entries += 1
      // Whatever a server states: a sum that overflows is only another disagreement.
      seconds &+= length
      var hash = ContentHash()
      hash.add(page.entries[index].id)
      hash.add(length)
      fingerprint &+= hash.value
    }
    repeatedIDs += repeated.count
    return repeated.isEmpty
      ? page.entries : page.entries.indices.filter { !repeated.contains($0) }.map { page.entries[$0] }
  }
}

extension ClockifyTimeEntry {
  /// As Clockify states it, else from start to end; 0 while the timer runs.
  fileprivate var seconds: Int { statedSeconds ?? end.map { $0 - start } ?? 0 }
}

extension ClockifySource {
  /// Reads everybody's entries that start in the slice, page after page: the next pages are fetched, decoded and prepared
  /// while `consume` works on the last, a few ahead. A second more is asked for on both sides, because whether
  /// edges are included is not proven.
  ///
  /// - Parameters:
  ///   - begun: its first page, where it is under way already.
  ///   - shrinksPages: where a page is refused, smaller ones are asked for.
  ///   - prepare: what can be done with a page apart from those before it.
  ///   - restart: called before the first page, again where a page was refused and all are asked for anew, smaller.
  ///   - consume: gets the pages in their order, each id once after a restart. Rows just outside the slice may be among
  ///     them.
  /// - Throws: `ClockifyError`, `CancellationError`, and what `consume` throws; pages consumed before stay consumed.
  package func readReport<Prepared: Sendable>(
    in workspace: String, slice: ReportSlice, users: Set<String>? = nil, projects: Set<String>? = nil,
    begun: BegunReport? = nil, shrinksPages: Bool = true,
    prepare: @escaping @Sendable ([ClockifyTimeEntry]) -> Prepared,
    restart: () -> Void = {}, consume: (Prepared, SliceReading) async throws -> Void
  ) async throws -> SliceReading {
    var begun = begun
    while true {
      restart()
      let query = ReportQuery(
        workspace: workspace, slice: slice, size: await reportPageSize, users: users, projects: projects,
        details: details)
      do {
        var reading = SliceReading()
        let pages = ReportPages(source: self, query: query, first: begun?.answer(to: query), prepare: prepare)
        begun = nil
        for try await page in pages.buffer(policy: .bounded(2)) {
          reading = page.reading
          try await consume(page.content, reading)
        }
        try Task.checkCancellation()
        return reading
      } catch let error as ClockifyError where error.status == 400 {
        guard shrinksPages, await lowerReportPageSize(from: query.size) else { throw error }
      }
    }
  }

  /// Asks for the first page of a report that is read next.
  package func beginReport(
    in workspace: String, slice: ReportSlice, users: Set<String>? = nil, projects: Set<String>? = nil
  ) async -> BegunReport? {
    let query = ReportQuery(
      workspace: workspace, slice: slice, size: await reportPageSize, users: users, projects: projects, details: details
    )
    return (try? query.request(1)).map { BegunReport(query: query, first: ReportAnswer(to: $0, transport)) }
  }

  /// How many entries the server says a slice has, for one request; nil: it does not say.
  package func statedEntries(in workspace: String, slice: ReportSlice) async throws -> Int? {
    try await reportPage(
      1, ReportQuery(workspace: workspace, slice: slice, size: 50, users: nil, projects: nil, details: nil)
    ).content.statedEntries
  }

  struct Page: Sendable {
    let content: ClockifyReportPage
    let lastPage: Bool?
  }

  struct ReportQuery: Sendable, Equatable {
    let workspace: String
    let slice: ReportSlice
    let size: Int
    let users: Set<String>?
    let projects: Set<String>?
    /// nil: entries are read without details.
    let details: EntryDetails.Wanted?
    /// Seconds asked for on both sides, because whether edges are included is not proven.
    var margin = 1

    var path: String { "/workspaces/\(workspace)/reports/detailed" }
  }

  /// - Parameter answer: the request's, where it is there already.
  func reportPage(_ number: Int, _ query: ReportQuery, answer: HTTPTransport.Response? = nil) async throws -> Page {
    try await transport.send(query.request(number), first: answer) { response in
      Page(
        content: try EntryDecoding.reportPage(response.body, request: response.request, details: query.details),
        lastPage: response.lastPage)
    }
  }
}

extension ClockifySource.ReportQuery {
  func request(_ page: Int) throws -> HTTPTransport.Request {
    let asksMoney = details?.withMoney ?? false
    let body = ReportBody(
      dateRangeStart: Timestamp.text(slice.from - margin), dateRangeEnd: Timestamp.text(slice.to + margin),
      detailedFilter: .init(page: page, pageSize: size), users: users.map(ReportBody.Choice.init),
      projects: projects.map(ReportBody.Choice.init), amountShown: asksMoney ? "EARNED" : "HIDE_AMOUNT",
      amounts: asksMoney ? ["EARNED", "COST"] : nil)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return .init(host: .reports, path: path, body: Array(try encoder.encode(body)))
  }
}

/// What the report is asked for. clockify-api.md 5.1.
private struct ReportBody: Encodable {
  struct Page: Encodable {
    let page: Int
    let pageSize: Int
    let sortColumn = "DATE"
  }

  struct Choice: Encodable {
    let ids: [String]
    let contains = "CONTAINS"
    let status = "ALL"

    init(_ ids: Set<String>) {
      self.ids = ids.sorted()
    }
  }

  let dateRangeStart: String
  let dateRangeEnd: String
  let timeZone = "UTC"
  let rounding = false
  let sortOrder = "ASCENDING"
  let detailedFilter: Page
  let users: Choice?
  let projects: Choice?
  let amountShown: String
  let amounts: [String]?
}

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
    var fresh: [ClockifyTimeEntry] = []
    fresh.reserveCapacity(page.entries.count)
    for entry in page.entries {
      guard seen.insert(entry.id).inserted else {
        repeatedIDs += 1
        continue
      }
      let length = entry.statedSeconds ?? entry.end.map { $0 - entry.start } ?? 0
      entries += 1
      // Whatever a server states: a sum that overflows is only another disagreement.
      seconds &+= length
      var hash = ContentHash()
      hash.add(entry.id)
      hash.add(length)
      fingerprint &+= hash.value
      fresh.append(entry)
    }
    return fresh
  }
}

extension ClockifySource {
  /// Reads everybody's entries that start in the slice, page after page: the next pages are fetched, decoded and prepared
  /// while `consume` works on the last, at most three ahead. A second more is asked for on both sides, because whether
  /// edges are included is not proven.
  ///
  /// - Parameters:
  ///   - prepare: what can be done with a page apart from those before it. Of each id that came before after a restart,
  ///     only the first arrives. Rows just outside the slice may be among them.
  ///   - restart: called before the first page, again where a page was refused and all are asked for anew, smaller.
  ///   - consume: gets the pages in their order.
  /// - Throws: `ClockifyError`, `CancellationError`, and what `consume` throws; pages consumed before stay consumed.
  package func readReport<Prepared: Sendable>(
    in workspace: String, slice: ReportSlice, users: Set<String>? = nil, projects: Set<String>? = nil,
    prepare: @escaping @Sendable ([ClockifyTimeEntry]) -> Prepared, restart: () -> Void = {},
    consume: (Prepared, SliceReading) async throws -> Void
  ) async throws -> SliceReading {
    while true {
      restart()
      let query = ReportQuery(
        workspace: workspace, slice: slice, size: await reportPageSize, users: users, projects: projects)
      do {
        var reading = SliceReading()
        let pages = ReportPages(source: self, query: query, prepare: prepare)
        for try await page in pages.buffer(policy: .bounded(2)) {
          reading = page.reading
          try await consume(page.content, reading)
        }
        try Task.checkCancellation()
        return reading
      } catch let error as ClockifyError where error.status == 400 {
        guard await lowerReportPageSize(from: query.size) else { throw error }
      }
    }
  }

  struct Page: Sendable {
    let content: ClockifyReportPage
    let lastPage: Bool?
  }

  struct ReportQuery: Sendable {
    let workspace: String
    let slice: ReportSlice
    let size: Int
    let users: Set<String>?
    let projects: Set<String>?
    /// Seconds asked for on both sides, because whether edges are included is not proven.
    var margin = 1

    var path: String { "/workspaces/\(workspace)/reports/detailed" }
  }

  func reportPage(_ number: Int, _ query: ReportQuery) async throws -> Page {
    try await decode(nil, of: query.request(number))
  }

  /// - Parameter answer: the request's, where it is there already.
  func decode(_ answer: HTTPTransport.Response?, of request: HTTPTransport.Request) async throws -> Page {
    try await transport.send(request, first: answer) { response in
      Page(
        content: try EntryDecoding.reportPage(response.body, request: response.request), lastPage: response.lastPage)
    }
  }
}

extension ClockifySource.ReportQuery {
  func request(_ page: Int) throws -> HTTPTransport.Request {
    var body: [String: any Sendable] = [
      "dateRangeStart": Timestamp.text(slice.from - margin), "dateRangeEnd": Timestamp.text(slice.to + margin),
      "timeZone": "UTC", "rounding": false, "amountShown": "HIDE_AMOUNT", "sortOrder": "ASCENDING",
      "detailedFilter": ["page": page, "pageSize": size, "sortColumn": "DATE"] as [String: any Sendable],
    ]
    for (name, ids) in [("users", users), ("projects", projects)] {
      guard let ids else { continue }
      body[name] = ["ids": ids.sorted(), "contains": "CONTAINS", "status": "ALL"] as [String: any Sendable]
    }
    let data = try JSONSerialization.data(withJSONObject: body, options: [.sortedKeys])
    return .init(host: .reports, path: path, body: Array(data))
  }
}

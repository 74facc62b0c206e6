/// The pages of one slice in their order, each asked for when the one before it was not the last.
struct ReportPages<Content: Sendable>: AsyncSequence, Sendable {
  struct Element: Sendable {
    let content: Content
    /// With this page.
    let reading: SliceReading
  }

  let source: ClockifySource
  let query: ClockifySource.ReportQuery
  let prepare: @Sendable ([ClockifyTimeEntry]) -> Content

  func makeAsyncIterator() -> Iterator { Iterator(pages: self) }

  struct Iterator: AsyncIteratorProtocol {
    let pages: ReportPages
    private var number = 0
    /// The answer to the next page's request.
    private var ahead: Prefetch?
    private var reading = SliceReading()
    private var seen: Set<String> = []

    init(pages: ReportPages) {
      self.pages = pages
    }

    mutating func next() async throws -> Element? {
      if reading.reachedEnd { return nil }
      number += 1
      guard number < 10_000 else {
        throw ClockifyError(
          .malformed, "the report does not end after 10,000 pages", request: "POST \(pages.query.path)")
      }
      let request = try pages.query.request(number)
      let answer = try await (ahead ?? Prefetch(request, pages.source.transport)).answer()
      // What the header says of it is enough to ask for the next one, while this one is decoded.
      ahead = answer.lastPage == false ? Prefetch(try pages.query.request(number + 1), pages.source.transport) : nil
      let page = try await pages.source.decode(answer, of: request)
      let fresh = reading.count(page.content, seen: &seen)
      reading.reachedEnd = isLast(page, fresh: fresh.count)
      return Element(content: pages.prepare(fresh), reading: reading)
    }

    /// `Last-Page` decides; where it is absent the stated count; else an empty page. A short page alone ends nothing.
    /// Without the header a page full of ids that came before ends the pass too: its totals then tell what is missing.
    private func isLast(_ page: ClockifySource.Page, fresh: Int) -> Bool {
      if page.content.entries.isEmpty { return true }
      if let lastPage = page.lastPage { return lastPage }
      if fresh == 0 { return true }
      if let stated = reading.statedEntries { return reading.entries >= stated }
      return false
    }
  }
}

/// An answer that is under way. Nobody waits for it any more: the request is cancelled.
private final class Prefetch: Sendable {
  private let task: Task<HTTPTransport.Response, any Error>

  init(_ request: HTTPTransport.Request, _ transport: HTTPTransport) {
    task = Task { try await transport.send(request) }
  }

  deinit { task.cancel() }

  func answer() async throws -> HTTPTransport.Response {
    try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}

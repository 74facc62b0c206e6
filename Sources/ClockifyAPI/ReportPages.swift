import AsyncAlgorithms
import Synchronization

/// The pages of one slice in their order, decoded and prepared, each asked for when the one before it was not the last.
struct ReportPages<Content: Sendable>: AsyncSequence, Sendable {
  struct Element: Sendable {
    let content: Content
    /// With this page.
    let reading: SliceReading
  }

  let source: ClockifySource
  let query: ClockifySource.ReportQuery
  /// To the first page's request, where that is sent already.
  let first: ReportAnswer?
  let prepare: @Sendable ([ClockifyTimeEntry]) -> Content

  func makeAsyncIterator() -> Iterator { Iterator(pages: self) }

  struct Iterator: AsyncIteratorProtocol {
    private let pages: ReportPages
    /// At most two ahead of the page that is decoded.
    private var answers: AsyncBufferSequence<ReportAnswers>.AsyncIterator
    private let known = KnownPages()
    private var number = 0
    private var reading = SliceReading()
    private var seen: Set<String> = []

    init(pages: ReportPages) {
      self.pages = pages
      answers = ReportAnswers(source: pages.source, query: pages.query, first: pages.first, known: known)
        .buffer(policy: .bounded(1)).makeAsyncIterator()
    }

    mutating func next() async throws -> Element? {
      if reading.reachedEnd { return nil }
      number += 1
      guard number < 10_000 else {
        throw ClockifyError(
          .malformed, "the report does not end after 10,000 pages", request: "POST \(pages.query.path)")
      }
      // Without the header only the page itself tells whether to ask for another.
      let answer = try await answers.next()?.whole()
      let page = try await pages.source.reportPage(number, pages.query, answer: answer)
      if number == 1 { known.note(page.content) }
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

/// How many pages a slice has for sure, from what its first page states.
private final class KnownPages: Sendable {
  private let pages = Atomic(1)

  func note(_ first: ClockifyReportPage) {
    guard let stated = first.statedEntries, !first.entries.isEmpty, stated < 1 << 32 else { return }
    pages.store((stated + first.entries.count - 1) / first.entries.count, ordering: .relaxed)
  }

  func has(_ number: Int) -> Bool { number <= pages.load(ordering: .relaxed) }
}

/// The answers to a slice's requests in their order, as far as `Last-Page` leads: what an answer's header says is enough to
/// send the next request, while its body still arrives and is decoded. What is known to be there is asked for even before,
/// so that the server need not wait either.
private struct ReportAnswers: AsyncSequence, Sendable {
  let source: ClockifySource
  let query: ClockifySource.ReportQuery
  let first: ReportAnswer?
  let known: KnownPages

  func makeAsyncIterator() -> Iterator { Iterator(answers: self) }

  struct Iterator: AsyncIteratorProtocol {
    private let answers: ReportAnswers
    /// Asked for and not handed on yet, in order: two at most.
    private var waiting: [ReportAnswer]
    /// Of the page asked for last.
    private var number: Int
    private var isOver = false

    init(answers: ReportAnswers) {
      self.answers = answers
      waiting = answers.first.map { [$0] } ?? []
      number = waiting.count
    }

    mutating func next() async throws -> ReportAnswer? {
      if isOver { return nil }
      if waiting.isEmpty { try ask() }
      let answer = waiting.removeFirst()
      if answers.known.has(number + 1) { try ask() }
      let lastPage = await answer.lastPage()
      isOver = lastPage == true || (lastPage == nil && waiting.isEmpty)
      if isOver { waiting = [] }
      return answer
    }

    private mutating func ask() throws {
      number += 1
      waiting.append(ReportAnswer(to: try answers.query.request(number), answers.source.transport))
    }
  }
}

/// A report of which the first page is asked for already.
package struct BegunReport: Sendable {
  let query: ClockifySource.ReportQuery
  let first: ReportAnswer

  /// nil: it is to another request.
  func answer(to query: ClockifySource.ReportQuery) -> ReportAnswer? { query == self.query ? first : nil }
}

/// An answer that is under way. Nobody waits for it any more: the request is cancelled.
final class ReportAnswer: Sendable {
  private let task: Task<HTTPTransport.Response, any Error>
  private let heads: AsyncStream<Bool?>

  init(to request: HTTPTransport.Request, _ transport: HTTPTransport) {
    let (heads, head) = AsyncStream.makeStream(of: Bool?.self, bufferingPolicy: .bufferingOldest(1))
    self.heads = heads
    task = Task {
      defer { head.finish() }
      return try await transport.send(request) { head.yield($0) }
    }
  }

  deinit { task.cancel() }

  /// The `Last-Page` header, as soon as it is there; nil also where there is no answer.
  func lastPage() async -> Bool? {
    for await lastPage in heads { return lastPage }
    return nil
  }

  func whole() async throws -> HTTPTransport.Response {
    try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}

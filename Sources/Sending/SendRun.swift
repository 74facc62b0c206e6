import ClockifyAPI
import Foundation
import Planning

/// A send while it runs.
struct SendRun {
  private let sender: Sender
  private(set) var books: Sender.Books
  private let total: Int
  private let progress: (SendProgress) -> Void
  private let start: Date
  private(set) var sent = 0
  private var wrong = 0
  /// With another body in a record's place.
  private var isTest = false
  private var batches: Batches?
  /// A request of an earlier process of which no result is known.
  private var doubt: Journal.Line?

  init(sender: Sender, books: Sender.Books, open: Int, progress: @escaping (SendProgress) -> Void) {
    self.sender = sender
    self.books = books
    self.progress = progress
    total = open
    start = sender.clock.now()
    batches = sender.destination.batch.map { Batches($0) }
    doubt = books.journal.last.flatMap { line in
      line.records.contains { books.results.state(of: $0) == .open } ? line : nil
    }
  }

  /// - Returns: SHA-256 of what was read.
  mutating func run() async throws -> String {
    var reader = try sender.reader()
    while let next = try reader.next() {
      let number =
        switch next {
        case .success(let record): record.number
        case .failure(let problem): problem.record
        }
      guard sender.isToSend(number, books.results) else { continue }
      try Task.checkCancellation()
      do {
        let rendered = try await sender.renderer.render(next.get())
        if batches != nil { try await batch(rendered) } else { try await one(rendered) }
      } catch let problem as RecordProblem {
        var line = Results.Line(SendRecord(number: number, line: problem.line, value: Self.value(next)), .failed)
        (line.error, line.cause) = (problem.message, "not valid")
        try finish([line])
      }
    }
    for waiting in batches?.takeAll() ?? [] { try await send(waiting) }
    return try reader.digest()
  }

  private static func value(_ record: Result<SendRecord, RecordProblem>) -> JSONTree {
    (try? record.get().value) ?? .null
  }

  // MARK: One record

  private mutating func one(_ rendered: Rendered) async throws {
    let left = doubt.flatMap { $0.records == [rendered.record.number] ? $0 : nil }
    if left != nil { doubt = nil }
    try finish([try await carry(rendered, left)])
  }

  /// - Parameter left: how it left before, in a process that died.
  private mutating func carry(_ rendered: Rendered, _ left: Journal.Line?) async throws -> Results.Line {
    let isOwn = rendered.attempt == nil
    if left != nil, isOwn, !sender.options.resendsUnknown, !rendered.request.isRepeatable {
      return unknown(
        rendered, rendered.request, "the answer did not come, and a request of one's own cannot be looked up")
    }
    switch try await prepare(rendered, left) {
    case .ready(let request, let attempt, let running):
      return try await carry(rendered, request, attempt: attempt, running: running, left)
    case .ended(let line): return line
    }
  }

  private enum Prepared {
    case ready(ClockifyWriter.Request, Carrier.Attempt?, running: String?)
    /// Nothing has to be sent, or nothing can be.
    case ended(Results.Line)
  }

  /// Reads what a request needs of the row that it changes.
  private func prepare(_ rendered: Rendered, _ left: Journal.Line?) async throws -> Prepared {
    guard let attempt = rendered.attempt else { return .ready(rendered.request, nil, running: nil) }
    let toolbox = rendered.toolbox
    do {
      if attempt.template.verb == .stop {
        if let running = left?.running { return .ready(rendered.request, attempt, running: running) }
        let end = attempt.body["end"]?.words.flatMap { ClockifyTime.instant($0) }.flatMap { Instant($0) }
        guard let user = attempt.user, let end, let step = try await toolbox.stopping(user, at: end) else {
          let name = attempt.user == toolbox.place.ownerID ? toolbox.place.ownerName : "user \(attempt.user ?? "")"
          return .ended(failed(rendered, Refusal(.noTimer(user: name), says: nil)))
        }
        return .ready(step.request, attempt, running: step.running)
      }
      guard rendered.isMerged else { return .ready(rendered.request, attempt, running: nil) }
      let changes = (rendered.body?.members ?? []).map { (name: $0.name, value: Optional($0.value)) }
      let steps = try await toolbox.updating(
        attempt.template.kind, attempt.id ?? "", changes, project: attempt.project)
      if let step = steps.first { return .ready(step.request, step.attempt, running: nil) }
      var line = Results.Line(rendered.record, .done)
      line.id = attempt.id
      line.warnings = ["it was so already: nothing was sent."]
      return .ended(line)
    } catch let error as SendingError {
      var line = Results.Line(rendered.record, .failed)
      (line.error, line.next, line.cause) = (error.message, error.next, "not there")
      return .ended(line)
    }
  }

  private mutating func carry(
    _ rendered: Rendered, _ request: ClockifyWriter.Request, attempt: Carrier.Attempt?, running: String?,
    _ left: Journal.Line?, records: [SendRecord]? = nil
  ) async throws -> Results.Line {
    let records = (records ?? [rendered.record]).map(\.number)
    var journal = books.journal
    let clock = sender.clock
    var number = left?.request
    var attempts = 0
    defer { books.journal = journal }
    let (results, isTest) = (books.results, isTest)
    var ids: Set<String>?
    let ending = try await rendered.toolbox.carrier.carry(
      request, attempt, left: left?.at, running: running,
      known: { id in
        ids = try ids ?? results.ids()
        return ids?.contains(id) ?? false
      },
      sends: {
        attempts += 1
        number = try journal.note(
          rendered, request, records: records, running: running, number: number, at: clock.now(),
          isTest: isTest)
      }, notSent: { if let number { try journal.noteNotSent(number) } })
    var line: Results.Line
    switch ending {
    case .done(let row, let status, let resolved):
      line = Results.Line(rendered.record, .done)
      (line.response, line.status, line.resolved) = (row, status, resolved)
      line.id = row?["id"]?.words ?? attempt?.id
      if let row, let attempt, attempt.template.verb != .delete {
        line.warnings = await rendered.toolbox.warnings(
          asked: rendered.body ?? .object([]), row, attempt.template.kind)
      }
    case .failed(let refusal, let status, let answer):
      line = failed(rendered, refusal)
      (line.status, line.response) = (status, answer)
    case .unknown(let why): line = unknown(rendered, request, why)
    }
    (line.request, line.attempts) = (request, attempts)
    return line
  }

  private func unknown(_ rendered: Rendered, _ request: ClockifyWriter.Request, _ why: String) -> Results.Line {
    var line = Results.Line(rendered.record, .unknown)
    (line.request, line.error, line.cause) = (request, why, "no answer")
    line.next = "look for it, then send it with --resend-unknown"
    return line
  }

  private func failed(_ rendered: Rendered, _ refusal: Refusal) -> Results.Line {
    var line = Results.Line(rendered.record, .failed)
    (line.error, line.next, line.cause) = (refusal.text, refusal.next, refusal.label)
    return line
  }

  /// One record out of its turn.
  ///
  /// - Parameter isTest: with another body: the record is still to be sent.
  mutating func trial(_ rendered: Rendered, isTest: Bool) async throws -> Results.Line {
    self.isTest = isTest
    var line = try await carry(rendered, nil)
    line.isTest = isTest
    try books.results.add(line, at: sender.clock.now())
    return line
  }

  // MARK: Batches

  private mutating func batch(_ rendered: Rendered) async throws {
    if doubt?.records.contains(rendered.record.number) ?? false, !sender.options.resendsUnknown {
      return try finish([unknown(rendered, rendered.request, "the answer to its batch did not come")])
    }
    for full in batches?.add(rendered) ?? [] { try await send(full) }
  }

  private mutating func send(_ batch: [Rendered]) async throws {
    guard let first = batch.first, let shape = sender.destination.batch else { return }
    let list = JSONTree.list(batch.map { $0.body ?? .null })
    var request = first.request
    request.body = (shape.key.map { .object([.init($0, list)]) } ?? list).json
    let line = try await carry(first, request, attempt: nil, running: nil, nil, records: batch.map(\.record))
    let rows = line.response?.elements ?? []
    try finish(
      batch.enumerated().map { index, rendered in
        var own = Results.Line(rendered.record, line.state)
        (own.status, own.attempts, own.error, own.next, own.cause) =
          (line.status, line.attempts, line.error, line.next, line.cause)
        if rows.count == batch.count {
          (own.response, own.id) = (rows[index], rows[index]["id"]?.words)
        } else if index == 0 {
          own.response = line.response
        }
        own.request = request
        if index > 0 { own.request?.body = nil }
        return own
      })
  }

  // MARK: Ending

  /// Notes how records ended, and stops where too many went wrong.
  private mutating func finish(_ lines: [Results.Line]) throws {
    for line in lines {
      try books.results.add(line, at: sender.clock.now())
      sent += 1
      if line.state != .done { wrong += 1 }
    }
    let seconds = sender.clock.now().timeIntervalSince(start)
    progress(SendProgress(sent: sent, total: total, failed: wrong, rate: seconds > 1 ? Double(sent) / seconds : 0))
    guard let most = sender.destination.maxErrors, wrong > most else { return }
    let last = lines.last { $0.state != .done }
    throw SendStopped(
      record: last?.record.number ?? 0, line: last?.record.line ?? 0, message: last?.error ?? "", next: last?.next,
      results: books.results.path)
  }
}

/// Too much went wrong.
package struct SendStopped: Error {
  package let record: Int
  package let line: Int
  package let message: String
  package let next: String?
  package let results: String
}

/// Records that wait to go together.
struct Batches {
  private static let most = 10_000

  private let shape: Destination.Batch
  /// In the order in which they began.
  private var open: [(key: [JSONTree?], records: [Rendered])] = []
  private var waiting = 0

  init(_ shape: Destination.Batch) {
    self.shape = shape
  }

  /// - Returns: those that are full now, or the oldest where too many wait.
  mutating func add(_ rendered: Rendered) -> [[Rendered]] {
    let key = shape.by.map { rendered.record.value.value(at: $0) }
    let at = open.firstIndex { $0.key == key } ?? open.endIndex
    if at == open.endIndex { open.append((key, [])) }
    open[at].records.append(rendered)
    waiting += 1
    if open[at].records.count == shape.size { return [take(at)] }
    return waiting > Self.most ? [take(0)] : []
  }

  private mutating func take(_ at: Int) -> [Rendered] {
    let batch = open.remove(at: at).records
    waiting -= batch.count
    return batch
  }

  mutating func takeAll() -> [[Rendered]] {
    defer { (open, waiting) = ([], 0) }
    return open.map(\.records)
  }
}

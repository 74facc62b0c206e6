import ClockifyAPI
import Crypto
import Foundation

/// Sends records one after another, each noted before and after, so that at most one is ever in doubt (toolbox.md 3).
package struct Sender {
  package struct Options: Sendable {
    /// What cannot be sent is noted as failed; else it stops everything before anything is sent.
    package var skipsInvalid = false
    package var retriesFailed = false
    package var resendsUnknown = false

    package init() {}
  }

  let input: (path: String, format: RecordReader.Format)
  package let renderer: Renderer
  /// Where one is without a workspace of one's own.
  package let home: Toolbox
  /// nil: nothing is sent.
  let folder: SendFolder?
  package var options = Options()
  /// How lines come onto the disk.
  package var append = AppendFile.sync

  var destination: Destination { renderer.destination }
  var clock: SendingClock { home.carrier.clock }

  package init(
    input: (path: String, format: RecordReader.Format), renderer: Renderer, home: Toolbox, folder: SendFolder?
  ) {
    self.input = input
    self.renderer = renderer
    self.home = home
    self.folder = folder
  }

  /// - Parameters:
  ///   - confirm: asked once all was checked, with the number of records that are to be sent; throws to stop.
  ///   - progress: hears after each record.
  /// - Throws: `SendingError` where nothing was sent, `ClockifyError` and `CancellationError` where it stopped on the way.
  package func run(
    confirm: (Int) throws -> Void = { _ in }, progress: @escaping (SendProgress) -> Void = { _ in }
  ) async throws -> SendSummary {
    let checked = try await InputCheck(self).run()
    var books = try open(checked)
    let open = (1...max(1, checked.records)).filter { checked.records > 0 && isToSend($0, books.results) }.count
    guard open > 0 else { return summary(books, sent: 0) }
    try confirm(open)
    var sending = SendRun(sender: self, books: books, open: open, progress: progress)
    guard try await sending.run() == checked.digest else {
      throw SendingError(
        "the input was changed while it was sent: what is in Clockify is what \(books.results.path) says",
        next: "compare the two before you send the rest", .partial)
    }
    books = sending.books
    return summary(books, sent: sending.sent)
  }

  /// Journal and results of this input.
  func open(_ checked: InputCheck.Outcome) throws -> Books {
    let head = Journal.Head(
      input: checked.digest, destination: Self.hash(destination.canonical), records: checked.records,
      workspace: home.place.id, owner: home.place.ownerID)
    guard let folder else { throw SendingError("a preview sends nothing") }
    let journal = try Journal(folder, head, append: append)
    let results = try Results(path: destination.results ?? folder.results, records: checked.records, append: append)
    return Books(journal: journal, results: results)
  }

  struct Books {
    var journal: Journal
    var results: Results
  }

  func isToSend(_ record: Int, _ results: Results) -> Bool {
    switch results.state(of: record) {
    case .open: true
    case .done: false
    case .failed: options.retriesFailed
    case .unknown: options.resendsUnknown
    }
  }

  func reader() throws -> RecordReader { try RecordReader(path: input.path, format: input.format) }

  private func summary(_ books: Books, sent: Int) -> SendSummary {
    SendSummary(
      sent: sent, done: books.results.count(.done), failed: books.results.count(.failed),
      unknown: books.results.count(.unknown), causes: books.results.causes, results: books.results.path)
  }

  private static func hash(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).hex
  }
}

/// How far a send is.
package struct SendProgress: Sendable {
  package let sent: Int
  package let total: Int
  package let failed: Int
  /// Records a second; 0: not known yet.
  package let rate: Double
}

/// How a send ended.
package struct SendSummary: Sendable {
  /// By this run.
  package let sent: Int
  package let done: Int
  package let failed: Int
  package let unknown: Int
  /// Of this run: what failed of what.
  package let causes: [String: Int]
  /// Where the results are.
  package let results: String
}

/// The pass over the whole input before anything is sent.
struct InputCheck {
  struct Outcome {
    let records: Int
    /// SHA-256 of the input.
    let digest: String
  }

  private static let mostProblems = 10

  private let sender: Sender

  init(_ sender: Sender) {
    self.sender = sender
  }

  /// - Throws: `SendingError` with up to ten problems.
  func run() async throws -> Outcome {
    var reader = try sender.reader()
    var (records, problems) = (0, [RecordProblem]())
    let demands = try await demands()
    while let next = try reader.next() {
      try Task.checkCancellation()
      records += 1
      guard problems.count < Self.mostProblems, !sender.options.skipsInvalid else { continue }
      do {
        let rendered = try await sender.renderer.render(next.get())
        let missing = rendered.body.map { demands?.problems(of: $0) ?? [] } ?? []
        if !missing.isEmpty {
          throw RecordProblem(
            record: rendered.record.number, line: rendered.record.line, message: missing.joined(separator: "; "))
        }
      } catch let problem as RecordProblem {
        problems.append(problem)
      }
    }
    guard problems.isEmpty else {
      throw SendingError(
        "the input cannot be sent, and nothing was:\n"
          + problems.map { "  \($0.text)" }.joined(separator: "\n")
          + (problems.count == Self.mostProblems ? "\n  perhaps more" : ""),
        next: "correct it, or send the rest with --skip-invalid")
    }
    return Outcome(records: records, digest: try reader.digest())
  }

  private func demands() async throws -> Demands? {
    guard sender.destination.template?.name == "create-time-entry", !sender.destination.namesWorkspaces else {
      return nil
    }
    return try await Demands.read(sender.home)
  }
}

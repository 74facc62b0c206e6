package import ClockifyAPI
import Foundation

extension Sender {
  /// Requests as they would be sent; nothing is but look-ups.
  ///
  /// - Parameters:
  ///   - count: of records at most.
  ///   - record: the first, from 1.
  package func preview(_ count: Int, from record: Int) async throws -> [Rendered] {
    var reader = try reader()
    var shown: [Rendered] = []
    while shown.count < count, let next = try reader.next() {
      let number =
        switch next {
        case .success(let found): found.number
        case .failure(let problem): problem.record
        }
      guard number >= record else { continue }
      do { shown.append(try await renderer.render(next.get())) } catch let problem as RecordProblem {
        throw SendingError(problem.text, next: "correct it")
      }
    }
    guard !shown.isEmpty || record == 1 else {
      throw SendingError("the input has no record \(record)", next: "name one that is there with --record")
    }
    return shown
  }

  /// What a trial was answered.
  package struct Trial: Sendable {
    package let rendered: Rendered
    /// done, failed or unknown.
    package let state: String
    package let status: Int?
    package let answer: JSONTree?
    package let error: String?
    package let next: String?
    /// It counts as the record: the send passes over it.
    package let counts: Bool
  }

  /// Sends one record.
  ///
  /// - Parameters:
  ///   - payload: this body instead of the record's; the record is still to be sent then.
  ///   - confirm: asked before; throws to stop.
  package func test(
    record: Int, payload: JSONTree?, confirm: (Rendered) throws -> Void
  ) async throws -> Trial {
    let checked = try await InputCheck(self).run()
    guard var rendered = try await preview(1, from: record).first else {
      throw SendingError("the input has no record", next: "name another input")
    }
    let books = try open(checked)
    guard payload != nil || isToSend(record, books.results) else {
      throw SendingError("record \(record) is sent already", next: "name another with --record")
    }
    if let payload {
      rendered.body = payload
      rendered.request.body = payload.json
      if let attempt = rendered.attempt {
        var check = BodyCheck(attempt.template)
        check.isMerged = rendered.isMerged
        check.takesTimers = destination.takesTimers
        let problems = check.problems(of: payload)
        guard problems.isEmpty else {
          throw SendingError("the payload: \(problems.joined(separator: "; "))", next: "correct it")
        }
        rendered.attempt = Diagnosis.Attempt(
          attempt.template, body: payload, id: attempt.id, user: attempt.user, project: attempt.project)
      }
    }
    try confirm(rendered)
    var run = SendRun(sender: self, books: books, open: 1) { _ in }
    let line = try await run.trial(rendered, isTest: payload != nil)
    return Trial(
      rendered: rendered, state: line.state.word, status: line.status, answer: line.response, error: line.error,
      next: line.next, counts: payload == nil)
  }
}

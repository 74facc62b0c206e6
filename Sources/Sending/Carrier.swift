package import ClockifyAPI
package import Foundation

/// Carries one writing request to its end: sent, sent again where that is safe, looked up where no answer came.
package struct Carrier: Sendable {
  package typealias Attempt = Diagnosis.Attempt

  /// How one request ended.
  package enum Ending: Sendable {
    /// row: what was made or changed; nil: the answer had none.
    case done(row: JSONTree?, status: Int?, resolved: Resolved?)
    case failed(Refusal, status: Int, answer: JSONTree?)
    /// Perhaps done, and why nobody can tell.
    case unknown(String)
  }

  /// What a look-up settled.
  package enum Resolved: String, Sendable { case found, absent }

  package let source: ClockifySource
  package let writer: ClockifyWriter
  package let place: Diagnosis.Place
  package let diagnosis: Diagnosis
  package let clock: SendingClock
  /// Off, what is in doubt stays so.
  package var settlesDoubt = true

  package init(
    source: ClockifySource, writer: ClockifyWriter, place: Diagnosis.Place, diagnosis: Diagnosis, clock: SendingClock
  ) {
    self.source = source
    self.writer = writer
    self.place = place
    self.diagnosis = diagnosis
    self.clock = clock
  }

  /// - Parameters:
  ///   - attempt: nil: a request of one's own, which cannot be looked up.
  ///   - left: when an earlier process sent it and died before the answer was noted; nil: it is new.
  ///   - running: of `stop-timer`: the entry that is to be stopped.
  ///   - known: ids that other requests are known to have made.
  ///   - sends: hears of each try, before it is made.
  ///   - notSent: hears that the last try came to nothing: it did not leave, or was turned away unread.
  /// - Throws: `SendingError`, `ClockifyError`, `CancellationError`: it was not done.
  package func carry(
    _ request: ClockifyWriter.Request, _ attempt: Attempt?, left: Date? = nil, running: String? = nil,
    known: (String) throws -> Bool = { _ in false }, sends: () throws -> Void = {}, notSent: () throws -> Void = {}
  ) async throws -> Ending {
    var resolved: Resolved?
    var inDoubtSince = left
    var isRepeated = left != nil
    var round = 0
    while true {
      if let since = inDoubtSince, !request.isRepeatable {
        switch try await settle(attempt, since, running, known) {
        case .found(let row): return .done(row: row, status: nil, resolved: .found)
        case .unknown(let why): return .unknown(why)
        case .absent where round > 2: return .unknown("it is not there after \(round) tries")
        case .absent: resolved = .absent
        }
      }
      var (sent, tries) = (clock.now(), 0)
      let outcome: ClockifyWriter.Outcome
      do {
        outcome = try await writer.send(request, expectsRow: attempt.map { expectsRow($0) } ?? false) {
          (sent, tries) = (clock.now(), $0)
          try sends()
        }
      } catch let error as ClockifyError {
        try notSent()
        throw error
      }
      switch outcome {
      case .done(let answer): return .done(row: answer.json, status: answer.status, resolved: resolved)
      case .doubt(let error) where request.isRepeatable || attempt == nil:
        return .unknown("\(error.message), and whether it was done is not known")
      case .doubt: inDoubtSince = sent
      case .stopped(let answer):
        try notSent()
        throw stop(request, answer)
      case .refused(let answer):
        isRepeated = isRepeated || tries > 1
        if isRepeated, request.method == "DELETE", answer.status == 400, let row = try await goneRow(request) {
          return .done(row: row, status: nil, resolved: .found)
        }
        let refusal =
          if let attempt { try await diagnosis.refusal(attempt, answer) } else {
            Refusal(.other(status: answer.status, code: answer.code), says: answer.message)
          }
        return .failed(refusal, status: answer.status, answer: answer.json)
      }
      round += 1
    }
  }

  /// As an error: no record's fault.
  package func stop(_ request: ClockifyWriter.Request, _ answer: ClockifyAnswer) -> any Error {
    switch answer.status {
    case 403: Refusal(.noRight(owner: place.ownerName), says: answer.message).error
    case 404, 405: Refusal(.noPath, says: answer.message).error
    default:
      writer.exchange.failure(answer, of: request)
        ?? ClockifyError(.malformed, "Clockify sent an answer that cannot be read", request: request.name)
    }
  }

  private func expectsRow(_ attempt: Attempt) -> Bool { attempt.template.verb != .delete }

  /// Looks twice where there is nothing yet: what was on its way may come.
  private func settle(
    _ attempt: Attempt?, _ since: Date, _ running: String?, _ known: (String) throws -> Bool
  ) async throws -> Doubt.Finding {
    guard let attempt, settlesDoubt else { return .unknown("the answer did not come, and it was not looked for") }
    let doubt = Doubt(source: source, workspace: place.id)
    let first = try await doubt.finding(attempt, at: since, known: known, running: running)
    let rest = Doubt.onItsWay - clock.now().timeIntervalSince(since)
    guard first == .absent, rest > 0 else { return first }
    try await clock.wait(rest, "no answer came, and Clockify does not have it yet")
    return try await doubt.finding(attempt, at: since, known: known, running: running)
  }

  /// What a DELETE wanted, sent once more: it is gone.
  private func goneRow(_ request: ClockifyWriter.Request) async throws -> JSONTree? {
    try await source.row(at: request.path) == nil ? .object([]) : nil
  }
}

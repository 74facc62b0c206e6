package import ClockifyAPI
import Foundation

/// Sends writing requests: the only code that does (rule 1). Sends one again only where that is safe (toolbox.md 3.7).
package struct ClockifyWriter: Sendable {
  package typealias Request = ClockifyExchange.Request

  package enum Outcome: Sendable {
    case done(ClockifyAnswer)
    /// Clockify said no: nothing changed.
    case refused(ClockifyAnswer)
    /// Clockify said no to the key, the path or the verb: nothing changed, and the next would fare no better.
    case stopped(ClockifyAnswer)
    /// It may have been done, and no answer says so.
    case doubt(ClockifyError)
  }

  /// How long what nothing came of is tried again.
  package enum Patience: Sendable {
    case tries(Int)
    case seconds(Double)
  }

  package let exchange: ClockifyExchange
  let retry: RetryPolicy
  let patience: Patience
  let clock: SendingClock

  package init(exchange: ClockifyExchange, retry: RetryPolicy, patience: Patience, clock: SendingClock) {
    self.exchange = exchange
    self.retry = retry
    self.patience = patience
    self.clock = clock
  }

  /// - Parameters:
  ///   - expectsRow: an answer of 2xx without a row cannot be read: JSON, and of what was made or changed an id.
  ///   - attempt: hears the number of each try before it is made; what it throws keeps the try from being made.
  /// - Throws: `ClockifyError` for what stops everything (the network, the hour), or `CancellationError`; in both cases
  ///   nothing was done.
  package func send(
    _ request: Request, expectsRow: Bool, attempt heard: (Int) throws -> Void = { _ in }
  ) async throws -> Outcome {
    let isRepeatable = request.method == "GET" || request.isRepeatable
    let start = clock.now()
    var attempt = 1
    while true {
      try heard(attempt)
      let problem: ClockifyError
      do {
        let answer = try await exchange.send(request)
        if let outcome = Self.outcome(answer, request, expectsRow: expectsRow) { return outcome }
        problem =
          exchange.failure(answer, of: request)
          ?? ClockifyError(.malformed, "Clockify sent an answer that cannot be read", request: request.name)
      } catch let error as ClockifyError {
        problem = error
      }
      if problem.mayHaveBeenProcessed {
        if !isRepeatable || attempt >= retry.attempts {
          guard request.method != "GET" else { throw problem }
          return .doubt(problem)
        }
      } else if !problem.isTransient || !isPatient(since: start, attempt) {
        throw problem
      }
      try await clock.wait(retry.pause(after: attempt, problem), problem.message)
      attempt += 1
    }
  }

  private func isPatient(since start: Date, _ attempt: Int) -> Bool {
    switch patience {
    case .tries(let tries): attempt < tries
    case .seconds(let seconds): clock.now().timeIntervalSince(start) < seconds
    }
  }

  /// What was made or changed says its id; a 200 of a proxy does not.
  private static func hasRow(_ answer: ClockifyAnswer, _ request: Request) -> Bool {
    request.method == "GET" ? answer.json != nil : answer.json?["id"]?.words != nil
  }

  /// nil: it is neither done nor refused.
  private static func outcome(_ answer: ClockifyAnswer, _ request: Request, expectsRow: Bool) -> Outcome? {
    switch answer.status {
    case 200..<300: !expectsRow || hasRow(answer, request) ? .done(answer) : nil
    case 403: Refusal.codes.contains(answer.code ?? 0) ? .refused(answer) : .stopped(answer)
    case 404: answer.code == 404 ? .refused(answer) : .stopped(answer)
    case 300..<400, 401, 405: .stopped(answer)
    case 429: nil
    case 400..<500: .refused(answer)
    default: nil
    }
  }
}

extension RetryPolicy {
  /// Seconds to wait after attempt number `attempt`, for whoever decides by itself whether to go on.
  fileprivate func pause(after attempt: Int, _ error: ClockifyError) -> Double {
    if let asked = error.retryAfter { return asked }
    return min(60, firstPause * pow(2, Double(min(attempt, 10) - 1))) * Double.random(in: 0.75...1.25)
  }
}

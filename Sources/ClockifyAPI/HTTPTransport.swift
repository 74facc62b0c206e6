import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sends one request after another, within the budget, again after passing faults, and turns every failure into a `ClockifyError`.
struct HTTPTransport: Sendable {
  struct Request: Sendable {
    enum Host: Sendable { case api, reports }
    var host = Host.api
    var path: String
    var query: [(String, String)] = []
    /// JSON; a body makes it a POST where no verb is named. Of what reads only reports and searches have one (rule 1).
    var body: [UInt8]?
    /// nil: GET, or POST with a body.
    var method: String?
    var headers: [(String, String)] = []

    var verb: String { method ?? (body == nil ? "GET" : "POST") }
    /// For errors and logs: no query, no body.
    var name: String { "\(verb) \(path)" }
  }

  struct Response: Sendable {
    let body: ByteBuffer
    /// The `Last-Page` header; nil when the server did not send it.
    let lastPage: Bool?
    /// The `Date` header.
    let date: String?
    let request: String

    /// The server's clock, seconds since 1970.
    var serverDate: Double? { date.flatMap(HTTPTransport.httpDate) }
  }

  static let maximumBytes = 128 << 20

  let addresses: ClockifyAddresses
  let credential: ClockifyCredential
  let budget: RequestBudget
  let retry: RetryPolicy
  let waits: Waits
  let logger: Logger

  /// One for the whole process, never shut down: a client that was used leaves its connection pool in memory after its
  /// shutdown, which a service would gather night by night. Idle connections close after a minute.
  private static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow,
      timeout: .init(connect: .seconds(10), read: .seconds(60)),
      decompression: .enabled(limit: .size(maximumBytes)))
    configuration.httpVersion = .http1Only
    // A refused connection is an answer: trying again is the retry policy's business.
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// - Parameter head: called when an answer begins, before its body is there, with its `Last-Page`; once more when the
  ///   request was sent again.
  /// - Throws: `ClockifyError`, or `CancellationError`.
  func send(_ request: Request, head: @escaping @Sendable (Bool?) -> Void = { _ in }) async throws -> Response {
    var attempt = 1
    while true {
      do {
        return try await sendOnce(request, head: head)
      } catch let error as ClockifyError {
        guard let pause = retry.pause(after: attempt, error: error) else {
          throw attempt == 1 ? error : error.afterAttempts(attempt)
        }
        logger.debug(
          "request failed, trying again",
          metadata: ["request": "\(request.name)", "attempt": "\(attempt)", "error": "\(error.message)"])
        try await wait(pause, after: error, attempt)
        attempt += 1
      }
    }
  }

  private func wait(_ pause: Double, after error: ClockifyError, _ attempt: Int) async throws {
    try await waits.wait(pause, for: "\(error.message), try \(attempt) of \(retry.attempts)")
  }

  /// Sends, and decodes inside the retry: an answer that cannot be read counts as a failed attempt.
  ///
  /// - Parameter first: the first attempt's answer, where it is there already.
  func send<Value: Sendable>(
    _ request: Request, first: Response? = nil, decode: @Sendable (Response) throws -> Value
  ) async throws -> Value {
    var attempt = 1
    while true {
      let response = if attempt == 1, let first { first } else { try await send(request) }
      do {
        return try decode(response)
      } catch let error as ClockifyError {
        guard let pause = retry.pause(after: attempt, error: error) else { throw error }
        try await wait(pause, after: error, attempt)
        attempt += 1
      }
    }
  }

  private func sendOnce(_ request: Request, head: @escaping @Sendable (Bool?) -> Void) async throws -> Response {
    try await budget.take()
    let answer = try await exchange(request, head: head)
    if let failure = Self.failure(answer, request: request.name) { throw failure }
    return Response(
      body: answer.body, lastPage: answer.lastPage, date: answer.header("Date"), request: request.name)
  }

  /// Sends once, in a slot that was taken, and takes whatever is answered.
  ///
  /// - Throws: `ClockifyError` where there is no answer, or `CancellationError`.
  func exchange(_ request: Request, head: @escaping @Sendable (Bool?) -> Void = { _ in }) async throws -> ClockifyAnswer
  {
    do {
      return try await withThrowingTaskGroup(of: ClockifyAnswer.self) { group in
        group.addTask { try await answer(to: request, head: head) }
        // The client's own deadline ends with the head of an answer: a body that drips would hold a night for ever.
        group.addTask {
          try await Task.sleep(for: .seconds(retry.deadline))
          throw HTTPClientError.deadlineExceeded
        }
        defer { group.cancelAll() }
        return try await group.next()!
      }
    } catch let error as ClockifyError {
      throw error
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      if Task.isCancelled { throw CancellationError() }
      throw Self.transportFailure(error, request: request.name, host: url(of: request))
    }
  }

  private func answer(to request: Request, head: @Sendable (Bool?) -> Void) async throws -> ClockifyAnswer {
    let start = ContinuousClock.now
    let response = try await Self.client.execute(
      outgoing(request), deadline: .now() + .seconds(Int64(retry.deadline) + 1))
    let headers = response.headers.map { ($0.name, credential.hidden(in: $0.value)) }
    if response.status == .ok { head(ClockifyAnswer(status: 200, headers: headers, body: ByteBuffer()).lastPage) }
    let body = credential.hidden(in: try await response.body.collect(upTo: Self.maximumBytes))
    logger.debug(
      "request",
      metadata: [
        "request": "\(request.name)", "status": "\(response.status.code)", "bytes": "\(body.readableBytes)",
        "milliseconds": "\(Int((ContinuousClock.now - start) / .milliseconds(1)))",
      ])
    return ClockifyAnswer(status: Int(response.status.code), headers: headers, body: body)
  }

  private func outgoing(_ request: Request) -> HTTPClientRequest {
    var outgoing = HTTPClientRequest(url: url(of: request))
    outgoing.method = .init(rawValue: request.verb)
    outgoing.headers.add(name: credential.header.name, value: credential.header.value)
    for (name, value) in [("Accept", "application/json"), ("User-Agent", "rota")] + request.headers {
      outgoing.headers.replaceOrAdd(name: name, value: value)
    }
    if let body = request.body {
      if !outgoing.headers.contains(name: "Content-Type") {
        outgoing.headers.add(name: "Content-Type", value: "application/json")
      }
      outgoing.body = .bytes(body)
    }
    return outgoing
  }

  private func url(of request: Request) -> String {
    let base = request.host == .api ? addresses.api : addresses.reports
    var allowed = CharacterSet.alphanumerics
    allowed.insert(charactersIn: "-._~,")
    let query = request.query.map {
      "\($0.0.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")=\($0.1.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
    }
    // A path that was typed may bring a query of its own.
    let joint = request.path.contains("?") ? "&" : "?"
    return base.absoluteString + request.path + (query.isEmpty ? "" : joint + query.joined(separator: "&"))
  }
}

extension ClockifyError {
  fileprivate func afterAttempts(_ attempts: Int) -> ClockifyError {
    ClockifyError(
      code, "\(message), \(attempts) tries", request: request, status: status, retryAt: retryAt,
      retryAfter: retryAfter)
  }
}

import Foundation
package import Logging
package import NIOCore

/// Whatever Clockify answered, of any status. The secret is not in it, even where the server echoed it.
package struct ClockifyAnswer: Sendable {
  package let status: Int
  package let headers: [(String, String)]
  package let body: ByteBuffer

  package func header(_ name: String) -> String? {
    headers.first { $0.0.lowercased() == name.lowercased() }?.1
  }

  package var text: String { String(buffer: body) }
  /// nil: it is no JSON.
  package var json: JSONTree? { body.withUnsafeReadableBytes { JSONTree($0.bindMemory(to: UInt8.self)) } }
  /// Clockify's own code in an error's body: a number that is not the status (clockify-api.md 1.4).
  package var code: Int? { HTTPTransport.errorCode(in: body) }
  /// What Clockify says in words; it may echo values: for people, never for logs (clockify-api.md 1.4).
  package var message: String? { json?["message"]?.words }

  var lastPage: Bool? {
    switch header("Last-Page")?.lowercased() {
    case "true": true
    case "false": false
    default: nil
    }
  }
}

/// A request of any verb, as whoever sends it means it. Only `Sending` may use it (rule 1, `scripts/check-imports`): all
/// that the import gets is a `ClockifySource`, which cannot write.
package struct ClockifyExchange: Sendable {
  package enum Host: String, Sendable { case api, reports }

  package struct Request: Sendable {
    package var host = Host.api
    package var method: String
    /// Below the address, each part encoded already.
    package var path: String
    package var query: [(String, String)] = []
    package var headers: [(String, String)] = []
    /// JSON, as it is sent.
    package var body: String?

    package init(_ method: String, _ path: String, body: String? = nil) {
      self.method = method
      self.path = path
      self.body = body
    }

    /// Sent twice, it has the effect of once.
    package var isRepeatable: Bool { ["PUT", "DELETE"].contains(method) }
    /// For people and logs: no query, no body.
    package var name: String { "\(method) \(path)" }
  }

  private let transport: HTTPTransport
  package let credential: ClockifyCredential
  package let addresses: ClockifyAddresses

  package init(
    addresses: ClockifyAddresses, credential: ClockifyCredential, budget: RequestBudget, logger: Logger
  ) {
    self.addresses = addresses
    self.credential = credential
    transport = HTTPTransport(
      addresses: addresses, credential: credential, budget: budget, retry: RetryPolicy(attempts: 1), waits: Waits(),
      logger: logger)
  }

  /// Sends once: nothing below sends a request again of its own accord. One that is on its way is not broken off by a
  /// cancelled task, so that its answer is known.
  ///
  /// - Throws: `ClockifyError` where there is no answer, or `CancellationError`.
  package func send(_ request: Request) async throws -> ClockifyAnswer {
    var outgoing = HTTPTransport.Request(
      host: request.host == .api ? .api : .reports, path: request.path, query: request.query,
      body: request.body.map { Array($0.utf8) })
    (outgoing.method, outgoing.headers) = (request.method, request.headers)
    try await transport.budget.take()
    return try await Task { [transport, outgoing] in try await transport.exchange(outgoing) }.value
  }

  /// What an answer outside 2xx means as an error; nil: it is one of 2xx.
  package func failure(_ answer: ClockifyAnswer, of request: Request) -> ClockifyError? {
    HTTPTransport.failure(answer, request: request.name)
  }
}

/// What went wrong between us and Clockify: a code to switch on, a sentence for people, and where it happened.
///
/// Messages never hold the key, a request body, or text that Clockify echoed (clockify-api.md 1.4: it may be private).
package struct ClockifyError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable, Hashable {
    /// An address that cannot or must not be used.
    case badAddress
    /// A key that cannot be one.
    case badCredential
    /// 401.
    case keyRefused
    /// 403.
    case forbidden
    /// 404: the route, not the entity (clockify-api.md 1.4).
    case routeMissing
    /// 400 with code 501 for one entity: deleted, foreign, or never there.
    case entityMissing
    /// Any other 4xx.
    case rejected
    /// 429.
    case rateLimited
    /// 5xx.
    case server
    /// No connection: name, network, TLS. Nothing left this machine.
    case unreachable
    /// The connection ended before the answer was there.
    case brokenOff
    case timeout
    /// An answer that is not what the API promises.
    case malformed
    /// An answer beyond the size limit.
    case tooLarge
    /// 3xx: never followed, so that a key cannot travel to another host.
    case redirected
    /// Our own hourly budget is used up; `retryAt` says when it opens again.
    case budgetExhausted
  }

  package let code: Code
  package let message: String
  /// The request it happened in, as `GET /workspaces/{id}/users`; nil before any request.
  package let request: String?
  package let status: Int?
  /// Seconds since 1970.
  package let retryAt: Double?
  /// Seconds the server asked us to wait.
  package let retryAfter: Double?

  package init(
    _ code: Code, _ message: String, request: String? = nil, status: Int? = nil, retryAt: Double? = nil,
    retryAfter: Double? = nil
  ) {
    self.code = code
    self.message = message
    self.request = request
    self.status = status
    self.retryAt = retryAt
    self.retryAfter = retryAfter
  }

  /// Whether the same request may well succeed a little later.
  package var isTransient: Bool {
    switch code {
    case .rateLimited, .server, .unreachable, .brokenOff, .timeout, .malformed: true
    case .badAddress, .badCredential, .keyRefused, .forbidden, .routeMissing, .entityMissing, .rejected, .tooLarge,
      .redirected, .budgetExhausted:
      false
    }
  }

  /// Whether Clockify may have done what was asked for, though no answer says so: of a writing request this is doubt.
  package var mayHaveBeenProcessed: Bool {
    switch code {
    // A 503 that names a time to come again was not taken on [guess].
    case .server: status != 503 || retryAfter == nil
    case .brokenOff, .timeout, .malformed, .tooLarge: true
    case .badAddress, .badCredential, .keyRefused, .forbidden, .routeMissing, .entityMissing, .rejected, .rateLimited,
      .unreachable, .redirected, .budgetExhausted:
      false
    }
  }

  package var description: String {
    request.map { "\(message) (\($0))" } ?? message
  }
}

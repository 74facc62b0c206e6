package import ClockifySimulator

/// Everything that a network, a server behind it and a list that changes while it is read may do to one request.
package struct NetworkTrouble: Sendable {
  package let name: String
  /// What the server does to the request, and nothing else.
  package var effect: ClockifySimulator.Fault.Effect?
  /// What happens at the server just before it is answered; true: it lasts.
  package var event: (@Sendable (inout SimulatedClockify.State, Bool) -> Void)?

  /// Seconds for each.
  package let isSlow: Bool

  /// What cannot be told from a list that is whole.
  package var isWholeList: Bool { if case .body("[]") = effect { true } else { false } }
  /// What is done to pages of lists only.
  package var isOfPages: Bool { if case .previous = effect { true } else { false } }

  private init(_ name: String, _ effect: ClockifySimulator.Fault.Effect, isSlow: Bool = false) {
    self.name = name
    self.effect = effect
    self.isSlow = isSlow
  }

  private init(_ name: String, event: @escaping @Sendable (inout SimulatedClockify.State, Bool) -> Void) {
    self.name = name
    self.event = event
    isSlow = false
  }

  package static let answers: [NetworkTrouble] = [
    .init("429 without a body", .rateLimited(retryAfter: nil, hasBody: false)),
    .init("429 with a body", .rateLimited(retryAfter: nil, hasBody: true)),
    .init("429 with Retry-After: 0", .rateLimited(retryAfter: 0, hasBody: true)),
    .init("429 with Retry-After: a day", .rateLimited(retryAfter: 86_400, hasBody: true)),
    .init("400, HTML", .status(400)),
    .init("401, HTML", .status(401)),
    .init("403, HTML", .status(403)),
    .init("404, HTML", .status(404)),
    .init("500, HTML", .status(500)),
    .init("502, HTML", .status(502)),
    .init("503", .unavailable(retryAfter: nil)),
    .init("503 with Retry-After: a minute too long", .unavailable(retryAfter: 360)),
    .init("204 without a body", .status(204)),
    .init("connection closed", .close),
    .init("connection reset", .reset),
    .init("cut after 1 byte", .truncated(1)),
    .init("cut after 200 bytes", .truncated(200)),
    .init("empty body", .emptyBody),
    .init("null", .body("null")),
    .init("an empty list", .body("[]")),
    .init("an empty object", .body("{}")),
    .init("a list of null", .body("[null]")),
    .init("text", .body("not json, by far")),
    .init("10,000 brackets", .body(String(repeating: "[", count: 10_000))),
    .init("bytes that are no UTF-8", .bytes((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 197 | 0x80) })),
    .init("another content type", .labelled("text/html")),
    .init("a log-in page", .page(html: "<!doctype html><title>Log in</title><form>…</form>")),
    .init("redirect to another host", .redirect(to: "http://example.invalid/api/v1/workspaces")),
    .init("the page before once more", .previous),
    .init("a byte each 0.1 s", .drip(0.1), isSlow: true),
    .init("a body without an end", .endless, isSlow: true),
    .init("gzip: 1 GB in 1 MB", .bomb(megabytes: 1024), isSlow: true),
  ]

  package static let events: [NetworkTrouble] = [
    .init("totals say one entry more") { state, lasts in state.controls.totals = lasts ? .overstated(by: 1) : .right },
    .init("totals are not there") { state, lasts in state.controls.totals = lasts ? .absent : .right },
    .init("Last-Page is not there") { state, lasts in state.controls.sendsLastPage = !lasts },
  ]
}

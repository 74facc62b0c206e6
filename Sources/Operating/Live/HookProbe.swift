import AsyncHTTPClient
import Foundation
import NIOCore
import Planning
package import Steering

/// Whether deliveries find their way in: the address is asked from here with a wrong token, which our own receiver refuses.
package enum HookProbe {
  /// - Returns: nil: the way is open; else what is in it.
  package static func problem(at url: String) async -> UserError? {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "Clockify-Signature", value: "a wrong token")
    request.headers.add(name: "Content-Type", value: "application/json")
    request.body = .bytes(ByteBuffer(string: "{}"))
    let next = NextStep.outside(
      "start 'rota serve' with live: listen, and let the proxy lead \(WebhookAddress.path) there (docs/live.md)")
    for attempt in 1...3 {
      if attempt > 1 { try? await Task.sleep(for: .seconds(1)) }
      do {
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let isOurs = answer.headers.contains(name: WebhookAddress.header)
        if isOurs, answer.status == .unauthorized { return nil }
        // The receiver may not know the new hook for a moment.
        if isOurs, answer.status == .notFound, attempt < 3 { continue }
        return UserError(
          isOurs
            ? "the receiver answers \(answer.status.code), not 401: it looks at another database"
            : "something else answers there (\(answer.status.code)), not rota's receiver", next: next, status: .failed)
      } catch {
        return UserError("nothing can be reached there from here", next: next, status: .failed)
      }
    }
    return nil
  }
}

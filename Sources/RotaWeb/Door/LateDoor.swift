import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Hands requests to a router that exists only once the port is known.
final class LateDoor: Sendable {
  private let router = Mutex<RouterResponder<VisitContext>?>(nil)

  func open(_ router: RouterResponder<VisitContext>) { self.router.withLock { $0 = router } }

  func respond(_ request: Request, _ context: VisitContext) async throws -> Response {
    guard let router = router.withLock({ $0 }) else { return Response(status: .serviceUnavailable) }
    return try await router.respond(to: request, context: context)
  }
}

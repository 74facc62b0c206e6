import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PlanningStore
import Steering

enum RunActions {
  /// A run with all its findings as JSON, as `rota runs export` prints it.
  static func export(_ visit: Visit) async throws -> Response {
    let id = try visit.id("run")
    let isMasked = visit.query["names"] == "no"
    let version = visit.site.wiring.version
    let text = try await visit.site.plan.ask { session in
      guard let run = try session.runs.run(id) else { throw Refusal(.notFound, "There is no run \(id).") }
      let mask = isMasked ? try NameMask(session) : nil
      return JSONText.of(try RunWords.export(run, version: version, mask: mask, session))
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/json", .cacheControl: "no-store",
        .contentDisposition: "attachment; filename=\"run-\(id).json\"",
      ], body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}

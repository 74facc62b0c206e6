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
    let text = try await visit.site.plan.ask { session in
      guard let run = try session.runs.run(id) else { throw Refusal(.notFound, "There is no run \(id).") }
      let mask = isMasked ? try NameMask(session) : nil
      return JSONText.of(RunWords.object(run, try session.findings.all(of: id), mask: mask))
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/json", .cacheControl: "no-store",
        .contentDisposition: "attachment; filename=\"run-\(id).json\"",
      ], body: .init(byteBuffer: ByteBuffer(string: text)))
  }
}

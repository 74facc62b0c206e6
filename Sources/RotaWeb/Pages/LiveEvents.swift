import Hummingbird
import HTTPTypes
import NIOCore
import PlanningStore

/// Tells open pages that hours have changed while they are looked at.
enum LiveEvents {
  /// How often it is looked, and after how long a silence a sign of life is sent.
  private static let pause = Duration.milliseconds(500)
  private static let silence = 30

  /// Server-sent events, as long as live changes are taken; one for each change.
  static func events(_ visit: Visit) async throws -> Response {
    let site = visit.site
    guard isTaken(site) else { return Response(status: .noContent) }
    guard site.streams.enter() else { throw Refusal(.serviceUnavailable, "Too many pages listen: reload instead.") }
    let first: String?
    do { first = try await last(site) } catch {
      site.streams.leave()
      throw error
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
      body: ResponseBody { writer in
        defer { site.streams.leave() }
        var known = first
        var quiet = 0
        while isTaken(site) {
          try await Task.sleep(for: pause)
          let now = try await last(site)
          quiet += 1
          if now != known {
            (known, quiet) = (now, 0)
            try await writer.write(ByteBuffer(string: "event: changed\ndata: {}\n\n"))
          } else if quiet >= silence {
            quiet = 0
            try await writer.write(ByteBuffer(string: ": still here\n\n"))
          }
        }
        try await writer.finish(nil)
      })
  }

  /// Somebody takes live changes of this database.
  static func isTaken(_ site: Site) -> Bool { LockHolder.of(database: site.wiring.database + ".live") != nil }

  /// Another text after each change; nil: there was none yet.
  private static func last(_ site: Site) async throws -> String? { try await site.plan.ask { try $0.runs.lastLive() } }
}

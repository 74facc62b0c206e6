import Foundation
import Planning
import PlanningStore
import Steering

/// An import while it runs, and how it ended.
struct ImportModel: PageModel {
  static let template = "import"
  let title: String
  let isRunning: Bool
  let step: String
  let done: String?
  let total: String?
  let by: String
  let elapsed: String?
  let requests: String?
  let mayStop: Bool
  let lines: [String]
  let hasEnded: Bool
  let ending: String
  let isFault: Bool
  let run: LinkModel?
}

extension ImportModel {
  /// - Parameters:
  ///   - isStarted: this server started one that has not ended.
  ///   - last: the last that this server started.
  init(_ session: StoreSession, _ visit: Visit, isStarted: Bool, by starter: String?, last: ImportJob.Ended?) throws {
    let holder = LockHolder.of(database: visit.site.wiring.database).flatMap { $0.isImport ? $0 : nil }
    isRunning = holder != nil || isStarted
    title = isRunning ? "Import" : "Last import"
    step = holder?.step?.words ?? "Starting"
    done = holder?.step?.done.map(String.init)
    total = holder?.step?.total.map(String.init)
    by = holder?.by ?? starter.map { "web:\($0)" } ?? ""
    elapsed = holder.map { Self.elapsed(Int(Date().timeIntervalSince1970 - $0.startedAt)) }
    requests = holder?.step.flatMap { Self.requests($0) }
    mayStop = isStarted && visit.may(.planner)
    let ended = isRunning ? nil : last
    lines = ended?.end.lines ?? []
    hasEnded = ended != nil
    ending = ended.map { Self.ending($0.end.status) } ?? ""
    isFault = ended.map { $0.end.status != 0 } ?? false
    let latest = try session.runs.latest(limit: 1).first
    run = isRunning ? nil : latest.map { LinkModel(path: "/runs/\($0.id)", label: "Run \($0.id)") }
  }

  /// `34 requests`; nil: nobody says.
  static func requests(_ step: LockHolder.Step) -> String? { step.requests.map { Words.plural($0, "request") } }

  static func elapsed(_ seconds: Int) -> String {
    seconds < 60 ? "\(max(0, seconds)) s" : "\(seconds / 60) m \(Words.two(seconds % 60)) s"
  }

  /// Rule 82 in words.
  private static func ending(_ status: Int32?) -> String {
    switch status.flatMap({ ExitStatus(rawValue: $0) }) {
    case nil where status == 0: "Done."
    case .partial: "Only part of it could be read; what arrived is kept."
    case .needsConfirmation: "Done, but removals wait for a person: look at the run."
    case .unreachable: "Clockify could not be reached."
    case .alreadyRunning: "Another import was running already."
    case .interrupted: "Stopped as asked."
    default: "It failed; nothing planners see was changed."
    }
  }
}

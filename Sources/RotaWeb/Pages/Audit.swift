import Foundation
import Hummingbird
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Planning
import PlanningStore
import Steering

/// The comparison with Clockify that was started from a page: one at a time, the command itself in its own process.
actor AuditJob {
  struct Ended: Sendable {
    let days: ClosedRange<CalendarDay>
    let by: String
    let end: ImportEnd
  }

  private let wiring: WebWiring
  private var task: Task<Void, Never>?
  private(set) var running: ClosedRange<CalendarDay>?
  private(set) var last: Ended?

  init(_ wiring: WebWiring) { self.wiring = wiring }

  /// - Returns: false: one runs already.
  func start(_ days: ClosedRange<CalendarDay>, by actor: Actor) -> Bool {
    guard task == nil else { return false }
    running = days
    task = Task {
      let end: ImportEnd
      do { end = try await wiring.runAudit(days) } catch {
        wiring.logger.error("a comparison could not be started: \(error)")
        end = ImportEnd(status: nil, lines: ["Error: the comparison could not be started."])
      }
      last = Ended(days: days, by: actor.name, end: end)
      running = nil
      task = nil
    }
    return true
  }

  func end() async {
    task?.cancel()
    await task?.value
  }
}

/// Our hours compared with a fresh read of Clockify.
struct AuditModel: PageModel {
  static let template = "audit"
  let title = "Compare with Clockify"
  let from: String
  let to: String
  let isRunning: Bool
  let running: String
  let hasEnded: Bool
  let ending: String
  let differences: [Row]
  let hasDifferences: Bool
  let lines: [String]
  let mayPlan: Bool
  let problem: Problem?

  struct Row: Sendable {
    let date: String
    let person: String
    let project: String
    let ours: String
    let clockify: String
    let cause: String
    let next: String
  }

  /// A line of `rota actuals audit --json`.
  private struct Difference: Decodable {
    let date: String
    let person: String
    let project: String
    let ours: Int
    let clockify: Int
    let cause: String
    let next: String
  }

  init(_ visit: Visit, running: ClosedRange<CalendarDay>?, last: AuditJob.Ended?, problem: UserError? = nil) {
    from = visit.form["from"] ?? last?.days.lowerBound.description ?? (visit.today - 30).description
    to = visit.form["to"] ?? last?.days.upperBound.description ?? visit.today.description
    isRunning = running != nil
    self.running = running.map { "Reading \(Words.range($0)) again from Clockify." } ?? ""
    let found = last?.end.rows(Difference.self)
    differences = (found ?? []).prefix(Visit.rows).map { row in
      Row(
        date: CalendarDay(row.date).map { "\(Words.weekday($0)) \(Words.day($0))" } ?? row.date, person: row.person,
        project: row.project, ours: Words.clock(minutes: row.ours), clockify: Words.clock(minutes: row.clockify),
        cause: row.cause, next: row.next)
    }
    hasDifferences = !differences.isEmpty
    hasEnded = last != nil && running == nil
    ending =
      last.map { last in
        let days = Words.range(last.days)
        guard let found else { return "The comparison of \(days) did not end well." }
        return found.isEmpty
          ? "Our hours of \(days) are what Clockify has."
          : "\(Words.plural(found.count, "difference")) in \(days)\(found.count > Visit.rows ? "; the first \(Visit.rows)" : "")."
      } ?? ""
    lines = found == nil ? last?.end.lines ?? [] : []
    mayPlan = visit.may(.planner)
    self.problem = problem.map { Problem($0, visit) }
  }
}

enum AuditActions {
  static func show(_ visit: Visit) async throws -> Response { try await page(visit, problem: nil) }

  static func start(_ visit: Visit) async throws -> Response {
    do {
      guard let from = try visit.day("from"), let to = try visit.day("to") else {
        throw UserError("both dates must be given")
      }
      guard from <= to else { throw UserError("\(from) is after \(to)") }
      guard to <= visit.today else { throw UserError("\(to) is in the future") }
      _ = await visit.site.auditing.start(from...to, by: visit.actor)
      return visit.seeOther("/audit")
    } catch {
      guard let problem = ErrorWords.words(error) else { throw error }
      return try await page(visit, problem: problem)
    }
  }

  private static func page(_ visit: Visit, problem: UserError?) async throws -> Response {
    let job = visit.site.auditing
    let (running, last) = (await job.running, await job.last)
    return try await visit.page(problem?.httpStatus ?? .ok, refreshes: running != nil) { _ in
      AuditModel(visit, running: running, last: last, problem: problem)
    }
  }
}

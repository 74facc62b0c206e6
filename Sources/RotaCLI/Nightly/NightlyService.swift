import Logging
import Planning
import PlanningStore
import Scheduling
import ServiceLifecycle

/// Runs night after night until it is asked to stop. Everything it knows of earlier nights is in the database, so a
/// restart, a jumping clock or a second container changes nothing.
struct NightlyService: Service {
  /// The machine's clock, or that of a test.
  struct Clock: Sendable {
    var now: @Sendable () -> Instant
    var sleep: @Sendable (_ seconds: Int) async throws -> Void
  }

  let schedule: NightlySchedule
  let clock: Clock
  let logger: Logger
  /// Earlier runs since `instant`.
  let attempts: @Sendable (_ since: Instant) throws -> [NightlySchedule.Attempt]
  /// One night at a moment, within so many seconds.
  let night: @Sendable (_ now: Instant, _ limit: Int) async throws -> Night.Outcome

  /// The clock is looked at this often, so that one that jumps is noticed. Seconds.
  static let longestSleep = 60
  /// While another import or command writes. Seconds.
  static let busyPause = 300

  func run() async throws {
    // Also of nights that left no run row (no database, no key).
    var tries: [NightlySchedule.Attempt] = []
    var announced: Instant?
    var isStart = true
    while !Task.isCancelled {
      let now = clock.now()
      tries.removeAll { $0.startedAt < schedule.last(atOrBefore: now) }
      let known = (try? attempts(schedule.last(atOrBefore: now))) ?? []
      let due = schedule.due(at: now, attempts: Self.merged(known, tries), isStart: isStart)
      isStart = false
      if due > now {
        if announced != due { logger.info("next import", metadata: ["at": "\(due)"]) }
        announced = due
        try await clock.sleep(min(due - now, Self.longestSleep))
        continue
      }
      switch try await night(now, max(60, schedule.next(after: now) - now - 60)) {
      case .busy(let why):
        logger.warning("\(why.message)")
        try await clock.sleep(Self.busyPause)
      case .ended(let report):
        tries.append(.init(startedAt: now, isComplete: report.status != "partial", isScheduled: true))
      case .failed:
        tries.append(.init(startedAt: now, isComplete: false, isScheduled: true))
      }
    }
  }

  /// A run that the database tells of and this process remembers is one.
  private static func merged(
    _ known: [NightlySchedule.Attempt], _ tries: [NightlySchedule.Attempt]
  ) -> [NightlySchedule.Attempt] {
    known + tries.filter { attempt in !known.contains { $0.startedAt == attempt.startedAt } }
  }
}

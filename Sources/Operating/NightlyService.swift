package import Logging
package import Planning
import PlanningStore
package import Scheduling
import ServiceLifecycle
import Steering

/// Runs night after night until it is asked to stop. Everything it knows of earlier nights is in the database, so a
/// restart, a jumping clock or a second container changes nothing.
package struct NightlyService: Service {
  /// The machine's clock, or that of a test.
  package struct Clock: Sendable {
    package var now: @Sendable () -> Instant
    package var sleep: @Sendable (_ seconds: Int) async throws -> Void

    package init(
      now: @escaping @Sendable () -> Instant, sleep: @escaping @Sendable (_ seconds: Int) async throws -> Void
    ) {
      self.now = now
      self.sleep = sleep
    }
  }

  package let schedule: NightlySchedule
  package let clock: Clock
  package let logger: Logger
  /// Earlier runs since `instant`.
  package let attempts: @Sendable (_ since: Instant) throws -> [NightlySchedule.Attempt]
  /// One night at a moment, within so many seconds.
  package let night: @Sendable (_ now: Instant, _ limit: Int) async throws -> Night.Outcome

  package init(
    schedule: NightlySchedule, clock: Clock, logger: Logger,
    attempts: @escaping @Sendable (_ since: Instant) throws -> [NightlySchedule.Attempt],
    night: @escaping @Sendable (_ now: Instant, _ limit: Int) async throws -> Night.Outcome
  ) {
    self.schedule = schedule
    self.clock = clock
    self.logger = logger
    self.attempts = attempts
    self.night = night
  }

  /// The clock is looked at this often, so that one that jumps is noticed. Seconds.
  package static let longestSleep = 60
  /// While another import or command writes. Seconds.
  package static let busyPause = 300

  package func run() async throws {
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
        tries.append(.init(startedAt: now, isComplete: report.status != .partial, isScheduled: true))
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

import Foundation
import Importing
import Logging
import Planning
import PlanningStore
import Scheduling
import Synchronization
import Testing

import Operating
import Steering

/// The loop of `rota nightly` under a clock that the test moves.
@Suite("Nightly service")
struct NightlyServiceTests {
  /// A clock that sleeps by jumping ahead, and the runs of one database.
  private final class Nights: Sendable {
    struct State {
      var now: Instant
      var runs: [NightlySchedule.Attempt] = []
      var outcomes: [Instant: [String]] = [:]
      var limits: [Int] = []
      /// Once, at this moment, the clock is set to another.
      var jump: (at: Instant, to: Instant)?
      let end: Instant
    }
    let state: Mutex<State>
    /// What the tries of a night end with; the rest are `done`.
    let plan: @Sendable (Instant, Int) -> String

    init(from: String, to: String, plan: @escaping @Sendable (Instant, Int) -> String = { _, _ in "done" }) {
      state = Mutex(State(now: Instant(from)!, end: Instant(to)!))
      self.plan = plan
    }

    func service(_ schedule: NightlySchedule) -> NightlyService {
      let clock = NightlyService.Clock(
        now: { self.state.withLock { $0.now } },
        sleep: { seconds in
          try self.state.withLock { state in
            #expect(seconds > 0)
            state.now = state.now + seconds
            if let jump = state.jump, state.now >= jump.at {
              state.now = jump.to
              state.jump = nil
            }
            if state.now >= state.end { throw CancellationError() }
          }
        })
      return NightlyService(
        schedule: schedule, clock: clock, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
      ) { since in
        self.state.withLock { $0.runs.filter { $0.startedAt >= since } }
      } night: { now, limit in
        let night = schedule.last(atOrBefore: now)
        let tries = self.state.withLock { $0.outcomes[night]?.count ?? 0 }
        let word = self.plan(night, tries)
        self.state.withLock { state in
          state.outcomes[night, default: []].append(word)
          state.limits.append(limit)
          if word != "busy" && word != "nothing" {
            state.runs.append(.init(startedAt: now, isComplete: word == "done", isScheduled: true))
          }
          state.now = state.now + 40
        }
        switch word {
        case "busy": return .busy(UserError("busy", status: .alreadyRunning))
        default: return .failed(UserError(word))
        }
      }
    }

    func run(_ time: String, _ zone: String) async -> State {
      await #expect(throws: CancellationError.self) {
        try await self.service(NightlySchedule(time: time, zone: Zone(zone)!)!).run()
      }
      return state.withLock { $0 }
    }
  }

  @Test("A year of nights: each exactly once, through both changes of the clocks")
  func year() async {
    let nights = Nights(from: "2026-01-01T12:00:00Z", to: "2027-01-01T12:00:00Z")
    let state = await nights.run("02:30", "Europe/Berlin")
    // The night before the start was missed and is caught up: 365 nights and that one.
    #expect(state.outcomes.count == 366 && state.outcomes.values.allSatisfy { $0 == ["done"] })
    #expect(state.runs.contains { $0.startedAt == Instant("2026-03-29T01:00:00Z")! })
    #expect(state.runs.contains { $0.startedAt == Instant("2026-10-25T00:30:00Z")! })
    // A night must end before the next begins.
    #expect(state.limits.allSatisfy { $0 > 0 && $0 < 25 * 3600 })
  }

  @Test("A night that fails is tried thrice; the next night comes whatever the last one did")
  func failures() async {
    let nights = Nights(from: "2026-03-01T12:00:00Z", to: "2026-03-05T12:00:00Z") { night, tries in
      switch night.utcDay.description {
      case "2026-03-01": "done"
      case "2026-03-02": "partial"
      case "2026-03-03": tries == 0 ? "nothing" : "done"
      case "2026-03-04": tries < 3 ? "busy" : "done"
      default: "done"
      }
    }
    let state = await nights.run("02:00", "UTC")
    func night(_ day: String) -> [String] { state.outcomes[Instant("\(day)T02:00:00Z")!] ?? [] }
    #expect(night("2026-03-01") == ["done"] && night("2026-03-02") == ["partial", "partial", "partial"])
    #expect(night("2026-03-03") == ["nothing", "done"])
    #expect(night("2026-03-04") == ["busy", "busy", "busy", "done"])
    #expect(night("2026-03-05") == ["done"])
  }

  @Test("A clock set back does not run a night twice; one set far ahead catches up once")
  func jumps() async {
    let back = Nights(from: "2026-03-01T12:00:00Z", to: "2026-03-04T12:00:00Z")
    back.state.withLock { $0.jump = (Instant("2026-03-02T02:05:00Z")!, Instant("2026-03-02T01:00:00Z")!) }
    #expect(await back.run("02:00", "UTC").outcomes.values.allSatisfy { $0 == ["done"] })
    let ahead = Nights(from: "2026-03-01T12:00:00Z", to: "2026-05-02T12:00:00Z")
    ahead.state.withLock { $0.jump = (Instant("2026-03-02T12:00:00Z")!, Instant("2026-05-01T12:00:00Z")!) }
    let state = await ahead.run("02:00", "UTC")
    #expect(state.outcomes.values.allSatisfy { $0 == ["done"] } && state.outcomes.count == 4)
  }
}

import Foundation
import Importing
import Logging
import Planning
import PlanningStore
import Scheduling
import Synchronization
import Testing

@testable import RotaCLI

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

  /// `ROTA_NIGHTS=1000 swift test --filter manyNights` prints this process's memory on the way.
  @Test(
    "Memory does not grow from night to night",
    .enabled(if: ProcessInfo.processInfo.environment["ROTA_NIGHTS"] != nil, "takes minutes"))
  func manyNights() async throws {
    let count = Int(ProcessInfo.processInfo.environment["ROTA_NIGHTS"] ?? "") ?? 1000
    try await Shell.with([["init"]]) { plain in
      // The simulated Clockify is a process of its own: what it remembers is not the service's memory.
      var shell = plain
      let asOf = ["--as-of", "2026-03-09T06:00:00Z"]
      let (server, said, _) = try shell.start(["demo", "--serve", "--people", "10"] + asOf)
      defer { server.terminate() }
      var printed = ""
      while !printed.contains("Ctrl-C") {
        printed += String(decoding: said.fileHandleForReading.availableData, as: UTF8.self)
      }
      for name in ["CLOCKIFY_API_KEY", "CLOCKIFY_API_URL"] {
        shell.environment[name] = printed.firstRange(of: name + "=").map { found in
          String(printed[found.upperBound...].prefix { !$0.isWhitespace })
        }
      }
      try await shell.succeed(
        ["import", "-q"] + asOf, ["people", "set-role", "Dev", "--unknown", "--create-role"],
        ["actuals", "enable"] + asOf)
      let path = shell.folder.appendingPathComponent("rota.sqlite").path
      var environment = shell.environment
      environment["ROTA_CLOCKIFY_REQUESTS_PER_SECOND"] = "10000"
      let composition = try Composition(
        CommonOptions.parse(["--database", path, "--quiet"]), environment: environment)
      let schedule = NightlySchedule(time: "02:00", zone: .utc)!
      let start = Instant("2026-03-10T03:00:00Z")!
      let clock = Mutex(start)
      let done = Mutex(0)
      let memory = Mutex<[Int: Int]>([:])
      let service = NightlyService(
        schedule: schedule,
        // Every "night" is an hour of the same days, so that the window keeps its entries.
        clock: .init(now: { clock.withLock { $0 } }, sleep: { _ in clock.withLock { $0 = $0 + 60 } }),
        logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
      ) { _ in
        []
      } night: { _, limit in
        let night = done.withLock { nights in
          nights += 1
          return nights
        }
        let outcome = try await Night(
          composition: composition, channels: [], schedule: schedule, now: start + night * 60
        ).run(limit: limit)
        guard case .ended(let report) = outcome else {
          Issue.record("night \(night): \(outcome)")
          throw CancellationError()
        }
        #expect(report.status == "done")
        if night % 100 == 0 {
          let resident = try Self.resident()
          Self.giveBack()
          let inUse = try Self.resident()
          memory.withLock { $0[night] = inUse }
          print("night \(night): \(resident) KiB, in use \(inUse) KiB")
        }
        if night >= count { throw CancellationError() }
        return .busy(UserError("the test's clock decides"))
      }
      await #expect(throws: CancellationError.self) { try await service.run() }
      let measured = memory.withLock { $0 }
      if let early = measured[200], let late = measured[count / 100 * 100] { #expect(late < early * 115 / 100) }
    }
  }

  /// KiB of this process in memory.
  private static func resident() throws -> Int {
    Int(try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1])! * 4
  }

  /// What the allocator keeps for later goes back to the system: what stays is in use.
  private static func giveBack() {
    typealias Trim = @convention(c) (Int) -> Int32
    if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: Trim.self)(0) }
  }
}

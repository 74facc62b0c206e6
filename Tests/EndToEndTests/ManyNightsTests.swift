import Foundation
import Importing
import Logging
import Operating
import Planning
import Scheduling
import Steering
import Synchronization
import Testing

@testable import RotaCLI

/// Hundreds of nights in one process.
@Suite("Many nights")
struct ManyNightsTests {
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
      let composition = try Composition(
        CommonOptions.parse(["--database", path, "--quiet"]), environment: shell.environment)
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
          desk: composition.desk(.nightly, now: start + night * 60), settings: composition.settings.night,
          channels: [], schedule: schedule
        ).run(limit: limit)
        guard case .ended(let report) = outcome else {
          Issue.record("night \(night): \(outcome)")
          throw CancellationError()
        }
        #expect(report.status == .done)
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

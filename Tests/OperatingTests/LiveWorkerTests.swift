import ClockifyAPI
import ClockifySimulator
import Foundation
import Importing
import Logging
import Operating
import Planning
import PlanningStore
import RotaTesting
import Steering
import Synchronization
import Testing

/// The worker of live changes over a world: deliveries in, actuals out.
@Suite("Live worker", .serialized)
struct LiveWorkerTests {
  /// Runs the worker while `body` does.
  private func with(
    _ world: World, _ configure: (inout LiveSettings) -> Void = { _ in }, perHour: Int? = nil,
    channels: [Channel] = [], _ body: (LiveInbox) async throws -> Void
  ) async throws {
    var settings = LiveSettings()
    settings.listen = "127.0.0.1:0"
    configure(&settings)
    let inbox = LiveInbox()
    let source = ClockifySource(
      addresses: try ClockifyAddresses(api: world.clockify.apiURL),
      credential: try ClockifyCredential(.apiKey, secret: SimulatedClockify.key),
      budget: RequestBudget(perSecond: 1000, perHour: perHour), retry: RetryPolicy(attempts: 1),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var plain = world.desk
    plain.replica.kinds = .off
    let desk = plain
    let worker = LiveWorker(
      desk: { desk }, settings: settings, inbox: inbox, source: source, channels: channels, metricsFile: nil,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let running = Task { try await worker.run() }
    let result: Result<Void, any Error>
    do { result = .success(try await body(inbox)) } catch { result = .failure(error) }
    running.cancel()
    _ = await running.result
    try result.get()
  }

  private func started(_ plan: String = "PRO_2021", _ body: (World, String) async throws -> Void) async throws {
    try await World.with(plan: plan) { world in
      if plan == "FREE" { world.settings.freeRequestsPerHour = 60 }
      try await world.enableActuals()
      let first = world.track("2026-03-03T09:00:00Z", minutes: 60)
      world.track("2026-03-04T09:00:00Z", minutes: 30)
      try await world.importNow()
      try await body(world, first)
    }
  }

  private func delivery(_ id: String, _ world: World, _ event: WebhookEvent = .timeEntryUpdated) -> LiveDelivery {
    LiveDelivery(
      workspace: world.clockify.read { $0.workspace.id }, event: event, pathKey: "key",
      entries: [.init(id: id, user: Cast.Person.ana.id)])
  }

  /// Until it is so, for some seconds.
  private func until(
    _ seconds: Double = 60, _ place: SourceLocation = #_sourceLocation, _ isSo: () throws -> Bool
  ) async throws {
    let end = Date() + seconds
    while Date() < end {
      if try isSo() { return }
      try await Task.sleep(for: .milliseconds(30))
    }
    #expect(try isSo(), sourceLocation: place)
  }

  private func memory(_ world: World) throws -> LiveMemory? { try world.database.read { try $0.liveMemory() } }

  @Test("The start reads the last two days; then a delivery is in the actuals by one request")
  func oneDelivery() async throws {
    try await started { world, id in
      let missed = world.track("2026-03-09T01:00:00Z", minutes: 15)
      try await with(world) { inbox in
        try await until { try world.actuals().contains("Ana Alpha Dev 2026-03-09 15/0") }
        _ = missed
        world.clockify.clearRequests()
        world.edit(id) { $0.end! += 600 }
        inbox.take(delivery(id, world))
        try await until(60) { try world.actuals().contains("Ana Alpha Dev 2026-03-03 70/0") }
        #expect(world.clockify.read { $0.requests.map(\.path) }.count == 1)
        try await until { try memory(world)?.counts.deliveries == 1 }
        #expect(try memory(world)?.counts.entries == 2)
      }
    }
  }

  @Test("A thousand replays are one read")
  func replays() async throws {
    try await started { world, id in
      try await with(world) { inbox in
        try await until { try memory(world) != nil }
        world.clockify.clearRequests()
        world.edit(id) { $0.end! += 600 }
        for _ in 0..<1000 { inbox.take(delivery(id, world)) }
        try await until { try world.actuals().contains("Ana Alpha Dev 2026-03-03 70/0") }
        try await until { try memory(world)?.counts.deliveries == 1000 }
        #expect(world.clockify.read { $0.requests.count } <= 2)
      }
    }
  }

  @Test("A deletion takes two answers, two seconds apart, and three requests")
  func deletion() async throws {
    try await started { world, id in
      try await with(world) { inbox in
        try await until { try memory(world) != nil }
        world.clockify.clearRequests()
        world.remove(id)
        let began = Date()
        inbox.take(delivery(id, world, .timeEntryDeleted))
        try await until { try world.actuals() == ["Ana Alpha Dev 2026-03-04 30/0"] }
        #expect(Date().timeIntervalSince(began) > 2)
        #expect(world.clockify.read { $0.requests.count } == 3)
      }
    }
  }

  @Test("While somebody else writes, everything waits, and is read after it")
  func waitsForTheLock() async throws {
    try await started { world, id in
      try await with(world) { inbox in
        try await until { try memory(world) != nil }
        world.clockify.clearRequests()
        do {
          let lock = try WriteLock(database: world.database.path, patience: 5)
          world.edit(id) { $0.end! += 600 }
          inbox.take(delivery(id, world))
          try await Task.sleep(for: .milliseconds(1500))
          #expect(world.clockify.read { $0.requests.count } == 0)
          world.edit(id) { $0.end! += 600 }
          withExtendedLifetime(lock) {}
        }
        try await until { try world.actuals().contains("Ana Alpha Dev 2026-03-03 80/0") }
      }
    }
  }

  @Test("A server that fails is asked again later; nothing is lost", arguments: [429, 503])
  func failures(_ status: Int) async throws {
    try await started { world, id in
      try await with(world) { inbox in
        try await until { try memory(world) != nil }
        world.clockify.change { $0.controls.faults = [.init(.status(status), on: "/time-entries/", times: 1)] }
        world.edit(id) { $0.end! += 600 }
        inbox.take(delivery(id, world))
        try await until { try world.actuals().contains("Ana Alpha Dev 2026-03-03 70/0") }
      }
    }
  }

  @Test("A key that is refused stops live changes, which is kept, shown and told once")
  func keyRefused() async throws {
    try await started { world, id in
      let told = Mutex<[String]>([])
      let channel = Channel(name: "test") { message in told.withLock { $0.append(message.problems[0].key) } }
      try await with(world, channels: [channel]) { inbox in
        try await until { try memory(world) != nil }
        world.clockify.change { $0.keys = [:] }
        inbox.take(delivery(id, world))
        try await until { try memory(world)?.problems.map(\.key) == [LiveMemory.keyRefused] }
        try await until { told.withLock { $0 } == [LiveMemory.keyRefused] }
        world.clockify.clearRequests()
        inbox.take(delivery(id, world))
        try await Task.sleep(for: .milliseconds(1500))
        #expect(world.clockify.read { $0.requests.count } == 0)
        let status = try world.database.read { try Status($0, now: world.now, database: world.database.path) }
        #expect(!status.isWell)
        #expect(status.lines(.days).contains { $0.contains("OFF since") })
      }
    }
  }

  @Test("What the brake keeps is told at once, with no lock held, and shown until the next whole import")
  func brake() async throws {
    try await World.with { world in
      try await world.enableActuals()
      let ids = (0..<40).map { world.track("2026-03-0\(2 + $0 % 5)T\(10 + $0 / 5):00:00Z", minutes: 5) }
      try await world.importNow()
      let told = Mutex<[String]>([])
      let path = world.database.path
      let channel = Channel(name: "test") { message in
        // Whoever is told may write.
        guard try WriteLock(database: path, patience: 2) != nil else { return }
        told.withLock { $0.append(message.problems[0].key) }
      }
      try await with(world, channels: [channel]) { inbox in
        try await until { try memory(world) != nil }
        for id in ids.prefix(25) { world.remove(id) }
        for id in ids.prefix(25) { inbox.take(delivery(id, world, .timeEntryDeleted)) }
        try await until { told.withLock { $0 } == [LiveMemory.brake] }
        #expect(try world.number("SELECT count(*) FROM ledger WHERE state = 'deleted'") == 20)
        #expect(try world.database.read { try $0.liveProblems() }.map(\.key) == [LiveMemory.brake])
        try await until { try world.database.read { try $0.told("test") }[LiveMemory.brake] == 1 }
      }
      try await world.importNow()
      #expect(try world.database.read { try $0.liveProblems() }.isEmpty)
    }
  }

  @Test("Polling finds what no webhook told of, and says that deliveries are lost")
  func polling() async throws {
    try await started { world, _ in
      try world.database.write { session in
        var hook = LiveHook(pathKey: "key", workspaceID: "W", event: .newTimeEntry, at: world.now)
        hook.hookID = "x"
        try session.liveHooks.add(hook)
      }
      try await with(
        world,
        {
          $0.pollSeconds = 1; $0.listen = nil
        }
      ) { _ in
        try await until { try memory(world) != nil }
        world.track("2026-03-09T02:00:00Z", minutes: 20)
        try await until { try world.actuals().contains("Ana Alpha Dev 2026-03-09 20/0") }
        try await until { try memory(world)?.problems.map(\.key) == [LiveMemory.losing] }
        // A quiet reading takes it back.
        try await until { try memory(world)?.problems.isEmpty == true }
      }
    }
  }

  @Test("On FREE workspaces a third of the hour is live's, every request is in a row, and what is over waits")
  func budget() async throws {
    try await started("FREE") { world, id in
      // What the imports have spent is long ago.
      try world.sql("UPDATE import_run SET machine_finished_at = '2020-01-01T00:00:00Z'")
      try await with(world) { inbox in
        try await until { try memory(world) != nil }
        func sign() -> LockHolder.Live? { LockHolder.of(database: world.database.path + ".live")?.live }
        for _ in 1...200 where sign()?.until == nil {
          inbox.take(delivery(id, world))
          try await Task.sleep(for: .milliseconds(350))
        }
        world.edit(id) { $0.end! += 600 }
        inbox.take(delivery(id, world))
        try await Task.sleep(for: .milliseconds(1000))
        let sent = try world.number("SELECT sum(requests) FROM import_run WHERE trigger = 'webhook'")
        #expect(sent <= 20)
        #expect(sent >= 15)
        #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-03 60/0"))
        #expect(sign()?.waiting == 1)
        #expect(sign()?.until != nil)
      }
    }
  }

  @Test("A second one on the same database takes nothing")
  func second() async throws {
    try await started { world, id in
      try await with(world) { _ in
        try await until { try memory(world) != nil }
        try await with(world) { second in
          world.edit(id) { $0.end! += 600 }
          second.take(delivery(id, world))
          try await Task.sleep(for: .milliseconds(1500))
          #expect(try world.actuals().contains("Ana Alpha Dev 2026-03-03 60/0"))
        }
      }
    }
  }

  @Test("An import that comes while a batch is settled waits for it instead of failing")
  func importWaits() async throws {
    try await started { world, _ in
      let path = world.database.path
      let released = Task {
        let lock = try WriteLock(database: path, patience: 1)
        lock?.show(LockHolder(task: LockHolder.takingLive, by: "live:rota"))
        try await Task.sleep(for: .seconds(3))
        withExtendedLifetime(lock) {}
      }
      try await until { LockHolder.of(database: path)?.task == LockHolder.takingLive }
      let desk = world.desk
      let report = try await desk.perform(
        ImportNow(ImportRequest(trigger: .manual, now: world.now)), on: world.database)
      #expect(report.status == .done)
      try await released.value
    }
  }
}

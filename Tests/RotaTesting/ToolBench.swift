import ClockifyAPI
package import ClockifySimulator
package import Foundation
import Logging
import Planning
package import Sending
import Synchronization

/// A writable simulated Clockify and a toolbox on it, with a clock that waiting moves: what tests of the toolbox stand on.
///
/// Workspace W with Ana (owner, the key's), Bob and Chloe (members), clients Acme and Old (archived), projects Alpha and Beta of
/// Acme and Gone (archived), tasks Design of Alpha and Wiring of Beta, tags on-site and old (archived).
package final class ToolBench: Sendable {
  package let clockify: SimulatedClockify
  package let clock: HandClock
  package let folder: URL

  package static let start = 1_777_878_000  // 2026-05-04T07:00:00Z

  private init(_ clockify: SimulatedClockify, _ clock: HandClock, _ folder: URL) {
    self.clockify = clockify
    self.clock = clock
    self.folder = folder
  }

  package static func with(_ body: (ToolBench) async throws -> Void) async throws {
    let clockify = try await SimulatedClockify.start([workspace()], keys: keys)
    let clock = HandClock(start)
    clockify.change { state in
      state.controls.acceptsWrites = true
      state.controls.clock = { clock.seconds }
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var failure: (any Error)?
    do { try await body(ToolBench(clockify, clock, folder)) } catch { failure = error }
    await clockify.stop()
    try? FileManager.default.removeItem(at: folder)
    if let failure { throw failure }
  }

  package static let memberKey = "simulated-key-of-bob-1234"
  package static var keys: [String: String] {
    [SimulatedClockify.key: Cast.Person.ana.id, memberKey: Cast.Person.bob.id]
  }

  package enum ID {
    package static let workspace = Cast.id(0)
    package static let acme = Cast.Client.acme.id
    package static let alpha = Cast.Project.alpha.id
    package static let beta = Cast.Project.beta.id
    package static let old = Cast.id(701)
    package static let gone = Cast.id(702)
    package static let design = Cast.id(703)
    package static let wiring = Cast.id(704)
    package static let onSite = Cast.id(705)
    package static let oldTag = Cast.id(706)
  }

  package static func workspace() -> SimulatedWorkspace {
    var workspace = SimulatedWorkspace(id: ID.workspace, name: "W", plan: "PRO_2021")
    var ana = SimulatedWorkspace.User(
      id: Cast.Person.ana.id, name: "Ana", email: "ana@ex.test", timeZone: "Europe/Berlin")
    ana.role = .owner
    workspace.users = [
      ana, .init(id: Cast.Person.bob.id, name: "Bob", email: "bob@ex.test", timeZone: "America/New_York"),
      .init(id: Cast.Person.chloe.id, name: "Chloe", email: "chloe@ex.test", timeZone: "Pacific/Auckland"),
    ]
    workspace.clients = [.init(id: ID.acme, name: "Acme"), .init(id: ID.old, name: "Old", archived: true)]
    var alpha = SimulatedWorkspace.Project(id: ID.alpha, name: "Alpha", clientID: ID.acme)
    alpha.tasks = [.init(id: ID.design, name: "Design")]
    var beta = SimulatedWorkspace.Project(id: ID.beta, name: "Beta", clientID: ID.acme)
    beta.tasks = [.init(id: ID.wiring, name: "Wiring")]
    var gone = SimulatedWorkspace.Project(id: ID.gone, name: "Gone", clientID: ID.acme)
    gone.archived = true
    workspace.projects = [alpha, beta, gone]
    workspace.tags = [
      .init(id: ID.onSite, name: "on-site"), .init(id: ID.oldTag, name: "old", members: ["archived": true]),
    ]
    return workspace
  }

  package func writer(key: String = SimulatedClockify.key, tries: Int = 5) throws -> ClockifyWriter {
    let clock = clock
    return ClockifyWriter(
      exchange: ClockifyExchange(
        addresses: try ClockifyAddresses(api: clockify.apiURL),
        credential: try ClockifyCredential(.apiKey, secret: key), budget: RequestBudget(perSecond: 5000, perHour: nil),
        logger: Self.silent), retry: RetryPolicy(attempts: tries, firstPause: 0.01, deadline: 20),
      patience: .tries(tries),
      clock: clock.sending)
  }

  private static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

  package func toolbox(
    key: String = SimulatedClockify.key, as person: Cast.Person = .ana, settlesDoubt: Bool = true
  ) throws -> Toolbox {
    let source = ClockifySource(
      addresses: try ClockifyAddresses(api: clockify.apiURL), credential: try ClockifyCredential(.apiKey, secret: key),
      budget: RequestBudget(perSecond: 5000, perHour: nil),
      retry: RetryPolicy(attempts: 3, firstPause: 0.01, deadline: 20),
      logger: Self.silent)
    let place = Diagnosis.Place(id: ID.workspace, name: "W", ownerID: person.id, ownerName: person.name)
    let zone = Zone("Europe/Berlin")!
    let clock = clock
    var carrier = Carrier(
      source: source, writer: try writer(key: key), place: place,
      diagnosis: Diagnosis(source: source, workspace: place, zone: zone, reads: true), clock: clock.sending)
    carrier.settlesDoubt = settlesDoubt
    return Toolbox(
      source: source, carrier: carrier, names: Names(source: source, workspace: place.id, owner: place.ownerID),
      times: TimeReader(zone: zone) { Instant(seconds: clock.seconds) })
  }

  /// The requests that would change something, in order.
  package var writes: [RequestRecord] { clockify.read { $0.requests.filter { $0.method != "GET" } } }

  package func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  package func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }
}

/// Time that passes only by waiting.
package final class HandClock: Sendable {
  private let now: Mutex<Double>

  init(_ seconds: Int) {
    now = Mutex(Double(seconds))
  }

  package var seconds: Int { Int(now.withLock { $0 }) }
  package func pass(_ seconds: Double) { now.withLock { $0 += seconds } }

  package var sending: SendingClock {
    SendingClock(
      now: { Date(timeIntervalSince1970: self.now.withLock { $0 }) },
      wait: { seconds, _ in
        try Task.checkCancellation()
        self.pass(seconds)
      })
  }
}

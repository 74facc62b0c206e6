import ClockifyAPI
import ClockifySimulator
import Foundation
import Logging
import Planning
import PlanningStore
import Pushing
import RotaTesting
import Sending
import Steering
import Synchronization
import Testing

/// A world with planned items and a writable Clockify.
final class PushWorld: Sendable {
  nonisolated(unsafe) let world: World
  /// Seconds that the push's clock is ahead of the machine's.
  let ahead = Mutex(0.0)

  init(_ world: World) {
    self.world = world
    world.clockify.change { $0.controls.acceptsWrites = true }
  }

  static func with(_ body: (PushWorld) async throws -> Void) async throws {
    try await World.with { world in
      try await world.importNow()
      try await body(PushWorld(world))
    }
  }

  func push(tries: Int = 2) throws -> Push {
    let addresses = try ClockifyAddresses(api: world.clockify.apiURL)
    let credential = try ClockifyCredential(.apiKey, secret: SimulatedClockify.key)
    let budget = RequestBudget(perSecond: 5000, perHour: nil)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let retry = RetryPolicy(attempts: tries, firstPause: 0.001)
    let source = ClockifySource(
      addresses: addresses, credential: credential, budget: budget, retry: retry, logger: logger)
    let late = ahead.withLock { $0 }
    let clock = SendingClock(now: { Date().addingTimeInterval(late) }, wait: { _, _ in })
    let writer = ClockifyWriter(
      exchange: ClockifyExchange(addresses: addresses, credential: credential, budget: budget, logger: logger),
      retry: retry,
      patience: .tries(tries), clock: clock)
    let place = Diagnosis.Place(
      id: world.clockify.read { $0.workspace.id }, name: "W", ownerID: Cast.Person.ana.id, ownerName: "Ana")
    let carrier = Carrier(
      source: source, writer: writer, place: place,
      diagnosis: Diagnosis(source: source, workspace: place, zone: .utc, reads: true), clock: clock)
    let toolbox = Toolbox(
      source: source, carrier: carrier, names: Names(source: source, workspace: place.id, owner: place.ownerID),
      times: TimeReader(zone: .utc) { Instant(seconds: 0) })
    var push = Push(path: world.database.path, toolbox: toolbox, actor: (name: "tester", surface: "cli"))
    push.patience = 0.5
    return push
  }

  @discardableResult
  func run(_ push: Push? = nil, _ items: [Push.Item]? = nil) async throws -> [Push.Outcome] {
    var outcomes: [Push.Outcome] = []
    let wanted = try items ?? world.database.read { try Push.unlinked($0) }
    try await (push ?? self.push()).run(wanted) { outcomes.append($0) }
    return outcomes
  }

  func client(_ name: String) throws -> Push.Item {
    try world.database.write { session in
      let id = try session.plan.createClient(name: name, isArchived: false, at: world.now)
      return Push.Item(kind: .client, id: id, name: name)
    }
  }

  func project(_ name: String, of client: Int64) throws -> Push.Item {
    try world.database.write { session in
      let id = try session.plan.createProject(
        client: client, name: name, isBillable: true, isArchived: false, at: world.now)
      return Push.Item(kind: .project, id: id, name: name)
    }
  }

  func acme() throws -> Int64 { try world.database.read { try $0.items.named(.client, "Acme").id } }

  var clockifyClients: [String] { world.clockify.read { $0.workspace.clients.map(\.name) } }
  var clockifyProjects: [String] { world.clockify.read { $0.workspace.projects.filter { !$0.isDeleted }.map(\.name) } }
  var writes: Int { world.clockify.read { $0.requests.count { $0.method != "GET" && !isQuestion($0.path) } } }
  /// Searches are asked by POST, and change nothing.
  private func isQuestion(_ path: String) -> Bool { path.contains("/reports/") || path.hasSuffix("/time-off/requests") }
  func pending() throws -> Int { try world.database.read { try $0.pushes.all().count } }
}

@Suite("Rule 86: pushed items")
struct PushTests {
  struct Died: Error {}

  @Test("A client and its project: created, linked, and known to the next import; a second push does nothing")
  func created() async throws {
    try await PushWorld.with { push in
      let client = try push.client(" Nova ")
      let project = try push.project("Comet", of: client.id)
      let outcomes = try await push.run(nil, [project])
      #expect(outcomes.map(\.isDone) == [true, true])
      #expect(outcomes.map { PushWords.did($0).text }[0].hasPrefix("client  Nova : created in Clockify, "))
      let made = push.world.clockify.read { ($0.workspace.clients.last, $0.workspace.projects.last) }
      #expect(
        made.0?.name == "Nova" && made.1?.name == "Comet" && made.1?.clientID == made.0?.id && made.1?.billable == true)
      #expect(
        try push.world.sql("SELECT workspace_id FROM external_reference WHERE external_id = '\(made.1?.id ?? "")'")
          == push.world.clockify.read { $0.workspace.id })
      let items = try push.world.sql("SELECT (SELECT count(*) FROM client), (SELECT count(*) FROM project)")
      try await push.world.importNow()
      #expect(try push.world.sql("SELECT (SELECT count(*) FROM client), (SELECT count(*) FROM project)") == items)
      let writes = push.writes
      #expect(try await push.run(nil, [project]) == [.refused(project, .linked(to: made.1?.id ?? ""))])
      #expect(push.writes == writes)
      #expect(try push.pending() == 0)
      #expect(
        try push.world.sql("SELECT group_concat(action) FROM change_log WHERE action LIKE 'push%'")
          == "push.client,push.project")
    }
  }

  @Test("Killed after the POST; import at night; push again: 1 project in Clockify, 1 here, 1 link")
  func killedAfterThePost() async throws {
    try await PushWorld.with { push in
      let project = try push.project("Comet", of: push.acme())
      var dying = try push.push()
      dying.reached = { if $0 == .answered { throw Died() } }
      await #expect(throws: Died.self) { try await push.run(dying, [project]) }
      #expect(try push.pending() == 1)
      try await push.world.importNow()
      #expect(try push.pending() == 0)
      #expect(try push.world.sql("SELECT count(*) FROM project WHERE name = 'Comet'") == "1")
      let outcomes = try await push.run(nil, [project])
      #expect(outcomes.count == 1 && push.clockifyProjects.count { $0 == "Comet" } == 1)
      #expect(
        try push.world.sql(
          "SELECT count(*) FROM external_reference WHERE kind = 'project' AND planning_id = \(project.id)") == "1")
    }
  }

  @Test("Whoever comes next finds what was made: the next push, or an import that runs between request and link")
  func found() async throws {
    try await PushWorld.with { push in
      let project = try push.project("Comet", of: push.acme())
      var dying = try push.push()
      dying.reached = { if $0 == .answered { throw Died() } }
      await #expect(throws: Died.self) { try await push.run(dying, [project]) }
      let found = try await push.run(nil, [project])
      #expect(found.count == 1)
      if case .adopted? = found.first {} else { Issue.record("\(found)") }

      let other = try push.project("Rocket", of: push.acme())
      var beside = try push.push()
      let importing = UncheckedImport(push.world)
      beside.reached = { if $0 == .answered { try await importing.run() } }
      let outcomes = try await push.run(beside, [other])
      if case .created? = outcomes.first {} else { Issue.record("\(outcomes)") }
      #expect(push.clockifyProjects.count { $0 == "Rocket" } == 1)
      #expect(try push.world.sql("SELECT count(*) FROM project WHERE name = 'Rocket'") == "1")
    }
  }

  @Test(
    "What is there under the name is not created again: letter case, blanks, archived; it is linked when asked for, if it is free"
  )
  func existing() async throws {
    try await PushWorld.with { push in
      push.world.clockify.change { state in
        state.workspace.clients.append(.init(id: "6630aa10b1c2d3e4f5060801", name: "NOVA  corp", archived: true))
        state.workspace.projects.append(
          .init(id: "6630aa10b1c2d3e4f5060802", name: "Comet", clientID: "6630aa10b1c2d3e4f5060801"))
      }
      let client = try push.client("Nova Corp ")
      let project = try push.project("comet", of: client.id)
      let there = PushPlan.Reason.isThere(
        id: "6630aa10b1c2d3e4f5060801", name: "NOVA  corp", isArchived: true, isFree: true)
      #expect(
        try await push.run(nil, [project]) == [
          .refused(client, there), .refused(project, .clientFailed(client: "Nova Corp ")),
        ])
      #expect(
        PushWords.did(.refused(client, there)).text
          == "Clockify has a client \"NOVA  corp\": 6630aa10b1c2d3e4f5060801 (archived).")
      #expect(
        PushWords.did(.refused(client, there)).next
          == "rota references link client \(client.id) 6630aa10b1c2d3e4f5060801   or   the same with --link-existing")
      var linking = try push.push()
      linking.options.linksExisting = true
      #expect(
        try await push.run(linking, [project]) == [
          .linked(client, id: "6630aa10b1c2d3e4f5060801"), .linked(project, id: "6630aa10b1c2d3e4f5060802"),
        ])
      // One that another item has is not free.
      let twin = try push.client("acme")
      let taken = try await push.run(linking, [twin])
      #expect(
        taken == [.refused(twin, .isThere(id: Cast.Client.acme.id, name: "Acme", isArchived: false, isFree: false))])
      #expect(push.writes == 0)
    }
  }

  @Test("Refused with a reason: archived, names, a client that is gone or linked twice or elsewhere; --client chooses")
  func refused() async throws {
    try await PushWorld.with { push in
      let acme = try push.acme()
      let archived = try push.client("Shut")
      _ = try push.world.database.write { try $0.items.setArchived(true, .client, archived.id) }
      let short = try push.project("x", of: acme)
      let long = try push.client(String(repeating: "y", count: 101))
      #expect(
        try await push.run(nil, [archived, short, long]) == [
          .refused(archived, .archived), .refused(long, .badName(1...100)), .refused(short, .badName(2...250)),
        ])
      let twice = try push.project("Twice", of: acme)
      try push.world.database.write { session in
        try session.references.link(.client, planningID: acme, externalID: "6630aa10b1c2d3e4f5060803", workspace: nil)
      }
      push.world.clockify.change { $0.workspace.clients.append(.init(id: "6630aa10b1c2d3e4f5060803", name: "Acme 2")) }
      let ids = [Cast.Client.acme.id, "6630aa10b1c2d3e4f5060803"].sorted()
      #expect(try await push.run(nil, [twice]) == [.refused(twice, .clientLinkedTwice(client: "Acme", ids: ids))])
      var choosing = try push.push()
      choosing.options.client = "6630AA10B1C2D3E4F5060803"
      let chosen = try await push.run(choosing, [twice])
      #expect(chosen.first?.isDone ?? false)
      #expect(push.world.clockify.read { $0.workspace.projects.last?.clientID } == "6630aa10b1c2d3e4f5060803")
      push.world.clockify.change { $0.workspace.clients = [] }
      let orphan = try push.project("Orphan", of: acme)
      #expect(try await push.run(nil, [orphan]) == [.refused(orphan, .clientElsewhere(client: "Acme"))])
      try await push.world.importNow()
      #expect(try await push.run(nil, [orphan]) == [.refused(orphan, .clientGone(client: "Acme"))])
      #expect(try push.pending() == 0)
    }
  }

  @Test("Not found: waits ten minutes, and longer while one of those minutes has another name; --again overrides")
  func notFound() async throws {
    try await PushWorld.with { push in
      let project = try push.project("Comet", of: push.acme())
      push.world.clockify.change {
        $0.controls.faults = [
          ClockifySimulator.Fault(.close, on: "/projects", method: "POST", beforeWork: true, times: 1)
        ]
      }
      let unknown = try await push.run(nil, [project])
      if case .unknown? = unknown.first {} else { Issue.record("\(unknown)") }
      #expect(try await push.run(nil, [project]) == [.refused(project, .pending(.young(minutes: 0)))])
      // Renamed by somebody since.
      let fresh = String(Int(Date().timeIntervalSince1970) + 5, radix: 16) + "0000000000000001"
      push.world.clockify.change {
        $0.workspace.projects.append(.init(id: fresh, name: "Comet 2", clientID: Cast.Client.acme.id))
      }
      push.ahead.withLock { $0 = 700 }
      #expect(try await push.run(nil, [project]) == [.refused(project, .pending(.renamed(id: fresh, name: "Comet 2")))])
      // Such an item must not be merged away.
      #expect(throws: PlanRefusal.isBeingPushed(.project, project.id)) {
        try push.world.database.write { session in
          let alpha = try session.items.named(.project, "Alpha").id
          return try session.merging.merge(.project, keep: alpha, drop: project.id, at: push.world.now)
        }
      }
      var again = try push.push()
      again.options.again = true
      let outcomes = try await push.run(again, [project])
      if case .created? = outcomes.first {} else { Issue.record("\(outcomes)") }
      #expect(push.clockifyProjects.filter { $0.hasPrefix("Comet") } == ["Comet 2", "Comet"])
    }
  }

  @Test("A refusal ends the push of an item; deleting it here ends it, too; one push at a time")
  func ends() async throws {
    try await PushWorld.with { push in
      let client = try push.client("Nova")
      push.world.clockify.change { state in
        state.controls.keepsDeletedNames = true
        state.workspace.deletedNames["client"] = ["Nova"]
      }
      let failed = try await push.run(nil, [client])
      #expect(
        failed == [
          .failed(
            client,
            "Clockify keeps the name \"Nova\", perhaps of a deleted client. Clockify says: \"Client with this name already exists\"",
            next: "the same with another name")
        ])
      #expect(try push.pending() == 0)
      push.world.clockify.change { $0.controls.keepsDeletedNames = false }
      var deleting = try push.push()
      let (path, id) = (push.world.database.path, client.id)
      deleting.reached = { stage in
        guard stage == .answered else { return }
        try PlanningDatabase(path: path, creates: false).write { session in
          try session.items.delete(.client, id)
        }
      }
      let outcomes = try await push.run(deleting, [client])
      guard case .notLinked(_, _, let why)? = outcomes.first else {
        Issue.record("\(outcomes)")
        return
      }
      #expect(why == "it was deleted here meanwhile")
      #expect(try push.pending() == 0)
      var slow = try push.push()
      let other = try push.client("Other")
      let second = try push.push()
      let busy = Mutex(false)
      slow.reached = { stage in
        guard stage == .noted else { return }
        do { try await second.run([]) { _ in } } catch let error as SendingError {
          busy.withLock { $0 = error.ending == .busy }
        }
      }
      try await push.run(slow, [other])
      #expect(busy.withLock { $0 })
    }
  }

  @Test("Pushes that die anywhere, faults, and imports between: one item on each side, one link", arguments: 0..<12)
  func random(_ seed: Int) async throws {
    try await PushWorld.with { push in
      let importing = UncheckedImport(push.world)
      var items: [Push.Item] = []
      for number in 1...Int.random(in: 2...3) {
        let client = try push.client("Client \(number)")
        items.append(client)
        for project in 1...Int.random(in: 1...2) {
          items.append(try push.project("P \(number).\(project)", of: client.id))
        }
      }
      items.append(try push.project("At Acme", of: push.acme()))
      for _ in 0..<8 {
        let effects: [ClockifySimulator.Fault.Effect] = [
          .close, .status(502), .unavailable(retryAfter: nil), .truncated(4),
        ]
        push.world.clockify.change { state in
          state.controls.faults = (0..<2).map { _ in
            ClockifySimulator.Fault(
              effects.randomElement()!, on: ["/clients", "/projects"].randomElement()!, method: "POST",
              beforeWork: Bool.random(),
              skip: Int.random(in: 0...2), times: 1)
          }
        }
        var one = try push.push()
        let left = Mutex(Int.random(in: 1...6))
        let (dies, imports) = (Bool.random(), Bool.random())
        one.reached = { _ in
          let isNow = left.withLock {
            $0 -= 1
            return $0 == 0
          }
          guard isNow else { return }
          if imports { try await importing.run() }
          if dies { throw Died() }
        }
        do { try await push.run(one, items.filter { _ in Bool.random() }) } catch is Died {} catch is ClockifyError {}
        if Bool.random() { try await push.world.importNow() }
        if Int.random(in: 0..<3) == 0 { push.ahead.withLock { $0 += 650 } }
      }
      push.world.clockify.change { $0.controls.faults = [] }
      // By now everything is old enough to be known.
      push.ahead.withLock { $0 += 2000 }
      try await push.run()
      try await push.world.importNow()
      let writes = push.writes
      try await push.run()
      #expect(push.writes == writes)
      #expect(try push.pending() == 0)
      for item in items {
        let there = (item.kind == .client ? push.clockifyClients : push.clockifyProjects).count { $0 == item.name }
        #expect(there == 1, "\(item.name): \(there) in Clockify")
        let here = try push.world.sql("SELECT count(*) FROM \(item.kind.rawValue) WHERE name = '\(item.name)'")
        #expect(here == "1", "\(item.name): \(here) here")
        let links = try push.world.sql(
          "SELECT count(*) FROM external_reference WHERE kind = '\(item.kind.rawValue)' AND planning_id = \(item.id)")
        #expect(links == "1", "\(item.name): \(links) links")
      }
    }
  }

  @Test("An import against a Clockify that can be written to sends nothing that writes")
  func importWritesNothing() async throws {
    try await PushWorld.with { push in
      push.world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 60)
      push.world.replica = ReplicaSettings()
      try await push.world.enableActuals(zerosFrom: "2026-03-02")
      try await push.world.importNow()
      #expect(try push.world.sql("SELECT sum(billable_minutes + nonbillable_minutes) FROM actual") == "60")
      #expect(push.writes == 0)
    }
  }
}

/// An import from within a push's closure: one after another, never at once.
private struct UncheckedImport: @unchecked Sendable {
  private let world: World

  init(_ world: World) {
    self.world = world
  }

  func run() async throws { try await world.importNow() }
}

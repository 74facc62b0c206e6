import ClockifyAPI
import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore
import Replicating
import RotaTesting
import Steering
import Synchronization
import Testing

/// Every request of an import in turn gets everything that can go wrong, once and to the end of the run: the run ends in a
/// way that is documented, takes nothing away, and the next one comes to the right state. The whole matrix: `Trust/network`.
@Suite("Network matrix")
struct NetworkMatrixTests {
  /// What is there, and what is planned of it.
  struct Seen: Equatable {
    var state: [String]
    var actuals: Set<String>
    var gone: Set<String>
    var archived: Set<String>
    /// Links whose item is no longer in Clockify.
    var missing: Set<String>

    init(_ world: World) throws {
      func lines(_ sql: String) throws -> [String] { try world.sql(sql).split(separator: "\n").map(String.init) }
      state = try world.state().split(separator: "\n").map(String.init)
      actuals = Set(
        try lines("SELECT person, project, role, date, billable_minutes, nonbillable_minutes FROM actual_detail"))
      gone = Set(try lines("SELECT entry_id FROM ledger WHERE state = 'deleted'"))
      archived = Set(
        try lines(
          """
          SELECT 'person', id FROM person WHERE is_archived = 1 UNION SELECT 'project', id FROM project WHERE is_archived = 1
          UNION SELECT 'client', id FROM client WHERE is_archived = 1
          """))
      missing = Set(
        try lines("SELECT kind, external_id FROM external_reference WHERE source_missing_since IS NOT NULL"))
    }
  }

  private static let patient = RetryPolicy(attempts: 2, firstPause: 0.001, deadline: 60)
  /// For answers that have no end.
  private static let hasty = RetryPolicy(attempts: 2, firstPause: 0.001, deadline: 1)

  private struct Prepared {
    let base: String
    let before: Seen
    let after: Seen
    /// Of the import that takes the changes over.
    let requests: Int
    /// Ids of what is new or changed, and of what is gone.
    let changed: [String]
    let gone: String
  }

  /// Two weeks of three people on pages of four entries, one import behind: then some is changed, new or gone.
  private static func prepare(_ world: World) async throws -> Prepared {
    world.retry = patient
    world.clockify.change { $0.controls.silentPageCap = 4 }
    world.replica = ReplicaSettings()
    var ids: [String] = []
    for day in 23...27 {
      for (person, hour) in [(Cast.Person.ana, "08"), (.bob, "14"), (.chloe, "01")] {
        ids.append(
          world.track(person, day % 2 == 0 ? .alpha : .beta, "2026-02-\(day)T\(hour):00:00Z", minutes: 60 + day))
      }
    }
    try await world.enableActuals(zerosFrom: "2026-02-23")
    try await world.importNow()
    let before = try Seen(world)
    let base = world.folder.appendingPathComponent("base.sqlite").path
    _ = try world.sql("VACUUM INTO '\(base)'")
    world.edit(ids[0]) { $0.end! += 600 }
    world.move(ids[4], to: .leave)
    world.remove(ids[8])
    let new = world.track(.ana, .alpha, "2026-03-03T09:00:00Z", minutes: 45)
    let gamma = world.newProject("Gamma", client: .acme)
    let onGamma = world.track(.bob, gamma, "2026-03-04T15:00:00Z", minutes: 30)
    world.clockify.clearRequests()
    try await world.importNow()
    return Prepared(
      base: base, before: before, after: try Seen(world), requests: world.clockify.read(\.requests.count),
      changed: [ids[0], ids[4], new, onGamma], gone: ids[8])
  }

  private static func start(_ world: World, from base: String) throws {
    let path = world.folder.appendingPathComponent("\(UUID().uuidString).sqlite").path
    try FileManager.default.copyItem(atPath: base, toPath: path)
    try world.goOn(with: path)
  }

  /// - Returns: the error's name, or nil where the import came to its end.
  private static func importOnce(_ world: World) async throws -> String? {
    do {
      try await world.importNow()
      return nil
    } catch let error as ImportError {
      return "\(error)"
    } catch let error as RunFailed {
      return "\(error.cause)"
    } catch let error as ClockifyError {
      return "\(error.code)"
    } catch let error as UserError {
      return error.message
    }
  }

  /// - Parameter isWhole: what was answered may be a whole list; what is not in it is marked, and that is all (rule 16).
  private static func expectNothingLost(
    _ world: World, _ before: Seen, _ after: Seen, _ what: String, isWhole: Bool = false
  ) throws {
    let seen = try Seen(world)
    #expect(seen.actuals.subtracting(before.actuals.union(after.actuals)) == [], "\(what): hours of neither")
    #expect(before.actuals.intersection(after.actuals).subtracting(seen.actuals) == [], "\(what): hours are gone")
    #expect(seen.gone.isSubset(of: after.gone), "\(what): entries are gone")
    #expect(seen.archived.isSubset(of: before.archived.union(after.archived)), "\(what): items are archived")
    #expect(isWhole || seen.missing.isSubset(of: before.missing.union(after.missing)), "\(what): items are gone")
  }

  /// What happens before each request, by its number from 0.
  private static func counted(
    _ body: @escaping @Sendable (inout SimulatedClockify.State, Int) -> Void
  ) -> @Sendable (inout SimulatedClockify.State, String, Int?) -> Void {
    let requests = Atomic(0)
    return { state, _, _ in body(&state, requests.add(1, ordering: .relaxed).oldValue) }
  }

  private static func positions(_ requests: Int, of index: Int, _ trouble: NetworkTrouble) -> [Int] {
    // Each trouble meets other requests, and all together meet all of them.
    TrustTable.isWhole
      ? Array(0..<requests) : Array(stride(from: index % 12, to: requests, by: 12).prefix(trouble.isSlow ? 1 : 2))
  }

  @Test("Whatever is answered to whichever request, nothing is lost, and the next import makes it right")
  func answers() async throws {
    try await World.with { world in
      let made = try await Self.prepare(world)
      let (before, after, requests) = (made.before, made.after, made.requests)
      #expect(requests > 20)
      for (index, trouble) in (NetworkTrouble.answers + NetworkTrouble.events).enumerated() {
        var (tried, ended) = (0, 0)
        for position in Self.positions(requests, of: index, trouble) {
          for times in trouble.isSlow && !TrustTable.isWhole ? [1] : [1, Int.max] {
            try Self.start(world, from: made.base)
            let what =
              "\(trouble.name) at request \(position + 1) of \(requests), \(times == 1 ? "once" : "to the end")"
            world.clockify.change { state in
              state.controls.faults = trouble.effect.map { [.init($0, on: "/", skip: position, times: times)] } ?? []
              guard let event = trouble.event else { return }
              state.beforeAnswer = Self.counted { state, number in
                event(&state, number == position || (number > position && times > 1))
              }
            }
            if trouble.isSlow { world.retry = Self.hasty }
            let error = try await Self.importOnce(world)
            world.retry = Self.patient
            world.clockify.change { state in
              (state.controls.faults, state.beforeAnswer) = ([], nil)
              (state.controls.totals, state.controls.sendsLastPage) = (.right, true)
            }
            tried += 1
            if error != nil { ended += 1 }
            try Self.expectNothingLost(world, before, after, what, isWhole: trouble.isWholeList)
            #expect(try await Self.importOnce(world) == nil, "\(what): the next import")
            #expect(try Seen(world).state == after.state, "\(what): the next import's state")
          }
        }
        try TrustTable.add("network", ["import", trouble.name, tried, ended, tried - ended])
      }
    }
  }

  @Test("A list that changes between any two of its pages: nothing is lost, and the next import makes it right")
  func shiftingPages() async throws {
    try await World.with { world in
      let made = try await Self.prepare(world)
      let (base, before, requests) = (made.base, made.before, made.requests)
      let (early, gone) = (
        world.entry(.ana, .alpha, "2026-02-23T05:00:00Z", minutes: 10), Cast.Person.chloe.id
      )
      let untouched = world.clockify.read(\.workspaces)
      let positions = TrustTable.isWhole ? Array(0..<requests) : Array(stride(from: 1, to: requests, by: 3))
      for position in positions {
        world.clockify.change { $0.workspaces = untouched }
        try Self.start(world, from: base)
        world.clockify.change { state in
          state.beforeAnswer = Self.counted { state, number in
            guard number == position else { return }
            // All pages that follow move: by one entry more at the front, and by one less in the middle.
            state.workspace.add(early)
            if let id = state.workspace.entries.first(where: { $0.userID == gone })?.id {
              state.workspace.removeEntry(id)
            }
          }
        }
        _ = try await Self.importOnce(world)
        world.clockify.change { $0.beforeAnswer = nil }
        let first = try Seen(world)
        #expect(try await Self.importOnce(world) == nil)
        let second = try Seen(world)
        // What an import of all that there is says: from before, and from nothing that was half read.
        try Self.start(world, from: base)
        #expect(try await Self.importOnce(world) == nil)
        let calm = try Seen(world)
        #expect(second.state == calm.state, "pages shifted at request \(position + 1)")
        #expect(first.gone.isSubset(of: calm.gone) && first.archived.isSubset(of: before.archived.union(calm.archived)))
        #expect(first.missing.isSubset(of: before.missing.union(calm.missing)))
      }
      try TrustTable.add("network", ["import", "pages that shift", positions.count, 0, positions.count])
    }
  }

  @Test("Whatever is answered to whichever request of a live batch, nothing is lost, and the night makes it right")
  func live() async throws {
    try await World.with { world in
      let made = try await Self.prepare(world)
      let wanted = made.changed.map { LiveWanted.Entry(id: $0) } + [.gone(made.gone)]
      try Self.start(world, from: made.base)
      world.clockify.clearRequests()
      try await world.live(wanted)
      let requests = world.clockify.read(\.requests.count)
      #expect(requests >= wanted.count)
      for (index, trouble) in NetworkTrouble.answers.enumerated() {
        var (tried, ended) = (0, 0)
        for position in Self.positions(requests, of: index, trouble) {
          try Self.start(world, from: made.base)
          let what = "\(trouble.name) at request \(position + 1) of \(requests) of a batch"
          world.clockify.change { $0.controls.faults = [.init(trouble.effect!, on: "/", skip: position)] }
          if trouble.isSlow { world.retry = Self.hasty }
          do {
            try await world.live(wanted)
          } catch is ClockifyError { ended += 1 } catch is UserError { ended += 1 }
          world.retry = Self.patient
          world.clockify.change { $0.controls.faults = [] }
          tried += 1
          try Self.expectNothingLost(world, made.before, made.after, what)
          #expect(try await Self.importOnce(world) == nil, "\(what): the next import")
          #expect(try Seen(world).state == made.after.state, "\(what): the next import's state")
        }
        try TrustTable.add("network", ["live batch", trouble.name, tried, ended, tried - ended])
      }
    }
  }
}

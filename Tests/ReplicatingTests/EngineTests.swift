import ClockifyAPI
import ClockifySimulator
import Foundation
import Logging
import Planning
import PlanningStore
import Replicating
import RotaTesting
import Testing

/// Kinds read from the simulated Clockify over HTTP into a real file.
@Suite("The replica's engine")
struct EngineTests {
  /// A world with the replica's tables, and something of every kind.
  private func with(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      world.clockify.change { $0.workspace = Self.filled($0.workspace) }
      try await body(world)
    }
  }

  private static func filled(_ workspace: SimulatedWorkspace) -> SimulatedWorkspace {
    var workspace = workspace
    workspace.tags = (1...3).map { .init(id: "tag\($0)", name: "Tag \($0)") }
    workspace.things = [
      "custom_fields": [
        ["id": "field1", "name": "Ticket", "type": "TXT", "required": true, "allowedValues": ["a", "b"] as [String]]
      ],
      "holidays": [
        [
          "id": "holiday1", "name": "May Day", "userIds": ["u1"] as [String],
          "datePeriod": ["startDate": "2026-05-01", "endDate": "2026-05-01"] as [String: String],
        ]
      ],
      "time_off_policies": [["id": "policy1", "name": "Leave"], ["id": "policy2", "name": "Sick"]],
      "time_off_requests": [["id": "request1", "policyId": "policy1", "userId": "u1", "note": "sea"]],
      "time_off_balances": [
        ["policyId": "policy1", "userId": "u1", "balance": 12.5],
        ["policyId": "policy2", "userId": "u1", "balance": 3],
      ],
      "assignments": [
        [
          "id": "assignment1", "userId": "u1", "hoursPerDay": 4,
          "period": ["start": "2026-03-02T00:00:00Z", "end": "2026-03-06T00:00:00Z"] as [String: String],
        ]
      ],
      "approvals": [
        [
          "approvalRequest": ["id": "approval1", "status": ["state": "PENDING"] as [String: String]]
            as [String: any Sendable],
          "entries": [["id": "entry1"]] as [[String: String]],
        ]
      ],
      "invoices": [["id": "invoice1", "number": "2026-1", "amount": 5000, "note": "thanks"]],
      "invoice_payments": [["id": "payment1", "invoiceId": "invoice1", "amount": 2000]],
      "expense_categories": [["id": "category1", "name": "Taxi", "priceInCents": 1250]],
      "expenses": [["id": "expense1", "userId": "u1", "total": 3000, "date": "2026-03-02"]],
    ]
    return workspace
  }

  private static let everything: Set<String> = [
    "CUSTOM_FIELDS", "TIME_OFF", "SCHEDULING", "EXPENSES", "APPROVAL", "INVOICING",
  ]

  private func read(
    _ world: World, run: Int64 = 1, features: Set<String> = everything, kinds: [ReplicaKind] = ReplicaKind.all,
    options: ReplicaEngine.Options = ReplicaEngine.Options(), perHour: Int? = nil
  ) async throws -> [ReplicaOutcome] {
    let logger = Logger(label: "replica") { _ in SwiftLogNoOpLogHandler() }
    let source = ClockifySource(
      addresses: try ClockifyAddresses(api: world.clockify.apiURL, reports: world.clockify.reportsURL),
      credential: try ClockifyCredential(.apiKey, secret: SimulatedClockify.key),
      budget: RequestBudget(perSecond: 1000, perHour: perHour), retry: RetryPolicy(attempts: 1), logger: logger)
    let context = ReplicaContext(
      database: world.database, workspace: world.clockify.read { $0.workspace.id }, run: run, now: world.now)
    return try await ReplicaEngine(source: source, context: context, features: features, options: options).read(kinds)
  }

  /// All rows of all tables of the replica, but what says when they were read.
  private func rows(_ world: World) throws -> [String] {
    try world.rows(
      ReplicaKind.all.filter { !$0.isCarried }.flatMap { [$0.table.name] + $0.table.children.map(\.table) }
        .map { "SELECT '\($0)', * FROM \($0) ORDER BY 3, 4;" }.joined())
  }

  @Test("Everything arrives, and a second reading writes nothing")
  func arrives() async throws {
    try await with { world in
      let first = try await read(world)
      let odd = first.filter { outcome in
        outcome.state != .complete || outcome.error != nil || !outcome.notes.isEmpty
      }
      #expect(odd.isEmpty, "\(odd)")
      // Three tags, two policies, two balances, and one of each other kind but groups and profiles, of which is none.
      #expect(first.map(\.new).reduce(0, +) == 15)
      #expect(
        try world.rows(
          "SELECT i.number, i.note, i.detail_run, p.amount FROM clockify_invoice i JOIN clockify_invoice_payment p "
            + "ON p.invoice_id = i.id") == ["2026-1|thanks|1|2000"])
      #expect(
        try world.rows(
          "SELECT a.status_state, e.time_entry_id, a.is_listed FROM clockify_approval a "
            + "JOIN clockify_approval_entry e ON e.approval_id = a.id") == ["PENDING|entry1|1"])
      #expect(try world.rows("SELECT name, archived FROM clockify_tag") == ["Tag 1|0", "Tag 2|0", "Tag 3|0"])
      #expect(
        try world.rows(
          "SELECT name, start_date, user_id FROM clockify_holiday h JOIN clockify_holiday_user u ON u.holiday_id = h.id"
        )
          == ["May Day|2026-05-01|u1"])
      #expect(
        try world.rows("SELECT id, balance FROM clockify_time_off_balance ORDER BY 1")
          == ["policy1:u1|12.5", "policy2:u1|3.0"])
      #expect(
        try world.rows("SELECT position, value FROM clockify_custom_field_allowed_value") == ["0|a", "1|b"])
      let before = try rows(world)
      let second = try await read(world, run: 2)
      #expect(second.filter { $0.written > 0 || $0.state != .complete }.isEmpty)
      #expect(try rows(world) == before)
      #expect(try world.rows("SELECT count(*), min(complete_run) FROM replica_state") == ["13|2"])
    }
  }

  @Test("What is gone from a complete list is marked, what comes back is not, and its lists follow")
  func gone() async throws {
    try await with { world in
      _ = try await read(world)
      world.clockify.change { state in
        state.workspace.tags.remove(at: 1)
        state.workspace.things["holidays"]?[0]["userIds"] = ["u2", "u3"] as [String]
        state.workspace.things["time_off_policies"]?.removeLast()
      }
      world.now = world.now + 86_400
      let second = try await read(world, run: 2)
      #expect(second.map(\.gone).reduce(0, +) == 3 && second.map(\.changed).reduce(0, +) == 1)
      #expect(
        try world.rows("SELECT id, deleted_at, changed_run FROM clockify_tag WHERE deleted_at IS NOT NULL")
          == ["tag2|2026-03-10T06:00:00Z|2"])
      #expect(try world.rows("SELECT user_id FROM clockify_holiday_user ORDER BY 1") == ["u2", "u3"])
      // The balances of a policy that is gone are in no answer.
      #expect(
        try world.rows("SELECT id FROM clockify_time_off_balance WHERE deleted_at IS NOT NULL") == ["policy2:u1"])

      world.clockify.change { $0.workspace.tags.append(.init(id: "tag2", name: "Tag 2")) }
      let third = try await read(world, run: 3)
      #expect(third.map(\.changed).reduce(0, +) == 1)
      #expect(try world.rows("SELECT count(*) FROM clockify_tag WHERE deleted_at IS NULL") == ["3"])
    }
  }

  @Test(
    "A fault of one kind leaves its rows and the other kinds alone; the next run heals",
    arguments: [
      ClockifySimulator.Fault.Effect.status(500), .status(429), .status(403), .truncated(1), .body("{}"),
    ])
  func faults(_ effect: ClockifySimulator.Fault.Effect) async throws {
    try await with { world in
      _ = try await read(world)
      // Nobody is there whose profile could be read.
      for kind in ReplicaKind.all where !kind.isCarried && kind.name != "member_profiles" {
        try await spoil(kind, world, ClockifySimulator.Fault(effect, on: kind.begin))
      }
    }
  }

  private func spoil(_ kind: ReplicaKind, _ world: World, _ fault: ClockifySimulator.Fault) async throws {
    let before = try rows(world)
    world.clockify.change { $0.controls.faults = [fault] }
    let outcomes = try await read(world, run: 2)
    // The path of one list may begin another's.
    #expect(outcomes.first { $0.kind == kind.name }?.state != .complete, "\(kind.name): \(outcomes)")
    #expect(outcomes.filter { $0.written > 0 }.isEmpty, "\(kind.name)")
    #expect(try rows(world) == before, "\(kind.name)")
    world.clockify.change { $0.controls.faults = [] }
    world.now = world.now + 8 * 86_400
    let healed = try await read(world, run: 3).filter { $0.state != .complete }
    #expect(healed.isEmpty, "\(kind.name): \(healed)")
  }

  @Test("What the plan lacks is not asked for; what the key may not see is asked for again after a week")
  func notAvailable() async throws {
    try await with { world in
      world.clockify.clearRequests()
      let outcomes = try await read(world, features: ["TIME_OFF"])
      let lacking = outcomes.filter { $0.state == .notAvailable }.map(\.kind).sorted()
      #expect(lacking == ["approvals", "assignments", "custom_fields", "expense_categories", "expenses", "invoices"])
      #expect(!world.clockify.read { $0.requests }.contains { $0.path.contains("scheduling") })

      world.clockify.change { $0.controls.faults = [ClockifySimulator.Fault(.status(403), on: "/holidays")] }
      func holidays(_ days: Int) async throws -> Int {
        world.now = world.now + days * 86_400
        return try await read(world, kinds: ReplicaKind.all.filter { $0.name == "holidays" })[0].requests
      }
      #expect(try await holidays(0) == 1)
      #expect(try await holidays(1) == 0)
      #expect(try await holidays(7) == 1)
    }
  }

  @Test("The hour's last requests are left; who has waited is first the next time")
  func budget() async throws {
    try await with { world in
      let first = try await read(world, perHour: 8)
      #expect(first.filter { $0.state == .complete }.count == 3)
      #expect(first.filter { $0.state == .waiting }.count == 10)
      let second = try await read(world, run: 2, perHour: 8)
      #expect(Set(second.prefix(3).map(\.kind)).isDisjoint(with: first.prefix(3).map(\.kind)))
    }
  }

  @Test("Rows that slip between pages while people work are not gone")
  func slipping() async throws {
    try await with { world in
      world.clockify.change { state in
        state.controls.maximumListPageSize = 50
        state.workspace.tags = (1...120).map { .init(id: "tag\($0)", name: "Tag \($0)") }
      }
      let tags = ReplicaKind.all.filter { $0.name == "tags" }
      #expect(try await read(world, kinds: tags)[0].new == 120)
      // Somebody deletes a tag of the first page while the second is read: one of the second slips to the first.
      world.clockify.change { state in
        state.beforeAnswer = { state, path, _ in
          let seen = state.requests.count { $0.path.hasSuffix("/tags") && $0.query.contains("page=1&") }
          if path.hasSuffix("/tags"), seen == 1, state.workspace.tags.count == 120 {
            state.workspace.tags.remove(at: 0)
          }
        }
      }
      world.clockify.clearRequests()
      let outcome = try await read(world, run: 2, kinds: tags)[0]
      #expect(outcome.gone == 1 && outcome.state == .complete, "\(outcome)")
      #expect(try world.rows("SELECT id FROM clockify_tag WHERE deleted_at IS NOT NULL") == ["tag1"])
    }
  }
}

// MARK: Many nights

extension EngineTests {
  /// What a plain comparison of Clockify's records from night to night says of one.
  private struct Remembered {
    var note: String
    var isGone: Bool
    var changedRun: Int64
  }

  @Test("Random edits over ten nights: the table is what a plain comparison says", arguments: 1...3)
  func nights(_ seed: Int) async throws {
    var random = SplitMix(seed: UInt64(seed))
    let expenses = ReplicaKind.all.filter { $0.name == "expenses" }
    try await with { world in
      var there: [String: String] = [:]
      var memory: [String: Remembered] = [:]
      for run in 1...10 as ClosedRange<Int64> {
        for _ in 0..<random.below(40) {
          let id = "expense\(random.below(150))"
          there[id] = random.below(3) == 0 ? nil : "note \(random.below(5))"
        }
        let rows = there.sorted { $0.key < $1.key }.map { id, note -> SimulatedThing in ["id": id, "notes": note] }
        world.clockify.change { state in
          state.controls.maximumListPageSize = 50
          state.workspace.things["expenses"] = rows
        }
        for (id, note) in there where memory[id].map({ $0.note != note || $0.isGone }) ?? true {
          memory[id] = Remembered(note: note, isGone: false, changedRun: run)
        }
        for (id, known) in memory where there[id] == nil && !known.isGone {
          memory[id] = Remembered(note: known.note, isGone: true, changedRun: run)
        }
        let outcome = try await read(world, run: run, kinds: expenses)[0]
        let expected = memory.map { "\($0.key)|\($0.value.note)|\($0.value.isGone ? 1 : 0)|\($0.value.changedRun)" }
        #expect(
          try world.rows("SELECT id, notes, deleted_at IS NOT NULL, changed_run FROM clockify_expense").sorted()
            == expected.sorted())
        #expect(outcome.written == memory.values.count { $0.changedRun == run }, "\(outcome)")
        world.now = world.now + 86_400
      }
    }
  }
}

/// Numbers that follow from a seed.
private struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }
}

extension ReplicaOutcome {
  fileprivate var written: Int { new + changed + gone }
}

extension World {
  /// Each row with its columns joined by `|`.
  fileprivate func rows(_ text: String) throws -> [String] {
    try sql(text).split(separator: "\n").map(String.init)
  }
}

extension ReplicaKind {
  /// How the path of its list begins, without an id.
  fileprivate var begin: String {
    switch request {
    case .list(let path, _, _, _, _, _), .search(let path, _, _, _, _), .each(_, let path, _, _, _),
      .newest(let path, _, _), .detailed(let path, _, _, _, _, _), .turns(let path):
      String(path.split(separator: "{")[0])
    case .carried: ""
    }
  }
}

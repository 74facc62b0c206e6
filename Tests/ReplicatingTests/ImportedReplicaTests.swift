import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore
import Replicating
import RotaTesting
import Steering
import Testing

/// The replica within whole imports: what it may cost them, and what may go wrong beside them.
@Suite("The replica in an import")
struct ImportedReplicaTests {
  private func with(plan: String = "PRO_2021", _ body: (World) async throws -> Void) async throws {
    try await World.with(plan: plan) { world in
      world.replica = ReplicaSettings()
      world.clockify.change { state in
        state.workspace.tags = [.init(id: "t1", name: "On site")]
        state.workspace.projects[0].tasks = [.init(id: "k1", name: "Design"), .init(id: "k2", name: "Build")]
        state.workspace.projects[1].tasks = [.init(id: "k3", name: "Test")]
        state.workspace.projects[0].members["memberships"] = [
          [
            "userId": Cast.Person.ana.id, "targetId": Cast.Project.alpha.id, "membershipType": "PROJECT",
            "membershipStatus": "ACTIVE",
            "hourlyRate": ["amount": 777_001, "currency": "EUR"] as [String: any Sendable],
          ] as [String: any Sendable]
        ]
        state.workspace.things["expenses"] = [["id": "e1", "userId": Cast.Person.ana.id, "total": 777_002]]
        state.workspace.things["holidays"] = [["id": "h1", "name": "May Day"]]
        state.workspace.things["time_off_policies"] = [["id": "p1", "name": "Leave"]]
        state.workspace.things["time_off_balances"] = [["policyId": "p1", "userId": Cast.Person.ana.id, "balance": 3]]
      }
      try await body(world)
    }
  }

  /// Everything that is kept of Clockify, but when it was read, and by which run.
  private func kept(_ world: World) throws -> String {
    let tables = ReplicaKind.all.flatMap { [$0.table.name] + $0.table.children.map(\.table) }
    return try world.sql(Set(tables).sorted().map { "SELECT '\($0)', * FROM \($0);" }.joined())
      .split(separator: "\n").sorted().joined(separator: "\n")
  }

  private func states(_ world: World, _ condition: String = "state <> 'complete'") throws -> String {
    try world.sql("SELECT kind, state FROM replica_state WHERE \(condition) ORDER BY kind")
  }

  @Test("A second import on the same day writes nothing of it")
  func twice() async throws {
    try await with { world in
      try await world.importNow()
      world.now = world.now + 3600
      let before = try kept(world)
      let report = try await world.importNow()
      #expect(try kept(world) == before)
      let kinds = try #require(report.summary.replica)
      #expect(kinds.allSatisfy { $0.new + $0.changed + $0.gone == 0 })
      #expect(kinds.count == ReplicaKind.all.count)
      // Three people: the first of them was read.
      #expect(try states(world) == "member_profiles|waiting")
    }
  }

  @Test("A group that is gone takes its members with it, in the same import")
  func groupGone() async throws {
    try await with { world in
      world.newGroup("Crew", [.ana, .bob])
      try await world.importNow()
      let members =
        "SELECT count(*) FROM clockify_membership WHERE membership_type = 'USERGROUP' AND deleted_at IS NULL"
      #expect(try world.number(members) == 2)
      world.clockify.change { $0.workspace.groups = [] }
      try await world.importNow()
      #expect(try world.number(members) == 0)
      let before = try kept(world)
      try await world.importNow()
      #expect(try kept(world) == before)
    }
  }

  @Test("What a project had goes with it, its entries stay; back it is there again")
  func goneWithProject() async throws {
    try await with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 60)
      try await world.importNow()
      let gone = """
        SELECT (SELECT count(*) FROM clockify_task WHERE deleted_at IS NULL),
          (SELECT count(*) FROM clockify_membership WHERE deleted_at IS NULL AND membership_type = 'PROJECT'),
          (SELECT count(*) FROM clockify_time_entry)
        """
      #expect(try world.sql(gone) == "3|1|1")
      world.clockify.change { $0.workspace.projects[0].isDeleted = true }
      world.now = world.now + 86_400
      try await world.importNow()
      #expect(try world.sql(gone) == "1|0|1")
      world.clockify.change { $0.workspace.projects[0].isDeleted = false }
      world.now = world.now + 86_400
      try await world.importNow()
      #expect(try world.sql(gone) == "3|1|1")
    }
  }

  @Test("A task that is gone is marked, one that comes back is not, and who leaves a project is no member any more")
  func edits() async throws {
    try await with { world in
      try await world.importNow()
      world.clockify.change { state in
        state.workspace.projects[0].tasks.removeLast()
        state.workspace.projects[0].members["memberships"] = [[String: any Sendable]]()
      }
      world.now = world.now + 86_400
      let report = try await world.importNow()
      #expect(report.summary.replica?.first { $0.name == "tasks" }?.gone == 1)
      #expect(try world.sql("SELECT id FROM clockify_task WHERE deleted_at IS NOT NULL") == "k2")
      #expect(
        try world.sql(
          "SELECT count(*) FROM clockify_membership WHERE deleted_at IS NOT NULL AND membership_type = 'PROJECT'")
          == "1")
      world.clockify.change { $0.workspace.projects[0].tasks.append(.init(id: "k2", name: "Build")) }
      try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM clockify_task WHERE deleted_at IS NULL") == "3")
    }
  }

  // MARK: What goes wrong

  @Test(
    "The heavy list of projects fails: the plain one is read, the import is done, nothing is called gone; the next heals"
  )
  func hydrated() async throws {
    try await with { world in
      try await world.importNow()
      let before = try kept(world)
      world.clockify.change { $0.controls.faults = [ClockifySimulator.Fault(.status(500), on: "/projects", times: 3)] }
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(try states(world, "state = 'failed'") == "")
      #expect(try kept(world) == before)
      // The page came; that it was cut is seen only at its end.
      world.clockify.change {
        $0.controls.faults = [ClockifySimulator.Fault(.truncated(40), on: "/projects", times: 3)]
      }
      let second = try await world.importNow()
      #expect(second.status == .done && second.summary.projects?.known == 3)
      #expect(try kept(world) == before)
      world.clockify.change { $0.controls.faults = [] }
      try await world.importNow()
      #expect(try states(world, "state = 'failed'") == "")
    }
  }

  @Test(
    "Any fault of an own kind leaves the import done, its numbers and the other kinds as they are",
    arguments: [ClockifySimulator.Fault.Effect.status(402), .status(500), .body("<html>")])
  func faults(_ effect: ClockifySimulator.Fault.Effect) async throws {
    try await with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 60)
      try await world.importNow()
      let (before, actuals) = (try kept(world), try world.sql("SELECT * FROM actual"))
      for path in [
        "/tags", "/user-groups", "/custom-fields", "/holidays", "/time-off/requests", "/invoices", "/member-profile",
      ] {
        world.clockify.change { $0.controls.faults = [ClockifySimulator.Fault(effect, on: path)] }
        let report = try await world.importNow()
        #expect(report.status == .done && report.books.isBalanced, "\(path)")
        // What was not allowed before is asked for again in a week.
        let odd = (report.summary.replica ?? []).filter { $0.state != "complete" }
        let fresh = odd.filter { $0.requests > 0 && $0.name != "member_profiles" }
        #expect(fresh.count <= 1, "\(path): \(fresh.map(\.name))")
        #expect(odd.allSatisfy { ["failed", "not_available", "waiting"].contains($0.state) })
        #expect(report.findings.filter { $0.level == .error }.isEmpty)
      }
      #expect(try kept(world) == before)
      #expect(try world.sql("SELECT * FROM actual") == actuals)
      world.clockify.change { $0.controls.faults = [] }
      world.now = world.now + 8 * 86_400
      try await world.importNow()
      #expect(try states(world, "state NOT IN ('complete', 'waiting')") == "")
    }
  }

  @Test("A plan lost and regained: two findings for each kind, and nothing is gone")
  func plan() async throws {
    try await with { world in
      try await world.importNow()
      world.clockify.change { $0.workspace.features.remove("TIME_OFF") }
      world.now = world.now + 86_400
      let lost = try await world.importNow()
      let second = try await world.importNow()
      world.clockify.change { _ = $0.workspace.features.insert("TIME_OFF") }
      world.now = world.now + 86_400
      let regained = try await world.importNow()
      func said(_ report: ImportReport) -> Int { report.findings.count { $0.code.rawValue == "kind_not_available" } }
      // Holidays, policies, requests, balances.
      #expect(said(lost) == 4 && said(second) == 0 && said(regained) == 4)
      #expect(try world.sql("SELECT count(*) FROM clockify_holiday WHERE deleted_at IS NULL") == "1")
      #expect(try world.sql("SELECT count(*) FROM clockify_time_off_balance WHERE deleted_at IS NULL") == "1")
    }
  }

  @Test("A key that is refused among the own kinds ends them; the import keeps its status", .timeLimit(.minutes(1)))
  func refused() async throws {
    try await with { world in
      world.clockify.change { state in
        state.beforeAnswer = { state, path, _ in if path.hasSuffix("/holidays") { state.keys = [:] } }
      }
      let report = try await world.importNow()
      #expect(report.status == .done)
      let failed = (report.summary.replica ?? []).filter { $0.state == "failed" }.map(\.name)
      #expect(failed.contains("holidays") && failed.contains("invoices") && !failed.contains("tags"))
      #expect(failed.count == 10)
    }
  }

  @Test(
    "Stopped among the own kinds at any request: the run is done, and the next one comes to the same end",
    arguments: 0..<4)
  func stopped(_ number: Int) async throws {
    try await with { world in
      var random = Generator(seed: UInt64(number))
      let stopAt = Int.random(in: 5..<20, using: &random)
      var request = ImportRequest(trigger: .manual, now: world.now)
      request.isFull = true
      let task = world.startImport(request)
      world.clockify.change { state in
        state.beforeAnswer = { state, _, _ in if state.requests.count == stopAt { task.cancel() } }
      }
      _ = await task.result
      world.clockify.change { $0.beforeAnswer = nil }
      #expect(try world.sql("SELECT count(*) FROM import_run WHERE status IN ('running', 'failed')") == "0")
      try await world.importNow { $0.isFull = true }
      #expect(try states(world) == "")
      let after = try kept(world)
      try await with { other in
        try await other.importNow { $0.isFull = true }
        func rows(_ text: String) -> Int { text.split(separator: "\n").count }
        #expect(rows(try kept(other)) == rows(after))
      }
    }
  }

  // MARK: Budgets

  @Test("FREE, 20 people: never over 30 requests an hour, every kind within 15 nights, every profile within 30")
  func free() async throws {
    try await with(plan: "FREE") { world in
      world.perHour = 30
      world.clockify.change { state in
        state.workspace.features = []
        for number in 4...20 {
          state.workspace.users.append(
            .init(
              id: "6630aa10b1c2d3e4f507\(1000 + number)", name: "P\(number)", email: "p\(number)@ex.test", timeZone: nil
            ))
        }
      }
      for night in 1...30 {
        world.clockify.clearRequests()
        let report = try await world.importNow()
        let requests = world.clockify.read(\.requests.count)
        #expect(requests <= 30 && requests == report.requests, "night \(night)")
        if night == 15 {
          #expect(
            try world.sql(
              "SELECT count(*) FROM replica_state WHERE kind IN ('tags', 'user_groups') AND complete_at IS NULL")
              == "0")
        }
        world.now = world.now + 86_400
      }
      #expect(try world.sql("SELECT count(*) FROM clockify_member_profile") == "20")
    }
  }

  // MARK: Tasks that the list does not show

  @Test("A project with more tasks than the list shows is read by itself, and none of them is called gone")
  func cutTasks() async throws {
    try await with { world in
      world.clockify.change { state in
        state.controls.shownTasks = 50
        state.workspace.projects[0].tasks = (1...120).map { .init(id: "k\($0)", name: "Task \($0)") }
        state.workspace.projects[1].tasks = (1...50).map { .init(id: "b\($0)", name: "Task \($0)") }
      }
      try await world.importNow()
      #expect(try world.sql("SELECT count(*) FROM clockify_task WHERE deleted_at IS NULL") == "170")
      #expect(try world.sql("SELECT code FROM replica_state WHERE kind = 'tasks'") == "tasks_cut")
      world.now = world.now + 86_400
      let second = try await world.importNow()
      #expect(second.summary.replica?.first { $0.name == "tasks" }?.gone == 0)
      world.clockify.change { _ = $0.workspace.projects[0].tasks.remove(at: 100) }
      world.now = world.now + 86_400
      let third = try await world.importNow()
      #expect(third.summary.replica?.first { $0.name == "tasks" }?.gone == 1)
      #expect(try world.sql("SELECT id FROM clockify_task WHERE deleted_at IS NOT NULL") == "k101")
    }
  }

  // MARK: What must not be there, and who else is

  @Test("money: false: no amount is in any column, remainder or log")
  func money() async throws {
    try await with { world in
      world.replica?.withMoney = false
      let report = try await world.importNow()
      let dump = try world.sql(".dump")
      #expect(!dump.contains("777001") && !dump.contains("777002"))
      #expect(!report.summary.json.contains("77700"))
      world.replica?.withMoney = true
      try await world.importNow()
      #expect(
        try world.sql("SELECT hourly_rate_amount FROM clockify_membership WHERE membership_type = 'PROJECT'")
          == "777001")
      #expect(try world.sql("SELECT total FROM clockify_expense") == "777002.0")
    }
  }

  @Test("A workspace that the settings do not name is there, and decides nothing; one person in two has two rows")
  func workspaces() async throws {
    try await World.several(["A": Cast.people, "B": [.ana, .bob]]) { world in
      world.replica = ReplicaSettings()
      world.settings.workspaces = [world.settings.workspaces[0]]
      let report = try await world.importNow()
      #expect(report.status == .done)
      #expect(try world.sql("SELECT name, is_selected FROM clockify_workspace ORDER BY name") == "A|1\nB|0")
      #expect(try world.sql("SELECT count(*) FROM clockify_user") == "3")
      world.settings.workspaces = ["all"]
      try await world.importNow()
      #expect(try world.sql("SELECT is_selected FROM clockify_workspace") == "1\n1")
      #expect(
        try world.sql("SELECT count(*) FROM clockify_user WHERE row_hash IS NOT NULL AND id = '\(Cast.Person.ana.id)'")
          == "2")
      #expect(try world.sql("SELECT count(DISTINCT workspace_id) FROM replica_state") == "2")
    }
  }

  // MARK: Traps

  @Test("Another day, the same data: signed addresses and days overdue change, and nothing is written")
  func anotherDay() async throws {
    try await with { world in
      @Sendable func dress(_ state: inout SimulatedClockify.State, _ day: Int) {
        state.workspace.users[0].members["profilePicture"] = "https://img.test/ana.png?signature=\(day)"
        state.workspace.members["imageUrl"] = "https://img.test/w.png?signature=\(day)"
        state.workspace.things["invoices"] = [["id": "i1", "number": "1", "daysOverdue": day]]
        state.workspace.things["expenses"] = [
          ["id": "e1", "total": 5, "fileUrl": "https://f.test/e1?signature=\(day)"]
        ]
      }
      world.clockify.change { dress(&$0, 1) }
      try await world.importNow { $0.isFull = true }
      let before = try kept(world)
      world.clockify.change { dress(&$0, 2) }
      world.now = world.now + 86_400
      let report = try await world.importNow()
      let written = (report.summary.replica ?? []).filter { $0.new + $0.changed + $0.gone > 0 }
      #expect(written.isEmpty, "\(written)")
      // Of profiles only when they were read.
      func apart(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { !$0.hasPrefix("clockify_member_profile|") }
      }
      #expect(apart(try kept(world)) == apart(before))
      #expect(
        try world.sql("SELECT profile_picture FROM clockify_user WHERE profile_picture <> ''")
          == "https://img.test/ana.png")
    }
  }

  @Test("Names of 10,000 characters, a remainder of a megabyte, ids that come twice, objects in place of words")
  func oddRows() async throws {
    try await with { world in
      let (long, huge) = (String(repeating: "ü", count: 10_000), String(repeating: "x", count: 1 << 20))
      world.clockify.change { state in
        state.workspace.tags = [
          .init(id: "t1", name: long), .init(id: "t2", name: "Twice"), .init(id: "t2", name: "Twice"),
          .init(id: "t3", name: "Huge", members: ["memo": huge]),
        ]
        state.workspace.users[0].members["settings"] =
          ["weekStart": ["day": "MONDAY"] as SimulatedThing] as SimulatedThing
        state.workspace.things["time_off_policies"] = [
          ["id": "p1", "name": ["en": "Leave"] as SimulatedThing], ["name": "nobody"],
        ]
        state.workspace.users[1].profile = ["workingDays": "[\"MONDAY\"]"]
      }
      let report = try await world.importNow { $0.isFull = true }
      #expect(report.status == .done)
      #expect(
        try world.sql("SELECT id, length(name), length(raw) FROM clockify_tag ORDER BY 1")
          == "t1|10000|\nt2|5|\nt3|4|1048587")
      #expect(
        try world.sql("SELECT settings_week_start IS NULL, raw FROM clockify_user WHERE raw IS NOT NULL")
          == #"1|{"settings":{"weekStart":{"day":"MONDAY"}}}"#)
      #expect(
        try world.sql("SELECT id, name IS NULL, raw FROM clockify_time_off_policy") == #"p1|1|{"name":{"en":"Leave"}}"#)
      #expect(try world.sql("SELECT state, code FROM replica_state WHERE kind = 'time_off_policies'") == "failed|no_id")
      #expect(report.findings.count { $0.code.rawValue == "unexpected_value" } == 2)
      #expect(report.findings.count { $0.code.rawValue == "unknown_field" } == 1)
      let again = try await world.importNow { $0.isFull = true }
      #expect(!again.findings.contains { ["unexpected_value", "unknown_field"].contains($0.code.rawValue) })
    }
  }

  @Test("A policy that is deleted between its list and its balances is passed over; the others' are read")
  func deletedParent() async throws {
    try await with { world in
      world.clockify.change { state in
        state.workspace.things["time_off_policies"]?.append(["id": "p2", "name": "Sick"])
        state.workspace.things["time_off_balances"]?.append(["policyId": "p2", "userId": "u", "balance": 1])
        state.beforeAnswer = { state, path, _ in
          if path.hasSuffix("/balance/policy/p1") {
            state.workspace.things["time_off_policies"]?.removeAll { $0["id"] as? String == "p1" }
          }
        }
      }
      let report = try await world.importNow()
      #expect(report.summary.replica?.first { $0.name == "time_off_balances" }?.state == "complete")
      #expect(try world.sql("SELECT policy_id FROM clockify_time_off_balance") == "p2")
    }
  }

  @Test("What is off keeps its rows, and asks nothing")
  func off() async throws {
    try await with { world in
      try await world.importNow()
      world.replica?.kinds = .off
      world.clockify.clearRequests()
      let before = try kept(world)
      let report = try await world.importNow()
      #expect(report.summary.replica == nil)
      let asked = world.clockify.read(\.requests)
      #expect(!asked.contains { $0.path.hasSuffix("/tags") || $0.query.contains("hydrated") })
      #expect(try kept(world) == before)
    }
  }
}

/// Numbers that follow from a seed.
private struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &+ 1 }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

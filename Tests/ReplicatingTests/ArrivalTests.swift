import ClockifySimulator
import Foundation
import Planning
import PlanningStore
import Replicating
import RotaTesting
import Steering
import Testing

/// A value set in Clockify arrives in its column: of every column that a descriptor has, and of every line of the reference
/// list.
@Suite("What arrives in the replica")
struct ArrivalTests {
  /// Something of every kind, with another value in each column.
  private struct Full {
    let workspace: String
    /// By kind: the id of its row, and what it must say.
    var samples: [String: (id: String, sample: Sample)] = [:]
  }

  private func fill(_ world: World) async throws -> Full {
    world.replica = ReplicaSettings()
    world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 90)
    let workspace = world.clockify.read { $0.workspace.id }
    var samples: [String: (id: String, sample: Sample)] = [:]
    for (number, kind) in ReplicaKind.all.enumerated() {
      samples[kind.name] = ("\(kind.name)-1", Sample(kind.table, start: 1000 * (number + 1)))
    }
    func json(_ kind: String, _ ids: SimulatedThing, without names: Set<String> = []) -> SimulatedThing {
      samples[kind]!.sample.json.filter { !names.contains($0.key) }.merging(ids) { $1 }
    }
    let (ana, alpha, acme) = (Cast.Person.ana.id, Cast.Project.alpha.id, Cast.Client.acme.id)
    let features: [String] = [
      "CUSTOM_FIELDS", "TIME_OFF", "SCHEDULING", "EXPENSES", "INVOICING", "APPROVAL", "TELEPATHY",
    ]
    let lists: [String: [SimulatedThing]] = [
      "custom_fields": [json("custom_fields", ["id": "custom_fields-1"])],
      "holidays": [json("holidays", ["id": "holidays-1"])],
      "time_off_policies": [json("time_off_policies", ["id": "time_off_policies-1"])],
      "time_off_requests": [json("time_off_requests", ["id": "time_off_requests-1"])],
      "time_off_balances": [json("time_off_balances", ["policyId": "time_off_policies-1", "userId": "u"])],
      "assignments": [json("assignments", ["id": "assignments-1"])],
      "expense_categories": [json("expense_categories", ["id": "expense_categories-1"])],
      "expenses": [json("expenses", ["id": "expenses-1"])],
      "approvals": [
        json("approvals", [:]).merging([
          "approvalRequest": (samples["approvals"]!.sample.json["approvalRequest"] as! SimulatedThing)
            .merging(["id": "approvals-1"]) { $1 } as any Sendable
        ]) { $1 }
      ],
      "invoices": [json("invoices", ["id": "invoices-1"], without: ["payments"])],
      "invoice_payments": (samples["invoices"]!.sample.json["payments"] as! [any Sendable]).map {
        ($0 as! SimulatedThing).merging(["invoiceId": "invoices-1"]) { $1 }
      },
    ]
    let (workspaceRow, userRow, profile, client, project, task, tag) = (
      json("workspaces", ["features": features]),
      json(
        "users",
        [
          "settings": (samples["users"]!.sample.json["settings"] as! SimulatedThing)
            .merging(["timeZone": "Europe/Berlin"]) { $1 }
        ]), json("member_profiles", [:]), json("clients", [:]),
      json("projects", [:]), json("tasks", ["projectId": alpha]), json("tags", [:])
    )
    let managers = samples["user_groups"]!.sample.json.filter { $0.key == "teamManagers" }
    let member = samples["user_groups"]!.sample.children["clockify_membership"]!["user_id"]!
    world.clockify.change { state in
      state.workspace.members = workspaceRow
      state.workspace.things = lists
      state.workspace.users[0].members = userRow
      state.workspace.users[0].profile = profile
      state.workspace.clients[0].members = client
      state.workspace.projects[0].members = project
      state.workspace.projects[0].tasks = [.init(id: "tasks-1", name: "Design", members: task)]
      state.workspace.tags = [.init(id: "tags-1", name: "On site", members: tag)]
      state.workspace.groups = [.init(id: "user_groups-1", name: "Makers", userIDs: [member], members: managers)]
    }
    samples["workspaces"]!.id = workspace
    samples["users"]!.id = ana
    samples["member_profiles"]!.id = ana
    samples["clients"]!.id = acme
    samples["projects"]!.id = alpha
    samples["time_off_balances"]!.id = "time_off_policies-1:u"
    return Full(workspace: workspace, samples: samples)
  }

  @Test("A value set in Clockify arrives in its column, of every kind")
  func columns() async throws {
    try await World.with { world in
      let full = try await fill(world)
      let report = try await world.importNow()
      #expect(report.status == .done)
      let odd = (report.summary.replica ?? []).filter { $0.state != "complete" && $0.name != "member_profiles" }
      #expect(odd.isEmpty, "\(odd)")
      // What the samples say of items that others of them name.
      let fixed = ["project_id": Cast.Project.alpha.id, "policy_id": "time_off_policies-1", "user_id": "u"]
      var seen = 0
      for kind in ReplicaKind.all {
        let (id, sample) = try #require(full.samples[kind.name])
        for column in kind.table.columns(by: .replica) where !column.paths.isEmpty {
          for (name, _) in column.stored {
            var expected = try #require(sample.columns[name], "\(kind.name).\(name)")
            if kind.name == "tasks" || kind.name == "time_off_balances" { expected = fixed[name] ?? expected }
            if kind.name == "user_groups" { expected = "Makers" }
            let found = try world.sql("SELECT \(name) FROM \(kind.table.name) WHERE id = '\(id)'")
            #expect(found == expected, "\(kind.name).\(name)")
            seen += 1
          }
        }
        for child in kind.table.children where child.table != "clockify_workspace_feature" {
          let row = try #require(sample.children[child.table])
          let parent = kind.table.parentColumn(of: child)
          let names = row.keys.sorted()
          let found = try world.sql(
            "SELECT \(names.joined(separator: ", ")) FROM \(child.table) WHERE \(parent) = '\(id)'")
          #expect(found == names.map { row[$0]! }.joined(separator: "|"), "\(child.table)")
          seen += names.count
        }
      }
      #expect(seen > 300)
      #expect(
        try world.sql("SELECT feature FROM clockify_workspace_feature WHERE feature = 'TELEPATHY'") == "TELEPATHY")
      // Nothing was odd about it.
      #expect(try world.sql("SELECT * FROM replica_note WHERE problem = 'unexpected_value'") == "")
    }
  }

  @Test("Every line of the reference list has a column, with what was set")
  func coverage() async throws {
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/replica-coverage.csv")
    let lines = try String(contentsOf: fixture, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
      .map { $0.split(separator: ",").map(String.init) }
    #expect(lines.count == 137)
    try await World.with { world in
      _ = try await fill(world)
      try await world.enableActuals()
      world.clockify.change { state in
        let id = state.workspace.entries[0].id
        state.workspace.editEntry(id) { entry in
          entry.description = "Design"
          entry.taskID = "tasks-1"
          entry.tagIDs = ["tags-1"]
          entry.isLocked = true
        }
        state.workspace.projects[0].template = true
        state.workspace.projects[0].archived = true
        state.workspace.clients[0].archived = true
      }
      try await world.importNow()
      for line in lines {
        for column in line[2].replacing("view ", with: "").split(separator: "+") {
          let parts = column.split(separator: ".").map(String.init)
          let (table, name) =
            parts.count == 2 ? (parts[0], parts[1]) : (String(line[2].split(separator: ".")[0]), parts[0])
          let filled = try world.sql(
            "SELECT count(*) > 0 FROM \(table) WHERE \"\(name)\" IS NOT NULL AND \"\(name)\" IS NOT 0")
          #expect(filled == "1", "\(line.joined(separator: " "))")
        }
      }
      let (task, tag) = (
        try world.sql("SELECT name FROM clockify_task"), try world.sql("SELECT name FROM clockify_tag")
      )
      #expect(
        try world.sql("SELECT task, tags, is_locked, duration, project FROM time_entry_detail")
          == "\(task)|\(tag)|1|PT1H30M|Alpha")
    }
  }
}

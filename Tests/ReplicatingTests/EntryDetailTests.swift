import ClockifySimulator
import Foundation
import Planning
import PlanningStore
import Replicating
import RotaTesting
import Steering
import Testing

/// What few time entries have is kept beside them, whichever way they were read, and decides nothing.
@Suite("Details of time entries")
struct EntryDetailTests {
  private func with(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      world.replica = ReplicaSettings()
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 90)
      world.track(.bob, .beta, "2026-03-03T09:00:00Z", minutes: 30)
      world.clockify.change { state in
        let id = state.workspace.entries[0].id
        state.workspace.tags = [.init(id: "t1", name: "On site"), .init(id: "t2", name: "Night")]
        state.workspace.editEntry(id) { entry in
          entry.tagIDs = ["t2", "t1"]
          entry.isLocked = true
          entry.approvalRequestID = "approval1"
          entry.kioskID = "kiosk1"
          entry.hourlyRate = 8500
          entry.costRate = 4000
          entry.customFields = [("field1", "ROTA-7")]
        }
      }
      try await body(world)
    }
  }

  private func details(_ world: World) throws -> String {
    try world.sql(
      """
      SELECT started_at, tags, is_locked, currency, hourly_rate, earned, cost_rate, cost, approval_request_id, kiosk_id,
        (SELECT group_concat(name || value) FROM clockify_time_entry_custom_field)
      FROM time_entry_detail ORDER BY started_at LIMIT 1
      """)
  }

  @Test("The report brings tags, lock, fields, approval and money; the other entry has no rows beside it")
  func report() async throws {
    try await with { world in
      try await world.importNow()
      // 1.5 hours at 85.00 earn 127.50, and cost 60.00 at 40.00.
      #expect(
        try details(world)
          == #"2026-03-02T09:00:00Z|Night, On site|1|EUR|85.0|127.5|40.0|60.0|approval1||field"ROTA-7""#)
      #expect(try world.sql("SELECT count(*) FROM clockify_time_entry_detail") == "1")
      #expect(try world.sql("SELECT sum(is_locked), count(is_locked), count(*) FROM clockify_time_entry") == "1|2|2")
      let before = try world.sql("SELECT * FROM clockify_time_entry_row; SELECT * FROM clockify_time_entry_detail")
      try await world.importNow()
      #expect(
        try world.sql("SELECT * FROM clockify_time_entry_row; SELECT * FROM clockify_time_entry_detail") == before)
    }
  }

  @Test("Lists bring the kiosk and keep what only the report says; the report keeps the kiosk")
  func sources() async throws {
    try await with { world in
      try await world.importNow()
      world.settings.source = .entries
      try await world.importNow()
      #expect(
        try details(world)
          == #"2026-03-02T09:00:00Z|Night, On site|1|EUR|85.0|127.5|40.0|60.0|approval1|kiosk1|field"ROTA-7""#)
      world.settings.source = .reports
      try await world.importNow()
      #expect(
        try details(world)
          == #"2026-03-02T09:00:00Z|Night, On site|1|EUR|85.0|127.5|40.0|60.0|approval1|kiosk1|field"ROTA-7""#)
    }
  }

  @Test("A tag that is taken off goes, the tag stays; an entry that only its details changed is not placed again")
  func edited() async throws {
    try await with { world in
      try await world.importNow()
      let placed = try world.sql("SELECT * FROM placement; SELECT * FROM actual")
      world.clockify.change { state in
        let id = state.workspace.entries[0].id
        state.workspace.editEntry(id) { entry in
          entry.tagIDs = ["t1"]
          entry.isLocked = false
          entry.approvalRequestID = nil
          entry.hourlyRate = nil
          entry.costRate = nil
          entry.customFields = []
        }
      }
      let report = try await world.importNow()
      #expect(report.summary.entriesChanged == 0)
      #expect(try details(world) == "2026-03-02T09:00:00Z|On site|0||||||||")
      #expect(try world.sql("SELECT count(*) FROM clockify_time_entry_detail") == "0")
      #expect(try world.sql("SELECT count(*) FROM clockify_tag WHERE deleted_at IS NULL") == "2")
      #expect(try world.sql("SELECT * FROM placement; SELECT * FROM actual") == placed)
    }
  }

  @Test("money: false: no amount is asked for, or kept, anywhere; what was there goes")
  func money() async throws {
    try await with { world in
      try await world.importNow()
      world.replica?.withMoney = false
      try await world.importNow()
      #expect(
        try details(world)
          == #"2026-03-02T09:00:00Z|Night, On site|1||||||approval1||field"ROTA-7""#)
      let amounts = try world.sql(
        """
        SELECT count(hourly_rate_amount) + count(earned_amount) + count(cost_rate_amount) + count(cost_amount)
        FROM clockify_time_entry_detail
        """)
      #expect(amounts == "0")
    }
  }

  @Test("Without the kind nothing is read beside the entries; turned on, the next import brings it")
  func off() async throws {
    try await with { world in
      world.replica?.kinds = .some(["tags"])
      try await world.importNow()
      #expect(try world.sql("SELECT count(is_locked) FROM clockify_time_entry") == "0")
      #expect(try world.sql("SELECT count(*) FROM clockify_time_entry_tag") == "0")
      world.replica?.kinds = .auto
      try await world.importNow()
      #expect(try world.sql("SELECT count(is_locked) FROM clockify_time_entry") == "2")
      #expect(try world.sql("SELECT count(*) FROM clockify_time_entry_tag") == "2")
      #expect(try world.sql("SELECT state FROM replica_state WHERE kind = 'entry_details'") == "complete")
    }
  }

  @Test("A task that no list has is kept by the name that the report gives it, and is listed once a list has it")
  func unlistedTask() async throws {
    try await with { world in
      world.clockify.change { state in
        let id = state.workspace.entries[0].id
        state.workspace.editEntry(id) { entry in
          entry.taskID = "k1"
          entry.taskName = "Design"
        }
      }
      try await world.importNow()
      #expect(try world.sql("SELECT task FROM time_entry_detail ORDER BY started_at LIMIT 1") == "Design")
      #expect(try world.sql("SELECT is_listed, deleted_at IS NULL FROM clockify_task") == "0|1")
      world.now = world.now + 86_400
      try await world.importNow()
      #expect(try world.sql("SELECT is_listed, deleted_at IS NULL FROM clockify_task") == "0|1")
      world.clockify.change { $0.workspace.projects[0].tasks = [.init(id: "k1", name: "Design, new")] }
      try await world.importNow()
      #expect(try world.sql("SELECT is_listed, name FROM clockify_task") == "1|Design, new")
    }
  }

  @Test("A member of an entry that nobody knows is kept, and said once")
  func unknown() async throws {
    try await with { world in
      world.clockify.change { $0.controls.unknownValues = true }
      let report = try await world.importNow()
      #expect(
        try world.sql("SELECT raw FROM clockify_time_entry_detail ORDER BY entry_key LIMIT 1")
          == #"{"mood":{"level":[1,2.5e3,null,true]}}"#)
      #expect(report.findings.filter { $0.message.contains("entry_details") }.count == 1)
      let again = try await world.importNow()
      #expect(again.findings.filter { $0.message.contains("entry_details") }.isEmpty)
    }
  }
}

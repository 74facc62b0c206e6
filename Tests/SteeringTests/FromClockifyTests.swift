import ClockifySimulator
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

/// Clockify's own plan as ours, by command: only what came from there is changed or removed.
@Suite("Clockify's plan as ours")
struct FromClockifyTests {
  private func with(_ body: (World) async throws -> Void) async throws {
    try await World.with { world in
      world.replica = ReplicaSettings()
      try await world.enableActuals()
      try await body(world)
    }
  }

  private func take<Rows: ClockifyRowSubject>(_ rows: Rows.Type, _ world: World, isDryRun: Bool = false) throws
    -> [String]
  {
    try world.desk.perform(TakeFromClockify<Rows>(), isDryRun: isDryRun).lines
  }

  private static func period(_ start: String, _ end: String) -> SimulatedThing { ["start": start, "end": end] }

  @Test("Assignments: new, changed, gone; what was edited or typed here stays; what cannot be planned is named")
  func assignments() async throws {
    try await with { world in
      @Sendable func assignment(_ id: String, _ user: String, _ start: String, _ end: String, _ hours: Double)
        -> SimulatedThing
      {
        [
          "id": id, "userId": user, "projectId": Cast.Project.alpha.id, "hoursPerDay": hours,
          "period": Self.period("\(start)T00:00:00Z", "\(end)T00:00:00Z"),
        ]
      }
      world.clockify.change { state in
        state.workspace.things["assignments"] = [
          assignment("a1", Cast.Person.ana.id, "2026-03-02", "2026-03-06", 4),
          assignment("a2", Cast.Person.bob.id, "2026-03-02", "2026-03-03", 7.5),
          assignment("a3", "6630aa10b1c2d3e4f50699aa", "2026-03-02", "2026-03-03", 8),
        ]
      }
      try await world.importNow()
      let before = try world.sql("SELECT count(*) FROM assignment")
      let dry = try take(AssignmentRows.self, world, isDryRun: true)
      #expect(dry.first == "Would have added 2 assignments:")
      #expect(try world.sql("SELECT count(*) FROM assignment") == before)
      let said = try take(AssignmentRows.self, world)
      #expect(
        said[0] == "Added 2 assignments:" && said.contains("  Ana on Alpha: 2026-03-02 – 2026-03-06, 240 min a day"))
      #expect(said.contains { $0.hasSuffix("is not linked") })
      let rows = "SELECT external_id, starts_on, ends_on, minutes_per_day, origin FROM assignment ORDER BY 1"
      #expect(try world.sql(rows) == "a1|2026-03-02|2026-03-06|240|clockify\na2|2026-03-02|2026-03-03|450|clockify")
      #expect(try take(AssignmentRows.self, world).contains("2 as they were."))

      // A planner changes one, and plans a third.
      try world.sql("UPDATE assignment SET minutes_per_day = 60 WHERE external_id = 'a2'")
      try world.assign(.ana, to: .beta, from: "2026-03-02", to: "2026-03-03", minutes: 60)
      world.clockify.change { state in
        state.workspace.things["assignments"] = [assignment("a1", Cast.Person.ana.id, "2026-03-02", "2026-03-05", 4)]
      }
      try await world.importNow()
      let again = try take(AssignmentRows.self, world)
      #expect(again[0] == "Changed 1 assignment:" && again.contains("1 edited here since: left alone."))
      #expect(
        try world.sql(
          "SELECT ifnull(external_id, '-'), ends_on, minutes_per_day FROM assignment WHERE origin = 'clockify' ORDER BY 1"
        )
          == "a1|2026-03-05|240\na2|2026-03-03|60")

      world.clockify.change { $0.workspace.things["assignments"] = [] }
      try await world.importNow()
      #expect(try take(AssignmentRows.self, world)[0] == "Removed 1 assignment:")
      #expect(try world.sql("SELECT count(*) FROM assignment WHERE origin = 'manual'") == "1")
      let purged = try world.desk.perform(PurgeFromClockify<AssignmentRows>())
      #expect(purged.lines == ["Removed 0 assignments from Clockify. 1 edited here since: left."])
    }
  }

  @Test("Time off: approved requests only, dates in the person's zone, half days half, whichever way the end is meant")
  func timeOff() async throws {
    try await with { world in
      @Sendable func request(
        _ id: String, _ status: String, _ start: String, _ end: String, days: Double, isHalf: Bool = false
      ) -> SimulatedThing {
        [
          "id": id, "userId": Cast.Person.ana.id, "policyId": "p1", "userTimeZone": "Europe/Berlin", "timeUnit": "DAYS",
          "balanceDiff": days, "status": ["statusType": status] as SimulatedThing,
          "timeOffPeriod": ["halfDay": isHalf, "period": Self.period(start, end)] as SimulatedThing,
        ]
      }
      world.clockify.change { state in
        state.workspace.things["time_off_policies"] = [["id": "p1", "name": "Leave"]]
        state.workspace.things["time_off_requests"] = [
          // Monday to Wednesday: until the last second, until the next midnight, and until the last date's own.
          request("r1", "APPROVED", "2026-03-15T23:00:00Z", "2026-03-18T22:59:59Z", days: 3),
          request("r2", "APPROVED", "2026-04-05T22:00:00Z", "2026-04-08T22:00:00Z", days: 3),
          request("r3", "APPROVED", "2026-04-12T22:00:00Z", "2026-04-14T22:00:00Z", days: 3),
          request("r4", "APPROVED", "2026-05-03T22:00:00Z", "2026-05-03T22:00:00Z", days: 0.5, isHalf: true),
          request("r5", "PENDING", "2026-06-01T22:00:00Z", "2026-06-02T22:00:00Z", days: 1),
        ]
      }
      try await world.importNow()
      _ = try take(TimeOffRows.self, world)
      #expect(
        try world.sql("SELECT external_id, starts_on, ends_on, minutes_per_day, kind FROM time_off ORDER BY 1") == """
          r1|2026-03-16|2026-03-18||Leave
          r2|2026-04-06|2026-04-08||Leave
          r3|2026-04-13|2026-04-15||Leave
          r4|2026-05-04|2026-05-04|240|Leave
          """)
    }
  }

  @Test("Holidays: a row a date, every year until the next, of groups by their name; of single people none")
  func holidays() async throws {
    try await with { world in
      @Sendable func holiday(_ id: String, _ start: String, _ end: String, _ more: SimulatedThing) -> SimulatedThing {
        ["id": id, "name": "Day \(id)", "datePeriod": ["startDate": start, "endDate": end] as SimulatedThing].merging(
          more
        ) { $1 }
      }
      world.clockify.change { state in
        state.workspace.groups = [.init(id: "g1", name: "Berlin", userIDs: [Cast.Person.ana.id])]
        state.workspace.things["holidays"] = [
          holiday("h1", "2025-12-25", "2025-12-26", ["everyoneIncludingNew": true, "occursAnnually": true]),
          holiday("h2", "2026-03-08", "2026-03-08", ["userGroupIds": ["g1"]]),
          holiday("h3", "2026-03-09", "2026-03-09", ["userIds": [Cast.Person.bob.id]]),
          holiday("h4", "2024-02-29", "2024-02-29", ["everyoneIncludingNew": true, "occursAnnually": true]),
        ]
      }
      try world.sql("INSERT INTO holiday (date, name) VALUES ('2024-02-29', 'Day h4')")
      try await world.importNow()
      let said = try take(HolidayRows.self, world)
      #expect(
        said.contains("  Day h3: it is for single people only")
          && said.contains { $0.contains("planned by hand already") })
      #expect(
        try world.sql("SELECT date, ifnull(holiday_group, '-'), origin FROM holiday ORDER BY 1, 2") == """
          2024-02-29|-|manual
          2025-12-25|-|clockify
          2025-12-26|-|clockify
          2026-03-08|Berlin|clockify
          2026-12-25|-|clockify
          2026-12-26|-|clockify
          2027-12-25|-|clockify
          2027-12-26|-|clockify
          """)
      #expect(try world.desk.perform(PurgeFromClockify<HolidayRows>()).lines == ["Removed 7 holidays from Clockify."])
      #expect(try world.sql("SELECT count(*) FROM holiday") == "1")
    }
  }
}

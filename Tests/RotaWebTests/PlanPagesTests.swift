import Foundation
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

@testable import RotaWeb

/// The plan, kept in pages: what `rota assignments` and its sisters do; and the heat map that it makes.
@Suite("Plan pages")
struct PlanPagesTests {
  private func with(_ body: (World, Served) async throws -> Void) async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 285)
      world.track(.ana, .beta, "2026-03-03T09:00:00Z", minutes: 90, billable: false)
      world.track(.bob, .leave, "2026-03-04T15:00:00Z", minutes: 2880)
      _ = try await world.importNow()
      try await Served.with(world) { served in try await body(world, served) }
    }
  }

  /// The text of every cell of the row that begins with a name.
  private func row(_ name: String, of page: Served.Answer) throws -> [String] {
    let row = try #require(
      page.text.components(separatedBy: "<tr>").first {
        $0.contains(">\(name)</a></th>") || $0.contains("scope=\"row\">\(name)</th>")
      })
    return row.components(separatedBy: "<td").dropFirst().map { cell in
      let inner = cell[cell.index(after: cell.firstIndex(of: ">")!)...].components(separatedBy: "</td>")[0]
      return inner.replacing(/<[^>]*>/, with: "")
    }
  }

  @Test("A heat map: worked, planned and billable in per cent, more than there is marked, away, and the sums")
  func heat() async throws {
    try await with { world, served in
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06", minutes: 240)
      for day in 9...13 { try world.takeOff(.ana, "2026-03-\(day < 10 ? "0" : "")\(day)") }
      let path = "/heat?from=2026-03-02&weeks=4"
      let worked = try await served.ask("GET", path)
      // 375 of 2,400 minutes; a week of leave; nothing in two weeks; 375 of three weeks that are there.
      #expect(try row("Ana", of: worked) == ["16 %", "away", "0 %", "0 %", "5 %"])
      #expect(worked.text.contains("title=\"Ana, week of 2 Mar 2026: 6:15 of 40:00\""))
      #expect(try row("Bob", of: worked) == ["▲ 120 %", "0 %", "0 %", "0 %", "30 %"])
      // 375 + 2,880 of three people's 7,200.
      #expect(try row("Sum", of: worked) == ["45 %", "0 %", "0 %", "0 %", "12 %"])
      #expect(
        try row("Ana", of: try await served.ask("GET", path + "&show=planned")) == [
          "50 %", "away", "0 %", "0 %", "17 %",
        ])
      #expect(
        try row("Ana", of: try await served.ask("GET", path + "&show=billable")) == ["76 %", "–", "–", "–", "76 %"])
      #expect(
        try row("Ana", of: try await served.ask("GET", path + "&show=difference")) == [
          "−13:45", "–", "–", "–", "−13:45",
        ])
      #expect(try row("Acme", of: try await served.ask("GET", path + "&by=client")) == ["6:15", "–", "–", "–", "6:15"])
      #expect(try row("Dev", of: try await served.ask("GET", path + "&by=role"))[0] == "45 %")
      let narrowed = try await served.ask("GET", path + "&q=bo")
      #expect(narrowed.text.contains("1 person;") && !narrowed.text.contains(">Ana</a>"))
      #expect(try await served.ask("GET", path + "&q=nobody").text.contains("Nobody to show."))
    }
  }

  @Test("An assignment: added in hours, refused with what was typed kept, changed, deleted in two steps")
  func assignment() async throws {
    try await with { world, served in
      func fields(_ hours: String, _ to: String = "2026-03-06", role: String = "") -> [(String, String)] {
        [
          ("field_person_id", "1"), ("field_project_id", "1"), ("field_role_id", role),
          ("field_starts_on", "2026-03-02"),
          ("field_ends_on", to), ("field_minutes_per_day", hours), ("field_is_non_working_day", "0"),
        ]
      }
      let wrong = try await served.ask("POST", "/assignments", as: .planner, form: .form(fields("lots")))
      #expect(wrong.status == 422 && wrong.text.contains("minutes_per_day") && wrong.text.contains("value=\"lots\""))
      let backwards = try await served.ask(
        "POST", "/assignments", as: .planner, form: .form(fields("4:30", "2026-03-01")))
      #expect(backwards.status == 422)
      #expect(try world.sql("SELECT count(*) FROM assignment") == "0")
      #expect(try await served.ask("POST", "/assignments", as: .planner, form: .form(fields("4:30"))).status == 303)
      let stored = "SELECT person_id, project_id, role_id, starts_on, ends_on, minutes_per_day FROM assignment"
      #expect(try world.sql(stored) == "1|1|2|2026-03-02|2026-03-06|270")

      let list = try await served.ask("GET", "/assignments?person=1")
      #expect(list.text.contains("1 assignment") && list.text.contains("<td>4:30</td>"))
      #expect(try await served.ask("GET", "/assignments?person=2").text.contains("No assignments yet."))
      let page = try await served.ask("GET", "/assignments/1")
      let seen = ("seen", page.hidden("seen"))
      #expect(page.text.contains("value=\"4:30\""))
      let changed = try await served.ask(
        "POST", "/assignments/1", as: .planner, form: .form([seen, ("do", "edit")] + fields("7.5", role: "Dev")))
      #expect(changed.status == 303)
      #expect(try world.sql(stored) == "1|1|2|2026-03-02|2026-03-06|450")
      let stale = try await served.ask(
        "POST", "/assignments/1", as: .planner, form: .form([seen, ("do", "edit")] + fields("1:00", role: "Dev")))
      #expect(stale.status == 409 && stale.text.contains("Assignment 1 was changed meanwhile"))
      #expect(try await served.ask("GET", "/people/1/plan").text.contains("<td>7:30</td>"))

      let now = ("seen", try await served.ask("GET", "/assignments/1").hidden("seen"))
      let first = try await served.ask(
        "POST", "/assignments/1", as: .planner, form: .form([now, ("do", "delete"), ("back", "1")]))
      #expect(first.status == 200 && first.text.contains("Would have deleted 1 assignment."))
      #expect(try world.sql("SELECT count(*) FROM assignment") == "1")
      let second = try await served.ask(
        "POST", "/assignments/1", as: .planner, form: .form([now, ("do", "delete"), ("back", "1"), ("sure", "yes")]))
      #expect(second.headers["location"]?.hasPrefix("/people/1/plan?said=") == true)
      #expect(try world.sql("SELECT count(*) FROM assignment") == "0")
    }
  }

  @Test("The plan as a file: what goes out comes back; one bad line and none is taken")
  func file() async throws {
    try await with { world, served in
      let good = "person,project,starts_on,ends_on\nAna,Alpha,2026-03-02,2026-03-06\n"
      let bad = try await served.upload("/assignments/import", good + "Nobody,Alpha,2026-03-02,2026-03-06\n")
      #expect(bad.status == 422 && bad.text.contains("line 3") && bad.text.contains("(nothing was imported)"))
      #expect(try world.sql("SELECT count(*) FROM assignment") == "0")
      #expect(try await served.upload("/assignments/import", good).status == 303)
      let out = try await served.ask("GET", "/assignments/export")
      #expect(out.headers["content-disposition"] == "attachment; filename=\"assignments.csv\"")
      #expect(try await served.upload("/assignments/import", out.text).status == 422)
      let changed = out.text.replacing(",480,", with: ",240,")
      #expect(try await served.upload("/assignments/import", changed, ["same": "replace"]).status == 303)
      #expect(try world.sql("SELECT minutes_per_day FROM assignment") == "240")
      let unknown = try await served.upload("/holidays/import", "day,name\n2026-05-01,May\n")
      #expect(unknown.status == 422 && unknown.text.contains("there is no column &quot;day&quot;"))
    }
  }

  @Test("Absences, holidays and contracts are kept the same way; a contract that overlaps is refused")
  func others() async throws {
    try await with { world, served in
      func add(_ path: String, _ fields: [(String, String)]) async throws -> Served.Answer {
        try await served.ask("POST", path, as: .planner, form: .form(fields))
      }
      #expect(
        try await add(
          "/time-off", [("field_person_id", "1"), ("field_starts_on", "2026-03-05"), ("field_minutes_per_day", "4")]
        )
        .status == 303)
      #expect(
        try world.sql("SELECT starts_on, ends_on, minutes_per_day, kind FROM time_off")
          == "2026-03-05|2026-03-05|240|leave")
      #expect(try await add("/holidays", [("field_date", "2026-05-01"), ("field_name", "May Day")]).status == 303)
      #expect(
        try await served.ask("GET", "/holidays").text.contains(
          "<td>Fri 1 May 2026</td><td>May Day</td><td>everybody</td>"))
      let overlap = try await add(
        "/contracts", [("field_person_id", "1"), ("field_role_id", "Dev"), ("field_starts_on", "2026-01-01")])
      #expect(overlap.status == 422)
      let item = try await served.ask("GET", "/people/1/plan").hidden("item")
      let part = try await add(
        "/people/1/plan",
        [("item", item), ("do", "set"), ("from", "2026-04-01"), ("minutes", "4:00"), ("days", "mon,tue")])
      #expect(part.status == 303)
      #expect(
        try world.sql(
          "SELECT starts_on, ends_on, minutes_per_day, working_days FROM contract WHERE person_id = 1 ORDER BY 1")
          == "|2026-03-31|480|mon,tue,wed,thu,fri\n2026-04-01||240|mon,tue")
      let nothing = try await add("/people/1/plan", [("item", item), ("do", "set"), ("from", "2026-04-01")])
      #expect(nothing.status == 422 && nothing.text.contains("Nothing to change was given."))
      let end = try await add("/people/1/plan", [("item", item), ("do", "end"), ("from", "2026-12-31")])
      #expect(end.status == 303)
      #expect(try world.sql("SELECT max(ends_on) FROM contract WHERE person_id = 1") == "2026-12-31")
    }
  }

  @Test("Roles: added once, renamed, and deleted only while nothing uses them")
  func roles() async throws {
    try await with { world, served in
      func post(_ fields: [(String, String)]) async throws -> Served.Answer {
        try await served.ask("POST", "/roles", as: .planner, form: .form(fields))
      }
      #expect(try await post([("do", "add"), ("name", "Lead")]).status == 303)
      let twice = try await post([("do", "add"), ("name", "lead")])
      #expect(twice.status == 422 && twice.text.contains("There is a role &quot;lead&quot; already."))
      let page = try await served.ask("GET", "/roles")
      let tokens = page.all("seen")
      let lead = try #require(tokens.first { $0.hasPrefix("3:") })
      #expect(try await post([("seen", lead), ("role", "Lead"), ("name", "Head"), ("do", "rename")]).status == 303)
      #expect(try await post([("seen", lead), ("role", "Head"), ("do", "delete"), ("sure", "yes")]).status == 409)
      let dev = try #require(tokens.first { $0.hasPrefix("2:") })
      #expect(try await post([("seen", dev), ("role", "Dev"), ("do", "delete")]).status == 422)
      #expect(try world.sql("SELECT group_concat(name) FROM (SELECT name FROM role ORDER BY id)") == "Unknown,Dev,Head")
    }
  }
}

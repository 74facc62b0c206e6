import Foundation
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

@testable import RotaWeb

/// What is settled at a page: hours typed, duplicates, conflicts, changes in Clockify, links, locks, items.
@Suite("Desks")
struct DesksTests {
  /// Ana and Bob on Alpha and Beta on Monday, imported; an assignment on Alpha.
  private func with(_ body: (World, Served) async throws -> Void) async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 285)
      world.track(.bob, .alpha, "2026-03-02T09:00:00Z", minutes: 60)
      world.track(.ana, .beta, "2026-03-03T09:00:00Z", minutes: 90)
      _ = try await world.importNow()
      try await Served.with(world) { served in try await body(world, served) }
    }
  }

  // MARK: Runs

  @Test("A run shows some lines of each code, and all of the one that is chosen")
  func findings() async throws {
    try await with { world, served in
      try world.sql(
        """
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 30)
        INSERT INTO finding (import_run_id, level, code, seconds, message)
        SELECT (SELECT max(id) FROM import_run), 'info', 'break', n, 'Line ' || n || ' of thirty' FROM n;
        INSERT INTO finding (import_run_id, level, code, message)
        SELECT max(id), 'warning', 'overlap', 'Two at once' FROM import_run
        """)
      let run = try world.number("SELECT max(id) FROM import_run")
      let all = try await served.ask("GET", "/runs/\(run)").text
      #expect(all.contains("Line 30 of thirty") && all.contains("Line 6 of thirty"))
      #expect(!all.contains("Line 5 of thirty"))
      #expect(all.contains("href=\"/runs/\(run)?code=break#break\">All 30 lines</a>"))
      let chosen = try await served.ask("GET", "/runs/\(run)?code=break").text
      #expect(chosen.contains("Line 1 of thirty") && !chosen.contains("Two at once"))
      #expect(chosen.contains("aria-current=\"true\">break <span class=\"count\">30</span>"))
      #expect(try await served.ask("GET", "/runs/\(run)?code=nothing").status == 200)

      func runs(_ query: String) async throws -> Int {
        try await served.ask("GET", "/runs?format=csv&\(query)").text.split(separator: "\n").count - 1
      }
      let day = try world.sql("SELECT date(started_at) FROM import_run WHERE id = \(run)")
      let counts = [try await runs("warnings=1"), try await runs("until=\(day)"), try await runs("until=2001-01-01")]
      let warned = try world.number("SELECT count(DISTINCT import_run_id) FROM finding WHERE level <> 'info'")
      #expect(try counts == [Int(warned), Int(world.number("SELECT count(*) FROM import_run")), 0])
      #expect(try await served.ask("GET", "/runs?warnings=1").text.contains("value=\"1\" checked"))
    }
  }

  // MARK: Hours

  @Test("Hours are typed, typed wrong with what was typed kept, more than a day only when meant, and taken away")
  func typing() async throws {
    try await with { world, served in
      let cell = "\(try world.person(.ana))/\(try world.project(.alpha))/2026-03-02"
      let path = "/cells/\(cell)"
      func post(_ fields: [String: String], as right: Right = .planner) async throws -> Served.Answer {
        let seen = try await served.ask("GET", path).hidden("seen")
        return try await served.ask("POST", path, as: right, form: .form(["seen": seen] + fields.map { ($0, $1) }))
      }
      let wrong = try await post(["billable": "four", "do": "type", "role": "Dev"])
      #expect(wrong.status == 422 && wrong.text.contains("is no time: hours are typed as 4:30 or 4.5"))
      #expect(wrong.text.contains("value=\"four\""))
      let none = try await post(["do": "type"])
      #expect(none.status == 422 && none.text.contains("No hours were typed"))

      let long = try await post(["billable": "25:00", "do": "type", "role": "Dev"])
      #expect(long.status == 422 && long.text.contains("1,500 minutes are more than a day has (1,440)."))
      #expect(long.text.contains("name=\"anyway\"") && long.text.contains("value=\"25:00\""))
      #expect(try await post(["billable": "25:00", "anyway": "yes", "do": "type", "role": "Dev"]).status == 303)

      let typed = try await post(["billable": "4.5", "nonbillable": "0:20", "do": "type", "role": "Dev"])
      #expect(typed.status == 303)
      let rows =
        "SELECT billable_minutes, nonbillable_minutes, is_manual FROM actual WHERE project_id = 1 AND person_id = 1"
      #expect(try world.rows(rows) == ["270|20|1"])
      let page = try await served.ask("GET", try #require(typed.headers["location"]), as: .planner)
      #expect(page.text.contains("Typed Ana · Alpha (Acme) · 2026-03-02."))
      #expect(page.text.contains("Typed by the planner (web)"))

      #expect(try await post(["do": "clear", "role": "Dev"]).status == 303)
      #expect(try world.rows(rows) == [])
    }
  }

  @Test("Two edit one day: the slower one is shown both, and may overwrite or leave")
  func clash() async throws {
    try await with { world, served in
      let path = "/cells/\(try world.person(.ana))/\(try world.project(.alpha))/2026-03-02"
      let seen = try await served.ask("GET", path).hidden("seen")
      func form(_ hours: String, _ seen: String) -> String {
        .form([("seen", seen), ("billable", hours), ("role", "Dev"), ("do", "type")])
      }
      #expect(try await served.ask("POST", path, as: .planner, form: form("2:00", seen)).status == 303)
      let slower = try await served.ask("POST", path, as: .admin, form: form("3:00", seen))
      #expect(slower.status == 409)
      for words in [
        "changed while you were typing", "Dev 2:00, typed by hand", "the planner", "3:00 billable", "Overwrite",
      ] {
        #expect(slower.text.contains(words), "\(words)")
      }
      let hours = "SELECT billable_minutes FROM actual WHERE person_id = 1 AND project_id = 1"
      #expect(try world.rows(hours) == ["120"])
      let overwritten = try await served.ask("POST", path, as: .admin, form: form("3:00", slower.hidden("seen")))
      #expect(overwritten.status == 303)
      #expect(try world.rows(hours) == ["180"])
    }
  }

  @Test("A locked day says why and shows no form; what is sent all the same changes nothing")
  func locked() async throws {
    try await with { world, served in
      let path = "/cells/\(try world.person(.ana))/\(try world.project(.alpha))/2026-03-02"
      let seen = try await served.ask("GET", path).hidden("seen")
      let locks = try await served.ask("GET", "/locks").hidden("seen")
      let set = try await served.ask(
        "POST", "/locks", form: .form([("seen", locks), ("until", "2026-03-02"), ("project", "")]))
      #expect(set.status == 303)
      let page = try await served.ask("GET", path)
      #expect(page.text.contains("This date is locked") && !page.text.contains("name=\"billable\""))
      let before = try world.dump()
      let refused = try await served.ask(
        "POST", path, form: .form([("seen", seen), ("billable", "1"), ("role", "Dev"), ("do", "type")]))
      #expect(refused.status == 422)
      #expect(try world.dump() == before)
      // Somebody else set another lock meanwhile.
      let stale = try await served.ask("POST", "/locks", form: .form([("seen", locks), ("do", "clear")]))
      #expect(stale.status == 409)
      let now = try await served.ask("GET", "/locks").hidden("seen")
      #expect(try await served.ask("POST", "/locks", form: .form([("seen", now), ("do", "clear")])).status == 303)
      #expect(try world.rows("SELECT * FROM timesheet_lock") == [])
    }
  }

  @Test(
    "A conflict is settled either way, from its list and from its day; a figure that moved meanwhile is asked again")
  func conflicts() async throws {
    try await with { world, served in
      let (ana, alpha, bob) = (try world.person(.ana), try world.project(.alpha), try world.person(.bob))
      for person in [ana, bob] {
        let path = "/cells/\(person)/\(alpha)/2026-03-02"
        let seen = try await served.ask("GET", path).hidden("seen")
        _ = try await served.ask(
          "POST", path, form: .form([("seen", seen), ("billable", "1:30"), ("role", "Dev"), ("do", "type")]))
      }
      _ = try await world.importNow()
      let list = try await served.ask("GET", "/conflicts")
      #expect(list.text.contains("2 conflicts") && list.text.contains("4:45") && list.text.contains("the admin, "))
      let tokens = list.all("cell")
      #expect(tokens.count == 2)
      #expect(try await served.ask("POST", "/conflicts", form: "do=take").status == 422)

      let token = try #require(tokens.first { $0.hasPrefix("\(ana)/") })
      let day = try await served.ask("GET", "/cells/\(ana)/\(alpha)/2026-03-02")
      #expect(day.text.contains("Typed by hand 1:30, in Clockify 4:45.") && day.hidden("cell") == token)
      let taken = try await served.ask(
        "POST", "/conflicts", form: .form([("cell", token), ("do", "take"), ("back", "cell")]))
      #expect(taken.headers["location"]?.hasPrefix("/cells/\(ana)/\(alpha)/2026-03-02") == true)
      // All or none: one of the two is settled already.
      let stale = try await served.ask(
        "POST", "/conflicts", form: .form(tokens.map { ("cell", $0) } + [("do", "keep")]))
      #expect(stale.status == 409)
      #expect(try world.rows("SELECT count(*) FROM conflict_settlement") == ["0"])
      let bobs = try #require(tokens.first { $0.hasPrefix("\(bob)/") })
      #expect(try await served.ask("POST", "/conflicts", form: .form([("cell", bobs), ("do", "keep")])).status == 303)
      _ = try await world.importNow()
      #expect(
        try world.rows("SELECT person_id, billable_minutes FROM actual_detail WHERE project_id = \(alpha) ORDER BY 1")
          == ["\(ana)|285", "\(bob)|90"])
    }
  }

  // MARK: Items

  @Test("Tags, the archive, a change, a comparison, something new: each from its list, on what is ticked")
  func items() async throws {
    try await with { world, served in
      func token(_ name: String, _ path: String) async throws -> String {
        try #require(try await served.ask("GET", path).all("item", beside: name).first)
      }
      let alpha = try await token("Alpha", "/projects")
      let beta = try await token("Beta", "/projects")
      let tagged = try await served.ask(
        "POST", "/projects", form: .form([("item", alpha), ("item", beta), ("tag", "key"), ("do", "tag")]))
      #expect(tagged.status == 303)
      #expect(try world.rows("SELECT tag, count(*) FROM project_tag") == ["key|2"])
      let stale = try await served.ask("POST", "/projects", form: .form([("item", alpha), ("do", "archive")]))
      #expect(stale.status == 409 && stale.text.contains("Alpha was changed meanwhile"))

      let compare = try await served.ask(
        "POST", "/projects", form: .form([("item", alpha), ("item", beta), ("do", "compare")]))
      #expect(compare.headers["location"] == "/duplicates/project/1/2")
      #expect(
        try await served.ask("POST", "/projects", form: .form([("item", alpha), ("do", "compare")])).status == 422)

      let added = try await served.ask(
        "POST", "/projects", form: .form([("do", "add"), ("name", "Gamma"), ("client", "1"), ("billable", "0")]))
      #expect(added.headers["location"]?.hasPrefix("/projects/4?said=") == true)
      #expect(try world.rows("SELECT name, is_billable FROM project WHERE id = 4") == ["Gamma|0"])
      let nameless = try await served.ask("POST", "/projects", form: .form([("do", "add"), ("client", "1")]))
      #expect(nameless.status == 422 && nameless.text.contains("A project needs a name."))

      let page = try await served.ask("GET", "/projects/4")
      let edited = try await served.ask(
        "POST", "/projects/4",
        form: .form([
          ("item", page.hidden("item")), ("do", "edit"), ("field_name", "Delta"), ("field_client_id", "1"),
          ("field_is_billable", "1"), ("field_actuals_from", ""),
        ]))
      #expect(edited.status == 303)
      #expect(try world.rows("SELECT name, is_billable FROM project WHERE id = 4") == ["Delta|1"])
      let empty = try await served.ask(
        "POST", "/projects/4",
        form: .form([
          ("item", try await served.ask("GET", "/projects/4").hidden("item")), ("do", "edit"), ("field_name", ""),
        ]))
      #expect(empty.status == 422 && empty.text.contains("name"))
      #expect(try world.rows("SELECT name FROM project WHERE id = 4") == ["Delta"])
    }
  }

  @Test("To delete takes two steps: the first says what would go and writes nothing, the second does it")
  func deleting() async throws {
    try await with { world, served in
      let before = try world.dump()
      let page = try await served.ask("GET", "/projects/1")
      let item = page.hidden("item")
      let first = try await served.ask("POST", "/projects/1/delete", form: .form([("item", item), ("ignore", "yes")]))
      #expect(first.status == 200 && first.text.contains("Would have deleted Alpha (Acme) with 2 actuals."))
      #expect(try world.dump() == before)
      #expect(
        try await served.ask("POST", "/projects/1/delete", as: .planner, form: .form([("item", item)])).status == 403)
      let second = try await served.ask(
        "POST", "/projects/1/delete", form: .form([("item", first.hidden("item")), ("ignore", "yes"), ("sure", "yes")]))
      #expect(second.status == 303)
      #expect(try world.rows("SELECT count(*) FROM project WHERE id = 1") == ["0"])
      #expect(try world.rows("SELECT external_id FROM ignored_reference") == [Cast.Project.alpha.id])
    }
  }

  // MARK: Duplicates

  @Test("A pair: what either merge would do, keep one, take it back, say that they are different, and not any more")
  func duplicates() async throws {
    try await with { world, served in
      _ = try world.sql("INSERT INTO project (client_id, name) VALUES (1, 'Alpha')")
      _ = try await world.importNow()
      let before = try world.rows("SELECT * FROM actual ORDER BY 1, 2, 3, 4")
      let list = try await served.ask("GET", "/duplicates")
      #expect(list.text.contains("1 pair") && list.text.contains("/duplicates/project/1/4"))
      let page = try await served.ask("GET", "/duplicates/project/1/4")
      #expect(page.text.contains("Would merge &quot;Alpha&quot; into &quot;Alpha&quot;: 1 link"))
      #expect(page.text.contains("Projects: same name and client"))
      #expect(try world.rows("SELECT count(*) FROM merge") == ["0"])
      func post(_ fields: [(String, String)]) async throws -> Served.Answer {
        let seen = try await served.ask("GET", "/duplicates/project/1/4").hidden("seen")
        return try await served.ask(
          "POST", "/duplicates/project/1/4", as: .planner, form: .form([("seen", seen)] + fields))
      }
      #expect(try await post([("do", "keep"), ("keep", "7")]).status == 422)
      #expect(try await post([("do", "different")]).status == 303)
      #expect(try await served.ask("GET", "/duplicates").text.contains("Said to be different"))
      #expect(try await post([("do", "listed")]).status == 303)

      let merged = try await post([("do", "keep"), ("keep", "4")])
      #expect(merged.headers["location"]?.hasPrefix("/duplicates?said=") == true)
      #expect(try world.rows("SELECT group_concat(id) FROM (SELECT id FROM project ORDER BY id)") == ["2,3,4"])
      #expect(try await served.ask("GET", "/duplicates/project/1/4").status == 404)
      #expect(try await served.ask("POST", "/duplicates/merges/1", as: .planner).status == 303)
      _ = try await world.importNow()
      #expect(try world.rows("SELECT * FROM actual ORDER BY 1, 2, 3, 4") == before)
      let again = try await served.ask("POST", "/duplicates/merges/1", as: .planner)
      #expect(again.status == 422 && again.text.contains("undone"))
    }
  }

  // MARK: Clockify's side

  @Test("What Clockify changed is accepted or dismissed, one field by one, and not what changed again meanwhile")
  func drift() async throws {
    try await with { world, served in
      world.change(Cast.Project.alpha) { $0.name = "Alpha 2" }
      world.change(Cast.Project.beta) { $0.name = "Beta 2" }
      _ = try await world.importNow()
      let list = try await served.ask("GET", "/drift")
      #expect(list.text.contains("2 changes") && list.text.contains("Alpha 2"))
      let tokens = list.all("drift")
      world.change(Cast.Project.beta) { $0.name = "Beta 3" }
      _ = try await world.importNow()
      let both = try await served.ask("POST", "/drift", form: .form(tokens.map { ("drift", $0) } + [("do", "accept")]))
      #expect(both.status == 409)
      #expect(try world.rows("SELECT name FROM project WHERE id = 1") == ["Alpha"])
      let alpha = try #require(tokens.first { $0.hasPrefix("project/1/name") })
      #expect(try await served.ask("POST", "/drift", form: .form([("drift", alpha), ("do", "accept")])).status == 303)
      #expect(try world.rows("SELECT name FROM project WHERE id = 1") == ["Alpha 2"])
      let rest = try await served.ask("GET", "/drift")
      #expect(
        try await served.ask("POST", "/drift", form: .form([("drift", rest.hidden("drift")), ("do", "dismiss")])).status
          == 303)
      #expect(try await served.ask("GET", "/drift").text.contains("Clockify changed nothing since"))
      #expect(try world.rows("SELECT name FROM project WHERE id = 2") == ["Beta"])
    }
  }

  @Test("What is gone in Clockify waits until somebody says that it is meant so, and waits again when asked")
  func unsettled() async throws {
    try await with { world, served in
      let chores = world.newProject("Chores", client: nil)
      world.track(.bob, chores, "2026-03-03T09:00:00Z", minutes: 60)
      _ = try await world.importNow()
      let page = try await served.ask("GET", "/unsettled")
      #expect(page.text.contains("Chores") && page.text.contains("without a client, 1 h held"))
      func post(_ fields: [(String, String)]) async throws -> Int {
        try await served.ask(
          "POST", "/unsettled", as: .planner, form: .form([("kind", "project"), ("id", chores.id)] + fields)
        ).status
      }
      #expect(try await post([("note", "never billed")]) == 303)
      let settled = try await served.ask("GET", "/unsettled")
      #expect(settled.text.contains("Meant so") && settled.text.contains("never billed"))
      #expect(!(try await served.ask("GET", "/todo").text.contains("without a client,")))
      #expect(try await post([("do", "back")]) == 303)
      #expect(try await served.ask("GET", "/todo").text.contains("1 project without a client"))
    }
  }

  @Test("A link is found by name, made, and taken off in two steps; an id is never imported, and is again")
  func links() async throws {
    try await with { world, served in
      _ = try world.sql("INSERT INTO project (client_id, name) VALUES (1, 'Gamma')")
      let gamma = world.newProject("Gamma rays", client: .internal)
      world.change(gamma) { $0.archived = true }
      _ = try await world.importNow()
      _ = try world.sql("DELETE FROM external_reference WHERE external_id = '\(gamma.id)'")
      let path = "/references/project/4"
      let found = try await served.ask("GET", path + "?q=gamma")
      #expect(found.text.contains("Gamma rays") && found.text.contains("Use Gamma rays \(gamma.id)"))
      func post(_ fields: [(String, String)]) async throws -> Served.Answer {
        let seen = try await served.ask("GET", path).hidden("seen")
        return try await served.ask("POST", path, as: .planner, form: .form([("seen", seen)] + fields))
      }
      let wrong = try await post([("do", "link"), ("clockify_id", "xyz")])
      #expect(wrong.status == 422 && wrong.text.contains("value=\"xyz\""))
      #expect(try await post([("do", "link"), ("clockify_id", gamma.id)]).status == 303)
      #expect(try world.project(gamma) == 4)
      let first = try await post([("do", "unlink")])
      #expect(first.status == 200 && first.text.contains("would be unlinked"))
      #expect(try world.project(gamma) == 4)
      #expect(try await post([("do", "unlink"), ("sure", "yes")]).status == 303)
      #expect(try await post([("do", "ignore"), ("clockify_id", gamma.id)]).status == 303)
      let ignored = try await served.ask("GET", "/references?state=ignored")
      #expect(ignored.text.contains(gamma.id))
      let back = try await served.ask(
        "POST", "/references", as: .planner, form: .form([("kind", "project"), ("id", gamma.id)]))
      #expect(back.status == 303)
      #expect(try world.rows("SELECT count(*) FROM ignored_reference") == ["0"])
    }
  }

  @Test("Links as a file: out, filled in and back; one bad line and none is taken")
  func file() async throws {
    try await with { world, served in
      _ = try world.sql("INSERT INTO project (client_id, name) VALUES (1, 'Gamma'), (1, 'Delta')")
      let csv = try await served.ask("GET", "/references/export")
      #expect(csv.headers["content-type"] == "text/csv; charset=utf-8")
      #expect(csv.text.contains("project,4,Gamma,Acme,,,,"))
      let (good, bad) = ("6630aa10b1c2d3e4f5069999", "not an id")
      func filled(_ delta: String) -> String {
        csv.text.replacing("project,4,Gamma,Acme,", with: "project,4,Gamma,Acme,\(good)")
          .replacing("project,5,Delta,Acme,", with: "project,5,Delta,Acme,\(delta)")
      }
      let refused = try await served.upload("/references/import", filled(bad))
      #expect(
        refused.status == 422 && refused.text.contains("links.csv line ")
          && refused.text.contains("(nothing was imported)"))
      #expect(
        try world.rows("SELECT count(*) FROM external_reference WHERE planning_id > 3 AND kind = 'project'") == ["0"])
      let taken = try await served.upload("/references/import", filled(""))
      #expect(taken.status == 303)
      #expect(
        try world.rows("SELECT external_id FROM external_reference WHERE planning_id = 4 AND kind = 'project'") == [
          good
        ])
      #expect(try await served.ask("POST", "/references/import", form: "file=x").status == 422)
      #expect(try await served.upload("/references/import", String(repeating: "a", count: 6 << 20)).status == 413)
    }
  }

  // MARK: Figures

  @Test("A project's weeks are what its days hold, and every figure leads to its entries")
  func project() async throws {
    try await with { world, served in
      world.track(.ana, .alpha, "2026-03-04T09:00:00Z", minutes: 75)
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-06", minutes: 240)
      _ = try await world.importNow()
      let page = try await served.ask("GET", "/projects/1?from=2026-03-02&weeks=1")
      // 285 + 60 on Monday, 75 on Wednesday: 7:00; planned five days of four hours.
      #expect(page.text.contains("20:00") && page.text.contains(">7:00</a>") && page.text.contains("−13:00"))
      #expect(page.text.contains("20 h planned, 7 h worked in 1 week"))
      let entries = try await served.ask("GET", "/entries?project=1&from=2026-03-02&to=2026-03-08")
      #expect(entries.text.matches(of: /66500c00b1c2d3e4f506[0-9]{4}/).count == 3)
      let bobs = try await served.ask(
        "GET", "/entries?project=1&person=\(try world.person(.bob))&from=2026-03-02&to=2026-03-08")
      #expect(bobs.text.matches(of: /66500c00b1c2d3e4f506[0-9]{4}/).count == 1)
      let later = try await served.ask("GET", "/projects/1?from=2027-01-04&weeks=4")
      #expect(later.text.contains("Nothing planned and nothing worked") && later.text.contains("See 4 Mar 2026"))
    }
  }

  @Test("Searching finds people by e-mail, projects by name, and a time entry by its id")
  func search() async throws {
    try await with { world, served in
      let id = world.track(.ana, .alpha, "2026-03-04T09:00:00Z", minutes: 75)
      let held = world.track(.ana, nil, "2026-03-04T13:00:00Z", minutes: 15)
      _ = try await world.importNow()
      #expect(try await served.ask("GET", "/search?q=ANA%40ex").text.contains("href=\"/people/1\""))
      #expect(try await served.ask("GET", "/search?q=alph").text.contains("href=\"/projects/1\""))
      #expect(try await served.ask("GET", "/search?q=\(Cast.Client.acme.id)").text.contains("href=\"/clients/1\""))
      #expect(try await served.ask("GET", "/search?q=\(id)").text.contains("href=\"/cells/1/1/2026-03-04\""))
      let nobodys = try await served.ask("GET", "/search?q=\(held)")
      #expect(nobodys.text.contains("skipped: no project"))
      #expect(try await served.ask("GET", "/search?q=nothing-like-it").text.contains("Nothing is called that."))
    }
  }

  @Test("Changes are listed by who, where and what they are about")
  func changes() async throws {
    try await with { world, served in
      let item = try await served.ask("GET", "/projects/1").hidden("item")
      _ = try await served.ask(
        "POST", "/projects/1", as: .planner, form: .form([("item", item), ("tag", "key"), ("do", "tag")]))
      let all = try await served.ask("GET", "/changes")
      #expect(all.text.contains("Alpha (Acme): tagged key") && all.text.contains("the planner"))
      #expect(try await served.ask("GET", "/changes?item=project/1").text.contains("tagged key"))
      #expect(try await served.ask("GET", "/changes?item=project/2").text.contains("No such change."))
      #expect(try await served.ask("GET", "/changes?actor=nobody").text.contains("No such change."))
    }
  }

  // MARK: Forms with files

  @Test("A form with a file is read as browsers send it; anything else is no form, and never a fault")
  func multipart() throws {
    let body =
      "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--b\r\n"
      + "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\x\\links.csv\"\r\nContent-Type: text/csv\r\n\r\n\r\nx\r\n--b--\r\n"
    let form = try #require(Multipart(Data(body.utf8), contentType: "multipart/form-data; boundary=b"))
    #expect(form.fields.map(\.name) == ["a"] && form.fields[0].value == "1\r\n2")
    #expect(form.files.map(\.name) == ["links.csv"] && form.files[0].bytes == Data("\r\nx".utf8))
    var random = Dice(seed: 7)
    let bytes = Array(body.utf8)
    for _ in 1...2000 {
      var broken = Array(bytes.prefix(random.upTo(bytes.count + 1)))
      for _ in 0..<random.upTo(4) where !broken.isEmpty { broken[random.upTo(broken.count)] = UInt8(random.upTo(256)) }
      _ = Multipart(Data(broken), contentType: "multipart/form-data; boundary=b")
    }
  }
}

extension World {
  /// One a line, as sqlite3 prints them.
  fileprivate func rows(_ text: String) throws -> [String] {
    try sql(text).split(separator: "\n").map(String.init)
  }
}

extension Served.Answer {
  /// The value of the first field of a name.
  func hidden(_ name: String) -> String { all(name).first ?? "" }

  /// The values of all fields of a name.
  func all(_ name: String, beside label: String? = nil) -> [String] {
    let pieces = text.components(separatedBy: "name=\"\(name)\" value=\"").dropFirst()
    return pieces.compactMap { piece in
      guard let end = piece.firstIndex(of: "\"") else { return nil }
      if let label, !piece[end...].hasPrefix("\" aria-label=\"\(label)\"") { return nil }
      return String(piece[..<end])
    }
  }
}

extension Served {
  /// A file, as a browser sends it.
  func upload(_ path: String, _ csv: String, _ fields: [String: String] = [:]) async throws -> Answer {
    let parts =
      fields.map { "Content-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)" }
      + [
        "Content-Disposition: form-data; name=\"file\"; filename=\"links.csv\"\r\nContent-Type: text/csv\r\n\r\n\(csv)"
      ]
    let body = parts.map { "--x\r\n\($0)\r\n" }.joined() + "--x--\r\n"
    return try await ask(
      "POST", path, as: .planner, form: body, headers: ["Content-Type": "multipart/form-data; boundary=x"])
  }
}

extension String {
  static func form(_ fields: [(String, String)]) -> String {
    fields.map { "\(Fields.encoded($0))=\(Fields.encoded($1))" }.joined(separator: "&")
  }
}

private func + (left: [String: String], right: [(String, String)]) -> [(String, String)] {
  left.map { ($0, $1) } + right
}

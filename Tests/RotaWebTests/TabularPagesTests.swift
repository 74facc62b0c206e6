import Foundation
import RotaTesting
import Testing

@testable import RotaWeb

/// The rows of a page, taken along as CSV and as JSON.
@Suite("Rows of pages")
struct TabularPagesTests {
  private func with(_ body: (World, Served) async throws -> Void) async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 285)
      world.track(.bob, .alpha, "2026-03-03T09:00:00Z", minutes: 60)
      world.track(.ana, nil, "2026-03-02T15:00:00Z", minutes: 45)
      _ = try await world.importNow()
      try await Served.with(world) { served in try await body(world, served) }
    }
  }

  private func csv(_ served: Served, _ path: String) async throws -> [String] {
    let answer = try await served.ask("GET", path, as: .viewer)
    #expect(answer.status == 200 && answer.headers["content-type"] == "text/csv; charset=utf-8", "\(path)")
    return answer.text.split(separator: "\n").map(String.init)
  }

  @Test("Every page with a table gives the same rows as CSV and as JSON, and leads to both")
  func twice() async throws {
    try await with { world, served in
      let cell = "/cells/\(try world.person(.ana))/\(try world.project(.alpha))/2026-03-02"
      let pages: [(path: String, first: String)] = [
        ("/people", "id,name,email,role,time_zone,is_archived,clockify_id,week_planned_minutes,week_worked_minutes"),
        ("/projects", "id,name,client,is_billable,is_archived,tags,clockify_id"),
        ("/clients", "id,name,is_archived,tags,projects,clockify_id"),
        ("/people/\(try world.person(.ana))?week=2026-03-02", "client,project_id,project,role,date"),
        (cell, "entry_id,started_at,ended_at"), ("/runs", "id,trigger,scope,status"),
        ("/changes", "id,at,actor"), ("/conflicts", "person_id,person"), ("/drift", "kind,planning_id"),
        ("/locks", "project_id,project,locked_until"), ("/roles", "id,name,is_system,people"),
        ("/duplicates", "group,kind,id"), ("/duplicates/merges", "id,kind,kept_id"),
        ("/entries?person=\(try world.person(.ana))&from=2026-03-01&to=2026-03-09", "entry_id,started_at"),
        ("/entries?project=\(try world.project(.alpha))&from=2026-03-01&to=2026-03-09", "entry_id,started_at"),
        ("/heat?from=2026-03-02&weeks=4", "id,name,week,available_minutes,planned_minutes,worked_minutes"),
        ("/heat?by=client&from=2026-03-02&weeks=4", "id,name,week"),
      ]
      for (path, first) in pages {
        let mark = path.contains("?") ? "&" : "?"
        let lines = try await csv(served, path + mark + "format=csv")
        #expect(lines.first?.hasPrefix(first) ?? false, "\(path): \(lines.first ?? "")")
        let json = try await served.ask("GET", path + mark + "format=json", as: .viewer)
        let objects = try JSONSerialization.jsonObject(with: Data(json.text.utf8)) as? [[String: Any]]
        #expect(json.headers["content-type"] == "application/json" && objects?.count == lines.count - 1, "\(path)")
        let page = try await served.ask("GET", path, as: .viewer).text
        let link = (path + mark + "format=csv").replacing("&", with: "&amp;")
        #expect(page.contains("<a href=\"\(link)\" download>CSV</a>"), "\(path)")
        #expect(try await served.ask("GET", path + mark + "format=xml", as: .viewer).status == 400)
      }
      #expect(try await served.ask("GET", "/todo", as: .viewer).text.contains("download>CSV") == false)
    }
  }

  @Test("By person, by role and by client the heat map has the same hours, also those of who is gone")
  func sums() async throws {
    try await with { world, served in
      try world.assign(.bob, to: world.project(.alpha), from: "2026-03-02", to: "2026-03-06")
      try world.sql(
        "UPDATE person SET is_archived = 1 WHERE name = 'Bob'; INSERT INTO person (name, is_archived) VALUES ('Long gone', 1)"
      )
      var sums: Set<[Int]> = []
      for grouping in ["person", "role", "client"] {
        let lines = try await csv(served, "/heat?by=\(grouping)&from=2026-03-02&weeks=2&format=csv")
        let figures = lines.dropFirst().map { $0.split(separator: ",").suffix(3).compactMap { Int($0) } }
        sums.insert(figures.reduce([0, 0, 0]) { [$0[0] + $1[0], $0[1] + $1[1], $0[2] + $1[2]] })
      }
      // Five days of eight hours planned; what was worked, all of it billable.
      #expect(sums == [[2400, 345, 345]])
      let page = try await served.ask("GET", "/heat?from=2026-03-02&weeks=2").text
      #expect(page.contains("Bob (archived)") && !page.contains("Long gone"))
    }
  }

  @Test("What narrows the page narrows its rows, but all that match are there, and no name is a formula")
  func narrowed() async throws {
    try await with { world, served in
      try world.sql(
        """
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 150)
        INSERT INTO person (name) SELECT '=Extra ' || n FROM n
        """)
      let all = try await csv(served, "/people?format=csv&page=2")
      #expect(all.count == 1 + Int(try world.number("SELECT count(*) FROM person WHERE is_archived = 0")))
      let extra = try await csv(served, "/people?q=extra&format=csv")
      #expect(extra.count == 151 && extra.dropFirst().allSatisfy { $0.contains(",'=Extra ") })
      let ana = try await csv(served, "/people?q=ana&format=csv")
      #expect(ana.count == 2 && ana[1].hasSuffix(",0,0"))

      let held = try await csv(
        served, "/entries?person=\(try world.person(.ana))&from=2026-03-02&to=2026-03-02&format=csv")
      #expect(held.count == 2 && held[1].contains(",2700,") && held[1].contains(",skipped,no_project,"))
      let heat = try await csv(served, "/heat?from=2026-03-02&weeks=1&q=ana&format=csv")
      #expect(heat.count == 2 && heat[1].contains(",Ana,2026-03-02,") && heat[1].hasSuffix(",285,285"))
    }
  }
}

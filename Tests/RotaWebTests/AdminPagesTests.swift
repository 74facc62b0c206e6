import Foundation
import Planning
import PlanningStore
import RotaTesting
import Steering
import Testing

@testable import RotaWeb

/// What is kept by admins, what is taken away as files, and the comparison with Clockify.
@Suite("Admin pages")
struct AdminPagesTests {
  private func with(_ body: (World, Served) async throws -> Void) async throws {
    try await World.with { world in
      try await world.enableActuals()
      world.track(.ana, .alpha, "2026-03-02T09:00:00Z", minutes: 285)
      world.track(.bob, .beta, "2026-03-03T15:00:00Z", minutes: 60, billable: false)
      _ = try await world.importNow()
      try await Served.with(world) { served in try await body(world, served) }
    }
  }

  @Test("Users: invited, given other rights, reset and removed; what must be handed over is shown once")
  func users() async throws {
    try await with { world, served in
      // The first account ends every session that came in by a link: who makes it knows.
      let accounts = try AccountFile(database: world.database.path)
      func session(_ name: String, _ right: Right) throws -> [String: String] {
        let id = try #require(try accounts.account(named: name)).id
        let account = try #require(try accounts.accounts().first { $0.id == id })
        let token = SessionKeys.make()
        try accounts.logIn(account, token: SessionKeys.hash(token), at: Date.seconds, until: Date.seconds + 600)
        return ["Cookie": "rota-\(served.port)=\(token)"]
      }
      let bad = try await served.ask(
        "POST", "/users", form: .form([("do", "add"), ("name", "a b"), ("role", "viewer")]))
      #expect(bad.status == 422 && bad.text.contains("A name has no blanks"))
      let first = try await served.ask(
        "POST", "/users", form: .form([("do", "add"), ("name", "lena"), ("role", "admin")]))
      #expect(first.text.contains("lena may log in as admin") && first.text.contains("\(served.base)/invite/"))
      #expect(try await served.ask("GET", "/users").status == 303)

      let admin = try session("lena", .admin)
      func post(_ fields: [(String, String)]) async throws -> Served.Answer {
        try await served.ask("POST", "/users", as: nil, form: .form(fields), headers: admin)
      }
      let page = try await served.ask("GET", "/users", as: nil, headers: admin)
      #expect(page.text.contains("invited, no password yet") && !page.text.contains("/invite/"))
      #expect(
        try await post([("do", "add"), ("name", "LENA"), ("role", "viewer")]).text.contains(
          "LENA has an account already."))
      for action in [[("do", "role"), ("role", "viewer")], [("do", "remove")]] {
        _ = try accounts.addAccount("kim", right: "viewer", at: 1)
        let refused = try await post([("name", "lena")] + action)
        #expect(refused.status == 422 && refused.text.contains("Lena is the only admin."))
      }
      #expect(
        try await post([("do", "role"), ("name", "kim"), ("role", "planner")]).text.contains("kim is planner now"))
      #expect(try await post([("do", "reset"), ("name", "kim")]).text.contains("/invite/"))
      #expect(try await post([("do", "remove"), ("name", "kim")]).text.contains("kim may not log in any more."))

      let token = try await post([("do", "add-token"), ("name", "bi"), ("role", "viewer")])
      let secret = try #require(token.text.firstMatch(of: /rota_[0-9a-f]{64}/)).output
      #expect(try await served.program("GET", "/people", String(secret)).status == 200)
      #expect(!(try await served.ask("GET", "/users", as: nil, headers: admin).text.contains(secret)))
      #expect(try await post([("do", "remove-token"), ("name", "bi")]).status == 200)
      #expect(try await served.program("GET", "/people", String(secret)).status == 401)
    }
  }

  @Test("Settings: every one with where it is from")
  func settings() async throws {
    try await with { _, served in
      let page = try await served.ask("GET", "/settings")
      #expect(page.text.contains("<code>database</code>") && page.text.contains("by default"))
    }
  }

  @Test("Switches: off by an admin, with the import of these disabled and the reason beside it, and on again")
  func switches() async throws {
    try await with { world, served in
      #expect(try await served.ask("GET", "/people").text.contains("<button>Import people from Clockify</button>"))
      let off = try await served.ask("POST", "/integration/switches", form: "subject=people&do=off")
      #expect(off.headers["location"]?.hasPrefix("/integration?said=") == true)
      let people = try await served.ask("GET", "/people", as: .planner)
      #expect(people.text.contains("<button disabled>Import people from Clockify</button>"))
      #expect(people.text.contains("People are switched off."))
      #expect(try await served.ask("GET", "/").text.contains("people: no import touches them"))
      #expect(try await served.ask("POST", "/integration/switches", form: "subject=people&do=on").status == 303)
      #expect(try world.sql("SELECT count(*) FROM setting WHERE key = 'switched_off'") == "0")
      #expect(try await served.ask("POST", "/integration/switches", form: "subject=all").status == 422)
    }
  }

  @Test("Hours as a file are what the database holds, summed as ticked; more than a year is refused")
  func export() async throws {
    try await with { world, served in
      let days = "from=2026-03-01&to=2026-03-31"
      let csv = try await served.ask("GET", "/actuals/export?\(days)&by=person&by=project&format=csv")
      #expect(csv.text == "person,project,billable_minutes,nonbillable_minutes\nAna,Alpha,285,0\nBob,Beta,0,60\n")
      #expect(csv.headers["content-disposition"] == "attachment; filename=\"actuals-2026-03-01-2026-03-31.csv\"")
      let json = try await served.ask("GET", "/actuals/export?\(days)&by=client&format=json")
      #expect(json.text.contains("\"billable_minutes\" : 285") && json.text.contains("\"nonbillable_minutes\" : 60"))
      try world.assign(.ana, to: .alpha, from: "2026-03-02", to: "2026-03-02", minutes: 240)
      let planned = try await served.ask("GET", "/actuals/export?\(days)&by=person&planned=1")
      #expect(planned.text.contains("Ana,240,285"))
      for query in [
        "from=2025-01-01&to=2026-03-31&by=person", "\(days)", "\(days)&by=origin&planned=1", "from=x&by=person",
      ] {
        #expect(try await served.ask("GET", "/actuals/export?\(query)").status == 422, "\(query)")
      }
    }
  }

  @Test("A comparison with Clockify: started with two dates, and told with cause and next step")
  func audit() async throws {
    try await with { _, served in
      let wrong = try await served.ask("POST", "/audit", as: .planner, form: "from=2026-03-05&to=2026-03-01")
      #expect(wrong.status == 422 && wrong.text.contains("value=\"2026-03-05\""))
      #expect(try await served.ask("POST", "/audit", as: .planner, form: "from=2026-03-01&to=2027-03-01").status == 422)
      #expect(try await served.ask("POST", "/audit", as: .planner, form: "from=2026-03-01&to=2026-03-07").status == 303)
      for _ in 1...50 {
        let page = try await served.ask("GET", "/audit", as: .viewer)
        if page.text.contains("1 difference in") {
          #expect(page.text.contains("4:45") && page.text.contains("4:30") && page.text.contains("changed in Clockify"))
          return
        }
        try await Task.sleep(for: .milliseconds(50))
      }
      Issue.record("it did not end")
    }
  }
}

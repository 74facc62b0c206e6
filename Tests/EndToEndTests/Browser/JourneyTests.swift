import ClockifySimulator
import Foundation
import Testing

/// What people do in the web app, in a real browser, with and without script (web app, journeys 1 to 3, 9, 10).
@Suite("Journeys in a browser", .enabled(if: Browser.isThere, "chromium and chromedriver are not there"), .serialized)
struct JourneyTests {
  static let now = SmallWorkspace.now

  @Test(
    "First day: check, import, give roles, turn actuals on, import; home is balanced",
    arguments: [Browser.Look.wide, .plainPhone])
  func firstDay(look: Browser.Look) async throws {
    let workspace = SmallWorkspace.make(hours: [
      (user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID), (user: SmallWorkspace.bobID, project: nil),
    ])
    try await Shell.with(workspace, [["init"]]) { shell, _ in
      try await WebServer.with(shell) { server in
        try await Browser.with(look) { browser in
          try await browser.open(server.link)
          try await browser.see("No import yet")
          try await browser.press("Check the connection")
          try await browser.see("belongs to Ana")

          try await browser.press("Import")
          try await browser.see("Done.")
          try await browser.see("people 2 new (Ana, Bob)")

          try await browser.open(server.base)
          try await browser.see("2 people have the role Unknown.")
          try await browser.press("Give roles")
          for box in ["Ana", "Bob"] { try await browser.click("input[aria-label='\(box)']") }
          try await browser.type("Dev", into: "input[name=new_role]")
          try await browser.click("button[value=preview]")
          try await browser.see("Would give 2 people the role Dev.")
          try await browser.click(".preview button")
          try await browser.see("Gave 2 people the role Dev.")

          try await browser.open("\(server.base)/integration")
          try await browser.press("Turn actuals on")
          try await browser.see("Actuals are on.")
          try await browser.press("Import")
          try await browser.see("Done.")
          try await browser.press("Home")
          try await browser.see("done, balanced")
          try await browser.see("1 h placed + 1 h skipped + 0 h held = 2 h read")
        }
      }
      #expect(try shell.sql("SELECT started_by FROM import_run ORDER BY id") == "web:local\nweb:local")
      #expect(
        try shell.sql("SELECT actor, surface, action FROM change_log ORDER BY id")
          == "local|web|people.set_role\nlocal|web|actuals.enable")
      #expect(try shell.sql("SELECT person, project, hours FROM actual_detail") == "Ana|Alpha|1.0")
    }
  }

  @Test(
    "Why is this number so: from people to a week, to a day, to the entries",
    arguments: [Browser.Look.wide, .plainPhone])
  func why(look: Browser.Look) async throws {
    let workspace = SmallWorkspace.make(hours: [
      (user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID), (user: SmallWorkspace.anaID, project: nil),
    ])
    try await Shell.with(workspace, SmallWorkspace.setUp) { shell, _ in
      try await WebServer.with(shell) { server in
        try await Browser.with(look) { browser in
          try await browser.open(server.link)
          try await browser.press("People")
          try await browser.press("Ana")
          try await browser.press("◀ Week before")
          try await browser.see("no project (1 entry)")
          try await browser.press("1:00")
          try await browser.see("1:00 = 1:00 billable + 0:00 not billable, from Clockify, written by run 2.")
          try await browser.see("08:00–09:00")
          try await browser.see("66500c00b1c2d3e4f5060000")
          try await browser.see("rounded once, half up")
          try await browser.open("\(server.base)/people/1?week=2026-03-02")
          try await browser.press("See the entries of Mon 2 Mar 2026")
          try await browser.see("66500c00b1c2d3e4f5060001")
          try await browser.see("skipped: no project")
        }
      }
    }
  }

  @Test(
    "Invited: a password is set, logged out and in, wrong five times; other rights end the session",
    arguments: [
      Browser.Look.wide, .plain,
    ])
  func accounts(look: Browser.Look) async throws {
    try await Shell.with(SmallWorkspace.make(hours: []), [["init"], ["import"] + Self.now]) { shell, _ in
      #expect(try await shell.run("web", "users", "list").errors.contains("Nobody has an account"))
      try await WebServer.with(shell) { server in
        let listen = server.base.replacing("http://", with: "")
        let invited = try await shell.run("web", "users", "add", "lena", "--role", "planner", "--listen", listen)
        #expect(invited.errors.contains("lena may log in as planner once they have set a password here, within a day:"))
        #expect(try await shell.run("web", "users", "add", "LENA", "--role", "admin").status == 64)
        try await Browser.with(look) { browser in
          try await browser.open(server.link)
          try await browser.see("Password")
          try await browser.open(invited.out.trimmingCharacters(in: .whitespacesAndNewlines))
          try await browser.see("Welcome, lena.")
          try await browser.type("correct horse battery", into: "input[name=password]")
          try await browser.type("correct horse battery", into: "input[name=again]")
          try await browser.press("Set it and log in")
          try await browser.see("Log out")
          try await browser.press("Log out")

          try await browser.type("lena", into: "input[name=name]")
          try await browser.type("correct horse battery", into: "input[name=password]")
          try await browser.click("main button")
          try await browser.see("2 people have the role Unknown.")
          let changed = try await shell.run("web", "users", "role", "lena", "admin")
          #expect(changed.errors.contains("lena is admin now, and must log in again."))
          try await browser.open("\(server.base)/people")
          #expect(try await browser.path() == "/login")

          for _ in 1...5 {
            try await browser.clear("input[name=name]")
            try await browser.type("lena", into: "input[name=name]")
            try await browser.type("wrong horse battery", into: "input[name=password]")
            try await browser.click("main button")
            try await browser.see("Name or password is wrong.")
          }
          try await browser.type("correct horse battery", into: "input[name=password]")
          try await browser.click("main button")
          try await browser.see("Too many wrong passwords: wait ")
        }
        #expect(try await shell.run("web", "users", "remove", "lena").status == 0)
        #expect(
          try await shell.run("web", "users", "remove", "lena").errors.contains("nobody named lena has an account"))
      }
    }
  }

  @Test("The demo in a browser: one command from nothing to a page")
  func demo() async throws {
    try await Shell.with([]) { shell in
      let command = ["demo", "--web", "--as-of", "2026-11-20T19:00:00Z"]
      try await WebServer.with(shell, command) { server in
        try await Browser.with { browser in
          try await browser.open(server.link)
          try await browser.see("done, balanced")
          try await browser.screenshot("readme-home", height: 760)
          try await browser.press("Import now")
          try await browser.see("Done.")
          try await browser.press("People")
          try await browser.press("Ana Ruiz")
          try await browser.press("◀ Week before")
          try await browser.see("planned")
          try await browser.screenshot("readme-week", height: 760)
        }
      }
      // A demo's file stays a demo's, whatever was imported from its pages.
      #expect(try await shell.run("demo", "--as-of", "2026-11-20T19:00:00Z").status == 0)
    }
  }

  @Test("An import that runs is seen from every browser, survives a reload, and stops when asked")
  func progress() async throws {
    let workspace = SmallWorkspace.make(hours: [(user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID)])
    try await Shell.with(workspace, SmallWorkspace.setUp) { shell, clockify in
      clockify.change { $0.controls.faults = [Fault(.delay(30), on: "reports")] }
      try await WebServer.with(shell) { server in
        try await Browser.with { first in
          try await first.open(server.link)
          try await first.click("form[action='/import'] button")
          try await first.see("Started by web:local")
          try await first.see("Reading")
          try await first.reload()
          try await first.see("Started by web:local")

          let another = try await shell.run("web", "link", "--listen", server.base.replacing("http://", with: ""))
          try await Browser.with(.plain) { second in
            try await second.open(another.out.trimmingCharacters(in: .whitespacesAndNewlines))
            try await second.see("An import is running")
            try await second.press("Look")
            try await second.see("Started by web:local")
            let status = try await shell.run("status")
            #expect(status.out.contains("running: Reading"))

            try await first.press("Stop")
            try await first.see("Stopped as asked.")
            try await second.see("Stopped as asked.")
          }
        }
      }
      #expect(try shell.sql("SELECT status FROM import_run ORDER BY id DESC LIMIT 1") == "partial")
    }
  }

  @Test("An import of another process is seen while it runs, and its end")
  func elsewhere() async throws {
    let workspace = SmallWorkspace.make(hours: [(user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID)])
    try await Shell.with(workspace, SmallWorkspace.setUp) { shell, clockify in
      try await WebServer.with(shell) { server in
        try await Browser.with { browser in
          try await browser.open(server.link)
          clockify.change { $0.controls.faults = [Fault(.delay(3), on: "reports", times: 1)] }
          let other = try shell.start(["import"] + Self.now)
          try await browser.open("\(server.base)/import", until: "Started by cli:")
          // Somebody else's: it is not ours to stop.
          #expect(try await !browser.has("form[action='/import/stop']"))
          try await browser.see("No import runs just now.")
          await Shell.end(other.process)
          #expect(other.process.terminationStatus == 0)
        }
      }
    }
  }

  @Test("A change while an import runs is refused, with what was chosen still there")
  func busy() async throws {
    let workspace = SmallWorkspace.make(hours: [(user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID)])
    try await Shell.with(workspace, SmallWorkspace.setUp) { shell, clockify in
      try await WebServer.with(shell) { server in
        try await Browser.with { browser in
          clockify.change { $0.controls.faults = [Fault(.delay(6), on: "reports", times: 1)] }
          let other = try shell.start(["import"] + Self.now)
          try await browser.open(server.link)
          try await browser.open("\(server.base)/people", until: "An import is running")
          try await browser.click("input[aria-label=Ana]")
          try await browser.type("Lead", into: "input[name=new_role]")
          try await browser.click("fieldset button[value=give]")
          try await browser.see("Another import or command is writing")
          #expect(try await browser.value("input[name=new_role]") == "Lead")
          #expect(try await browser.has("input[aria-label=Ana]:checked"))
          await Shell.end(other.process)
          try await browser.click("fieldset button[value=give]")
          try await browser.see("Ana has a real role already; nothing was changed.")
        }
      }
    }
  }

  @Test("Removals that the brake stopped: home leads to the run, and an admin lets them go in two steps")
  func brake() async throws {
    let hours = (0..<24).map { _ in (user: SmallWorkspace.anaID, project: Optional(SmallWorkspace.alphaID)) }
    try await Shell.with(SmallWorkspace.make(hours: hours), SmallWorkspace.setUp) { shell, clockify in
      clockify.change { $0.workspace.setEntries([]) }
      let held = try await shell.run(["import"] + Self.now)
      #expect(held.status == 4)
      try await WebServer.with(shell) { server in
        try await Browser.with(.plain) { browser in
          try await browser.open(server.link)
          try await browser.see("vanished, or would leave by a filter, at once: nothing was removed")
          try await browser.press("Look first")
          try await browser.see("Removals wait")
          try await browser.press("Let them go…")
          try await browser.see("If they are gone from Clockify for good")
          try await browser.press("Let them go and import")
          try await browser.see("Done.")
        }
      }
      #expect(try shell.sql("SELECT count(*) FROM actual WHERE origin = 'clockify'") == "0")
    }
  }
}

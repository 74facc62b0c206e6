import ClockifySimulator
import Foundation
import Testing

/// What people settle in the web app, in a real browser (web app, journeys 4 to 8 and 12).
@Suite("Desks in a browser", .enabled(if: Browser.isThere, "chromium and chromedriver are not there"), .serialized)
struct DeskJourneyTests {
  private static let looks = [Browser.Look.wide, .plainPhone]

  private static func hours() -> SimulatedWorkspace {
    SmallWorkspace.make(hours: [(user: SmallWorkspace.anaID, project: SmallWorkspace.alphaID)])
  }

  @Test("Hours are typed, an import meets them, and Clockify's figure is taken", arguments: looks)
  func typing(look: Browser.Look) async throws {
    try await Shell.with(Self.hours(), SmallWorkspace.setUp) { shell, _ in
      try await WebServer.with(shell) { server in
        try await Browser.with(look) { browser in
          try await browser.open(server.link)
          try await browser.open("\(server.base)/people/1?week=2026-03-02")
          try await browser.press("1:00")
          try await browser.clear("input[name=billable]")
          try await browser.type("4 hours", into: "input[name=billable]")
          try await browser.press("Type hours")
          try await browser.see("\"4 hours\" is no time: hours are typed as 4:30 or 4.5")
          #expect(try await browser.value("input[name=billable]") == "4 hours")
          try await browser.clear("input[name=billable]")
          try await browser.type("4:30", into: "input[name=billable]")
          try await browser.press("Type hours")
          try await browser.see("Typed Ana · Alpha (Acme) · 2026-03-02.")
          try await browser.see("4:30 = 4:30 billable + 0:00 not billable, typed by hand.")

          try await browser.open("\(server.base)/integration")
          try await browser.press("Import")
          try await browser.see("Done.")
          try await browser.press("Home")
          try await browser.see("1 conflict with hours typed by hand")
          try await browser.press("Settle")
          try await browser.see("local, ")
          try await browser.click("input[name=cell]")
          try await browser.press("Take Clockify's")
          try await browser.see("the next import writes Clockify's figure")
          try await browser.see("No hours typed by hand meet Clockify's.")
        }
      }
      try await shell.succeed(["import"] + SmallWorkspace.now)
      #expect(try shell.sql("SELECT hours, origin FROM actual_detail") == "1.0|clockify")
      #expect(
        try shell.sql("SELECT action FROM change_log WHERE surface = 'web' ORDER BY id")
          == "actuals.set\nconflicts.take_source")
    }
  }

  @Test("Two projects of one name: compared, said to be different, merged, and the merge undone", arguments: looks)
  func duplicates(look: Browser.Look) async throws {
    let again =
      SmallWorkspace.setUp + [["projects", "add", "Alpha", "--client", "Acme"], ["import"] + SmallWorkspace.now]
    try await Shell.with(Self.hours(), again) { shell, _ in
      try await WebServer.with(shell) { server in
        try await Browser.with(look) { browser in
          try await browser.open(server.link)
          try await browser.see("1 probable duplicate: project \"Alpha\"")
          try await browser.press("Review")
          try await browser.press("Compare")
          try await browser.see("Alpha, twice?")
          try await browser.see("Would merge \"Alpha\" into \"Alpha\"")
          try await browser.press("They are different")
          try await browser.see("Settled: they are different.")
          try await browser.see("Nothing looks like a duplicate.")
          try await browser.click("main > ul a")
          try await browser.press("List them again")
          try await browser.see("They are listed again.")
          if look.hasScript { try await browser.keys("a") } else { try await browser.press("Keep A") }
          try await browser.see("Merged \"Alpha\" into \"Alpha\"")
          #expect(try shell.sql("SELECT count(*) FROM project") == "1")
          try await browser.press("What was merged, and how to undo it")
          try await browser.press("Undo")
          try await browser.see("is back beside project")
          #expect(try shell.sql("SELECT count(*) FROM project") == "2")
        }
      }
    }
  }

  @Test("A project of one's own is linked by finding its id; the next import makes no second one")
  func link() async throws {
    let own = SmallWorkspace.setUp + [["projects", "add", "Relaunch", "--client", "Acme"]]
    try await Shell.with(Self.hours(), own) { shell, _ in
      try await WebServer.with(shell) { server in
        try await Browser.with(.plain) { browser in
          try await browser.open(server.link)
          try await browser.press("Projects")
          try await browser.press("Alpha")
          try await browser.press("Delete…")
          try await browser.see("Would have deleted Alpha (Acme) with 1 actual.")
          try await browser.press("Delete")
          try await browser.see("Deleted Alpha (Acme) with 1 actual.")
          try await browser.press("To do")
          try await browser.press("Links")
          try await browser.click("a[aria-label='Link Relaunch']")
          try await browser.clear("main input[name=q]")
          try await browser.type("alph", into: "main input[name=q]")
          try await browser.press("Find")
          try await browser.press("Use")
          try await browser.see("Relaunch (Acme): linked to \(SmallWorkspace.alphaID).")
          try await browser.open("\(server.base)/integration")
          try await browser.press("Import")
          try await browser.see("Done.")
        }
      }
      #expect(try shell.sql("SELECT project, hours FROM actual_detail") == "Relaunch|1.0")
      #expect(try shell.sql("SELECT count(*) FROM project") == "1")
    }
  }

  @Test("Two browsers edit one day: the slower one sees both figures and overwrites")
  func clash() async throws {
    try await Shell.with(Self.hours(), SmallWorkspace.setUp) { shell, _ in
      try await WebServer.with(shell) { server in
        let day = "\(server.base)/cells/1/1/2026-03-02"
        try await Browser.with { first in
          try await first.open(server.link)
          try await first.open(day)
          let link = try await shell.run("web", "link", "--listen", server.base.replacing("http://", with: ""))
          try await Browser.with(.phone) { second in
            try await second.open(link.out.trimmingCharacters(in: .whitespacesAndNewlines))
            try await second.open(day)
            for (browser, hours) in [(first, "2:00"), (second, "3:00")] {
              try await browser.clear("input[name=billable]")
              try await browser.type(hours, into: "input[name=billable]")
              try await browser.press("Type hours")
            }
            try await first.see("2:00 = 2:00 billable")
            try await second.see("This day was changed while you were typing.")
            try await second.see("Dev 2:00, typed by hand")
            try await second.see("3:00 billable")
            try await second.screenshot("clash-375")
            try await second.press("Overwrite")
            try await second.see("3:00 = 3:00 billable")
          }
        }
      }
    }
  }

  @Test("Hours that are typed while an import runs are refused, kept, and taken once it has ended")
  func busy() async throws {
    try await Shell.with(Self.hours(), SmallWorkspace.setUp) { shell, clockify in
      try await WebServer.with(shell) { server in
        try await Browser.with(.plain) { browser in
          try await browser.open(server.link)
          try await browser.open("\(server.base)/cells/1/1/2026-03-03")
          clockify.change { $0.controls.faults = [Fault(.delay(6), on: "reports", times: 1)] }
          let other = try shell.start(["import"] + SmallWorkspace.now)
          try await browser.open("\(server.base)/cells/1/1/2026-03-03", until: "An import is running")
          try await browser.type("2:15", into: "input[name=billable]")
          try await browser.press("Type hours")
          try await browser.see("Another import or command is writing")
          #expect(try await browser.value("input[name=billable]") == "2:15")
          await Shell.end(other.process)
          try await browser.press("Type hours")
          try await browser.see("Typed Ana · Alpha (Acme) · 2026-03-03.")
        }
      }
      #expect(try shell.sql("SELECT billable_minutes FROM actual WHERE date = '2026-03-03'") == "135")
    }
  }

  @Test("Links as a file: one bad line and none is taken, said with its number; mended, all are")
  func file() async throws {
    try await Shell.with(
      Self.hours(), SmallWorkspace.setUp + [["projects", "add", "Own", "--client", "Acme"]]
    ) { shell, _ in
      let file = shell.folder.appendingPathComponent("links.csv")
      try await WebServer.with(shell) { server in
        try await Browser.with(.plain) { browser in
          try await browser.open(server.link)
          try await browser.open("\(server.base)/references")
          try Data("kind,planning_id,external_id\nproject,Own,6630aa10b1c2d3e4f5069999\nproject,Nobody,x\n".utf8)
            .write(to: file)
          try await browser.type(file.path, into: "input[type=file]")
          try await browser.press("Link them")
          try await browser.see("links.csv line 3: there is no project \"Nobody\"")
          #expect(
            try shell.sql("SELECT count(*) FROM external_reference WHERE planning_id = 2 AND kind = 'project'") == "0")
          try Data("kind,planning_id,external_id\nproject,Own,6630aa10b1c2d3e4f5069999\n".utf8).write(to: file)
          try await browser.type(file.path, into: "input[type=file]")
          try await browser.press("Link them")
          try await browser.see("Linked 1 item of links.csv.")
        }
      }
      #expect(
        try shell.sql("SELECT external_id FROM external_reference WHERE planning_id = 2 AND kind = 'project'")
          == "6630aa10b1c2d3e4f5069999")
    }
  }
}

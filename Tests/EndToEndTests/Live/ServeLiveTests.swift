import ClockifySimulator
import Foundation
import RotaTesting
import Testing

/// Live changes end to end: the built binary, a simulated Clockify that delivers, real HTTP, plain sqlite3.
@Suite("Serving live", .serialized)
struct ServeLiveTests {
  private let listens = "live:\n  listen: 127.0.0.1:0\n"

  private func installed(
    _ settings: String? = nil, _ body: (LiveShell, LiveShell.Serving) async throws -> Void
  ) async throws {
    try await LiveShell.with(settings: settings ?? listens) { live in
      try await live.serving { serving in
        let made = try await live.shell.run("webhooks", "install", "--url", "http://127.0.0.1:\(serving.port)", "--yes")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.errors.contains("The way in is open"))
        try await body(live, serving)
      }
    }
  }

  @Test("A change in Clockify is in the database within seconds; status and hooks tell of it; the night writes nothing")
  func changes() async throws {
    try await installed { live, _ in
      let new = LiveShell.track(live.clockify, daysAgo: 1, minutes: 45)
      try await live.until(live.minutes(new), "placed 45", seconds: 60)
      live.clockify.change { $0.workspace.editEntry(live.first) { $0.end! += 600 } }
      try await live.until(live.minutes(live.first), "placed 70", seconds: 60)
      live.clockify.change { $0.workspace.removeEntry(new) }
      try await live.until(live.minutes(new), "deleted 45", seconds: 60)
      let timer = LiveShell.track(live.clockify, daysAgo: 1, minutes: nil)
      live.clockify.change { $0.workspace.editEntry(timer) { $0.end = $0.start + 900 } }
      try await live.until(live.minutes(timer), "placed 15", seconds: 60)
      try await live.until("SELECT count(*) FROM live_hook WHERE last_delivery_at IS NOT NULL", "4")
      let status = try await live.shell.run("status")
      #expect(status.out.contains("webhooks, 10 of 10; last"))
      let json = try await live.shell.run("status", "--json")
      #expect(json.out.contains("\"deletions\" : 1"))
      let seen =
        "SELECT * FROM actual WHERE origin <> 'autofill' ORDER BY 1, 2, 3, 4; SELECT * FROM placement ORDER BY 1;"
      let before = try live.shell.sql(seen)
      try await live.shell.succeed(["import"])
      #expect(try live.shell.sql(seen) == before)
      let runs = try await live.shell.run("runs", "list", "--trigger", "webhook")
      #expect(runs.out.contains("webhook"))
    }
  }

  @Test(
    "An open page of a person's week shows the new hours by itself; whoever types is asked first",
    .enabled(if: Browser.isThere, "chromium and chromedriver are not there"))
  func openPage() async throws {
    try await installed { live, serving in
      let link = try await serving.link()
      let base = String(link[..<link.range(of: "/enter/")!.lowerBound])
      let person = try live.shell.sql(
        "SELECT planning_id FROM external_reference WHERE external_id = '\(Cast.Person.ana.id)'")
      try await Browser.with { browser in
        try await browser.open(link)
        try await browser.open("\(base)/people/\(person)")
        try await browser.see("Ana")
        live.clockify.change { state in
          let now = Int(Date().timeIntervalSince1970)
          state.workspace.add(
            .init(
              id: "66500c000000000000abcdef", userID: Cast.Person.ana.id, projectID: ToolBench.ID.alpha,
              start: now - 137 * 60, end: now))
        }
        try await browser.see("2:17", within: 60)
        try await browser.open(base)
        try await browser.see("webhooks, 10 of 10")
      }
    }
  }

  @Test("A new client, project and person come with their first entry; a project gets its client")
  func lists() async throws {
    try await installed { live, _ in
      let (client, project) = ("6630aa10b1c2d3e4f5060801", "6630aa10b1c2d3e4f5060802")
      live.clockify.change { state in
        state.workspace.clients.append(.init(id: client, name: "Neu"))
        state.workspace.projects.append(.init(id: project, name: "Orphan", clientID: nil))
      }
      let held = LiveShell.track(live.clockify, daysAgo: 1, minutes: 20, on: project)
      try await live.until(live.minutes(held), "held 20")
      live.clockify.change { state in
        let at = state.workspace.projects.firstIndex { $0.id == project }!
        state.workspace.projects[at].clientID = client
      }
      // Lists are read once a minute at most.
      try await live.until(live.minutes(held), "placed 20", seconds: 130)
    }
  }

  @Test("Deliveries that are doubled, swapped and sent again end in the same; lost ones come with the next import")
  func disorder() async throws {
    try await installed { live, _ in
      live.clockify.change { state in
        (state.controls.deliveries.doublesOneOf, state.controls.deliveries.swapsOneOf) = (2, 2)
        state.controls.deliveries.losesOneOf = 4
        state.controls.readsLag = 0.3
      }
      var ids = [live.first]
      for round in 0..<12 {
        ids.append(LiveShell.track(live.clockify, daysAgo: round % 4, minutes: 10 + round))
        let (edited, gone) = (ids.suffix(3), round % 3 == 2 ? ids.remove(at: 1) : nil)
        live.clockify.change { state in
          for id in edited { state.workspace.editEntry(id) { $0.end! += 60 } }
          if let gone { state.workspace.removeEntry(gone) }
        }
        try await Task.sleep(for: .milliseconds(120))
      }
      try await Task.sleep(for: .seconds(4))
      try await live.shell.succeed(["import"])
      for entry in live.clockify.read({ $0.workspace.entries }) where entry.end! < Int(Date().timeIntervalSince1970) {
        let minutes = (entry.end! - entry.start) / 60
        #expect(try live.shell.sql(live.minutes(entry.id)) == "placed \(minutes)")
      }
      let there = live.clockify.read { $0.workspace.entries.count }
      #expect(try live.shell.sql("SELECT count(*) FROM ledger WHERE state NOT IN ('missing', 'deleted')") == "\(there)")
      #expect(
        try live.shell.sql(
          "SELECT count(*) FROM import_run WHERE seconds_read <> seconds_placed + seconds_skipped + seconds_held")
          == "0")
    }
  }

  @Test("Killed at any moment, the next start and the night end in the same", arguments: 0..<4)
  func killed(_ round: Int) async throws {
    try await installed { live, serving in
      let process = serving.process
      for number in 0..<6 { LiveShell.track(live.clockify, daysAgo: number % 2, minutes: 10 + number) }
      try await Task.sleep(for: .milliseconds(280 + round * 60))
      kill(process.processIdentifier, SIGKILL)
      await Shell.end(process)
      LiveShell.track(live.clockify, daysAgo: 0, minutes: 7)
      #expect(try live.shell.sql("PRAGMA integrity_check") == "ok")
      try await live.serving { _ in
        try await live.until("SELECT count(*) FROM ledger WHERE state IN ('placed', 'held')", "9")
      }
      try await live.shell.succeed(["import"])
      #expect(try live.shell.sql("SELECT count(*) FROM ledger WHERE state IN ('placed', 'held')") == "9")
      #expect(try live.shell.sql("SELECT count(*) FROM entry_change") == "0")
    }
  }

  @Test("Asked to stop it ends soon, and a second one on the same database takes no deliveries")
  func stops() async throws {
    try await installed { live, serving in
      let process = serving.process
      try await live.serving { other in
        let second = other.process
        try await Task.sleep(for: .milliseconds(500))
        second.terminate()
        await Shell.end(second)
        #expect(second.terminationStatus == 0)
      }
      process.terminate()
      await Shell.end(process)
      #expect(process.terminationStatus == 0)
      let status = try await live.shell.run("status", "--exit-code")
      #expect(status.status == 3)
      #expect(status.out.contains("OFF: nobody takes what the webhooks deliver"))
    }
  }

  @Test("Polling alone finds new, changed and gone entries of yesterday and today")
  func polling() async throws {
    try await LiveShell.with(settings: "live:\n  listen: 127.0.0.1:0\n  poll_seconds: 10\n") { live in
      let gone = LiveShell.track(live.clockify, daysAgo: 1, minutes: 25)
      try await live.serving { _ in
        try await live.until(live.minutes(gone), "placed 25")
        let new = LiveShell.track(live.clockify, daysAgo: 1, minutes: 35)
        live.clockify.change { $0.workspace.removeEntry(gone) }
        try await live.until(live.minutes(new), "placed 35", seconds: 60)
        try await live.until(live.minutes(gone), "deleted 25", seconds: 60)
      }
    }
  }

  @Test("No key, a port that is taken, an address that others reach: said at the start")
  func mistakes() async throws {
    try await LiveShell.with(settings: listens) { live in
      var shell = live.shell
      shell.environment["CLOCKIFY_API_KEY"] = nil
      let none = try await shell.run("serve", "--listen", "127.0.0.1:0")
      #expect(none.status == 64)
      #expect(none.errors.contains("there is no Clockify key"))
      try await live.serving { serving in
        let port = serving.port
        var other = live.shell
        other.environment["ROTA_LIVE_LISTEN"] = "127.0.0.1:\(port)"
        let taken = try await other.run("serve", "--listen", "127.0.0.1:0")
        #expect(taken.status == 1)
        #expect(taken.errors.contains("port \(port) on 127.0.0.1 is in use"))
      }
      var open = live.shell
      open.environment["ROTA_LIVE_LISTEN"] = "0.0.0.0:0"
      let refused = try await open.run("serve", "--listen", "127.0.0.1:0")
      #expect(refused.errors.contains("a proxy must end TLS in front of it"))
    }
  }
}

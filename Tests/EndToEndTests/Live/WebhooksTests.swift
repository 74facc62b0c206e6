import ClockifySimulator
import Foundation
import RotaTesting
import Testing

/// `rota webhooks`: what is made in Clockify, and what of it nobody may see.
@Suite("Webhooks")
struct WebhooksTests {
  private let all = [
    "NEW_TIME_ENTRY", "TIMER_STOPPED", "TIME_ENTRY_UPDATED", "TIME_ENTRY_DELETED", "TIME_ENTRY_RESTORED",
    "TIME_ENTRY_SPLIT", "PROJECT_UPDATED", "NEW_PROJECT", "NEW_CLIENT", "USER_JOINED_WORKSPACE",
  ]
  private let url = "https://hooks.test"

  /// Nobody listens at the address: the way in is not open, which is said, and what was made stays.
  private func install(_ live: LiveShell, _ more: String...) async throws -> (
    status: Int32, out: String, errors: String
  ) {
    try await live.shell.run(["webhooks", "install", "--url", "http://127.0.0.1:9", "--yes"] + more)
  }

  private func writes(_ live: LiveShell) -> [String] {
    live.clockify.read { state in
      state.requests.filter { $0.method != "GET" && !$0.path.hasSuffix("/logs") && !$0.path.hasSuffix("/detailed") }
        .map { "\($0.method) \($0.path.split(separator: "/").dropFirst(4).prefix(1).joined())" }
    }
  }

  @Test("Made once, as Clockify wants them; a second time nothing is written; a dry run only reads")
  func installs() async throws {
    try await LiveShell.with { live in
      live.clockify.clearRequests()
      let trial = try await live.shell.run("webhooks", "install", "--url", url, "--dry-run")
      #expect(trial.status == 0)
      #expect(trial.out.split(separator: "\n").count == 10)
      #expect(writes(live).isEmpty)
      #expect(try live.shell.sql("SELECT count(*) FROM live_hook") == "0")

      let first = try await install(live)
      #expect(first.status == 1)
      #expect(first.errors.contains("nothing can be reached there from here"))
      #expect(live.events == all)
      let hook = live.clockify.read { $0.workspace.webhooks[0] }
      #expect(hook.name == "rota NEW_TIME_ENTRY")
      #expect(hook.triggerSource == [ToolBench.ID.workspace])
      #expect(hook.url.firstMatch(of: /^http:\/\/127\.0\.0\.1:9\/hooks\/clockify\/[A-Za-z0-9_-]{22}$/) != nil)
      live.clockify.clearRequests()
      let second = try await install(live)
      #expect(second.errors.contains("all there"))
      #expect(writes(live).isEmpty)
      #expect(try live.shell.sql("SELECT count(*), count(token_hash), count(hook_id) FROM live_hook") == "10|10|10")
    }
  }

  @Test("Token and key are in no output, no row and no log; only the token's hash is kept")
  func secrets() async throws {
    try await LiveShell.with { live in
      let made = try await install(live)
      let listed = try await live.shell.run("webhooks", "list", "--json")
      let dump = try live.shell.sql(".dump")
      for hook in live.clockify.read({ $0.workspace.webhooks }) {
        for text in [made.out, made.errors, listed.out, listed.errors, dump] { #expect(!text.contains(hook.token)) }
      }
      #expect(!dump.contains(SimulatedClockify.key))
    }
  }

  @Test("On FREE three, in the order of what moves hours; what is left out is said, and others' webhooks count")
  func free() async throws {
    try await LiveShell.with(plan: "FREE") { live in
      let made = try await install(live)
      #expect(live.events == Array(all.prefix(3)))
      #expect(made.errors.contains("Left out, for a FREE workspace has 3 webhooks: TIME_ENTRY_DELETED"))
    }
    try await LiveShell.with(plan: "FREE") { live in
      live.clockify.change {
        $0.workspace.webhooks = [
          .init(id: "x", userID: "y", name: "other", url: "https://o.test", event: "NEW_TASK", token: "t")
        ]
      }
      _ = try await install(live)
      #expect(live.events == ["NEW_TASK"] + all.prefix(2))
    }
  }

  @Test("An answer that never came is looked for by its address, and made no second time")
  func doubt() async throws {
    try await LiveShell.with { live in
      live.clockify.change { $0.controls.faults = [.init(.close, on: "/webhooks", method: "POST", times: 1)] }
      _ = try await install(live)
      #expect(live.events == all)
      #expect(try live.shell.sql("SELECT count(token_hash) FROM live_hook") == "10")
    }
  }

  @Test("A token that nobody knows any more is made anew, also where lists hide it")
  func lostToken() async throws {
    try await LiveShell.with { live in
      _ = try await install(live)
      _ = try live.shell.sql("UPDATE live_hook SET token_hash = NULL WHERE event = 'NEW_CLIENT'")
      live.clockify.change { $0.controls.hidesWebhookTokens = true }
      live.clockify.clearRequests()
      let again = try await install(live)
      #expect(again.errors.contains("Gave NEW_CLIENT a new token"))
      #expect(writes(live) == ["PATCH webhooks"])
      #expect(try live.shell.sql("SELECT count(token_hash) FROM live_hook") == "10")
    }
  }

  @Test("What Clockify switched off is listed with what to do, and switched on again by --again")
  func mends() async throws {
    try await LiveShell.with { live in
      _ = try await install(live)
      live.clockify.change { $0.workspace.webhooks[2].isDelivering = false }
      let listed = try await live.shell.run("webhooks", "list")
      #expect(listed.status == 3)
      #expect(listed.out.contains("deliveryEnabled is false for TIME_ENTRY_UPDATED"))
      #expect(listed.errors.contains("rota webhooks install --again"))
      _ = try await install(live, "--again")
      #expect(live.clockify.read { $0.workspace.webhooks.allSatisfy(\.isDelivering) })
      #expect(try await live.shell.run("webhooks", "list").status == 0)
    }
  }

  @Test("Removing leaves foreign ones, and one that is gone already is no trouble")
  func removes() async throws {
    try await LiveShell.with { live in
      live.clockify.change {
        $0.workspace.webhooks = [
          .init(
            id: "6630aa10b1c2d3e4f5060999", userID: "y", name: "other", url: "https://o.test/hooks/clockify/x",
            event: "NEW_TASK",
            token: "t")
        ]
      }
      _ = try await install(live)
      live.clockify.change { $0.workspace.webhooks.removeAll { $0.event == "NEW_CLIENT" } }
      let one = try await live.shell.run("webhooks", "remove", "TIMER_STOPPED", "--yes")
      #expect(one.errors.contains("Removed TIMER_STOPPED in W"))
      #expect(!live.events.contains("TIMER_STOPPED"))
      let unasked = try await live.shell.run("webhooks", "remove", "--all")
      #expect(unasked.status == 4)
      let rest = try await live.shell.run("webhooks", "remove", "--all", "--yes")
      #expect(rest.status == 0)
      #expect(live.events == ["NEW_TASK"])
      #expect(
        try live.shell.sql("SELECT count(*) FROM live_hook WHERE removed_at IS NULL OR token_hash IS NOT NULL") == "0")
    }
  }

  @Test("Mistakes are said with what to do next, and nothing is written")
  func mistakes() async throws {
    try await LiveShell.with { live in
      live.clockify.clearRequests()
      let shell = live.shell
      let none = try await shell.run("webhooks", "install")
      #expect(none.status == 64)
      #expect(none.errors.contains("--url https://"))
      let plain = try await shell.run("webhooks", "install", "--url", "http://hooks.test", "--yes")
      #expect(plain.errors.contains("name one that begins with https://"))
      let event = try await shell.run("webhooks", "install", "--url", url, "--events", "TIME_ENTRY_UPDATE")
      #expect(event.errors.contains("Did you mean TIME_ENTRY_UPDATED?"))
      let unasked = try await shell.run("webhooks", "install", "--url", url)
      #expect(unasked.status == 4)
      #expect(unasked.errors.contains("10 webhooks will be made or changed in W needs a yes"))
      var member = shell
      member.environment["CLOCKIFY_API_KEY"] = ToolBench.memberKey
      let denied = try await member.run("webhooks", "install", "--url", url, "--yes")
      #expect(denied.status == 5)
      #expect(denied.errors.contains("Next:"))
      var wrong = shell
      wrong.environment["CLOCKIFY_API_KEY"] = "wrong"
      #expect(try await wrong.run("webhooks", "list").status == 5)
      #expect(writes(live).isEmpty)
      #expect(try shell.sql("SELECT count(*) FROM live_hook") == "0")
      live.clockify.change { $0.controls.acceptsWebhooks = false }
      let refused = try await install(live)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("Clockify says"))
      #expect(live.events.isEmpty)
    }
    try await Shell.with(ToolBench.workspace(), [["init"]]) { shell, _ in
      let early = try await shell.run("webhooks", "list")
      #expect(early.errors.contains("rota import"))
    }
  }
}

import ClockifySimulator
import Crypto
import Foundation
import Testing
import Yams

/// What real receivers get: a mail program that speaks SMTP, a webhook, a command, a heartbeat.
@Suite("Notification")
struct NotifyTests {
  @Test("Once per change of state, on every channel; what a channel missed comes the next night")
  func channels() async throws {
    let (mail, hook) = (MailReceiver(), WebReceiver())
    defer {
      mail.stop()
      hook.stop()
    }
    let secret = "s3cret-of-the-hook"
    let workspace = WorkspaceGenerator(people: 4, projects: 6, clients: 3, days: 5, lastDay: 20_520).make()
    try await Shell.with(workspace, [["init"]]) { plain, clockify in
      var shell = plain
      try shell.write(
        "msmtprc", "account default\nhost 127.0.0.1\nport \(mail.port)\nfrom rota@example.test\nauth off\ntls off\n")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o600], ofItemAtPath: shell.folder.appendingPathComponent("msmtprc").path)
      try shell.write("secret", secret + "\n")
      shell.environment["ROTA_NOTIFY_EMAIL"] = "ops@example.test,lead@example.test"
      shell.environment["ROTA_NOTIFY_SENDMAIL"] = "msmtp -C msmtprc -t -i"
      shell.environment["ROTA_NOTIFY_URL"] = hook.address + "/in/path-is-secret"
      shell.environment["ROTA_NOTIFY_SECRET_FILE"] = "secret"
      shell.environment["ROTA_NOTIFY_HEARTBEAT"] = hook.address + "/beat"
      shell.environment["ROTA_NOTIFY_COMMAND"] = "cat >> command.jsonl; echo >> command.jsonl"
      func posts() -> [WebReceiver.Request] { hook.received.filter { $0.line.hasPrefix("POST /in/path-is-secret ") } }
      func beats() -> Int { hook.received.count { $0.line.hasPrefix("GET /beat ") } }
      func commands() throws -> Int {
        try String(contentsOf: shell.folder.appendingPathComponent("command.jsonl"), encoding: .utf8)
          .split(separator: "\n").count
      }
      func night(_ day: Int, _ expected: Int32 = 0) async throws -> String {
        let result = try await shell.run("nightly", "--once", "--as-of", "2026-03-\(day)T01:00:00Z")
        #expect(result.status == expected, "\(result.errors)")
        #expect(!result.errors.contains("path-is-secret") && !result.errors.contains(secret))
        return result.errors
      }

      _ = try await night(10)
      #expect(mail.received.count == 1 && posts().count == 1 && beats() == 1)
      #expect(try commands() == 1)
      let first = try #require(mail.received.first)
      #expect(first.recipients == ["ops@example.test", "lead@example.test"])
      #expect(first.header("Subject")?.hasPrefix("rota: ") ?? false)
      #expect(
        first.lines.contains("new:  actuals are off: no time is read") && first.lines.contains("  rota actuals enable"))
      let post = try #require(posts().first)
      let timestamp = try #require(post.headers["x-rota-timestamp"])
      let code = HMAC<SHA256>.authenticationCode(
        for: Data((timestamp + ".").utf8) + post.body, using: SymmetricKey(data: Data(secret.utf8)))
      #expect(post.headers["x-rota-signature"] == "sha256=" + code.map { String(format: "%02x", $0) }.joined())
      let json = try #require(try JSONSerialization.jsonObject(with: post.body) as? [String: Any])
      #expect(json["event"] as? String == "problems" && json["run"] as? Int == 1 && json["status"] as? String == "done")

      // Nothing changed: nobody hears of it.
      _ = try await night(11)
      #expect(mail.received.count == 1 && posts().count == 1 && beats() == 2)

      // The webhook is down on the night that brings news: mail tells it, the webhook the night after.
      clockify.change { $0.workspace.clients.append(.init(id: "aaaaaaaaaaaaaaaaaaaaaaaa", name: "New")) }
      clockify.change { state in
        state.workspace.projects.append(.init(id: "bbbbbbbbbbbbbbbbbbbbbbbb", name: "Nobody's", clientID: nil))
      }
      hook.answer(500)
      let said = try await night(12)
      #expect(said.contains("telling by url failed: the webhook at 127.0.0.1 answered 500"))
      // One mail with the news, and one that the webhook did not take it.
      #expect(mail.received.count == 3 && posts().count == 1 + 3)
      #expect(mail.received[1].lines.contains { $0.hasPrefix("new:  ") && $0.contains(" without a client") })
      #expect(mail.received[2].lines.contains { $0.hasPrefix("new:  telling by url failed") })
      #expect(try await shell.run("status").out.contains("rota notify test"))
      // A second night without it is no news; then it gets what it missed, once.
      _ = try await night(13)
      #expect(posts().count == 7 && mail.received.count == 3)
      hook.answer(200)
      _ = try await night(14)
      #expect(posts().count == 8 && mail.received.count == 3)
      _ = try await night(14)
      #expect(posts().count == 8 && mail.received.count == 3)

      // A night that fails is told once, with its cause; no heartbeat.
      clockify.change { $0.keys = [:] }
      let before = beats()
      _ = try await night(15, 5)
      _ = try await night(16, 5)
      #expect(mail.received.count == 4 && beats() == before)
      #expect(mail.received[3].header("Subject")?.contains("(\(workspace.name))") ?? false)
      #expect(mail.received[3].lines.contains { $0.contains("the import failed") && $0.contains("refused the key") })
      #expect(try commands() == 4)
      // What waited before the failed nights is no news after them.
      #expect(try await shell.run("status").out.contains("without a client"))
      clockify.change { state in
        state.keys[SimulatedClockify.key] = state.workspace.users.first { $0.role == .owner }?.id
      }
      _ = try await night(17)
      #expect(mail.received.count == 5 && beats() == before + 1)
      #expect(mail.received.last?.header("Subject")?.contains("the import works again") ?? false)
      #expect(mail.received.last?.lines.contains { $0.hasPrefix("new:  ") } == false)
    }
  }

  @Test("notify test sends on every channel; a program that hangs is ended, one that fails is told")
  func test() async throws {
    try await Shell.with([]) { plain in
      var shell = plain
      let nothing = try await shell.run("notify", "test")
      #expect(nothing.status == 64 && nothing.errors.contains("nobody would be told"))
      shell.environment["CLOCKIFY_API_KEY"] = "not-for-others"
      shell.environment["ROTA_NOTIFY_COMMAND"] = "env > env.txt; cat > got.json"
      #expect(try await shell.run("notify", "test").status == 0)
      let seen = try String(contentsOf: shell.folder.appendingPathComponent("env.txt"), encoding: .utf8)
      #expect(seen.contains("PATH=") && !seen.contains("not-for-others"))
      let got = try Data(contentsOf: shell.folder.appendingPathComponent("got.json"))
      #expect((try JSONSerialization.jsonObject(with: got) as? [String: Any])?["event"] as? String == "test")
      // One that does not read what it is given is no fault.
      shell.environment["ROTA_NOTIFY_COMMAND"] = "true"
      #expect(try await shell.run("notify", "test").status == 0)
      shell.environment["ROTA_NOTIFY_COMMAND"] = "echo no paper >&2; exit 7"
      let failed = try await shell.run("notify", "test")
      #expect(failed.status == 1 && failed.out.contains("exit code 7: no paper"))
      shell.environment["ROTA_NOTIFY_URL"] = "https://hooks.example.test/x"
      shell.environment["ROTA_NOTIFY_COMMAND"] = "true"
      let unsigned = try await shell.run("notify", "test")
      #expect(
        unsigned.status == 1 && unsigned.out.contains("ok    command") && unsigned.out.contains("ROTA_NOTIFY_SECRET"))
      let hook = WebReceiver()
      hook.answer(302)
      shell.environment["ROTA_NOTIFY_URL"] = hook.address
      shell.environment["ROTA_NOTIFY_SECRET"] = "s"
      #expect(try await shell.run("notify", "test").out.contains("answered 302"))
      #expect(hook.received.count == 1)
      hook.stop()
      shell.environment["ROTA_NOTIFY_URL"] = "http://hooks.example.test/x"
      #expect(try await shell.run("notify", "test").errors.contains("must be an https address"))
    }
  }

  @Test(
    "Units: systemd accepts and rates them, the Kubernetes manifest forbids two at once and names secret and volume")
  func units() async throws {
    try await Shell.with([]) { shell in
      for (unit, file) in [
        ("service", "rota.service"), ("timer", "rota.timer"), ("failure", "rota-failure.service"),
        ("web", "rota-web.service"),
      ] {
        let printed = try await shell.run(
          "schedule", "systemd", "--unit", unit, "--at", "02:30", "--time-zone", "Europe/Berlin", "--program",
          "/bin/true",
          "--user", "daemon", "--folder", "/var/lib")
        #expect(printed.status == 0)
        try shell.write(file, printed.out)
      }
      func analyze(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["systemd-analyze"] + arguments
        process.currentDirectoryURL = shell.folder
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
      }
      let verified = try analyze([
        "verify", "--man=no", "./rota.service", "./rota.timer", "./rota-failure.service", "./rota-web.service",
      ])
      #expect(verified.status == 0 && !verified.text.contains("rota"), "\(verified.text)")
      for unit in ["./rota.service", "./rota-web.service"] {
        let rated = try analyze(["security", "--offline=true", "--threshold=20", unit])
        #expect(rated.status == 0, "\(rated.text.suffix(200))")
      }
      let timer = try String(contentsOf: shell.folder.appendingPathComponent("rota.timer"), encoding: .utf8)
      #expect(timer.contains("OnCalendar=*-*-* 02:30:00 Europe/Berlin") && timer.contains("Persistent=true"))

      let printed = try await shell.run("schedule", "kubernetes", "--image", "example.test/rota:1", "--at", "02:30")
      let documents = try Array(Yams.load_all(yaml: printed.out)).compactMap { $0 as? [String: Any] }
      #expect(documents.map { $0["kind"] as? String } == ["PersistentVolumeClaim", "Job", "CronJob"])
      let spec = try #require(documents.last?["spec"] as? [String: Any])
      #expect(spec["concurrencyPolicy"] as? String == "Forbid" && spec["schedule"] as? String == "30 2 * * *")
      #expect(printed.out.contains("secretName: rota") && printed.out.contains("claimName: rota"))
      #expect(
        try await shell.run("schedule", "cron", "--at", "02:30").out.contains("\n30 2 * * * rota cd /var/lib/rota && "))
      for bad in [
        ["systemd", "--user", "a b"], ["systemd", "--folder", "x"], ["cron", "--program", "rota;rm"],
        ["kubernetes", "--image", "x", "--namespace", "A_b"], ["cron", "--at", "24:00"],
      ] {
        #expect(try await shell.run(["schedule"] + bad).status == 64, "\(bad)")
      }
    }
  }

  @Test("Backups: the newest are kept, other files left alone; a restored one goes on")
  func backups() async throws {
    let workspace = WorkspaceGenerator(people: 4, projects: 6, clients: 3, days: 5, lastDay: 20_520).make()
    try await Shell.with(workspace, [["init"]]) { shell, _ in
      let folder = shell.folder.appendingPathComponent("b")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try shell.write("b/rota-old.sqlite", "not ours")
      for day in 10...13 {
        try await shell.succeed(
          ["nightly", "--once", "-q", "--backup-to", "b", "--keep", "2", "--as-of", "2026-03-\(day)T01:00:00Z"])
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names == ["rota-2026-03-12T010000Z.sqlite", "rota-2026-03-13T010000Z.sqlite", "rota-old.sqlite"])
      try await shell.succeed(
        ["database", "check", "--database", "b/rota-2026-03-13T010000Z.sqlite"],
        ["import", "-q", "--database", "b/rota-2026-03-13T010000Z.sqlite", "--as-of", "2026-03-14T01:00:00Z"])
    }
  }

  @Test("runs list filters, runs export masks every name")
  func runs() async throws {
    let workspace = WorkspaceGenerator(people: 6, projects: 9, clients: 3, days: 5, lastDay: 20_520).make()
    try await Shell.with(workspace, [["init"], ["import", "-q", "--as-of", "2026-03-09T06:00:00Z"]]) {
      shell, clockify in
      clockify.change { $0.controls.faults = [Fault(.status(403), on: "/clients")] }
      _ = try await shell.run("nightly", "--once", "-q", "--as-of", "2026-03-10T01:00:00Z")
      #expect(try await shell.run("runs", "list", "--status", "failed", "--json").out.contains("\"id\" : 2"))
      #expect(try await !shell.run("runs", "list", "--trigger", "manual", "--json").out.contains("\"id\" : 2"))
      #expect(try await !shell.run("runs", "list", "--since", "2026-03-10", "--json").out.contains("\"id\" : 1"))
      #expect(try await shell.run("runs", "list", "--status", "odd").status == 64)
      #expect(try await shell.run("runs", "export", "9").status == 64)
      let plain = try await shell.run("runs", "export", "1").out
      let masked = try await shell.run("runs", "export", "1", "--mask-names").out
      let names = try shell.sql(
        "SELECT name FROM clockify_user UNION SELECT email FROM clockify_user UNION SELECT name FROM clockify_project UNION SELECT name FROM clockify_client UNION SELECT name FROM clockify_workspace"
      ).split(separator: "\n").filter { !$0.isEmpty }
      #expect(names.contains { plain.contains("\"\($0)\"") || plain.contains($0) })
      for name in names { #expect(!masked.contains(name), "\(name)") }
      #expect(masked.contains("\"schema\" : ") && masked.contains("\"slices\" : "))
    }
  }
}

import ClockifySimulator
import Foundation
import Publishing
import RotaTesting
import Testing
import Yams

/// `rota publish` as one types it, and what an import does beside it.
@Suite("Publishing")
struct PublishTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func with(_ body: (Shell, String) async throws -> Void) async throws {
    let workspace = SmallWorkspace.make(hours: [(SmallWorkspace.anaID, SmallWorkspace.alphaID)])
    let address = try TestPostgres.common().database()
    try await Shell.with(workspace, SmallWorkspace.setUp) { plain, _ in
      var shell = plain
      shell.environment["ROTA_PUBLISH_DUCKDB"] = Programs.duckDB
      shell.environment["ROTA_PUBLISH_TARGETS"] = "bi=\(address) lake=parquet:lake"
      try await body(shell, address)
    }
  }

  @Test("Publishes, says so, lists, and after an import only what is new")
  func publish() async throws {
    try await with { shell, address in
      let now = SmallWorkspace.now
      let dry = try await shell.run(["publish", "--dry-run"] + now)
      #expect(dry.status == 0 && dry.errors.contains("bi: would write everything"))
      #expect(try shell.sql("SELECT count(*) FROM publish_target") == "0")
      let first = try await shell.run(["publish"] + now)
      #expect(first.status == 0 && first.errors.contains("lake: wrote everything"))
      let again = try await shell.run(["publish", "--target", "bi"] + now)
      #expect(again.errors.contains("bi: up to date, generation 1."))
      let quiet = try await shell.run(["import"] + now)
      #expect(quiet.status == 0 && quiet.errors.contains("published bi: up to date, generation 1."))
      _ = try shell.sql("UPDATE actual SET billable_minutes = 61; INSERT INTO project_tag VALUES (1, 'x')")
      let list = try await shell.run(["publish", "list", "--json"] + now)
      let rows = try #require(try JSONSerialization.jsonObject(with: Data(list.out.utf8)) as? [[String: Any]])
      #expect(rows.map { $0["target"] as? String } == ["bi", "lake"] && rows[0]["lag_months"] as? Int == 1)
      let import2 = try await shell.run(["import"] + now)
      #expect(import2.errors.contains("published bi: wrote ") && import2.errors.contains("generation 2, as of run"))
      let connection = try PostgresConnection(PostgresAddress(address))
      let tenant = "6630aa10b1c2d3e4f5060000"
      #expect(
        try connection.rows("SELECT tenant, hours::text FROM rota.actual_detail") == [[tenant, "1.0166666666666666"]])
      let check = try await shell.run("check")
      #expect(check.status == 0, "\(check.out)\(check.errors)")
      #expect(
        check.out.contains("bi: PostgreSQL") && check.out.contains("lake: ") && check.out.contains("generation 2"))
      let sql = try await shell.run("publish", "sql")
      #expect(sql.out.contains("CREATE TABLE IF NOT EXISTS \"rota\".\"actual\"") && sql.out.contains("TO rota_reader;"))
      let unit = try await shell.run("schedule", "systemd", "--unit", "service")
      #expect(unit.out.contains("\(shell.folder.resolvingSymlinksInPath().lastPathComponent)/lake"))
    }
  }

  @Test("A target that is down fails no import: it is shown, told once, and caught up")
  func down() async throws {
    let server = try TestPostgres()
    defer { try? server.remove() }
    try await with { plain, _ in
      var shell = plain
      shell.environment["ROTA_PUBLISH_TARGETS"] = "bi=\(try server.database())"
      shell.environment["ROTA_NOTIFY_COMMAND"] = "cat >> told.jsonl; echo >> told.jsonl"
      shell.environment["PGPASSWORD"] = "s3cret-of-the-database"
      func told() throws -> [String] {
        let text = (try? String(contentsOf: shell.folder.appendingPathComponent("told.jsonl"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
      }
      func night(_ day: Int) async throws {
        let night = try await shell.run("nightly", "--once", "--as-of", "2026-03-\(day)T02:00:00Z")
        #expect(night.status == 0 && !night.errors.contains("s3cret"), "\(night.errors)")
      }
      try await night(10)
      let before = try told().count
      try server.stop("fast")
      _ = try shell.sql("UPDATE person SET name = name || '!'")
      let byHand = try await shell.run(["import"] + ["--as-of", "2026-03-10T06:00:00Z"])
      #expect(
        byHand.status == 0 && byHand.errors.contains("Error: publishing to bi failed: no connection to the database"))
      try await night(11)
      try await night(12)
      let after = try told()
      #expect(after.count == before + 1 && after.last!.contains("publish_failed:bi"))
      let status = try await shell.run("status", "--as-of", "2026-03-12T06:00:00Z", "--exit-code")
      #expect(status.status == 3 && status.out.contains("failing since"), "\(status.out)")
      #expect(status.out.contains("rota publish --target bi"))
      let publish = try await shell.run("publish")
      #expect(publish.status == 5 && publish.errors.contains("Next: check address"))
      try server.start()
      try await night(13)
      #expect(try told().last!.contains("publish_failed") == false)
      let well = try await shell.run("status", "--as-of", "2026-03-13T06:00:00Z")
      #expect(!well.out.contains("failing") && well.out.contains("bi: generation 2"), "\(well.out)")
      // Its target was taken out of the settings: nothing is left that waits.
      shell.environment["ROTA_PUBLISH_TARGETS"] = nil
      let nowhere = try await shell.run("publish")
      #expect(nowhere.status == 64 && nowhere.errors.contains("no target"))
      #expect(try shell.sql("SELECT count(*) FROM publish_target") == "0")
    }
  }

  @Test("Killed at any moment, who reads has the state before or the one after; the next publication catches up")
  func killed() async throws {
    try await with { plain, address in
      var shell = plain
      shell.environment["ROTA_PUBLISH_TARGETS"] = "bi=\(address) lake=ndjson:lake"
      shell.environment["ROTA_PUBLISH_TENANT"] = "acme"
      try await shell.succeed(["publish"] + SmallWorkspace.now)
      let database = shell.folder.appendingPathComponent("rota.sqlite").path
      let lake = shell.folder.appendingPathComponent("lake").path
      var states = [try PlainTables(database: database)]
      func expectOneState() throws {
        let reads = [
          try PublishedTables(PostgresConnection(PostgresAddress(address)), tenant: "acme"),
          try PublishedTables(folder: lake),
        ]
        for read in reads {
          let differences = states.map { $0.differences(from: read.plain, forms: read.forms, tenant: "acme") }
          #expect(differences.contains([]), "\(differences.last ?? [])")
        }
      }
      for number in 0..<12 {
        _ = try shell.sql(
          "UPDATE actual SET billable_minutes = billable_minutes + 1; UPDATE person SET name = name || 'x'")
        states.append(try PlainTables(database: database))
        let (process, _, _) = try shell.start(["publish", "-q"] + SmallWorkspace.now)
        usleep(UInt32(20_000 + 22_000 * number))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try expectOneState()
      }
      try await shell.succeed(["publish"] + SmallWorkspace.now)
      states = [try PlainTables(database: database)]
      try expectOneState()
    }
  }

  @Test(
    "Settings that cannot be are named",
    arguments: [
      ("bi", "NAME=postgres://"), ("Bi=csv:x", "small letters"), ("a=csv:x a=csv:y", "two targets are called a"),
      ("a=xml:x", "no format \"xml\""), ("a=csv", "no folder"),
      ("a=postgres://u:secret@h/d", "PGPASSWORD"), ("a=postgres://h/d?sslmode=require", "sslmode=require"),
      ("a=postgres://h/d?nonsense=1", "cannot be read"), ("a=postgresx://h/d", "must be like postgres://"),
    ])
  func settings(targets: String, words: String) async throws {
    try await Shell.with([["init"]]) { plain in
      var shell = plain
      shell.environment["ROTA_PUBLISH_TARGETS"] = targets
      let result = try await shell.run("publish", "list")
      #expect(result.status == 64 && result.errors.contains(words), "\(result.errors)")
      #expect(result.errors.contains("$ROTA_PUBLISH_TARGETS") && !result.errors.contains("u:secret@"))
    }
  }

  @Test("Targets of the settings file, and what is wrong with them by line")
  func settingsFile() async throws {
    try await Shell.with([["init"]]) { shell in
      func list(_ targets: String) async throws -> (status: Int32, out: String, errors: String) {
        try shell.write("rota.yaml", "database: rota.sqlite\npublish:\n  targets:\n\(targets)")
        return try await shell.run("publish", "list")
      }
      let good = try await list(
        """
            - name: bi
              postgres: postgres://rota@db.example/planning
            - name: lake
              dir: lake
              format: csv
            - {name: deep, dir: /srv/deep}

        """)
      #expect(
        good.status == 0 && good.out.contains("postgres://rota@db.example/planning?schema=rota"), "\(good.errors)")
      #expect(good.out.contains("/lake (csv)") && good.out.contains("/srv/deep (parquet)"))
      for (text, words) in [
        ("    - name: x\n", "must have postgres, or dir"), ("    - dir: x\n", "has no name"),
        ("    - x\n", "each must be keys"),
        ("    - name: x\n      dir: y\n      sort: z\n", "'sort' is no key of a target"),
        ("    - name: x\n      dir: y\n      postgres: postgres:///d\n", "not both"),
      ] {
        let bad = try await list(text)
        #expect(
          bad.status == 64 && bad.errors.contains(words) && bad.errors.contains("rota.yaml line 3"), "\(bad.errors)")
      }
      try shell.write("rota.yaml", "database: rota.sqlite\n")
      let none = try await shell.run("publish")
      #expect(none.status == 64 && none.errors.contains("docs/publishing.md"))
      let unread = try await shell.run("publish", "--target", "x")
      #expect(unread.status == 64)
    }
  }

  @Test("Every query of docs/publishing.md runs where it says")
  func queries() async throws {
    try await with { plain, address in
      var shell = plain
      shell.environment["ROTA_PUBLISH_TENANT"] = "acme"
      try await shell.succeed(["publish"] + SmallWorkspace.now)
      let text = try String(contentsOf: Self.root.appendingPathComponent("docs/publishing.md"), encoding: .utf8)
      let connection = try PostgresConnection(PostgresAddress(address))
      let lake = shell.folder.appendingPathComponent("lake").path
      var (postgres, duckDB) = (0, 0)
      for match in text.matches(of: /```sql (postgres|duckdb)\n([^`]+)```/) {
        let sql = String(match.2)
        if match.1 == "postgres" {
          try connection.execute(sql)
          postgres += 1
        } else {
          let said = try Programs.run(
            Programs.duckDB, ["-batch", "-bail", "-init", "/dev/null", ":memory:"],
            input: sql.replacingOccurrences(of: "/srv/lake/rota", with: lake))
          #expect(said.contains("Ana") || said.contains("2026-03-01"), "\(said)")
          duckDB += 1
        }
      }
      #expect(postgres == 5 && duckDB == 2)
    }
  }

  @Test("A fleet: a job for each company at a time of its own; bad lines by number, and then nothing")
  func fleet() async throws {
    try await Shell.with([["init"]]) { shell in
      let lines = (1...200).map { "t\($0),key-\($0),data-\($0),\($0 % 2 == 0 ? "Europe/Berlin" : "Asia/Tokyo")" }
      try shell.write("fleet.csv", "tenant,secret,volume,time_zone\n" + lines.joined(separator: "\n") + "\n")
      let command = ["schedule", "kubernetes", "--image", "x/y:1", "--at", "22:30", "--fleet", "fleet.csv"]
      let printed = try await shell.run(command + ["--targets", "bi=postgres://rota@db.example/planning"])
      #expect(printed.status == 0, "\(printed.errors)")
      let documents = try Yams.load_all(yaml: printed.out).compactMap { $0 as? [String: Any] }
      let jobs = documents.filter { $0["kind"] as? String == "CronJob" }
      #expect(jobs.count == 200 && documents.count == 400)
      func spec(_ job: [String: Any]) -> [String: Any] { job["spec"] as? [String: Any] ?? [:] }
      let times = jobs.compactMap { spec($0)["schedule"] as? String }
      let hours = Set(times.map { $0.split(separator: " ")[1] })
      #expect(Set(times).count > 100 && hours == ["22", "23", "0", "1", "2"])
      #expect(jobs.allSatisfy { spec($0)["concurrencyPolicy"] as? String == "Forbid" })
      #expect(Set(jobs.compactMap { spec($0)["timeZone"] as? String }) == ["Europe/Berlin", "Asia/Tokyo"])
      for text in [
        "claimName: data-7\n", "secretName: key-7\n", "value: \"t7\"", "name: key-7, key: postgres-password",
      ] {
        #expect(printed.out.contains(text))
      }
      // The same file gives the same night.
      #expect(try await shell.run(command).out != printed.out)
      #expect(
        try await shell.run(command + ["--targets", "bi=postgres://rota@db.example/planning"]).out == printed.out)
      try shell.write(
        "fleet.csv",
        "tenant,secret,volume,time_zone\nacme,a,v1,UTC\nAcme,a,v2,UTC\nacme,b,v3,UTC\nzeta,z,v1,UTC\neta,e,v4,Mars/Base\n"
      )
      let bad = try await shell.run(command)
      #expect(bad.status == 64 && bad.out.isEmpty)
      for words in [
        "line 3: tenant \"Acme\" must be small letters", "line 4: tenant acme stands in line 2 already",
        "line 5: volume v1 stands in line 2 already", "line 6: there is no time zone \"Mars/Base\"",
      ] { #expect(bad.errors.contains(words), "\(bad.errors)") }
      #expect(try await shell.run(command + ["--targets", "bi=x"]).status == 64)
      #expect(try await shell.run(command + ["--spread", "13"]).status == 64)
    }
  }
}

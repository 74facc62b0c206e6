import ClockifySimulator
import Foundation
import RotaTesting
import SwiftCSV
import Testing

/// What Clockify and whoever writes into it may send: names that steer terminals and spreadsheets, ids that are none, times
/// that cannot be. It is imported or said to be what it is, its minutes are in the books, and what reaches people is harmless.
@Suite("Hostile data")
struct HostileTests {
  static let texts: [(what: String, text: String)] = [
    ("quotes", #"O'Neil "the \ one" `id` $(id)"#), ("SQL", "x'; DROP TABLE actual; --"),
    ("markup", "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;"),
    ("templates", "{{name}} {{{x}}} %s%n%p ${jndi:x}"),
    ("lines and tabs", "a\tb\nc\rd\u{0B}e"),
    ("terminal escapes", "\u{1B}[31mred\u{1B}]0;title\u{07}\u{1B}[2J\u{1B}[1;1H"),
    ("C1 escapes", "\u{9B}31mred\u{9D}0;title\u{9C}\u{85}"), ("formula =", "=HYPERLINK(\"http://ex.test\";\"x\")"),
    ("formula +", "+1+cmd|'/c calc'!A0"), ("formula -", "-2+3"), ("formula @", "@SUM(1)"),
    ("formula after a tab", "\t=1+1"),
    ("full-width formula", "＝1+1"), ("turned direction", "\u{202E}gpj.exe\u{2066}x"),
    ("direction marks", "a\u{200F}b\u{200E}c\u{061C}d"),
    ("10,000 characters", String(repeating: "x", count: 10_000)), ("emoji", "👩‍👩‍👧‍👦🏳️‍🌈🤷🏽"),
    ("marks without end", "Z" + String(repeating: "\u{0301}", count: 500)),
    ("NUL", "a\u{0}b"), ("byte order mark", "\u{FEFF}x"), ("blanks", "   "), ("nothing", ""),
    ("invisible", "\u{200B}\u{2060}"),
    ("a path", "../../../etc/passwd"), ("an option", "--force"),
  ]

  private static func id(_ number: Int) -> String { "6630aa10b1c2d3e4f506" + String(format: "%04d", number) }

  /// Ana's hour, and an hour of somebody else for each of the names, on a project and a client of that name.
  private static func workspace(_ names: [String]) -> SimulatedWorkspace {
    var workspace = SmallWorkspace.make(hours: [(SmallWorkspace.anaID, SmallWorkspace.alphaID)])
    for (index, name) in names.enumerated() {
      workspace.users.append(.init(id: id(1000 + index), name: name, email: "h\(index)@ex.test", timeZone: "UTC"))
      workspace.clients.append(.init(id: id(2000 + index), name: name))
      workspace.projects.append(.init(id: id(3000 + index), name: name, clientID: id(2000 + index)))
      workspace.tags.append(.init(id: id(4000 + index), name: name))
      var entry = SimulatedWorkspace.Entry(
        id: entryID(index), userID: id(1000 + index), projectID: id(3000 + index), start: 1_772_442_000,
        end: 1_772_445_600)
      entry.description = name
      workspace.add(entry)
    }
    return workspace
  }

  private static func entryID(_ number: Int) -> String {
    "66500c00b1c2d3e4f506" + String(format: "%04d", 9000 + number)
  }

  private static let commands = [
    ["status"], ["runs", "list"], ["runs", "show", "2"], ["people", "list"], ["projects", "list"], ["clients", "list"],
    ["references", "list"],
    ["actuals", "list", "--from", "2026-03-01"], ["actuals", "explain", "2", "2", "2026-03-02"],
    ["duplicates", "list"], ["drift", "list"],
    ["conflicts", "list"], ["actuals", "audit", "--as-of", "2026-03-09T06:00:00Z"], ["people", "show", "2"],
    ["replica", "list"],
    ["database", "check"], ["clockify", "projects", "find"],
    ["clockify", "time-entries", "find", "--from", "2026-03-02", "--to", "2026-03-03"], ["push", "list"],
  ]

  /// As a person at a terminal has it.
  private static func atTerminal(_ shell: Shell, _ command: [String]) async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
    let line = ([Shell.binary.path] + command).map { "'\($0)'" }.joined(separator: " ")
    process.arguments = ["-qec", line, "/dev/null"]
    process.environment = shell.environment
    process.currentDirectoryURL = shell.folder
    process.standardInput = FileHandle.nullDevice
    let out = Pipe()
    (process.standardOutput, process.standardError) = (out, FileHandle.nullDevice)
    try process.run()
    let text = await Shell.read(out)
    await Shell.end(process)
    return text
  }

  /// Signs that do something to a terminal; the program's own way to overwrite a line is known.
  private static func steering(_ text: String) -> [String] {
    let own = text.replacingOccurrences(of: "\r\u{1B}[K", with: "").replacingOccurrences(of: "\r\n", with: "\n")
    return own.unicodeScalars.filter { scalar in
      switch scalar.value {
      case 0x0A: false
      case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
      default: false
      }
    }.map { String($0.value, radix: 16) }
  }

  @Test("Names: imported once, counted to the minute, harmless on a terminal and in a spreadsheet")
  func names() async throws {
    let count = Self.texts.count
    try await Shell.with(Self.workspace(Self.texts.map(\.text)), SmallWorkspace.setUp) { shell, _ in
      #expect(
        try shell.sql("SELECT sum(seconds), count(*) FROM ledger WHERE state = 'placed'")
          == "\(3600 * (count + 1))|\(count + 1)")
      #expect(try shell.sql("SELECT sum(billable_minutes + nonbillable_minutes) FROM actual") == "\(60 * (count + 1))")
      #expect(try shell.sql("SELECT count(*) FROM actual WHERE billable_minutes = 60") == "\(count + 1)")
      #expect(try shell.sql("SELECT count(*) FROM person") == "\(count + 2)")
      for command in Self.commands {
        let shown = try await Self.atTerminal(shell, command)
        #expect(!shown.isEmpty, "\(command)")
        #expect(Self.steering(shown) == [], "\(command.joined(separator: " "))")
        #expect(!shown.contains("Fatal error"), "\(command)")
      }
      for command in [
        ["people", "list"], ["projects", "list"], ["actuals", "list", "--from", "2026-03-01"], ["runs", "show", "2"],
        ["references", "list"],
      ] {
        let json = try await shell.run(command + ["--json"])
        #expect((try? JSONSerialization.jsonObject(with: Data(json.out.utf8))) != nil, "\(command) --json")
      }
      let export = try await shell.run(["actuals", "export", "--from", "2026-03-01"] + SmallWorkspace.now).out
      let table = try CSV<Enumerated>(string: export, loadColumns: false)
      #expect(table.rows.count == count + 1)
      for field in table.rows.joined() {
        let first = field.first { $0 != " " }
        #expect(!["=", "+", "-", "@", "＝"].contains(first), "a formula: \(field.prefix(60))")
      }
      let before = try shell.sql("SELECT * FROM actual_detail; SELECT * FROM ledger; SELECT * FROM person")
      #expect(try await shell.run(["import"] + SmallWorkspace.now).status == 0)
      #expect(try shell.sql("SELECT * FROM actual_detail; SELECT * FROM ledger; SELECT * FROM person") == before)
    }
    for text in Self.texts { try TrustTable.add("hostile", ["name", text.what]) }
  }

  /// A change to a sound workspace, and the minutes that must be counted of its two hours.
  static let oddities: [(what: String, minutes: Int?, change: @Sendable (inout SimulatedWorkspace) -> Void)] = [
    (
      "an entry of the year 0001", 60,
      {
        $0.editEntry(entryID(0)) {
          $0.start = -62_135_596_800; $0.end = -62_135_593_200
        }
      }
    ),
    (
      "an entry of the year 9999", 60,
      {
        $0.editEntry(entryID(0)) {
          $0.start = 253_402_297_200; $0.end = 253_402_300_799
        }
      }
    ),
    ("10,000 hours", 60, { $0.editEntry(entryID(0)) { $0.end = $0.start + 36_000_000 } }),
    ("an end before the start", 60, { $0.editEntry(entryID(0)) { $0.end = $0.start - 3600 } }),
    ("no second at all", 60, { $0.editEntry(entryID(0)) { $0.end = $0.start } }),
    ("a zone that does not exist", 120, { $0.users[2].timeZone = "Mars/Phobos" }),
    ("an empty zone", 120, { $0.users[2].timeZone = "" }),
    ("a zone that is a path", 120, { $0.users[2].timeZone = "../../../etc/passwd" }),
    ("a zone of 10,000 characters", 120, { $0.users[2].timeZone = String(repeating: "A", count: 10_000) }),
    (
      "a person's id that is a path", nil,
      {
        $0.users[2].id = "../../x"; $0.editEntry(entryID(0)) { $0.userID = "../../x" }
      }
    ),
    (
      "a project's id that is SQL", nil,
      {
        $0.projects[1].id = "x'; --"; $0.editEntry(entryID(0)) { $0.projectID = "x'; --" }
      }
    ),
    (
      "a client's id of 10,000 characters", nil,
      {
        let long = String(repeating: "f", count: 10_000)
        $0.clients[1].id = long
        $0.projects[1].clientID = long
      }
    ),
    ("a client that is not there", nil, { $0.projects[1].clientID = "6630aa10b1c2d3e4f5069999" }),
    ("an e-mail address that is none", 120, { $0.users[2].email = "\r\nBcc: x@ex.test" }),
    ("a plan that nobody knows", 120, { $0.plan = "\u{1B}[31mPLAN" }),
    ("a workspace's name that steers", 120, { $0.name = "\u{1B}]0;x\u{07}=1+1" }),
  ]

  @Test("Ids, times and zones that cannot be: imported or said, never half", arguments: oddities.indices)
  func oddity(_ index: Int) async throws {
    let (what, minutes, change) = Self.oddities[index]
    var workspace = Self.workspace(["Hostile"])
    change(&workspace)
    try await Shell.with(workspace, [["init"]]) { shell, _ in
      let setUp = SmallWorkspace.setUp.dropFirst() + [["import", "--since", "2026-01-01"] + SmallWorkspace.now]
      for command in setUp {
        let done = try await shell.run(Array(command))
        #expect([0, 3, 64].contains(done.status), "\(what): \(command): \(done.status) \(done.errors)")
        #expect(done.status != 64 || done.errors.contains("Next:"), "\(what): \(done.errors)")
      }
      let books = try shell.sql(
        "SELECT count(*) FROM import_run WHERE status IN ('done', 'partial') AND seconds_read <> seconds_placed + seconds_skipped + seconds_held"
      )
      #expect(books == "0", "\(what)")
      // Ana's hour is there, whatever stands beside it.
      #expect(try shell.sql("SELECT sum(billable_minutes) FROM actual_detail WHERE person = 'Ana'") == "60", "\(what)")
      if let minutes {
        #expect(
          try shell.sql("SELECT sum(billable_minutes + nonbillable_minutes) FROM actual") == "\(minutes)",
          "\(what)")
      }
      #expect(try await shell.run("database", "check").status == 0, "\(what)")
      let before = try shell.sql("SELECT * FROM actual_detail; SELECT * FROM ledger")
      _ = try await shell.run(["import"] + SmallWorkspace.now)
      #expect(try shell.sql("SELECT * FROM actual_detail; SELECT * FROM ledger") == before, "\(what): a second import")
      for command in [
        ["status"], ["runs", "show", "2"], ["people", "list"], ["actuals", "list", "--from", "2026-01-01"],
      ] {
        let shown = try await Self.atTerminal(shell, command)
        #expect(
          Self.steering(shown) == [] && !shown.contains("Fatal error"), "\(what): \(command.joined(separator: " "))")
      }
    }
    try TrustTable.add("hostile", ["value", what])
  }
}

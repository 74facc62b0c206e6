import ArgumentParser
import ClockifyAPI
import Foundation
import Importing
import Operating
import Planning
import PlanningStore
import Steering

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make the database and a commented settings file; overwrite nothing.",
    discussion: """
      Creates what is missing and leaves what is there.

        rota init
        rota init --config /etc/rota/rota.yaml
      """)
  @OptionGroup var options: CommonOptions

  func run() throws {
    let path = options.config ?? ProcessInfo.processInfo.environment["ROTA_CONFIG"] ?? SettingsLoader.defaultFile
    let hasFile = FileManager.default.fileExists(atPath: path)
    let composition = try Composition(asIfWritten(path, hasFile))
    let existed = FileManager.default.fileExists(atPath: composition.settings.database)
    _ = try composition.openDatabase(creates: true)
    composition.say(
      "\(composition.settings.database) \(existed ? "is there already; checked" : "made, schema \(PlanningDatabase.schemaVersion)")."
    )
    if hasFile {
      composition.say("\(path) is there already; left as it is.")
    } else {
      try Self.write(Self.template(database: options.database), to: path)
      composition.say("\(path) written: every setting with its default.")
    }
    composition.say("Next: set CLOCKIFY_API_KEY, then   rota check   and   rota import")
  }

  /// The options as they will be once the settings file is there: its database is beside it.
  private func asIfWritten(_ path: String, _ hasFile: Bool) -> CommonOptions {
    var options = options
    options.config = hasFile ? path : nil
    let folder = (path as NSString).deletingLastPathComponent
    let isNamed = options.database != nil || ProcessInfo.processInfo.environment["ROTA_DATABASE"] != nil
    if !hasFile, !isNamed, !folder.isEmpty {
      options.database = (folder as NSString).appendingPathComponent(RotaSettings().database)
    }
    return options
  }

  private static func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    } catch {
      // Not half a file that the next 'init' would keep.
      if (try? Data(contentsOf: URL(fileURLWithPath: path)))?.count ?? 0 < text.utf8.count {
        try? FileManager.default.removeItem(atPath: path)
      }
      throw UserError(
        "\(path) cannot be written: \(error.localizedDescription)",
        next: .outside("check that its folder exists, may be written and has room, then run 'rota init' again"),
        status: .failed)
    }
  }

  /// The settings file with every key, its default and what it means.
  ///
  /// - Parameter database: in the place of the default.
  static func template(database: String?) -> String {
    var lines = [
      "# rota's settings. Each can also be given as an environment variable: ROTA_ + its path in upper case.", "",
    ]
    var blocks: [String] = []
    for key in SettingKey.all {
      let parts = key.path.split(separator: ".").map(String.init)
      let parents = Array(parts.dropLast())
      for depth in parents.indices where !blocks.starts(with: parents[...depth]) {
        lines.append("\(String(repeating: "  ", count: depth))\(parents[depth]):")
      }
      blocks = parents
      let indent = String(repeating: "  ", count: parents.count)
      let value = key.path == "database" ? database.map(absolute) ?? key.default : key.default
      let setting = "\(indent)\(parts.last!):\(value.isEmpty ? "" : " " + value)"
      lines.append("\(Words.padded(setting, 46)) # \(key.meaning)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A path that means the same from every folder.
private func absolute(_ path: String) -> String {
  path.hasPrefix("/") ? path : (FileManager.default.currentDirectoryPath as NSString).appendingPathComponent(path)
}

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check key, rights, workspace, reports, zones, database and clock; one line each.")
  @OptionGroup var options: CommonOptions
  @Flag(help: "Ask Clockify, in about ten requests, which guesses about its API hold here. The report names nobody.")
  var probe = false

  func run() async throws {
    let composition = try Composition(options)
    if probe { return try await runProbe(composition) }
    var problems = 0
    var firstError: (any Error)?
    func line(_ state: String, _ name: String, _ text: String) {
      if state == "fail" { problems += 1 }
      Terminal.say("\(Words.padded(state, 5)) \(Words.padded(name, 11)) \(text)")
    }
    let database = try? composition.openDatabase()
    let source = try composition.source(database)
    do {
      try await checkClockify(source, composition, line)
    } catch {
      firstError = error
      let words = ErrorWords.words(error)
      line("fail", "clockify", "\(words?.message ?? "\(error)")\(words?.next.map { ". Next: \($0.command)" } ?? "")")
    }
    do {
      let database = try composition.openDatabase()
      let intact = try database.read { try $0.questions.isIntact() }
      try database.write { _ in }
      let room = Self.freeBytes(beside: database.path)
      if room < 50 << 20 {
        line("warn", "disk", "only \(room >> 20) MiB free beside \(database.path): make room (df -h)")
      }
      line(
        intact ? "ok" : "fail", "database",
        "\(database.path), schema \(PlanningDatabase.schemaVersion), \(intact ? "integrity ok" : "damaged: restore a backup")"
      )
    } catch {
      let words = ErrorWords.words(error)
      line("fail", "database", "\(words?.message ?? "\(error)")\(words?.next.map { ". Next: \($0.command)" } ?? "")")
    }
    for finding in NightlyCheck(
      composition.settings.night, database: composition.settings.database, environment: composition.environment
    ).findings() { line(finding.state, finding.name, finding.text) }
    guard problems > 0 else { return }
    throw firstError.flatMap(ErrorWords.words)?.status ?? .failed
  }

  /// For issues: what a real workspace answers, with nothing private in it.
  private func runProbe(_ composition: Composition) async throws {
    let source = try composition.source(try? composition.openDatabase())
    let owner = try await source.currentUser().user
    let wanted = composition.settings.imports.workspaces
    let visible = try await source.workspaces()
    guard let workspace = visible.first(where: { wanted.isEmpty || wanted == ["all"] || wanted.contains($0.id) })
    else {
      throw UserError("the key sees no such workspace", next: .check)
    }
    if workspace.isFree { await source.budget.limitPerHour(to: composition.settings.imports.freeRequestsPerHour) }
    let users = try await source.users(in: workspace.id)
    let findings = try await Probe(
      source: source, workspace: workspace.id, owner: owner, users: users, now: composition.now.seconds
    ).run()
    print("rota probe, plan \(workspace.featureSubscriptionType ?? "unknown")")
    for finding in findings {
      print("\(Words.padded(finding.answer.rawValue, 8)) \(Words.padded(finding.question, 56)) \(finding.detail)")
    }
    composition.say(
      "\(await source.budget.count) requests. Nothing above names a person, a project or a workspace: you may send it."
    )
  }

  private static func freeBytes(beside path: String) -> Int {
    let folder = (absolute(path) as NSString).deletingLastPathComponent
    let free = try? FileManager.default.attributesOfFileSystem(forPath: folder)[.systemFreeSize] as? NSNumber
    return free?.intValue ?? .max
  }

  private func checkClockify(
    _ source: ClockifySource, _ composition: Composition, _ line: (String, String, String) -> Void
  ) async throws {
    let (owner, serverDate) = try await source.currentUser()
    line("ok", "key", "belongs to \(owner.name ?? owner.email ?? owner.id)")
    if let serverDate {
      let off = Int(Date().timeIntervalSince1970 - serverDate)
      let words = "\(abs(off)) s \(off > 0 ? "ahead of" : "behind") Clockify"
      line(
        abs(off) > 120 ? "fail" : "ok", "clock",
        abs(off) > 120 ? "this machine is \(words): set up time synchronisation" : "within two minutes of Clockify's")
    }
    let workspaces = try await source.workspaces()
    let wanted = composition.settings.imports.workspaces
    let isAll = wanted == ["all"] || (wanted.isEmpty && workspaces.count == 1)
    let chosen = isAll ? workspaces : workspaces.filter { wanted.contains($0.id) }
    guard !chosen.isEmpty, isAll || chosen.count == wanted.count else {
      let list = workspaces.map { "\($0.name ?? "?") (\($0.id))" }.joined(separator: ", ")
      let lost = wanted.filter { id in id != "all" && !workspaces.contains { $0.id == id } }
      let why = lost.isEmpty ? "" : "not \(lost.joined(separator: ", ")); "
      line("fail", "workspace", "\(why)the key sees \(list). Next: name them under clockify: workspaces:")
      return
    }
    for workspace in chosen { try await check(workspace, owner, source, composition, line) }
  }

  private func check(
    _ workspace: ClockifyWorkspace, _ owner: ClockifyUser, _ source: ClockifySource, _ composition: Composition,
    _ line: (String, String, String) -> Void
  ) async throws {
    let budget =
      workspace.isFree ? "30 requests an hour" : "\(composition.settings.requestsPerSecond) requests a second"
    line(
      "ok", "workspace",
      "\(workspace.name ?? "") (\(workspace.id)), plan \(workspace.featureSubscriptionType ?? "unknown"): \(budget)")
    let users = try await source.users(in: workspace.id)
    line("ok", "rights", "sees \(Words.plural(users.count, "person", "people"))")
    let zones = Set(users.compactMap(\.timeZone))
    let unknown = zones.filter { Zone($0) == nil }.sorted()
    line(
      unknown.isEmpty ? "ok" : "warn", "zones",
      "\(Words.plural(users.count, "person", "people")) in \(Words.plural(zones.count, "zone")); the key's owner in \(owner.timeZone ?? "none")\(unknown.isEmpty ? "" : "; not known here: \(unknown.joined(separator: ", "))")"
    )
    guard composition.settings.imports.source != .entries else {
      return line("ok", "entries", "each person's own list is read, as the setting clockify: source: says")
    }
    let day = composition.now.utcDay.number * 86_400
    let reading = try await source.readReport(in: workspace.id, slice: .init(from: day - 86_400, to: day)) { _, _ in }
    line("ok", "reports", "reachable; yesterday has \(Words.plural(reading.entries, "entry", "entries"))")
  }
}

struct DatabaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "database", abstract: "Look after the database file.",
    subcommands: [Info.self, Check.self, Backup.self, Migrate.self])

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show what the file holds.")
    @OptionGroup var options: CommonOptions
    @OptionGroup var json: JSONOption

    func run() throws {
      let composition = try Composition(options)
      let row = try composition.read { try $0.questions.database() }
      if json.json {
        print(JSONText.of(JSONText.rows([row])[0]))
      } else {
        print("file          \(composition.settings.database)")
        for line in TablePrinter.lines(row) { print(line) }
      }
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check the file: damage, links that lead nowhere, books that do not balance.")
    @OptionGroup var options: CommonOptions

    func run() throws {
      let composition = try Composition(options)
      let problems = try composition.read { try $0.faults.all() }
      for problem in problems {
        Terminal.say("fail  \(problem.words)")
        if let next = problem.next {
          Terminal.say("      Mend: \(next.command.replacing("DATABASE", with: "\(composition.settings.database)"))")
        }
      }
      guard problems.isEmpty else {
        throw UserError(
          "\(composition.settings.database) has \(Words.plural(problems.count, "problem"))",
          next: .outside("mend each as said, or restore a backup, and check again"), status: .failed)
      }
      print("ok    \(composition.settings.database): intact, links lead somewhere, ledger and actuals agree")
    }
  }

  struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a copy of the whole database to a new file, also while an import runs.",
      discussion: """
          rota database backup /var/backups/rota-2026-03-09.sqlite

        To restore: stop what writes, put the copy in the place of the database, remove its -wal and -shm files.
        """)
    @OptionGroup var options: CommonOptions
    @Argument(help: "The new file; it must not be there yet.", completion: .file()) var file: String

    func run() throws {
      let composition = try Composition(options)
      let database = try composition.openDatabase()
      guard !FileManager.default.fileExists(atPath: file) else {
        throw UserError("\(file) is there already; nothing was written", next: .outside("name another file"))
      }
      let size = try Backups.write(database, to: file)
      composition.say("Backup written: \(file), \(Words.count(size / 1024)) KiB, intact.")
    }
  }

  struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bring the schema up to date; an older file is copied beside it first.")
    @OptionGroup var options: CommonOptions

    func run() throws {
      let composition = try Composition(options)
      _ = try composition.openDatabase()
      composition.say("\(composition.settings.database) has schema \(PlanningDatabase.schemaVersion).")
    }
  }
}

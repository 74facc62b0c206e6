import ArgumentParser
import ClockifyAPI
import Foundation
import Importing
import Operating
import Planning
import PlanningStore
import Steering

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
    let reading = try await source.readReport(
      in: workspace.id, slice: .init(from: day - 86_400, to: day), prepare: { _ in }
    ) { _, _ in }
    line("ok", "reports", "reachable; yesterday has \(Words.plural(reading.entries, "entry", "entries"))")
    guard workspace.isFree,
      let month = try await source.statedEntries(in: workspace.id, slice: .init(from: day - 30 * 86_400, to: day))
    else { return }
    let imports = composition.settings.imports
    let today = composition.now.utcDay
    let from = imports.since ?? today - imports.windowDays
    let nights = BackfillEstimate(
      days: today - from, windowDays: imports.windowDays, entriesPerMonth: month, perHour: imports.freeRequestsPerHour)
    line("ok", "history", "back to \(from): \(nights.words)")
  }
}

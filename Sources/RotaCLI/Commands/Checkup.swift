import ClockifyAPI
import Foundation
import Importing
import Operating
import Planning
import PlanningStore
import Steering

/// Looks at key, rights, workspace, reports, zones, database and clock, before a night does.
struct Checkup {
  let composition: Composition

  /// - Parameter say: gets each line as soon as it is known.
  /// - Returns: how a command ends that found something wrong; nil: all is well.
  /// - Throws: `UserError` where there is no key.
  func run(_ say: (CheckLine) -> Void) async throws -> ExitStatus? {
    var problems = 0
    var firstError: (any Error)?
    func line(_ state: String, _ name: String, _ text: String) {
      if state == "fail" { problems += 1 }
      say(CheckLine(state, name, text))
    }
    func failure(_ name: String, _ error: any Error) {
      let words = ErrorWords.words(error)
      line("fail", name, "\(words?.message ?? "\(error)")\(words?.next.map { ". Next: \($0.command)" } ?? "")")
    }
    let source = try composition.source(try? composition.openDatabase())
    do {
      try await checkClockify(source, line)
    } catch {
      firstError = error
      failure("clockify", error)
    }
    do { try checkDatabase(line) } catch { failure("database", error) }
    for finding in NightlyCheck(
      composition.settings.night, database: composition.settings.database, environment: composition.environment
    ).findings() { line(finding.state, finding.name, finding.text) }
    for finding in composition.publication(composition.desk()).check() {
      line(finding.state, "publish", finding.text)
    }
    return problems > 0 ? firstError.flatMap(ErrorWords.words)?.status ?? .failed : nil
  }

  private func checkDatabase(_ line: (String, String, String) -> Void) throws {
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
  }

  private static func freeBytes(beside path: String) -> Int {
    let folder = (absolute(path) as NSString).deletingLastPathComponent
    let free = try? FileManager.default.attributesOfFileSystem(forPath: folder)[.systemFreeSize] as? NSNumber
    return free?.intValue ?? .max
  }

  private func checkClockify(
    _ source: ClockifySource, _ line: (String, String, String) -> Void
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
    for workspace in chosen { try await check(workspace, owner, source, line) }
  }

  private func check(
    _ workspace: ClockifyWorkspace, _ owner: ClockifyUser, _ source: ClockifySource,
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

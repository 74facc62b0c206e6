import ClockifySimulator
import Foundation
import Importing
import Planning
import PlanningStore
import Synchronization

/// Every manner in which a run comes and ends. One file, because each manner is judged by what the others leave behind.
extension ImaginedWorld {
  private enum Manner {
    case plain, full, dates, workspace, person, project
    case killedAtEnd, cancelled, crashed, faulty
  }

  private func manner() -> Manner {
    let roll = random.below(20)
    switch roll {
    case 0...1 where troubles.has(.narrowed): return .dates
    case 2 where troubles.has(.narrowed) && hasWorkspaces: return .workspace
    case 3 where troubles.has(.narrowed): return .person
    case 4 where troubles.has(.narrowed): return .project
    case 5...6 where troubles.has(.kills): return .killedAtEnd
    case 7 where troubles.has(.kills): return .cancelled
    case 8 where troubles.has(.kills): return .crashed
    case 9...10 where troubles.has(.faults): return .faulty
    case 11: return .full
    default: return .plain
    }
  }

  private var request: ImportRequest { ImportRequest(trigger: .manual, now: world.now) }

  /// By the clock of the key's owner, who may have moved.
  var today: String {
    localDay(world.now.seconds, world.clockify.read { $0.workspace.users[0].timeZone ?? "UTC" })
  }

  private func day(_ ago: Int) -> String { dayText(dayNumber(today) - ago) }

  private func shape(from: String? = nil, to: String? = nil) -> RunShape {
    RunShape(
      workspaces: Set(oracle.named), from: from ?? day(world.settings.windowDays), to: to ?? today)
  }

  /// One import in one of many manners, judged by the oracle.
  func importSomehow() async throws {
    let before = try prepare()
    var (request, shape) = (request, shape())
    let manner = manner()
    isSettled = false
    switch manner {
    case .full:
      request.isFull = true
      shape.from = Self.since
    case .dates:
      shape.from = day(random.below(90))
      request.since = CalendarDay(shape.from)
      if chance(2) {
        shape.to = min(today, dayText(dayNumber(shape.from) + random.below(20)))
        request.until = CalendarDay(shape.to)
      }
    case .workspace:
      request.workspaces = [pick(oracle.named)]
      shape.workspaces = Set(request.workspaces)
    case .person:
      guard let person = pick(orNil: before.people.keys.sorted()) else { break }
      request.person = Int64(person)
      shape.users = Set(before.links["person"]!.filter { $0.value == person }.keys)
    case .project:
      guard let project = pick(orNil: before.projects.keys.sorted()) else { break }
      request.project = Int64(project)
      shape.projects = Set(before.links["project"]!.filter { $0.value == project }.keys)
    default: break
    }
    switch manner {
    case .killedAtEnd: try await killAtEnd(request, before)
    case .cancelled, .crashed: try await stop(request, shape, before, byCrash: manner == .crashed)
    case .faulty: try await meetFault(request, shape, before)
    default: try await importAndJudge(request, shape, before, words: "\(manner)")
    }
  }

  /// Takes over what planners and settings changed.
  func prepare() throws -> PlanTables {
    oracle.settings = world.settings
    oracle.now = world.now.seconds
    let tables = try PlanTables(world)
    oracle.homes = oracle.homes.filter {
      tables.people[$0.value.cell.person] != nil && tables.projects[$0.value.cell.project] != nil
    }
    return tables
  }

  // MARK: Undisturbed

  func importAndJudge(_ request: ImportRequest, _ shape: RunShape, _ before: PlanTables, words: String) async throws {
    var request = request
    log.append("import \(words)\(describe(request))")
    if try await refusesUnknownGroup(request, before) { return }
    let report = try await report(request)
    try judge(report, request, shape, before)
    if report.status == .held { return try await confirm(report.run, request, shape) }
    isSettled = report.status == .done && !request.isNarrowed && oracle.unsureLists.isEmpty
    // On FREE workspaces a plain run reads another older stretch, and may find something there.
    let rotates = world.clockify.read { $0.workspace.plan == "FREE" } && !request.isFull && !request.isNarrowed
    if report.status == .done, !rotates, chance(2) {
      request.confirmedRun = nil
      try await expectNothingNew(request, shape, after: report)
    }
  }

  private func describe(_ request: ImportRequest) -> String {
    var words = ""
    if let since = request.since { words += " since \(since)" }
    if let until = request.until { words += " until \(until)" }
    if let person = request.person { words += " person \(person)" }
    if let project = request.project { words += " project \(project)" }
    if !request.workspaces.isEmpty { words += " workspace \(request.workspaces)" }
    return words
  }

  private func report(_ request: ImportRequest) async throws -> ImportReport {
    do {
      return try await world.startImport(request).value
    } catch {
      throw Differs(words: ["82: the run threw \(error)"])
    }
  }

  /// What a run says of itself.
  private struct Verdict {
    let run: Int64
    let status: RunStatus
    let books: Books
    let isBraked: Bool

    init(_ report: ImportReport) {
      (run, status, books) = (report.run, report.status, report.books)
      isBraked = report.summary.stoppedEntries > 0
    }

    init(_ row: ImportRun) {
      (run, status) = (row.id, row.status)
      var books = Books()
      (books.entriesRead, books.secondsRead, books.secondsPlaced) = (
        row.entriesRead, row.secondsRead, row.secondsPlaced
      )
      (books.secondsSkipped, books.secondsHeld) = (row.secondsSkipped, row.secondsHeld)
      self.books = books
      isBraked = (RunSummary(json: row.summary)?.stoppedEntries ?? 0) > 0
    }
  }

  /// A run that had ended when it was stopped, or died: what is kept beside the plan was still being read.
  private func judgeEnded(
    after lastRun: Int64?, _ request: ImportRequest, _ shape: RunShape, _ before: PlanTables
  ) async throws -> Bool {
    guard world.replica != nil, let row = try world.database.read({ try $0.runs.latest(limit: 1).first }),
      row.status != .running, row.status != .failed, row.id > (lastRun ?? 0), row.finishedAt != nil
    else { return false }
    // Asked to stop before its end, it is partial, and nothing was placed.
    guard row.status == .done || row.status == .held || row.windowFrom != nil else { return false }
    try judge(Verdict(row), request, shape, before)
    if row.status == .held { try await confirm(row.id, request, shape) }
    return true
  }

  func judge(_ report: ImportReport, _ request: ImportRequest, _ shape: RunShape, _ before: PlanTables) throws {
    try judge(Verdict(report), request, shape, before)
  }

  private func judge(_ report: Verdict, _ request: ImportRequest, _ shape: RunShape, _ before: PlanTables) throws {
    log[log.count - 1] += " → \(report.status)"
    if !report.books.isBalanced { throw Differs(words: ["81: the books do not balance: \(report.books)"]) }
    let after = try PlanTables(world)
    let states = world.clockify.read(\.workspaces)
    var differences = oracle.brake(
      shape, status: report.status.rawValue, isConfirmed: request.confirmedRun != nil, before: before, clockify: states)
    if !troubles.has(.filterBrakes) { differences.removeAll { $0.hasPrefix("89:") } }
    differences += oracle.judge(
      shape, status: report.status.rawValue, isBraked: report.isBraked, before: before, after: after,
      clockify: states)
    if !troubles.has(.needed) { differences.removeAll { $0.hasPrefix("10/18:") } }
    if !differences.isEmpty { throw Differs(words: differences) }
  }

  /// Rule 4. A plain run may fill gaps and the next be the weekly deep pass: one that reads other dates may find more.
  private func expectNothingNew(_ request: ImportRequest, _ shape: RunShape, after first: ImportReport) async throws {
    func dump() throws -> [String] {
      try world.dump().split(separator: "\n").map(String.init).filter { !$0.contains("older_slice_next") }
    }
    let tables = try prepare()
    let before = try dump()
    let again = try await report(request)
    let after = try dump()
    guard before != after else { return }
    if again.window != first.window || again.summary.slices != first.summary.slices {
      log.append("import again, other dates")
      try judge(again, request, shape, tables)
      if again.status == .held { try await confirm(again.run, request, shape) }
      return
    }
    let changes =
      Set(after).subtracting(before).sorted().map { "+ \($0)" }
      + Set(before).subtracting(after).sorted().map { "- \($0)" }
    throw Differs(words: ["4: a second import (\(again.status)) wrote something"] + changes)
  }

  /// Rule 53: somebody looks and lets it through.
  private func confirm(_ run: Int64, _ request: ImportRequest, _ shape: RunShape) async throws {
    var run = run
    for _ in 0..<4 {
      let before = try prepare()
      var request = request
      request.confirmedRun = run
      log.append("confirm run \(run)")
      let report = try await report(request)
      try judge(report, request, shape, before)
      if report.status != .held { return }
      run = report.run
    }
    throw Differs(words: ["53: confirmed four times and still held"])
  }

  /// Rule 89: the run stops, nothing changes, and the group comes back.
  private func refusesUnknownGroup(_ request: ImportRequest, _ before: PlanTables) async throws -> Bool {
    let states = world.clockify.read(\.workspaces)
    guard !oracle.unknownGroups(in: states).isEmpty else { return false }
    log.append("a group of the filter is gone")
    let isRefused: Bool
    do {
      _ = try await world.startImport(request).value
      isRefused = false
    } catch { isRefused = true }
    guard isRefused else { throw Differs(words: ["89: a filter names a group that is gone, and the run went on"]) }
    try expectUntouched(before, "89")
    for id in oracle.named { oracle.unsureLists.insert(id) }
    bringGroupsBack()
    return true
  }

  // MARK: Broken (rule 2)

  /// Readers see the state before a run or after it.
  private func expectUntouched(_ before: PlanTables, _ rule: String) throws {
    let (old, new) = (seen(before), seen(try PlanTables(world)))
    guard old != new else { return }
    throw Differs(
      words: ["\(rule): a run that broke off left something"] + new.subtracting(old).sorted().map { "+ \($0)" }
        + old.subtracting(new).sorted().map { "- \($0)" })
  }

  private func seen(_ plan: PlanTables) -> Set<String> {
    Set(
      plan.actuals.map { "\($0)" } + plan.links.flatMap { kind, ids in ids.map { "\(kind) \($0.key) \($0.value)" } }
        + plan.mirror.filter { !$0.value.state.isEmpty }.map {
          "\($0.key) \($0.value.state) \($0.value.reason) \($0.value.date)"
        })
  }

  private func listsAreUnsure() {
    oracle.unsureLists.formUnion(oracle.named)
    for user in world.clockify.read({ $0.workspaces.flatMap(\.users) }) {
      oracle.zonesEver[user.id, default: []].insert(user.timeZone ?? "Europe/Berlin")
    }
  }

  /// Dies in its last transaction: everything is read, nothing is placed.
  private func killAtEnd(_ request: ImportRequest, _ before: PlanTables) async throws {
    let table = pick(["actual", "placement_row", "external_reference"])
    log.append("import, dies writing \(table)")
    try world.sql("CREATE TRIGGER boom BEFORE INSERT ON \(table) BEGIN SELECT raise(ABORT, 'boom'); END")
    let report = try? await world.startImport(request).value
    try world.sql("DROP TRIGGER boom")
    if let report {
      let shape = shape()
      try judge(report, request, shape, before)
      if report.status == .held { try await confirm(report.run, request, shape) }
    } else {
      listsAreUnsure()
      try expectUntouched(before, "2")
    }
  }

  /// Asked to stop, or gone without a word, while it reads.
  private func stop(_ request: ImportRequest, _ shape: RunShape, _ before: PlanTables, byCrash: Bool) async throws {
    let count = random.below(world.replica == nil ? 12 : 24)
    let lastRun = try world.database.read { try $0.runs.latest(limit: 1).first?.id }
    log.append("import, \(byCrash ? "crashes" : "is cancelled") at request \(count)")
    copies += 1
    let path = world.folder.appendingPathComponent("copy-\(copies).sqlite").path
    let database = world.database
    let box = Box()
    world.clockify.change { state in
      state.beforeAnswer = { _, _, _ in
        guard box.countDown(from: count) else { return }
        if byCrash {
          try? database.copy(to: path)
        } else {
          box.task.withLock { $0?.cancel() }
        }
      }
    }
    let task = world.startImport(request)
    box.task.withLock { $0 = task }
    let result = await task.result
    world.clockify.change { $0.beforeAnswer = nil }
    if byCrash, FileManager.default.fileExists(atPath: path) {
      try world.goOn(with: path)
      if try await judgeEnded(after: lastRun, request, shape, before) { return }
      listsAreUnsure()
      return try expectUntouched(before, "2")
    }
    switch result {
    case .success(let report):
      try judge(report, request, shape, before)
      if report.status == .held { try await confirm(report.run, request, shape) }
    case .failure(let error):
      guard let error = error as? RunInterrupted else { throw Differs(words: ["82: a cancelled run threw \(error)"]) }
      if error.isDone, try await judgeEnded(after: lastRun, request, shape, before) { return }
      listsAreUnsure()
      try expectUntouched(before, "2")
    }
  }

  private final class Box: Sendable {
    let task = Mutex<Task<ImportReport, any Error>?>(nil)
    private let seen = Mutex(0)

    func countDown(from count: Int) -> Bool {
      seen.withLock { seen in
        seen += 1
        return seen == count + 1
      }
    }
  }

  /// The server fails for a while; what was read is kept (rules 6 and 87).
  private func meetFault(_ request: ImportRequest, _ shape: RunShape, _ before: PlanTables) async throws {
    let path = pick(["/reports/", "/time-entries", "/users", "/projects", "/clients"])
    let (skip, times) = (random.below(3), pick([1, 2, 3, 6, 1000]))
    let isLists = path != "/reports/" && path != "/time-entries"
    let status = pick([500, 502, 503])
    log.append("import, \(status) on \(path), after \(skip), \(times) times")
    world.clockify.change { $0.controls.faults = [.init(.status(status), on: path, skip: skip, times: times)] }
    let result = await world.startImport(request).result
    world.clockify.change { $0.controls.faults = [] }
    switch result {
    case .failure:
      log[log.count - 1] += " → threw"
      listsAreUnsure()
      try expectUntouched(before, "2")
    case .success(let report):
      if report.status != .done, isLists {
        // Whether a workspace whose lists failed is settled from what is known, the rules leave open.
        listsAreUnsure()
        if try seen(PlanTables(world)) == seen(before) {
          log[log.count - 1] += " → \(report.status), nothing changed"
          return
        }
      }
      try judge(report, request, shape, before)
      if report.status == .held { try await confirm(report.run, request, shape) }
    }
  }
}

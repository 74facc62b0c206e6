import ClockifyAPI
import Importing
import Planning
import PlanningStore
package import Replicating

/// Which of Clockify's kinds are kept, and how: the settings `replicate:`.
package struct ReplicaSettings: Sendable {
  package enum Kinds: Sendable, Equatable {
    /// All that the plan allows.
    case auto
    case off
    case some([String])
  }

  package var kinds = Kinds.auto
  /// false: rates, amounts and costs are asked for and kept nowhere.
  package var withMoney = true
  /// Days before and after today of which planned work is read.
  package var periodDays = 366

  package init() {}

  package var chosen: [ReplicaKind] {
    switch kinds {
    case .auto: ReplicaKind.all
    case .off: []
    case .some(let names): ReplicaKind.all.filter { names.contains($0.name) }
    }
  }

  /// Of the time that an import reads, whatever its scope: read without, and with them the next night, each entry would be
  /// written anew twice. nil: without.
  var details: EntryDetails.Wanted? { keepsEntryDetails ? EntryDetails.Wanted(withMoney: withMoney) : nil }

  package var keepsEntryDetails: Bool {
    switch kinds {
    case .auto: true
    case .off: false
    case .some(let names): names.contains(ReplicaKind.entryDetails)
    }
  }
}

/// The replica of one import: what its lists carry, and then the kinds that cost requests of their own (replica.md 5.3).
struct Replication {
  private let database: PlanningDatabase
  private let settings: ReplicaSettings
  private let request: ImportRequest
  /// For the next hour's requests.
  private let waits: Bool
  private let carried: CarriedLists
  /// nil: entries are read without details.
  private let details: EntryDetails.Wanted?

  init(
    _ database: PlanningDatabase, _ settings: ReplicaSettings, _ request: ImportRequest, details: EntryDetails.Wanted?,
    waits: Bool
  ) {
    self.waits = waits
    self.details = details
    self.database = database
    self.settings = settings
    self.request = request
    carried = CarriedLists(
      database: database, kinds: settings.chosen, now: request.now, withMoney: settings.withMoney
    ) { try database.read { try $0.runs.latest(limit: 1).first?.id ?? 0 } }
  }

  /// For the source that the import reads from.
  var carriage: ListCarriage { carried.carriage }

  /// Reads what is left to read once the import has ended, and adds it to the run.
  ///
  /// - Parameter progress: hears what is read now.
  func complete(
    _ report: inout ImportReport, from source: ClockifySource, progress: (String) -> Void
  ) async throws {
    let begun = source.budget.count
    var outcomes: [ReplicaOutcome] = []
    do {
      try await read(report, source, progress, into: &outcomes)
    } catch is CancellationError {
      try keep(outcomes, &report, requests: source.budget.count - begun)
      throw RunInterrupted(run: report.run, isDone: true)
    }
    try keep(outcomes, &report, requests: source.budget.count - begun)
  }

  private func read(
    _ report: ImportReport, _ source: ClockifySource, _ progress: (String) -> Void,
    into outcomes: inout [ReplicaOutcome]
  ) async throws {
    let workspaces = report.summary.workspaces ?? []
    for workspace in workspaces {
      outcomes += try carried.finish(workspace.id)
    }
    let begun = source.budget.count
    let isCutOff = report.stopped.map { [.keyRefused, .unreachable].contains($0.cause.code) } ?? false
    let asks = request.since == nil && request.until == nil && request.person == nil && request.project == nil
    if asks, !isCutOff {
      for workspace in workspaces where workspace.failure == nil || workspace.isComplete {
        try await read(
          workspace, report.run, source, spent: source.budget.count - begun, progress, into: &outcomes)
      }
    }
  }

  /// Adds what was read to the run.
  private func keep(_ outcomes: [ReplicaOutcome], _ report: inout ImportReport, requests: Int) throws {
    let kinds = outcomes.map(RunSummary.Kind.init)
    report.summary.replica = Self.joined(kinds)
    report.requests += requests
    report.findings += try database.write { [report] session in
      let findings = outcomes.flatMap(\.findings) + (try noteUnknownMembers(report.run, session))
      try keepDetails(report, session)
      try session.runs.add(report.run, requests: requests, summary: report.summary.json)
      try session.findings.add(findings, run: report.run) { $0.message }
      return findings
    }
  }

  /// Members of time entries that nobody knows, once ever.
  private func noteUnknownMembers(_ run: Int64, _ session: StoreSession) throws -> [Finding] {
    let kind = ReplicaKind.entryDetails
    return try (details?.unknown.all ?? []).sorted().filter { name in
      try session.replicaStates.note(kind, path: name, problem: ReplicaNote.Problem.unknownField.rawValue, run: run)
    }.map { Finding(.info, .unknownField(kind: kind, path: $0)) }
  }

  /// Since when every entry was read with details: each night's window reaches back to the last one's.
  private func keepDetails(_ report: ImportReport, _ session: StoreSession) throws {
    guard details != nil, let window = report.window else { return }
    for workspace in report.summary.workspaces ?? [] where workspace.source != nil {
      let kind = ReplicaKind.entryDetails
      var state =
        try session.replicaStates.all(in: workspace.id).first { $0.kind == kind }
        ?? ReplicaState(workspaceID: workspace.id, kind: kind, state: .complete)
      state.state = workspace.isComplete ? .complete : .failed
      state.askedAt = request.now
      if workspace.isComplete {
        state.completeAt = request.now
        state.completeRun = report.run
        if !request.isNarrowed { state.coveredFrom = min(state.coveredFrom ?? "9999", "\(window.lowerBound)") }
      }
      try session.replicaStates.set(state)
    }
  }

  private func read(
    _ workspace: RunSummary.Workspace, _ run: Int64, _ source: ClockifySource, spent: Int,
    _ progress: (String) -> Void, into outcomes: inout [ReplicaOutcome]
  ) async throws {
    var context = ReplicaContext(database: database, workspace: workspace.id, run: run, now: request.now)
    context.withMoney = settings.withMoney
    context.periodDays = settings.periodDays
    var options = ReplicaEngine.Options()
    options.isFull = request.isFull
    options.waits = waits
    if !waits, let hourly = await source.budget.hourly {
      options.cap = max(1, hourly / 10)
      options.isSlow = true
    }
    // Of the whole run, not of each workspace.
    options.cap = max(0, options.cap - spent)
    let engine = ReplicaEngine(
      source: source, context: context, features: carried.features(of: workspace.id), options: options)
    let read = Set(outcomes.filter { $0.workspace == workspace.id }.map(\.kind))
    if settings.chosen.contains(where: { $0.name == "tasks" }) {
      if let proof = try await engine.proveTasks(shown: carried.shownTasks(in: workspace.id)) { outcomes.append(proof) }
    }
    try await engine.read(
      settings.chosen.filter { !read.contains($0.name) },
      progress: { progress("Reading \($0.name.replacing("_", with: " ")) of \(workspace.name)") }, into: &outcomes)
    // A group that has just gone takes its members with it: the next import finds nothing left to write.
    try database.write { try $0.replica.markOrphans(in: workspace.id, run: run, at: request.now) }
  }

  /// A kind that was carried and asked for too is one.
  private static func joined(_ kinds: [RunSummary.Kind]) -> [RunSummary.Kind] {
    kinds.reduce(into: []) { joined, kind in
      guard let index = joined.firstIndex(where: { $0.name == kind.name && $0.workspace == kind.workspace }) else {
        joined.append(kind)
        return
      }
      var sum = kind
      sum.new += joined[index].new
      sum.changed += joined[index].changed
      sum.gone += joined[index].gone
      sum.requests += joined[index].requests
      joined[index] = sum
    }
  }
}

extension RunSummary.Kind {
  fileprivate init(_ outcome: ReplicaOutcome) {
    self.init(name: outcome.kind, workspace: outcome.workspace, state: outcome.state.rawValue)
    new = outcome.new
    changed = outcome.changed
    gone = outcome.gone
    requests = outcome.requests
    code = outcome.code ?? outcome.error.map { "\($0.code)" }
    read = outcome.turns?.read
    of = outcome.turns?.of
  }
}

extension ReplicaOutcome {
  fileprivate var findings: [Finding] {
    var findings: [Finding] = []
    if isTurnOfAvailability {
      findings.append(Finding(.info, .kindNotAvailable(kind: kind, isBack: state != .notAvailable)))
    }
    if state == .failed {
      findings.append(Finding(.warning, .kindFailed(kind: kind, cause: error?.description ?? cause)))
    }
    if lostMany { findings.append(Finding(.warning, .manyGone(kind: kind, rows: gone))) }
    return findings
      + notes.map { note in
        switch note.problem {
        case .unknownField: Finding(.info, .unknownField(kind: kind, path: note.path))
        case .unexpectedValue: Finding(.warning, .unexpectedValue(kind: kind, path: note.path))
        }
      }
  }

  /// Where no request failed.
  private var cause: String {
    switch code {
    case "no_id": "rows without an id came"
    case "list_broke_off": "the list did not come to its end"
    default: "the answer was not whole"
    }
  }
}

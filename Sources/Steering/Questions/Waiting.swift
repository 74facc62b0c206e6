package import Importing
package import Planning
package import PlanningStore

/// What waits for a person, each with the command that settles or shows it. Said by `import` and by `status`.
package struct Waiting {
  /// One thing, with its numbers.
  package enum Item: Sendable {
    /// Removals that a brake stopped, and the seconds of them where the last run knows.
    case deletePlan(run: Int64, entries: Int, seconds: Int)
    case unknownRole(people: Int)
    case actualsOff
    case probableDuplicates(Int, first: Finding)
    /// seconds: held in all.
    case projectsWithoutClient(Int, first: Finding, seconds: Int)
    case catchAllGone(ProjectID)
    case sourceMissing(Int, first: Finding)
    case conflicts(Int)
    case drift(items: Int)
    /// Of the last night, beside the import.
    case fault(Problem)
    /// Time on locked dates; run: the last.
    case late(seconds: Int, run: Int64?)

    package var key: String {
      switch self {
      case .deletePlan: "delete_plan"
      case .unknownRole: "unknown_role"
      case .actualsOff: "actuals_off"
      case .probableDuplicates: "probable_duplicate"
      case .projectsWithoutClient: "project_without_client"
      case .catchAllGone: "catch_all_gone"
      case .sourceMissing: "source_missing"
      case .conflicts: "conflict"
      case .drift: "drift"
      case .fault(let problem): problem.key
      case .late: "locked"
      }
    }

    /// How many; a rise is news.
    package var count: Int {
      switch self {
      case .deletePlan(_, let entries, _): entries
      case .unknownRole(let count), .probableDuplicates(let count, _), .projectsWithoutClient(let count, _, _),
        .sourceMissing(let count, _), .conflicts(let count), .drift(let count):
        count
      case .actualsOff, .catchAllGone, .late: 1
      case .fault(let problem): problem.count
      }
    }

    package var next: NextStep {
      switch self {
      case .deletePlan(let run, _, _): .confirmDeletes(run: run)
      case .unknownRole: .fixUnknownRoles
      case .actualsOff: .enableActuals
      case .probableDuplicates: .reviewDuplicates
      case .projectsWithoutClient(_, let first, _): .acknowledge(.project, item: first.externalID)
      case .catchAllGone: .nameCatchAll
      case .sourceMissing(_, let first):
        .acknowledge(
          first.kind.flatMap { PlanSnapshot.Kind(rawValue: $0.rawValue) }, item: first.planningID.map(String.init))
      case .conflicts: .conflicts
      case .drift: .drift
      case .fault(let problem): problem.next
      case .late(_, let run): run.map { .run($0) } ?? .runs
      }
    }
  }

  package private(set) var items: [Item] = []
  /// Over the whole ledger, by reason.
  package let held: [HeldRow]

  /// Findings that wait for somebody.
  private static let codes: [FindingCode] = [
    .probableDuplicate, .reason(.projectWithoutClient), .reason(.noProject), .sourceMissing,
  ]

  /// As the last run saw it that did not fail.
  package init(_ session: StoreSession) throws {
    let last = try session.runs.lastReporting()
    try self.init(
      session, run: last?.id, findings: last.map { try Self.findings(session, of: $0) } ?? [],
      summary: last.flatMap { RunSummary(json: $0.summary) })
  }

  /// - Parameters:
  ///   - findings: of the last run.
  ///   - summary: of the last run; nil: there was none.
  package init(_ session: StoreSession, run: Int64?, findings: [Finding], summary: RunSummary?) throws {
    held = try session.questions.held()
    func heldSeconds(_ reason: Reason) -> Int { held.first { $0.reason == reason.rawValue }?.seconds ?? 0 }
    let open = Self.open(findings, try session.acknowledgements.all())
    func found(_ code: FindingCode, kind: Finding.Kind? = nil) -> [Finding] {
      open.filter { $0.code == code && (kind == nil || $0.kind == kind) }
    }
    if let stopped = try Self.stopped(session, summary) { items.append(stopped) }
    let unknown = try session.questions.peopleWithUnknownRole().count
    if unknown > 0 { items.append(.unknownRole(people: unknown)) }
    if let summary, summary.actualsAreOff, try session.settings.value(Setting.actualsEnabledAt) == nil {
      items.append(.actualsOff)
    }
    let duplicates = found(.probableDuplicate)
    if let first = duplicates.first { items.append(.probableDuplicates(duplicates.count, first: first)) }
    let clientless = found(.reason(.projectWithoutClient), kind: .project)
    if let first = clientless.first {
      items.append(
        .projectsWithoutClient(clientless.count, first: first, seconds: heldSeconds(.projectWithoutClient)))
    }
    if let gone = found(.reason(.noProject), kind: .setting).first {
      items.append(.catchAllGone(gone.planningID ?? 0))
    }
    let missing = found(.sourceMissing)
    if let first = missing.first { items.append(.sourceMissing(missing.count, first: first)) }
    let conflicts = try session.questions.conflicts().count
    if conflicts > 0 { items.append(.conflicts(conflicts)) }
    let drift = Set(try session.drift.list().map(\.item)).count
    if drift > 0 { items.append(.drift(items: drift)) }
    items += try session.nightlyFaults().map { .fault($0) }
    items += try session.liveProblems().map { .fault($0) }
    items += try session.publishStates.targets().compactMap { target in
      target.failure.map {
        .fault(Problem("publish_failed:\(target.target)", $0, next: .publish(target: target.target)))
      }
    }
    let late = heldSeconds(.locked)
    if late > 0 { items.append(.late(seconds: late, run: run)) }
  }

  /// Of items and settings: those of entries say how much, not what waits.
  private static func findings(_ session: StoreSession, of run: ImportRun) throws -> [Finding] {
    try session.findings.all(of: run.id, codes: codes, kinds: [.client, .project, .person, .setting])
  }

  private static func stopped(_ session: StoreSession, _ summary: RunSummary?) throws -> Item? {
    try session.removals.plan().map { plan in
      .deletePlan(run: plan.run, entries: plan.keys.count, seconds: summary?.stoppedSeconds ?? 0)
    }
  }

  /// Removals that a brake of this run stopped and that still wait.
  package static func stopped(by run: ImportRun, _ session: StoreSession) throws -> Item? {
    guard try session.removals.plan()?.run == run.id else { return nil }
    let last = try session.runs.lastReporting()
    return try stopped(session, last.flatMap { RunSummary(json: $0.summary) })
  }

  /// What nobody has said to be meant so.
  private static func open(_ findings: [Finding], _ acknowledged: Set<Acknowledgement>) -> [Finding] {
    findings.filter { finding in
      !acknowledged.contains(
        .init(
          code: finding.code.rawValue, kind: finding.kind?.rawValue ?? "", externalID: finding.externalID ?? ""))
    }
  }

  /// Items that Clockify lost, and projects that it has under no client, one by one, as the last run saw them that did not
  /// fail: what one may acknowledge.
  package static func unsettled(_ session: StoreSession) throws -> [Finding] {
    guard let last = try session.runs.lastReporting() else { return [] }
    return open(try findings(session, of: last), try session.acknowledgements.all()).filter {
      finding in
      finding.code == .sourceMissing || finding.code == .reason(.projectWithoutClient) && finding.kind == .project
    }
  }

  /// How many of a kind wait.
  package func count(_ key: String) -> Int { items.first { $0.key == key }?.count ?? 0 }
}

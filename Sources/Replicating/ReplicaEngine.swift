package import ClockifyAPI
import Planning
import PlanningStore

/// Reads kinds that cost requests of their own, and keeps what came: new and changed rows, and which are gone. What fails with
/// one kind does not touch the others, and nothing here decides where time goes (replica.md 1).
package struct ReplicaEngine {
  let source: ClockifySource
  let context: ReplicaContext
  /// Features of the plan; empty: not known.
  private let features: Set<String>
  let options: Options

  package struct Options: Sendable {
    /// Most requests for these kinds; a kind that has begun is finished.
    package var cap = 200
    /// Of kinds that are read by turns: one row a run.
    package var isSlow = false
    /// What is otherwise read by turns, or since the last change, is read whole.
    package var isFull = false
    /// Where the hour's requests are used up, the next hour is waited for: nothing is left to others.
    package var waits = false

    package init() {}
  }

  package init(source: ClockifySource, context: ReplicaContext, features: Set<String>, options: Options = Options()) {
    self.source = source
    self.context = context
    self.features = features
    self.options = options
  }

  /// Days after which what was not available is asked for again: what the plan refused, and what its features lack.
  private static let refusedAgain = 7
  private static let lackingAgain = 30
  /// Requests of the hour that are left to others.
  private static let reserve = 5

  /// - Parameter kinds: in any order; carried ones are passed over.
  /// - Returns: what became of each, in the order of reading: who has waited longest first, parents before their lists.
  /// - Throws: `StoreError`, `CancellationError`; what Clockify says is in the outcomes.
  package func read(_ kinds: [ReplicaKind]) async throws -> [ReplicaOutcome] {
    var outcomes: [ReplicaOutcome] = []
    try await read(kinds, progress: { _ in }, into: &outcomes)
    return outcomes
  }

  /// The same, for who wants to know what was read before it was stopped.
  package func read(
    _ kinds: [ReplicaKind], progress: (ReplicaKind) -> Void, into outcomes: inout [ReplicaOutcome]
  ) async throws {
    let before = try context.database.read { try $0.replicaStates.all(in: context.workspace) }
    let states = Dictionary(before.map { ($0.kind, $0) }, uniquingKeysWith: { $1 })
    let begun = source.budget.count
    var ending: ClockifyError?
    for kind in order(kinds.filter { !$0.isCarried }, states) {
      try Task.checkCancellation()
      if isWithout(kind, states[kind.name]) {
        outcomes.append(try context.keep(ReplicaOutcome(kind, context, .notAvailable), kind, isAsked: false))
        continue
      }
      let isSpent = source.budget.count - begun >= options.cap
      let isAffordable = await isAffordable(1)
      if ending != nil || isSpent || !isAffordable {
        var outcome = ReplicaOutcome(kind, context, ending == nil ? .waiting : .failed)
        outcome.error = ending
        outcomes.append(try context.keep(outcome, kind, isAsked: false))
        continue
      }
      progress(kind)
      let outcome = try await read(kind, states[kind.name])
      // Neither the key nor the network will do for the next kind.
      if let error = outcome.error, [.keyRefused, .unreachable, .brokenOff].contains(error.code) { ending = error }
      outcomes.append(outcome)
    }
  }

  private func order(_ kinds: [ReplicaKind], _ states: [String: ReplicaState]) -> [ReplicaKind] {
    let positions = Dictionary(uniqueKeysWithValues: ReplicaKind.all.enumerated().map { ($1.name, $0) })
    func waited(_ kind: ReplicaKind) -> (String, Int) {
      let isWaiting = states[kind.name]?.state == .waiting
      return (isWaiting ? states[kind.name]?.completeAt?.description ?? "" : "~", positions[kind.name] ?? 0)
    }
    return kinds.sorted { waited($0) < waited($1) }
  }

  /// The plan lacks it, as the last answer or its features said, not long ago.
  private func isWithout(_ kind: ReplicaKind, _ state: ReplicaState?) -> Bool {
    func isWithin(_ days: Int) -> Bool { state?.askedAt.map { context.now - $0 < days * 86_400 } ?? false }
    let lacks = kind.feature.map { !features.isEmpty && !features.contains($0) } ?? false
    if lacks { return state?.askedAt == nil || isWithin(Self.lackingAgain) }
    return state?.state == .notAvailable && isWithin(Self.refusedAgain) && state?.code != nil
  }

  // MARK: One kind

  private func read(_ kind: ReplicaKind, _ state: ReplicaState?) async throws -> ReplicaOutcome {
    var intake = try ReplicaIntake(context, kind)
    var coveredFrom: String?
    let requests = source.budget.count
    do {
      switch kind.request {
      case .list, .search: try await readList(kind, into: &intake)
      case .each(let parent, _, _, _, _): try await readEach(of: parent, kind, into: &intake)
      case .newest: coveredFrom = try await readNewest(kind, state, into: &intake)
      case .detailed: try await readDetailed(kind, into: &intake)
      case .turns: try await readTurns(kind, into: &intake)
      case .carried: break
      }
    } catch let error as ClockifyError {
      intake.outcome.error = error
      intake.outcome.state = error.replicaState
    }
    intake.outcome.requests = source.budget.count - requests
    return try context.keep(intake.outcome, kind, isAsked: true, coveredFrom: coveredFrom)
  }

  private func readList(_ kind: ReplicaKind, into intake: inout ReplicaIntake, repeats: Bool = true) async throws {
    let end = try await page(ReplicaList(kind.request, period: context.period), into: &intake)
    // Rows slip between pages while people work: only what a second reading lacks, too, is gone.
    if end.isWhole, end.pages > 1, repeats, try !intake.missing().isEmpty {
      if await isAffordable(end.pages) { return try await readList(kind, into: &intake, repeats: false) }
      return
    }
    if end.isWhole { try intake.markGone() } else { intake.outcome.state = .failed }
  }

  /// Whether the hour still has so many requests, apart from what is left to others.
  func isAffordable(_ requests: Int) async -> Bool {
    if options.waits { return true }
    return await source.budget.left().map { $0 - Self.reserve >= requests } ?? true
  }

  private func readEach(of parentKind: String, _ kind: ReplicaKind, into intake: inout ReplicaIntake) async throws {
    guard let parent = ReplicaKind.all.first(where: { $0.name == parentKind }) else { return }
    let list = ReplicaList(kind.request, period: context.period)
    for id in try context.database.read({ try $0.replica.ids(of: parent.table.name, in: context.workspace) }) {
      do {
        let end = try await page(list.of(id), into: &intake)
        if !end.isWhole { intake.outcome.state = .failed }
      } catch let error as ClockifyError where error.code == .entityMissing {
        // Gone since its list was read.
      }
    }
    if intake.outcome.state == .complete { try intake.markGone() }
  }

  func page(_ list: ReplicaList, into intake: inout ReplicaIntake) async throws -> ReplicaReading.End {
    try await ReplicaReading(source: source, workspace: context.workspace, list: list).readAll { try intake.take($0) }
  }
}

extension ClockifyError {
  /// What it means for a kind (replica.md 1.4).
  var replicaState: ReplicaState.State {
    switch code {
    case .forbidden, .routeMissing: .notAvailable
    case .rejected where status == 402: .notAvailable
    case .budgetExhausted: .waiting
    default: .failed
    }
  }
}

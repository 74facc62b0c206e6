package import ClockifyAPI
package import Planning
package import PlanningStore

/// Reads kinds and keeps what came: new and changed rows, and which are gone. What fails with one kind does not touch the
/// others, and nothing here decides where time goes (replica.md 1).
package struct ReplicaEngine {
  private let source: ClockifySource
  private let database: PlanningDatabase
  private let workspace: Workspace
  private let run: Int64
  private let now: Instant
  private let options: Options

  /// What of a workspace decides what is asked for.
  package struct Workspace: Sendable {
    package let id: String
    /// Features of the plan; empty: not known.
    package let features: Set<String>

    package init(id: String, features: Set<String>) {
      self.id = id
      self.features = features
    }
  }

  package struct Options: Sendable {
    /// false: amounts are kept nowhere.
    package var withMoney = true
    /// Days before and after today of which planned work is read.
    package var periodDays = 366
    /// Most requests for these kinds; a kind that has begun is finished.
    package var cap = 200

    package init() {}
  }

  package init(
    source: ClockifySource, database: PlanningDatabase, workspace: Workspace, run: Int64, now: Instant,
    options: Options = Options()
  ) {
    self.source = source
    self.database = database
    self.workspace = workspace
    self.run = run
    self.now = now
    self.options = options
  }

  /// What became of one kind.
  package struct Outcome: Sendable {
    package let kind: String
    package var state: ReplicaState.State
    package var new = 0
    package var changed = 0
    package var gone = 0
    package var requests = 0
    package var error: ClockifyError?
    /// So many rows went at once that the key may have lost rights.
    package var lostMany = false
    /// What nobody had said before.
    package var notes: [ReplicaNote] = []

    init(_ kind: String, _ state: ReplicaState.State) {
      self.kind = kind
      self.state = state
    }
  }

  /// Days after which what was not available is asked for again: what the plan refused, and what its features lack.
  private static let refusedAgain = 7
  private static let lackingAgain = 30
  /// Requests of the hour that are left to others.
  private static let reserve = 5

  /// - Parameter kinds: in any order.
  /// - Returns: what became of each, in the order of reading: who has waited longest first, parents before their lists.
  /// - Throws: `StoreError`; what Clockify says is in the outcomes.
  package func read(_ kinds: [ReplicaKind]) async throws -> [Outcome] {
    let before = try database.read { try $0.replicaStates.all(in: workspace.id) }
    let states = Dictionary(before.map { ($0.kind, $0) }, uniquingKeysWith: { $1 })
    var outcomes: [Outcome] = []
    var spent = 0
    var isEnded = false
    for kind in order(kinds, states) {
      if isWithout(kind, states[kind.name]) {
        outcomes.append(try keep(Outcome(kind.name, .notAvailable), kind, states[kind.name], isAsked: false))
        continue
      }
      let left = await source.budget.left()
      if isEnded || spent >= options.cap || left.map({ $0 <= Self.reserve }) ?? false {
        outcomes.append(
          try keep(Outcome(kind.name, isEnded ? .failed : .waiting), kind, states[kind.name], isAsked: false))
        continue
      }
      let outcome = try await read(kind, states[kind.name])
      spent += outcome.requests
      // Neither the key nor the network will do for the next kind.
      isEnded = isEnded || [.keyRefused, .unreachable].contains(outcome.error?.code)
      outcomes.append(outcome)
    }
    return outcomes
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
    func isWithin(_ days: Int) -> Bool { state?.askedAt.map { now - $0 < days * 86_400 } ?? false }
    let lacks = kind.feature.map { !workspace.features.isEmpty && !workspace.features.contains($0) } ?? false
    if lacks { return state?.askedAt == nil || isWithin(Self.lackingAgain) }
    return state?.state == .notAvailable && isWithin(Self.refusedAgain) && state?.code != nil
  }

  // MARK: One kind

  private func read(_ kind: ReplicaKind, _ state: ReplicaState?) async throws -> Outcome {
    var outcome = Outcome(kind.name, .complete)
    let requests = source.budget.count
    do {
      var intake = try Intake(self, kind)
      try await read(kind, into: &intake, repeats: true)
      outcome = intake.outcome
    } catch let error as ClockifyError {
      outcome.error = error
      outcome.state =
        switch error.code {
        case .forbidden, .routeMissing: .notAvailable
        case .rejected where error.status == 402: .notAvailable
        case .budgetExhausted: .waiting
        default: .failed
        }
    }
    outcome.requests = source.budget.count - requests
    return try keep(outcome, kind, state, isAsked: true)
  }

  private func read(_ kind: ReplicaKind, into intake: inout Intake, repeats: Bool) async throws {
    let list = ReplicaList(kind.request, period: period)
    guard case .each(let parentKind, _, _, _, _) = kind.request else {
      let end = try await page(list, into: &intake)
      // Rows slip between pages while people work: only what a second reading lacks, too, is gone.
      if end.isWhole, end.pages > 1, repeats, try !intake.missing().isEmpty {
        return try await read(kind, into: &intake, repeats: false)
      }
      if end.isWhole { try intake.markGone() } else { intake.outcome.state = .failed }
      return
    }
    guard let parent = ReplicaKind.all.first(where: { $0.name == parentKind }) else { return }
    for id in try database.read({ try $0.replica.ids(of: parent.table.name, in: workspace.id) }) {
      do {
        let end = try await page(list.of(id), into: &intake)
        if !end.isWhole { intake.outcome.state = .failed }
      } catch let error as ClockifyError where error.code == .entityMissing {
        // Gone since its list was read.
      }
    }
    if intake.outcome.state == .complete { try intake.markGone() }
  }

  private func page(_ list: ReplicaList, into intake: inout Intake) async throws -> ReplicaReading.End {
    try await ReplicaReading(source: source, workspace: workspace.id, list: list).read { try intake.take($0) }
  }

  private var period: (from: String, to: String) {
    let today = now.utcDay
    return ("\(today - options.periodDays)T00:00:00Z", "\(today + options.periodDays)T23:59:59Z")
  }

  private func keep(
    _ outcome: Outcome, _ kind: ReplicaKind, _ before: ReplicaState?, isAsked: Bool
  ) throws -> Outcome {
    try database.write { session in
      var state = before ?? ReplicaState(workspaceID: workspace.id, kind: kind.name, state: outcome.state)
      state.state = outcome.state
      if isAsked {
        state.askedAt = now
        state.requests = outcome.requests
        state.httpStatus = outcome.error?.status
        state.code = outcome.error.map { "\($0.code)" }
      } else if outcome.state == .notAvailable, state.askedAt == nil {
        state.askedAt = now
      }
      if outcome.state == .complete {
        state.completeAt = now
        state.completeRun = run
      }
      (state.rows, state.deleted) = try session.replicaStates.count(kind.table.name, in: workspace.id)
      if state != before { try session.replicaStates.set(state) }
    }
    return outcome
  }

  // MARK: Rows

  /// What comes of a kind, compared with what is known.
  private struct Intake {
    let engine: ReplicaEngine
    let kind: ReplicaKind
    let shape: ReplicaShape
    var known: [String: KnownReplica]
    var came: Set<String> = []
    var outcome: Outcome
    /// Rows without an id: what they are cannot be known, nor what is missing.
    var hasNameless = false

    init(_ engine: ReplicaEngine, _ kind: ReplicaKind) throws {
      self.engine = engine
      self.kind = kind
      shape = kind.table.shape
      known = try engine.database.read { [shape] in try $0.replica.known(shape, in: engine.workspace.id) }
      outcome = Outcome(kind.name, .complete)
    }

    /// Known rows that are there, should have come, and did not.
    func missing() throws -> [String] {
      let missing = known.filter { !$0.value.isGone && !came.contains($0.key) }.map(\.key)
      guard !missing.isEmpty, case .withinPeriod(let start, let end) = kind.gone else { return missing.sorted() }
      let (from, to) = engine.period
      let within = try engine.database.read { [engine, shape] session in
        try session.replica.ids(of: shape.table, in: engine.workspace.id, from: from, to: to, start, end)
      }
      return missing.filter(within.contains).sorted()
    }

    /// The rows of a page, in one transaction.
    mutating func take(_ trees: [JSONTree]) throws {
      var changed: [ReplicaRow] = []
      for tree in trees {
        guard let row = kind.table.row(tree, withMoney: engine.options.withMoney) else {
          hasNameless = true
          continue
        }
        let before = known[row.id]
        let hash = row.hash
        guard came.insert(row.id).inserted || before?.hash != hash else { continue }
        if before?.hash == hash, before?.isGone == false { continue }
        if before == nil { outcome.new += 1 } else { outcome.changed += 1 }
        known[row.id] = KnownReplica(hash: hash, isGone: false)
        changed.append(row)
      }
      guard !changed.isEmpty else { return }
      let notes = try engine.database.write { [engine, kind, shape] session in
        for row in changed {
          try session.replica.write(row.stored, shape, in: engine.workspace.id, run: engine.run)
        }
        return try Set(changed.flatMap(\.notes)).sorted { $0.path < $1.path }.filter { note in
          try session.replicaStates.note(
            kind.name, path: note.path, problem: note.problem.rawValue, run: engine.run)
        }
      }
      outcome.notes += notes
    }

    mutating func markGone() throws {
      guard !hasNameless else {
        outcome.state = .failed
        return
      }
      guard kind.gone != .never else { return }
      let gone = try missing()
      guard !gone.isEmpty else { return }
      let there = known.count { !$0.value.isGone }
      outcome.gone = gone.count
      outcome.lostMany = gone.count > 20 && gone.count * 5 > there
      try engine.database.write { [engine, shape] session in
        try session.replica.markGone(gone, shape, in: engine.workspace.id, run: engine.run, at: engine.now)
      }
    }
  }
}

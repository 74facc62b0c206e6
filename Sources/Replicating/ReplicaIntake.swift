package import ClockifyAPI
package import Planning
package import PlanningStore

/// What one reading of a workspace's kinds goes by.
package struct ReplicaContext: Sendable {
  package let database: PlanningDatabase
  package let workspace: String
  package let run: Int64
  package let now: Instant
  /// false: amounts are kept nowhere.
  package var withMoney = true
  /// Days before and after today of which planned work is read.
  package var periodDays = 366

  package init(database: PlanningDatabase, workspace: String, run: Int64, now: Instant) {
    self.database = database
    self.workspace = workspace
    self.run = run
    self.now = now
  }

  /// Instants as they are stored.
  var period: (from: String, to: String) {
    let today = now.utcDay
    return ("\(today - periodDays)T00:00:00Z", "\(today + periodDays)T23:59:59Z")
  }
}

/// What became of one kind.
package struct ReplicaOutcome: Sendable {
  package let kind: String
  package let workspace: String
  package var state: ReplicaState.State
  package var new = 0
  package var changed = 0
  package var gone = 0
  package var requests = 0
  package var error: ClockifyError?
  /// As `replica_state` says why; nil: there is nothing to say, or the error says it.
  package var code: String?
  /// So many rows went at once that the key may have lost rights.
  package var lostMany = false
  /// What nobody had said before.
  package var notes: [ReplicaNote] = []
  /// Of a kind that is read by turns: how many of how many were read ever.
  package var turns: (read: Int, of: Int)?
  /// It is otherwise than it was: available or not.
  package var isTurnOfAvailability = false

  init(_ kind: ReplicaKind, _ context: ReplicaContext, _ state: ReplicaState.State) {
    self.kind = kind.name
    workspace = context.workspace
    self.state = state
  }
}

/// What comes of a kind, compared with what is known.
struct ReplicaIntake {
  let context: ReplicaContext
  let kind: ReplicaKind
  let shape: ReplicaShape
  private(set) var known: [String: KnownReplica]
  private(set) var came: Set<String> = []
  var outcome: ReplicaOutcome
  /// Rows without an id: what they are cannot be known, nor what is missing.
  private var hasNameless = false
  /// Ids of which nothing was written yet.
  private var fresh: Set<String> = []
  /// Rows that the import has not written yet.
  private var waiting: [ReplicaRow] = []

  init(_ context: ReplicaContext, _ kind: ReplicaKind) throws {
    self.context = context
    self.kind = kind
    shape = kind.table.shape
    known = try context.database.read { [shape] in try $0.replica.known(shape, in: context.workspace) }
    outcome = ReplicaOutcome(kind, context, .complete)
  }

  private func isUnchanged(_ row: ReplicaRow) -> Bool {
    known[row.id].map { $0.hash == row.hash && !$0.isGone } ?? false
  }

  /// Some answer had it; else it is known by its name alone.
  func isListed(_ id: String) -> Bool { known[id]?.hash != nil }

  /// The rows of a page, in one transaction.
  ///
  /// - Returns: how many of them were new, had changed, or came back.
  @discardableResult
  mutating func take(_ trees: [JSONTree]) throws -> Int {
    try take(
      trees.compactMap { tree in
        let row = kind.table.row(tree, withMoney: context.withMoney)
        if row == nil { hasNameless = true }
        return row
      })
  }

  @discardableResult
  mutating func take(_ rows: [ReplicaRow]) throws -> Int {
    var changed: [ReplicaRow] = []
    for row in rows {
      let isFirst = came.insert(row.id).inserted
      if isUnchanged(row) { continue }
      if isFirst {
        if known[row.id]?.hash == nil { outcome.new += 1 } else { outcome.changed += 1 }
      }
      if known[row.id] == nil { fresh.insert(row.id) }
      known[row.id] = KnownReplica(hash: row.hash, isGone: false)
      changed.append(row)
    }
    if shape.isImports { waiting += changed } else { try write(changed) }
    return changed.count
  }

  /// Rows of the import's tables, once it has written them itself.
  mutating func writeWaiting() throws {
    try write(waiting)
    waiting = []
  }

  private mutating func write(_ rows: [ReplicaRow]) throws {
    guard !rows.isEmpty else { return }
    outcome.notes += try context.database.write { [context, kind, shape, fresh] session in
      try session.replica.write(
        rows.map(\.stored), shape, in: context.workspace, run: context.run, at: context.now, isNew: fresh.contains)
      return try Set(rows.flatMap(\.notes)).sorted { $0.path < $1.path }.filter { note in
        try session.replicaStates.note(
          kind.name, path: note.path, problem: note.problem.rawValue, run: context.run)
      }
    }
    fresh = []
  }

  /// Known rows that are there, should have come, and did not.
  func missing() throws -> [String] {
    let missing = known.filter { !$0.value.isGone && !came.contains($0.key) }.map(\.key)
    guard !missing.isEmpty, case .withinPeriod(let start, let end) = kind.gone else { return missing.sorted() }
    let (from, to) = context.period
    let within = try context.database.read { [context, shape] session in
      try session.replica.ids(of: shape.table, in: context.workspace, from: from, to: to, start, end)
    }
    return missing.filter(within.contains).sorted()
  }

  /// - Parameter gone: nil: all that is missing.
  mutating func markGone(_ gone: [String]? = nil) throws {
    guard !hasNameless else {
      outcome.state = .failed
      outcome.code = "no_id"
      return
    }
    guard kind.gone != .never else { return }
    let gone = try gone ?? missing()
    guard !gone.isEmpty else { return }
    let there = known.count { !$0.value.isGone }
    outcome.gone += gone.count
    outcome.lostMany = gone.count > 20 && gone.count * 5 > there
    for id in gone { known[id] = known[id].map { KnownReplica(hash: $0.hash, isGone: true) } }
    try context.database.write { [context, shape] session in
      try session.replica.markGone(gone, shape, in: context.workspace, run: context.run, at: context.now)
    }
  }

  /// Columns of rota's own, in one transaction.
  func note(_ rows: [(id: String, values: [(column: String, value: ReplicaField)])]) throws {
    guard !rows.isEmpty else { return }
    try context.database.write { [context, shape] session in
      for row in rows {
        try session.replica.set(row.values, of: row.id, in: shape.table, workspace: context.workspace)
      }
    }
  }

  func column(_ name: String) throws -> [String: ReplicaField] {
    try context.database.read { [context, shape] session in
      try session.replica.column(name, of: shape.table, in: context.workspace)
    }
  }
}

extension ReplicaContext {
  /// What is remembered of a kind.
  func state(of kind: ReplicaKind) throws -> ReplicaState? {
    try database.read { try $0.replicaStates.all(in: workspace) }.first { $0.kind == kind.name }
  }

  /// Remembers how it went.
  ///
  /// - Parameter coveredFrom: nil: as it was.
  func keep(
    _ outcome: ReplicaOutcome, _ kind: ReplicaKind, isAsked: Bool, coveredFrom: String? = nil
  ) throws -> ReplicaOutcome {
    let before = try state(of: kind)
    var outcome = outcome
    let wasMissing = before?.state == .notAvailable
    outcome.isTurnOfAvailability =
      outcome.state == .notAvailable ? !wasMissing : wasMissing && outcome.state == .complete
    try database.write { [outcome] session in
      var state = before ?? ReplicaState(workspaceID: workspace, kind: kind.name, state: outcome.state)
      state.state = outcome.state
      if isAsked {
        state.askedAt = now
        state.requests = outcome.requests
        state.httpStatus = outcome.error?.status
        state.code = outcome.code ?? outcome.error.map { "\($0.code)" }
      } else if outcome.state == .notAvailable, state.askedAt == nil {
        state.askedAt = now
      }
      if outcome.state == .complete {
        state.completeAt = now
        state.completeRun = run
      }
      if let coveredFrom { state.coveredFrom = coveredFrom }
      (state.rows, state.deleted) = try session.replicaStates.count(kind.table.name, in: workspace)
      if state != before { try session.replicaStates.set(state) }
    }
    return outcome
  }
}

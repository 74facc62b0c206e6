import Foundation
import Planning
import PlanningStore

/// Settling some entries alone. Left to the night: changed plans (45), zeros of other cells (60 to 71), findings about
/// items, what no batch read.
extension Settlement {
  /// - Parameter before: which item each Clockify id was before the lists were read; nil: they were not.
  /// - Returns: whether items were made.
  mutating func carryOutLive(since before: Matching?) throws -> Bool {
    touched = []
    let matching = try match()
    let basis = try Basis(session, settings: settings, owner: owner, now: request.now)
    var placer = try makePlacer(matching, basis)
    var work = try collectLiveWork(&placer, matching, since: before)
    let kept = try place(&work, &placer)
    let cells = try writeCells(work, placer)
    try session.late.addDeferredCells(placer.deferred.union(cells.deferred))
    try settleConflicts()
    try balance(work)
    try session.work.clearPlaced(keeping: kept)
    if !ledger.groups.isEmpty || reading.hasWarnings {
      let reporting = try Reporting(
        session: session, snapshot: basis.snapshot, matching: matching, accounts: basis.accounts, today: basis.today)
      findings = try reporting.entryFindings(ledger, reading: reading)
    } else {
      findings = []
    }
    guard before != nil else { return false }
    (summary.clients, summary.projects, summary.people) = (
      matching.clientCounts, matching.projectCounts, matching.personCounts
    )
    return [matching.clientCounts, matching.projectCounts, matching.personCounts].contains { $0.new > 0 }
  }

  /// What was read and what is gone; with lists, also every entry of the people and projects that they changed (rule 17).
  private mutating func collectLiveWork(
    _ placer: inout Placer, _ matching: Matching, since before: Matching?
  ) throws -> Work {
    try session.work.open()
    var atWork: Set<Pair> = []
    func add(_ key: Int) throws {
      try session.work.add(entry: key)
      if let old = try session.ledger.placement(of: key).flatMap({ try session.ledger.pair(of: $0.pair) }) {
        atWork.insert(old)
      }
    }
    try reading.forEachRead { key, _ in
      try add(key)
      if let pair = try session.entries.pair(of: key) { atWork.insert(pair) }
    }
    for key in deleted { try add(key) }
    var stored = try session.ledger.stored(of: atWork)
    if let before {
      let (users, projects) = matching.changes(since: before)
      let changed = try session.ledger.pairs(ofUsers: users, projects: projects)
      for (pair, row) in changed {
        stored[pair] = row
        let fingerprint = placer.context(pair).fingerprint
        // What a filter takes away now waits for the night, and its brake (rule 89).
        guard fingerprint != row.fingerprint, !placer.isFiltered(pair) else { continue }
        try session.work.add(pair: row.key)
        try session.ledger.setFingerprint(fingerprint, ofPair: row.key)
      }
    }
    var filtered: Set<Pair> = []
    for (pair, row) in stored where placer.isFiltered(pair) {
      if try session.ledger.hasPlaced(ofPair: row.key) { filtered.insert(pair) }
    }
    brakes.hold(filtered: filtered)
    placer.hold(brakes) { [session] key in try session.entries.workspace(of: key) }
    let pairs = LedgerPairs(keys: stored.mapValues(\.key), next: try session.ledger.nextPairKey())
    placer.pairOfKey = pairs.pairsByKey
    return Work(pairs: pairs, extent: .listed)
  }

  /// Rule 58, of the cells at work.
  private func settleConflicts() throws {
    guard isProtected, let touched, !touched.isEmpty else { return }
    let manual = try session.actuals.manualCells().intersection(touched)
    guard !manual.isEmpty else { return }
    let settled = try session.conflicts.settled()
    let wanted = try manual.compactMap { try session.conflicts.computed(of: $0) }
    try session.conflicts.set(wanted.filter { settled[$0.cell] != $0.source }, run: run, of: manual)
  }

  var hasChanged: Bool {
    let counts = summary.actuals ?? .none
    return placementsWritten > 0 || counts.written + counts.removed + counts.zerosReplaced > 0
  }

  /// Adds this batch to its hour.
  mutating func add(to run: Int64, outcome: LiveOutcome, requests: Int, lookedUp: Int) throws {
    summary.lookedUp = lookedUp
    summary.workspace = workspaces.map(\.id).joined(separator: ", ")
    let before = try session.runs.run(run).flatMap { RunSummary(json: $0.summary) }
    try session.findings.addLive(findings, run: run, words: wording.finding)
    try session.runs.addLive(
      run, isPartial: outcome.braked + outcome.unproved > 0, at: request.now, requests: requests,
      books: ledger.books, summary: (before?.adding(summary) ?? summary).json)
  }
}

extension Matching {
  /// The Clockify users and projects that are other items now, or that are some at last.
  func changes(since before: Matching) -> (users: Set<String>, projects: Set<String>) {
    func changed(_ now: [String: Match], _ then: [String: Match]) -> Set<String> {
      Set(now.filter { then[$0.key] != $0.value }.map(\.key))
    }
    return (changed(users, before.users), changed(projects, before.projects))
  }
}

extension RunSummary {
  /// The sums of both.
  fileprivate func adding(_ other: RunSummary) -> RunSummary {
    var sum = self
    sum.workspace = Set([workspace, other.workspace].filter { !$0.isEmpty }).sorted().joined(separator: ", ")
    sum.entriesNew += other.entriesNew
    sum.entriesChanged += other.entriesChanged
    sum.entriesMoved += other.entriesMoved
    sum.entriesDeleted += other.entriesDeleted
    sum.entriesReplaced += other.entriesReplaced
    sum.lookedUp += other.lookedUp
    sum.roundingSeconds += other.roundingSeconds
    sum.frozenCells += other.frozenCells
    sum.skipped.merge(other.skipped, uniquingKeysWith: +)
    sum.held.merge(other.held, uniquingKeysWith: +)
    sum.actuals = [actuals, other.actuals].compactMap(\.self).reduce(ActualCounts.none, +)
    sum.clients = other.clients ?? clients
    sum.projects = other.projects ?? projects
    sum.people = other.people ?? people
    return sum
  }
}

extension RunSummary.Sum {
  fileprivate static func + (left: Self, right: Self) -> Self {
    Self(entries: left.entries + right.entries, seconds: left.seconds + right.seconds)
  }
}

extension ActualCounts {
  fileprivate static func + (left: Self, right: Self) -> Self {
    var sum = left
    sum.written += right.written
    sum.removed += right.removed
    sum.zerosReplaced += right.zerosReplaced
    return sum
  }
}

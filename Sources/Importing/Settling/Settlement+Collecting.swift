import Planning
import PlanningStore

/// Collect work: which entries are placed again, and which cells are settled again (rules 8, 45, 89).
extension Settlement {
  struct Work {
    var pairs: LedgerPairs
    let extent: Extent

    enum Extent {
      /// What changed, and what is tried again.
      case listed
      /// Nothing was ever placed: every entry of the mirror.
      case everything
      /// The same, and no actuals stand anywhere.
      case everythingAfresh
    }
  }

  mutating func makePlacer(_ matching: Matching, _ basis: Basis) throws -> Placer {
    Placer(
      matching: matching, plan: basis.snapshot, unknownRole: try unknownRole(basis.snapshot),
      catchAll: catchAll(basis.snapshot), manualCells: isProtected ? try session.actuals.manualCells() : [],
      zones: basis.zones, now: request.now, missing: missing, deleted: deleted, isRead: reading.isRead,
      returned: reading.before.returned)
  }

  mutating func collectWork(_ placer: inout Placer) throws -> Work {
    let extent = try extent()
    try session.work.open()
    if extent == .listed { try session.work.addChangesAndWaiting() } else { try session.work.addChangedCells() }
    if !isProtected { for cell in try session.actuals.manualCells() { try session.work.add(cell) } }
    for key in missing.union(deleted) { try session.work.add(entry: key) }
    try brakeFilters(&placer)
    placer.hold(brakes) { [database] key in try database.read { try $0.entries.workspace(of: key) } }
    let pairs = LedgerPairs(keys: try addChangedPairs(&placer))
    placer.pairOfKey = pairs.pairsByKey
    return Work(pairs: pairs, extent: extent)
  }

  private func extent() throws -> Work.Extent {
    guard try session.ledger.isEmpty() else { return .listed }
    return try session.actuals.isEmpty() ? .everythingAfresh : .everything
  }

  /// Hours typed by hand stay (rule 57).
  var isProtected: Bool { settings.manualPolicy == .protect }

  /// Rules 33 and 91: one that was deleted in spite of the setting holds its time back, and says so each night.
  private mutating func catchAll(_ snapshot: PlanSnapshot) -> CatchAll {
    guard let project = settings.catchAllProject else { return .none }
    if snapshot.projects[project] != nil { return .project(project) }
    findings.append(
      Finding(
        .warning, .catchAllGone, kind: .setting, planningID: project, name: "import: catch_all_project"))
    return .gone
  }

  private func unknownRole(_ snapshot: PlanSnapshot) throws -> RoleID {
    if let role = snapshot.unknownRole { return role }
    let isNeeded = snapshot.references[.person]?.values.contains { reference in
      snapshot.people[reference.planningID]?.plan.contracts.isEmpty ?? false
    }
    return isNeeded ?? false ? try session.plan.createUnknownRole() : 0
  }

  /// Rule 89: what was imported and is filtered now leaves, unless it is too much at once.
  private mutating func brakeFilters(_ placer: inout Placer) throws {
    let found = try Leaving(session, &placer)
    guard !found.isEmpty else { return }
    let confirmed = request.confirmedRun == nil ? [] : try session.removals.plan()?.keys ?? []
    if found.isAlarming(ofAll: try session.ledger.placedSeconds(), confirmed: confirmed) {
      leaving = found
      brakes.hold(filtered: found.pairs)
    }
  }

  /// Pairs about which anything was decided differently than today: all their entries are placed again (rule 45).
  private func addChangedPairs(_ placer: inout Placer) throws -> [Pair: Int] {
    var keys: [Pair: Int] = [:]
    for (pair, stored) in try session.ledger.pairs() {
      keys[pair] = stored.key
      let fingerprint = placer.context(pair).fingerprint
      guard fingerprint != stored.fingerprint else { continue }
      try session.work.add(pair: stored.key)
      // What a brake holds is looked at again in the next run, and what came new under it, whatever the plan says then.
      try session.ledger.setFingerprint(brakes.hold(pair.user) ? nil : fingerprint, ofPair: stored.key)
    }
    return keys
  }
}

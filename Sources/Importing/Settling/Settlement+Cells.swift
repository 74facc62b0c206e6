import Planning
import PlanningStore

/// Write cells: the actuals become what the ledger places there; what is frozen waits (rules 47, 55, 57).
extension Settlement {
  mutating func writeCells(_ work: Work, _ placer: Placer) throws -> CellWriter {
    var cells = CellWriter(session: session, run: run, now: request.now) { placer.freeze(of: $0) != nil }
    switch work.extent {
    case .listed: try cells.write()
    case .everything: try session.actuals.withoutCheck { try cells.write() }
    case .everythingAfresh: try session.actuals.inBulk { try cells.writeAfresh() }
    }
    summary.actuals = cells.counts
    try checkMinutes(work, placer)
    return cells
  }

  /// What frozen cells keep out, and hours typed by hand where Clockify has time too.
  mutating func holdBack(_ basis: Basis, _ placer: Placer, _ cells: CellWriter) throws {
    try session.late.setDeferredCells(
      placer.deferred.union(cells.deferred).union(brakes.isEmpty ? [] : try session.late.deferredCells()))
    try findLate(basis.snapshot)
    let settled = try session.conflicts.settled()
    let conflicts = isProtected ? try session.conflicts.computed().filter { settled[$0.cell] != $0.source } : []
    try session.conflicts.set(conflicts, run: run)
    summary.conflicts = conflicts.count
    for name in placer.unknownZones.sorted() { findings.append(Finding(.warning, .unknownZone, name: name)) }
  }

  /// What frozen cells keep out or in, per person, project and day (rules 47, 55); where hours were typed by hand, the
  /// conflicts say it.
  private mutating func findLate(_ snapshot: PlanSnapshot) throws {
    for late in try session.late.changes(where: snapshot.isFrozen) {
      guard let freeze = snapshot.freeze(of: late.cell).map({ Reason($0) }) else { continue }
      if late.minutes == 0, freeze != .locked { continue }
      let person = snapshot.people[late.cell.person]?.name ?? "\(late.cell.person)"
      let project = snapshot.projects[late.cell.project]?.name ?? "\(late.cell.project)"
      findings.append(
        Finding(
          .warning,
          .late(minutes: late.minutes, reason: freeze, project: project, person: person, day: late.cell.day),
          kind: .cell, planningID: late.cell.person, name: "\(person) · \(project)", entries: 1,
          seconds: late.minutes * 60))
    }
  }
}

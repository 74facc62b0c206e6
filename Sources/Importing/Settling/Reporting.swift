import Planning
import PlanningStore

/// Findings: what is new, what was not imported and why (rules 12, 16, 80).
struct Reporting {
  let session: StoreSession
  let snapshot: PlanSnapshot
  let matching: Matching
  let accounts: [MirrorAccount]
  let today: CalendarDay
  private let projectNames: [String: String]
  private let dismissed: Set<DismissedPair>

  init(
    session: StoreSession, snapshot: PlanSnapshot, matching: Matching, accounts: [MirrorAccount], today: CalendarDay
  ) throws {
    self.session = session
    self.snapshot = snapshot
    self.matching = matching
    self.accounts = accounts
    self.today = today
    dismissed = try session.dismissals.pairs()
    projectNames = Dictionary(
      try session.mirror.projects().compactMap { row in row.name.map { (row.id, $0) } },
      uniquingKeysWith: { $1 })
  }

  func itemFindings() throws -> [Finding] {
    var findings = matching.findings
    for person in matching.createdPeople {
      findings.append(
        Finding(
          .warning, .unknownRole, kind: .person, planningID: person, name: snapshot.people[person]?.name))
    }
    for missing in try session.references.markSourceMissing(on: today) {
      findings.append(
        Finding(
          .warning, .sourceMissing, kind: .init(missing.kind), externalID: missing.externalID,
          planningID: missing.planningID, name: name(missing.kind, missing.planningID)))
    }
    return findings + duplicates()
  }

  private func name(_ kind: PlanSnapshot.Kind, _ id: Int64) -> String {
    switch kind {
    case .client: snapshot.clients[id]?.name ?? "\(id)"
    case .project: snapshot.projects[id]?.name ?? "\(id)"
    case .person: snapshot.people[id]?.name ?? "\(id)"
    }
  }

  // MARK: Probable duplicates (rule 12)

  private func duplicates() -> [Finding] {
    PlanSnapshot.Kind.allCases.flatMap { kind in
      let linked = snapshot.linkedItems(kind)
      return snapshot.sameItems(kind, dismissed: dismissed).map { group in
        Finding(
          .warning, .probableDuplicate(ids: group.ids, unlinked: group.ids.filter { !linked.contains($0) }),
          kind: .init(kind), planningID: group.ids[0], name: name(kind, group.ids[0]), entries: group.ids.count)
      }
    }
  }

  /// Whose time only the report would show.
  func notCovered(_ workspaces: [WorkspaceReading]) -> [Finding] {
    workspaces.filter { $0.source == .entries }.flatMap { workspace in
      let listed = Set(workspace.listedUsers ?? [])
      return accounts.filter { account in
        account.knownIn[workspace.id] != nil && !listed.contains(account.id)
          && snapshot.planningID(.person, account.id) != nil
      }.map { account in
        Finding(
          .warning, .notCovered(workspace: workspace.name), kind: .person, externalID: account.id,
          planningID: snapshot.planningID(.person, account.id), name: account.name ?? account.email ?? account.id)
      }
    }
  }

  // MARK: Entries

  func entryFindings(_ ledger: LedgerBooks, reading: EntryReading) throws -> [Finding] {
    var findings: [Finding] = []
    for (group, sum) in ledger.groups.sorted(by: { $0.value.seconds > $1.value.seconds }) {
      // What is odd about them beside the reason makes one finding of it (rules 31, 93).
      let isOldTimer = warning(.oldTimer, of: group, .running, in: reading) != nil
      let absurd = warning(.absurd, of: group, .invalidInterval, in: reading)
      findings.append(
        Finding(
          isOldTimer || absurd != nil ? .warning : .info,
          .entries(
            reason: group.reason, isOldTimer: isOldTimer,
            absurd: absurd.map { .init(entries: $0.entries, seconds: $0.seconds) }),
          kind: .entry, externalID: group.user, planningID: snapshot.planningID(.person, group.user),
          name: shown(user: group.user, project: group.project), entries: sum.entries, seconds: sum.seconds))
    }
    for (warning, sums) in reading.warnings.sorted(by: { $0.value.seconds > $1.value.seconds }) {
      guard let oddity = warning.code.oddity else { continue }
      findings.append(
        Finding(
          .warning, .odd(oddity), kind: .entry, externalID: warning.user,
          name: shown(user: warning.user, project: warning.project), entries: sums.entries, seconds: sums.seconds))
    }
    return findings + archivedProjects(reading)
  }

  private func warning(
    _ code: EntryWarning.Code, of group: LedgerBooks.Group, _ reason: Reason, in reading: EntryReading
  ) -> RunSummary.Sum? {
    group.reason == reason
      ? reading.warnings[EntryWarning(code: code, user: group.user, project: group.project)] : nil
  }

  /// An archived project still receives time (rule 21).
  private func archivedProjects(_ reading: EntryReading) -> [Finding] {
    reading.projectsWithTime.sorted().compactMap { id in
      guard let planningID = snapshot.planningID(.project, id), let project = snapshot.projects[planningID],
        project.isArchived, !project.archivedByImport
      else { return nil }
      return Finding(
        .warning, .projectArchivedHere, kind: .project, externalID: id, planningID: planningID, name: project.name)
    }
  }

  private func shown(user: String, project: String) -> String {
    let person =
      snapshot.planningID(.person, user).flatMap { snapshot.people[$0]?.name }
      ?? accounts.first { $0.id == user }.flatMap { $0.name ?? $0.email } ?? user
    let projectName = snapshot.planningID(.project, project).flatMap { snapshot.projects[$0]?.name }
    let mirrored = projectName ?? projectNames[project] ?? project
    return mirrored.isEmpty ? person : "\(person) · \(mirrored)"
  }
}

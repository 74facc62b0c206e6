import Planning
import PlanningStore

/// Findings in people's words: what is new, what was not imported and why (rules 12, 16, 80).
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
      let name = snapshot.people[person]?.name
      findings.append(
        Finding(
          .warning, "unknown_role", kind: "person", planningID: person, name: name,
          message: "\(name ?? "person \(person)") is new and has the role Unknown"))
    }
    for missing in try session.references.markSourceMissing(on: today) {
      let name = name(missing.kind, missing.planningID)
      findings.append(
        Finding(
          .warning, "source_missing", kind: missing.kind, externalID: missing.externalID,
          planningID: missing.planningID, name: name,
          message: "\(missing.kind) \"\(name)\" is not in Clockify any more; nothing was changed here"))
    }
    return findings + duplicates()
  }

  private func name(_ kind: String, _ id: Int64) -> String {
    switch kind {
    case "client": snapshot.clients[id]?.name ?? "\(id)"
    case "project": snapshot.projects[id]?.name ?? "\(id)"
    default: snapshot.people[id]?.name ?? "\(id)"
    }
  }

  // MARK: Probable duplicates (rule 12)

  private func duplicates() -> [Finding] {
    PlanSnapshot.Kind.allCases.flatMap { kind in
      let linked = snapshot.linkedItems(kind)
      return snapshot.sameItems(kind, dismissed: dismissed).map { group in
        let shown = name(kind.rawValue, group.ids[0])
        let list = group.ids.map { "\(kind.rawValue) \($0)\(linked.contains($0) ? "" : " (not linked)")" }
        return Finding(
          .warning, "probable_duplicate", kind: kind.rawValue, planningID: group.ids[0], name: shown,
          entries: group.ids.count,
          message: "\"\(shown)\" is there \(group.ids.count) times: \(list.joined(separator: ", "))")
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
        let name = account.name ?? account.email ?? account.id
        return Finding(
          .warning, "not_covered", kind: "person", externalID: account.id,
          planningID: snapshot.planningID(.person, account.id), name: name,
          message:
            "\(name) is not listed in \(workspace.name) any more, and the lists hold nobody else's time: what is stored stays"
        )
      }
    }
  }

  // MARK: Entries

  func entryFindings(_ ledger: LedgerBooks, reading: EntryReading) throws -> [Finding] {
    var findings: [Finding] = []
    for (group, sum) in ledger.groups.sorted(by: { $0.value.seconds > $1.value.seconds }) {
      let shown = shown(user: group.user, project: group.project)
      // What is odd about them beside the reason makes one finding of it (rules 31, 93).
      let oldTimer = warning(.oldTimer, of: group, .running, in: reading)
      let absurd = warning(.absurd, of: group, .invalidInterval, in: reading)
      var words = group.reason.words
      if oldTimer != nil { words += ", for more than 24 hours" }
      if let absurd {
        words +=
          "; \(absurd.entries) longer than 31 days or outside 1970 to 2200, Clockify states \(absurd.seconds / 3600) h"
      }
      findings.append(
        Finding(
          oldTimer ?? absurd == nil ? .info : .warning, group.reason.rawValue, kind: "entry", externalID: group.user,
          planningID: snapshot.planningID(.person, group.user), name: shown, entries: sum.entries, seconds: sum.seconds,
          message: "\(Self.entries(sum.entries)) of \(shown): \(words)"))
    }
    for (warning, sums) in reading.warnings.sorted(by: { $0.value.seconds > $1.value.seconds }) {
      let words: String
      switch warning.code {
      case .longEntry: words = "longer than 24 hours, counted as they are"
      case .overlap: words = "overlap others of the same person, counted as Clockify does"
      case .noBillableFlag: words = "without a billable flag, counted as the project's default"
      case .oldTimer, .absurd: continue
      }
      let shown = shown(user: warning.user, project: warning.project)
      findings.append(
        Finding(
          .warning, warning.code.rawValue, kind: "entry", externalID: warning.user, name: shown, entries: sums.entries,
          seconds: sums.seconds, message: "\(Self.entries(sums.entries)) of \(shown): \(words)"))
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
        .warning, "project_archived_here", kind: "project", externalID: id, planningID: planningID, name: project.name,
        message: "project \"\(project.name)\" is archived here and still receives time")
    }
  }

  private static func entries(_ count: Int) -> String { count == 1 ? "1 entry" : "\(count) entries" }

  private func shown(user: String, project: String) -> String {
    let person =
      snapshot.planningID(.person, user).flatMap { snapshot.people[$0]?.name }
      ?? accounts.first { $0.id == user }.flatMap { $0.name ?? $0.email } ?? user
    let projectName = snapshot.planningID(.project, project).flatMap { snapshot.projects[$0]?.name }
    let mirrored = projectName ?? projectNames[project] ?? project
    return mirrored.isEmpty ? person : "\(person) · \(mirrored)"
  }
}

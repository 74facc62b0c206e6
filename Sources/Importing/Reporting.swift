import Planning
import PlanningStore

/// Findings in people's words: what is new, what was not imported and why (rules 12, 16, 80).
struct Reporting {
  let session: StoreSession
  let snapshot: PlanSnapshot
  let matching: Matching
  let users: [MirrorUser]
  let today: CalendarDay
  private let projectNames: [String: String]
  private let dismissed: Set<StoreSession.DismissedPair>

  init(
    session: StoreSession, snapshot: PlanSnapshot, matching: Matching, users: [MirrorUser], today: CalendarDay
  ) throws {
    self.session = session
    self.snapshot = snapshot
    self.matching = matching
    self.users = users
    self.today = today
    dismissed = try session.dismissedPairs()
    projectNames = Dictionary(
      try session.mirroredProjects().compactMap { row in row.name.map { (row.id, $0) } },
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
    for missing in try session.markSourceMissing(on: today) {
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
  func notCovered(listed: Set<String>) -> [Finding] {
    users.filter { !listed.contains($0.id) && snapshot.planningID(.person, $0.id) != nil }.map { user in
      let name = user.name ?? user.email ?? user.id
      return Finding(
        .warning, "not_covered", kind: "person", externalID: user.id,
        planningID: snapshot.planningID(.person, user.id), name: name,
        message: "\(name) is not listed any more, and the lists hold nobody else's time: what is stored stays")
    }
  }

  // MARK: Entries

  func entryFindings(_ ledger: LedgerBooks, reading: EntryReading) throws -> [Finding] {
    var findings: [Finding] = []
    for (group, sum) in ledger.groups.sorted(by: { $0.value.seconds > $1.value.seconds }) {
      let shown = shown(user: group.user, project: group.project)
      let isOldTimer =
        group.reason == .running
        && reading.warnings.keys.contains {
          $0.code == .oldTimer && $0.user == group.user && $0.project == group.project
        }
      findings.append(
        Finding(
          isOldTimer ? .warning : .info, group.reason.rawValue, kind: "entry", externalID: group.user,
          planningID: snapshot.planningID(.person, group.user), name: shown, entries: sum.entries, seconds: sum.seconds,
          message:
            "\(Self.entries(sum.entries)) of \(shown): \(group.reason.words)\(isOldTimer ? ", for more than 24 hours" : "")"
        ))
    }
    for (warning, sums) in reading.warnings.sorted(by: { $0.value.seconds > $1.value.seconds })
    where warning.code != .oldTimer {
      let shown = shown(user: warning.user, project: warning.project)
      let words =
        switch warning.code {
        case .longEntry: "longer than 24 hours, counted as they are"
        case .overlap: "overlap others of the same person, counted as Clockify does"
        case .noBillableFlag: "without a billable flag, counted as the project's default"
        case .oldTimer: ""
        }
      findings.append(
        Finding(
          .warning, warning.code.rawValue, kind: "entry", externalID: warning.user, name: shown, entries: sums.entries,
          seconds: sums.seconds, message: "\(Self.entries(sums.entries)) of \(shown): \(words)"))
    }
    return findings + archivedProjects(reading)
  }

  /// An archived project still receives time (rule 21).
  private func archivedProjects(_ reading: EntryReading) -> [Finding] {
    Set(reading.wantedPairs.map(\.project)).sorted().compactMap { id in
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
      ?? users.first { $0.id == user }.flatMap { $0.name ?? $0.email } ?? user
    let projectName = snapshot.planningID(.project, project).flatMap { snapshot.projects[$0]?.name }
    let mirrored = projectName ?? projectNames[project] ?? project
    return mirrored.isEmpty ? person : "\(person) · \(mirrored)"
  }
}

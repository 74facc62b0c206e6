package import Importing
package import PlanningStore

/// What waits for a person, each with the command that settles or shows it. Said by `import` and by `status`.
package struct Waiting {
  package struct Item: Sendable {
    package let key: String
    /// How many; a rise is news.
    package let count: Int
    package let words: String
    package let next: NextStep
  }

  package private(set) var items: [Item] = []

  /// As the last run saw it that did not fail.
  package init(_ session: StoreSession) throws {
    let last = try session.runs.lastReporting()
    try self.init(
      session, run: last?.id, findings: last.map { try session.findings.all(of: $0.id) } ?? [],
      summary: last.flatMap { RunSummary(json: $0.summary) })
  }

  /// - Parameters:
  ///   - findings: of the last run.
  ///   - summary: of the last run; nil: there was none.
  package init(_ session: StoreSession, run: Int64?, findings: [Finding], summary: RunSummary?) throws {
    let show = run.map { NextStep.run($0) } ?? .runs
    let acknowledged = try session.acknowledgements.all()
    func found(_ code: FindingCode, kind: Finding.Kind? = nil) -> [Finding] {
      findings.filter { finding in
        finding.code == code && (kind == nil || finding.kind == kind)
          && !acknowledged.contains(
            .init(code: code.rawValue, kind: finding.kind?.rawValue ?? "", externalID: finding.externalID ?? ""))
      }
    }
    if let plan = try session.removals.plan() {
      let seconds = summary.map { $0.stoppedSeconds > 0 ? " (\(Words.hours(seconds: $0.stoppedSeconds)))" : "" } ?? ""
      add(
        "delete_plan", plan.keys.count,
        "\(Words.plural(plan.keys.count, "entry", "entries"))\(seconds) vanished, or would leave by a filter, at once: nothing was removed",
        .confirmDeletes(run: plan.run))
    }
    let unknown = try session.questions.peopleWithUnknownRole()
    if !unknown.isEmpty {
      add(
        "unknown_role", unknown.count,
        "\(Words.plural(unknown.count, "person", "people")) \(unknown.count == 1 ? "has" : "have") the role Unknown",
        .fixUnknownRoles)
    }
    if let summary, summary.actualsAreOff, try session.settings.value(Setting.actualsEnabledAt) == nil {
      add("actuals_off", 1, "actuals are off: no time is read", .enableActuals)
    }
    if let duplicate = found(.probableDuplicate).first {
      add(
        "probable_duplicate", found(.probableDuplicate).count,
        "\(Words.plural(found(.probableDuplicate).count, "probable duplicate")): \(duplicate.kind?.rawValue ?? "") \"\(duplicate.name ?? "")\"",
        .reviewDuplicates)
    }
    let clientless = found(.reason(.projectWithoutClient), kind: .project)
    if let first = clientless.first {
      let held = try session.ledger.held(Reason.projectWithoutClient.rawValue)
      let which = clientless.count == 1 ? "\"\(first.name ?? "it")\"" : "them"
      add(
        "project_without_client", clientless.count,
        "\(Words.plural(clientless.count, "project")) without a client\(held > 0 ? ", \(Words.hours(seconds: held)) held in all" : ""): give \(which) one in Clockify",
        .acknowledge(.project, item: first.externalID))
    }
    if let gone = found(.reason(.noProject), kind: .setting).first {
      add(
        "catch_all_gone", 1,
        "project \(gone.planningID ?? 0), the catch-all of the settings, is gone: time without a project is held",
        .outside("name another under import: catch_all_project"))
    }
    let missing = found(.sourceMissing)
    if !missing.isEmpty {
      add(
        "source_missing", missing.count, "\(Words.plural(missing.count, "linked item")) not in Clockify any more",
        .acknowledge(
          missing[0].kind.flatMap { PlanSnapshot.Kind(rawValue: $0.rawValue) },
          item: missing[0].planningID.map(String.init)))
    }
    let conflicts = try session.questions.conflicts().count
    if conflicts > 0 {
      add(
        "conflict", conflicts, "\(Words.plural(conflicts, "conflict")) with hours typed by hand",
        .conflicts)
    }
    let drift = Set(try session.drift.list().map(\.item)).count
    if drift > 0 {
      add("drift", drift, "\(Words.plural(drift, "item")) changed in Clockify since linked", .drift)
    }
    items += try session.nightlyFaults()
    let late = try session.ledger.held(Reason.locked.rawValue)
    if late > 0 { add("locked", 1, "\(Words.hours(seconds: late)) on locked dates wait", show) }
  }

  /// How many of a kind wait.
  package func count(_ key: String) -> Int { items.first { $0.key == key }?.count ?? 0 }

  private mutating func add(_ key: String, _ count: Int, _ words: String, _ next: NextStep) {
    items.append(Item(key: key, count: count, words: words, next: next))
  }

  /// Two columns, as wide as needed; where both do not fit into 80, the command stands below.
  package var lines: [String] {
    let width = min(58, items.map(\.words.count).max() ?? 0)
    return items.flatMap { item -> [String] in
      let line = "  \(Words.padded(item.words, width))  \(item.next.command)"
      return line.count <= 80
        ? [line]
        : Words.wrapped("  \(item.words)", indent: 4, width: 80)
          + Words.wrapped("      \(item.next.command)", indent: 8, width: 80)
    }
  }
}

/// Faults of a night are kept in the database until the next one.
extension Waiting.Item: Codable {
  private enum CodingKeys: String, CodingKey { case key, count, words, next }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    key = try container.decode(String.self, forKey: .key)
    count = try container.decode(Int.self, forKey: .count)
    words = try container.decode(String.self, forKey: .words)
    // Earlier versions kept the command.
    next =
      try (try? container.decode(String.self, forKey: .next)).map { .outside($0) }
      ?? container.decode(NextStep.self, forKey: .next)
  }
}

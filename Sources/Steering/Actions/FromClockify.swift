import Planning
package import PlanningStore

/// A table of the plan that Clockify may fill, by command.
package protocol ClockifyRowSubject: RowSubject {
  /// What Clockify has of it.
  ///
  /// - Parameter year: this one.
  static func rows(_ session: StoreSession, year: Int) throws -> [TakenRow]
}

extension AssignmentRows: ClockifyRowSubject {
  package static func rows(_ session: StoreSession, year: Int) throws -> [TakenRow] {
    try session.replicaPlan.assignments()
  }
}

extension TimeOffRows: ClockifyRowSubject {
  package static func rows(_ session: StoreSession, year: Int) throws -> [TakenRow] {
    try session.replicaPlan.timeOff()
  }
}

extension HolidayRows: ClockifyRowSubject {
  package static func rows(_ session: StoreSession, year: Int) throws -> [TakenRow] {
    try session.replicaPlan.holidays(year: year)
  }
}

/// Takes what Clockify plans into the plan: what is new, changed or gone of its own; nothing that a planner typed or edited.
package struct TakeFromClockify<Subject: ClockifyRowSubject>: Action {
  package static var name: String { "\(Subject.name).from_clockify" }

  package init() {}

  private enum CodingKeys: CodingKey {}

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let rows = try Subject.rows(session, year: context.now.utcDay.components.year)
    let report = try session.taken.take(rows, into: Subject.table)
    let noun = Subject.table.noun
    var lines: [String] = []
    func list(_ word: String, _ count: Int, _ each: [String]) {
      guard count > 0 else { return }
      lines.append("\(word) \(Words.plural(count, noun.one, noun.many)):")
      lines += each.prefix(20).map { "  \($0)" }
      if each.count > 20 { lines.append("  and \(Words.count(each.count - 20)) more") }
    }
    list(context.verb("Added"), report.added.count, report.added.map(\.words))
    list(context.verb("Changed"), report.changed.count, report.changed.map(\.words))
    list(context.verb("Removed"), report.removed.count, report.removed.map(TakenRow.words))
    list("Left out", report.obstacles.count, report.obstacles.map { "\($0.name): \($0.obstacle ?? "")" })
    var rest: [String] = []
    if report.same > 0 { rest.append("\(Words.count(report.same)) as they were") }
    if report.edited > 0 { rest.append("\(Words.count(report.edited)) edited here since: left alone") }
    if report.there > 0 { rest.append("\(Words.count(report.there)) planned by hand already") }
    if !rest.isEmpty { lines.append(rest.joined(separator: ", ").capitalizedFirst + ".") }
    if rows.isEmpty, lines.isEmpty { return Said("Clockify has no \(noun.many), as far as was read.", next: .replica) }
    return Said(lines: lines)
  }
}

/// Takes out again what came from Clockify and nobody edited.
package struct PurgeFromClockify<Subject: ClockifyRowSubject>: Action {
  package static var name: String { "\(Subject.name).purge" }

  package init() {}

  private enum CodingKeys: CodingKey {}

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let (removed, edited) = try session.taken.purge(Subject.table)
    let noun = Subject.table.noun
    let kept = edited > 0 ? " \(Words.count(edited)) edited here since: left." : ""
    return Said("\(context.verb("Removed")) \(Words.plural(removed, noun.one, noun.many)) from Clockify.\(kept)")
  }
}

extension TakenRow {
  fileprivate var words: String { "\(name): \(Self.words(fields))" }

  fileprivate static func words(_ fields: [String: String]) -> String {
    let dates = [fields["starts_on"] ?? fields["date"], fields["ends_on"]].compactMap(\.self)
    let minutes = fields["minutes_per_day"].map { ", \($0) min a day" } ?? ""
    let group = fields["holiday_group"].flatMap { $0.isEmpty ? nil : ", \($0)" } ?? ""
    return (Set(dates).count == 1 ? dates[0] : dates.joined(separator: " – ")) + minutes + group
  }
}

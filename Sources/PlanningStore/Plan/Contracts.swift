import GRDB
package import Planning

private struct StoredContract {
  let id: Int64
  let startsOn: CalendarDay?
  let endsOn: CalendarDay?
  /// By column, as text, for a successor.
  let terms: [String: String]
  let isUnknown: Bool

  func covers(_ day: CalendarDay) -> Bool { (startsOn ?? day) <= day && day <= (endsOn ?? day) }
}

/// Who is what, from when, for how many minutes a day.
package struct Contracts: Subject {
  let session: StoreSession

  private func contracts(of person: PersonID) throws -> [StoredContract] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT contract.*, role.name AS role, role.is_system FROM contract JOIN role ON role.id = role_id
        WHERE person_id = ? ORDER BY starts_on
        """, arguments: [person]
    ).map { row in
      let minutes: Int = row["minutes_per_day"]
      return StoredContract(
        id: row["id"], startsOn: (row["starts_on"] as String?).flatMap { CalendarDay($0) },
        endsOn: (row["ends_on"] as String?).flatMap { CalendarDay($0) },
        terms: ["role_id": row["role"], "minutes_per_day": "\(minutes)", "working_days": row["working_days"]],
        isUnknown: row["is_system"])
    }
  }

  /// Changes terms of a contract from a date on, or, without one, of the person's only contract from its beginning.
  ///
  /// - Parameters:
  ///   - change: text by column; what is not given stays as it was.
  ///   - defaults: the terms of somebody's first contract.
  /// - Throws: `PlanRefusal`; nothing was changed.
  package func set(
    of person: PersonID, _ change: [String: String], from day: CalendarDay?, defaults: [String: String]
  ) throws {
    let contracts = try contracts(of: person)
    guard let day else {
      guard let only = contracts.first else {
        _ = try addContract(of: person, defaults, change, from: nil, to: nil)
        return
      }
      guard contracts.count == 1 else {
        throw PlanRefusal.severalContracts(contracts.count)
      }
      _ = try session.rows.edit(only.id, change, of: .contract)
      return
    }
    if let covering = contracts.first(where: { $0.covers(day) }) {
      if covering.startsOn == day {
        _ = try session.rows.edit(covering.id, change, of: .contract)
      } else {
        _ = try session.rows.edit(covering.id, ["ends_on": "\(day - 1)"], of: .contract)
        _ = try addContract(of: person, covering.terms, change, from: day, to: covering.endsOn)
      }
      return
    }
    let earlier = contracts.last { ($0.endsOn ?? day) < day }
    let later = contracts.first { ($0.startsOn ?? day) > day }
    _ = try addContract(
      of: person, earlier?.terms ?? defaults, change, from: day, to: later?.startsOn.map { $0 - 1 })
  }

  private func addContract(
    of person: PersonID, _ terms: [String: String], _ change: [String: String], from: CalendarDay?, to: CalendarDay?
  ) throws -> Int64 {
    var fields = terms.merging(change) { $1 }
    fields["person_id"] = "\(person)"
    fields["starts_on"] = from.map { "\($0)" }
    if fields["ends_on"] == "none" {
      fields["ends_on"] = nil
    } else {
      fields["ends_on"] = change["ends_on"] ?? to.map { "\($0)" }
    }
    guard fields["role_id"] != nil else { throw PlanRefusal.firstContractNeedsRole }
    return try session.rows.add(fields, to: .contract)
  }

  /// - Throws: `PlanRefusal`; nothing was changed.
  package func end(of person: PersonID, on day: CalendarDay) throws {
    let contracts = try contracts(of: person)
    if let later = contracts.first(where: { ($0.startsOn ?? day) > day }) {
      throw PlanRefusal.laterContract(later.id, from: later.startsOn!)
    }
    guard let covering = contracts.first(where: { $0.covers(day) }) else {
      throw PlanRefusal.noContract(person, day)
    }
    _ = try session.rows.edit(covering.id, ["ends_on": "\(day)"], of: .contract)
  }

  /// Rule 25: Unknown is replaced from the beginning; a real role changes from a date on.
  ///
  /// - Returns: false if the person has a real role and no date was given: nothing was changed.
  package func setRole(
    _ role: RoleID, of person: PersonID, from day: CalendarDay?, minutesPerDay: Int, workingDays: WorkingDays
  ) throws -> Bool {
    let contracts = try contracts(of: person)
    let name = try String.fetchOne(db, sql: "SELECT name FROM role WHERE id = ?", arguments: [role]) ?? ""
    guard day == nil, !contracts.isEmpty else {
      try set(
        of: person, ["role_id": name], from: day,
        defaults: ["minutes_per_day": "\(minutesPerDay)", "working_days": workingDays.description])
      return true
    }
    for contract in contracts where contract.isUnknown {
      _ = try session.rows.edit(contract.id, ["role_id": name], of: .contract)
    }
    return contracts.contains(where: \.isUnknown) || contracts.allSatisfy { $0.terms["role_id"] == name }
  }
}

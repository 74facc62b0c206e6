import GRDB
package import Planning

/// What planners change through commands. Plain SQL may do the same; the schema guards both.
extension StoreSession {
  /// Items by planning id, Clockify id, or exact name.
  package func find(_ kind: PlanSnapshot.Kind, _ text: String) throws -> [(id: Int64, name: String)] {
    let table = kind.rawValue
    let detail =
      kind == .project
      ? "project.name || ' (' || (SELECT name FROM client WHERE client.id = client_id) || ')'" : "\(table).name"
    func matches(_ condition: String) throws -> [(id: Int64, name: String)] {
      try Row.fetchAll(
        db, sql: "SELECT id, \(detail) AS shown FROM \(table) WHERE \(condition) ORDER BY id", arguments: [text]
      ).map { (id: $0["id"], name: $0["shown"]) }
    }
    if Int64(text) != nil {
      let byID = try matches("id = CAST(? AS INTEGER)")
      if !byID.isEmpty { return byID }
    }
    let linked = try matches(
      "id IN (SELECT planning_id FROM external_reference WHERE kind = '\(table)' AND external_id = lower(?))")
    return linked.isEmpty ? try matches("name = ?") : linked
  }

  package func role(named name: String) throws -> RoleID? {
    try RoleID.fetchOne(db, sql: "SELECT id FROM role WHERE name = ?", arguments: [name])
  }

  package func addRole(_ name: String) throws -> RoleID {
    try db.execute(sql: "INSERT INTO role (name) VALUES (?)", arguments: [name])
    return db.lastInsertedRowID
  }

  package func renameRole(_ id: RoleID, to name: String) throws {
    try db.execute(sql: "UPDATE role SET name = ? WHERE id = ?", arguments: [name, id])
  }

  package func deleteRole(_ id: RoleID) throws {
    try db.execute(sql: "DELETE FROM role WHERE id = ?", arguments: [id])
  }

  /// Rule 25: Unknown is replaced from the beginning; a real role changes from a date on.
  ///
  /// - Returns: false if the person has a real role and no date was given: nothing was changed.
  package func setRole(
    _ role: RoleID, of person: PersonID, from day: CalendarDay?, minutesPerDay: Int, workingDays: WorkingDays
  ) throws -> Bool {
    let contracts = try Row.fetchAll(
      db,
      sql: """
        SELECT contract.*, role.is_system FROM contract JOIN role ON role.id = role_id
        WHERE person_id = ? ORDER BY starts_on
        """, arguments: [person])
    guard let day else {
      if contracts.isEmpty {
        try db.execute(
          sql: "INSERT INTO contract (person_id, role_id, minutes_per_day, working_days) VALUES (?, ?, ?, ?)",
          arguments: [person, role, minutesPerDay, workingDays.description])
        return true
      }
      let isUnknown = contracts.contains { $0["is_system"] == true }
      let isThatAlready = contracts.allSatisfy { $0["role_id"] == role }
      try db.execute(
        sql:
          "UPDATE contract SET role_id = ? WHERE person_id = ? AND role_id IN (SELECT id FROM role WHERE is_system = 1)",
        arguments: [role, person])
      return isUnknown || isThatAlready
    }
    guard
      let covering = contracts.first(where: { row in
        let from: String? = row["starts_on"]
        let to: String? = row["ends_on"]
        return from ?? "0000" <= day.description && day.description <= to ?? "9999"
      })
    else {
      try db.execute(
        sql: """
          INSERT INTO contract (person_id, role_id, starts_on, ends_on, minutes_per_day, working_days) VALUES (?, ?, ?,
            (SELECT date(min(starts_on), '-1 day') FROM contract WHERE person_id = ? AND starts_on > ?), ?, ?)
          """,
        arguments: [person, role, day.description, person, day.description, minutesPerDay, workingDays.description])
      return true
    }
    let id: Int64 = covering["id"]
    if covering["starts_on"] as String? == day.description {
      try db.execute(sql: "UPDATE contract SET role_id = ? WHERE id = ?", arguments: [role, id])
      return true
    }
    let (end, minutes, days): (String?, Int, String) = (
      covering["ends_on"], covering["minutes_per_day"], covering["working_days"]
    )
    try db.execute(sql: "UPDATE contract SET ends_on = ? WHERE id = ?", arguments: [(day - 1).description, id])
    try db.execute(
      sql: """
        INSERT INTO contract (person_id, role_id, starts_on, ends_on, minutes_per_day, working_days)
        VALUES (?, ?, ?, ?, ?, ?)
        """, arguments: [person, role, day.description, end, minutes, days])
    return true
  }

  /// - Returns: whether anything changed.
  package func setArchived(_ isArchived: Bool, person: PersonID) throws -> Bool {
    try db.execute(
      sql: "UPDATE person SET is_archived = ?1 WHERE id = ?2 AND is_archived <> ?1", arguments: [isArchived, person])
    return db.changesCount > 0
  }

  package func tag(project: ProjectID, _ tag: String) throws -> Bool {
    try db.execute(sql: "INSERT OR IGNORE INTO project_tag VALUES (?, ?)", arguments: [project, tag])
    return db.changesCount > 0
  }

  package func untag(project: ProjectID, _ tag: String) throws -> Bool {
    try db.execute(sql: "DELETE FROM project_tag WHERE project_id = ? AND tag = ?", arguments: [project, tag])
    return db.changesCount > 0
  }

  package func addAssignment(person: PersonID, _ assignment: Assignment) throws -> Int64 {
    try db.execute(
      sql: """
        INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day, is_non_working_day)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        person, assignment.project, assignment.role, assignment.startsOn.description, assignment.endsOn.description,
        assignment.minutesPerDay, assignment.isNonWorkingDay,
      ])
    return db.lastInsertedRowID
  }

  package func addTimeOff(person: PersonID, _ off: TimeOff, kind: String) throws -> Int64 {
    try db.execute(
      sql: "INSERT INTO time_off (person_id, starts_on, ends_on, minutes_per_day, kind) VALUES (?, ?, ?, ?, ?)",
      arguments: [person, off.startsOn.description, off.endsOn.description, off.minutesPerDay, kind])
    return db.lastInsertedRowID
  }

  // MARK: References (rule 13)

  /// Why this id cannot be linked, or nil.
  package func linkProblem(_ kind: PlanSnapshot.Kind, externalID: String) throws -> String? {
    guard externalID.count == 24, externalID.allSatisfy(\.isHexDigit) else {
      return "\"\(externalID)\" is no Clockify id: it must have 24 hexadecimal digits"
    }
    for row in try Row.fetchAll(
      db, sql: "SELECT planning_id FROM external_reference WHERE kind = ? AND external_id = ?",
      arguments: [kind.rawValue, externalID])
    {
      let id: Int64 = row["planning_id"]
      return "\(externalID) is already linked to \(kind.rawValue) \(id)"
    }
    for other in PlanSnapshot.Kind.allCases where other != kind {
      let mirror = other == .person ? "clockify_user" : "clockify_\(other.rawValue)"
      if try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM \(mirror) WHERE id = ?)", arguments: [externalID])
        ?? false
      {
        return "\(externalID) is a \(other.rawValue) in Clockify, not a \(kind.rawValue)"
      }
    }
    return nil
  }

  package func unlink(_ kind: PlanSnapshot.Kind, planningID: Int64) throws -> [String] {
    let ids = try String.fetchAll(
      db, sql: "SELECT external_id FROM external_reference WHERE kind = ? AND planning_id = ?",
      arguments: [kind.rawValue, planningID])
    try db.execute(
      sql: "DELETE FROM external_reference WHERE kind = ? AND planning_id = ?", arguments: [kind.rawValue, planningID])
    return ids
  }

  package func ignore(_ kind: PlanSnapshot.Kind, externalID: String, note: String?) throws -> Bool {
    try db.execute(
      sql: "INSERT OR IGNORE INTO ignored_reference (kind, external_id, note) VALUES (?, ?, ?)",
      arguments: [kind.rawValue, externalID, note])
    return db.changesCount > 0
  }

  package func unignore(_ kind: PlanSnapshot.Kind, externalID: String) throws -> Bool {
    try db.execute(
      sql: "DELETE FROM ignored_reference WHERE kind = ? AND external_id = ?", arguments: [kind.rawValue, externalID])
    return db.changesCount > 0
  }
}

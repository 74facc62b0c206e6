/// Our side, as planners see and change it: with plain SQL, from a tool of their own.
extension World {
  // MARK: Planning ids

  /// The planning id that this one's Clockify id is linked to.
  package func person(_ person: Cast.Person) throws -> Int64 { try linked("person", person.id) }

  package func project(_ project: Cast.Project) throws -> Int64 { try linked("project", project.id) }

  package func client(_ client: Cast.Client) throws -> Int64 { try linked("client", client.id) }

  private func linked(_ kind: String, _ id: String) throws -> Int64 {
    try number("SELECT planning_id FROM external_reference WHERE kind = '\(kind)' AND external_id = '\(id)'")
  }

  /// The role of this name; made where there is none.
  package func role(_ name: String) throws -> Int64 {
    try number(
      """
      INSERT INTO role (name) SELECT '\(name)' WHERE NOT EXISTS (SELECT 1 FROM role WHERE name = '\(name)');
      SELECT id FROM role WHERE name = '\(name)';
      """)
  }

  /// The one number that a query gives.
  package func number(_ sql: String) throws -> Int64 {
    let text = try self.sql(sql)
    guard let number = Int64(text) else { throw SQLFailed(message: "no number: \(text)") }
    return number
  }

  /// All billable minutes there are.
  package func billableMinutes() throws -> Int64 {
    try number("SELECT ifnull(sum(billable_minutes), 0) FROM actual")
  }

  // MARK: Planners at work

  /// A client that Clockify knows nothing of, like the next two.
  @discardableResult
  package func planClient(_ name: String) throws -> Int64 {
    try number("INSERT INTO client (name) VALUES ('\(name)'); SELECT max(id) FROM client;")
  }

  @discardableResult
  package func planProject(_ name: String, client: Int64) throws -> Int64 {
    try number(
      "INSERT INTO project (client_id, name) VALUES (\(client), '\(name)'); SELECT max(id) FROM project;")
  }

  @discardableResult
  package func planPerson(_ name: String, email: String? = nil) throws -> Int64 {
    let email = email.map { "'\($0)'" } ?? "NULL"
    return try number(
      "INSERT INTO person (name, email) VALUES ('\(name)', \(email)); SELECT max(id) FROM person;")
  }

  package func assign(
    _ person: Cast.Person, to project: Cast.Project, as role: String = "Dev", from: String, to end: String,
    minutes: Int = 480
  ) throws {
    try assign(person, to: self.project(project), as: role, from: from, to: end, minutes: minutes)
  }

  package func assign(
    _ person: Cast.Person, to project: Int64, as role: String = "Dev", from: String, to end: String, minutes: Int = 480
  ) throws {
    try sql(
      """
      INSERT INTO assignment (person_id, project_id, role_id, starts_on, ends_on, minutes_per_day)
      VALUES (\(self.person(person)), \(project), \(self.role(role)), '\(from)', '\(end)', \(minutes))
      """)
  }

  /// A whole day of leave.
  package func takeOff(_ person: Cast.Person, _ day: String) throws {
    try sql(
      "INSERT INTO time_off (person_id, starts_on, ends_on) VALUES (\(self.person(person)), '\(day)', '\(day)')")
  }

  /// All contracts there are get this role.
  package func giveEverybody(role: String) throws {
    try sql("UPDATE contract SET role_id = \(self.role(role))")
  }

  /// Hours typed by hand.
  package func enter(
    _ person: Cast.Person, _ project: Cast.Project, as role: String, _ day: String, minutes: Int
  ) throws {
    try sql(
      """
      INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes)
      VALUES (\(self.person(person)), \(self.project(project)), \(self.role(role)), '\(day)', \(minutes))
      """)
  }

  package func lock(until day: String, project: Cast.Project? = nil) throws {
    let project = try project.map { String(try self.project($0)) } ?? "NULL"
    try sql("INSERT INTO timesheet_lock (project_id, locked_until) VALUES (\(project), '\(day)')")
  }

  package func unlock() throws { try sql("DELETE FROM timesheet_lock") }

  package func tag(_ project: Cast.Project, _ tag: String) throws {
    try sql("INSERT INTO project_tag (project_id, tag) VALUES (\(self.project(project)), '\(tag)')")
  }

  package func removeTags() throws { try sql("DELETE FROM project_tag") }

  package func archive(_ person: Cast.Person) throws {
    try sql("UPDATE person SET is_archived = 1 WHERE id = \(self.person(person))")
  }

  package func unarchive(_ person: Cast.Person) throws {
    try sql("UPDATE person SET is_archived = 0 WHERE id = \(self.person(person))")
  }

  package func delete(_ person: Cast.Person) throws {
    try sql("DELETE FROM person WHERE id = \(self.person(person))")
  }

  package func link(_ project: Cast.Project, to item: Int64) throws { try link("project", project.id, item) }

  package func link(_ client: Cast.Client, to item: Int64) throws { try link("client", client.id, item) }

  private func link(_ kind: String, _ id: String, _ item: Int64) throws {
    try sql(
      """
      INSERT INTO external_reference (kind, planning_id, external_id) VALUES ('\(kind)', \(item), '\(id)')
      ON CONFLICT DO UPDATE SET planning_id = excluded.planning_id
      """)
  }

  package func ignore(_ person: Cast.Person) throws { try ignore("person", person.id) }

  package func ignore(_ project: Cast.Project) throws { try ignore("project", project.id) }

  private func ignore(_ kind: String, _ id: String) throws {
    try sql("INSERT INTO ignored_reference (kind, external_id) VALUES ('\(kind)', '\(id)')")
  }
}

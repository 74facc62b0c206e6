import GRDB
import Planning

/// A row of `actual`, whole: with what the import last wrote there, and when.
struct StoredActual {
  var person: PersonID
  var project: ProjectID
  var role: RoleID
  var date: String
  var billable: Int
  var nonbillable: Int
  var origin: Origin
  var run: Int64?
  var updatedAt: String
  var written: Written?
  var importedOrigin: String?
  var isManual: Bool

  init(_ row: Row) {
    person = row["person_id"]
    project = row["project_id"]
    role = row["role_id"]
    date = row["date"]
    billable = row["billable_minutes"]
    nonbillable = row["nonbillable_minutes"]
    origin = Origin(rawValue: row["origin"]) ?? .manual
    run = row["import_run_id"]
    updatedAt = row["updated_at"]
    if let key = row["written"] as Int64? {
      written = Written(key: key, billable: row["written_billable"] ?? 0, nonbillable: row["written_nonbillable"] ?? 0)
    }
    importedOrigin = row["imported_origin"]
    isManual = row["is_manual"]
  }

  var minutes: Int { billable + nonbillable }
  var cell: Cell { Cell(person: person, project: project, day: CalendarDay(date) ?? CalendarDay(number: 0)) }
  var key: Key { Key(person: person, project: project, role: role, date: date) }
}

extension StoredActual {
  struct Key: Hashable {
    var person: PersonID
    var project: ProjectID
    let role: RoleID
    let date: String

    init(person: PersonID, project: ProjectID, role: RoleID, date: String) {
      self.person = person
      self.project = project
      self.role = role
      self.date = date
    }

    /// - Parameter text: the key columns as a JSON array.
    init(_ text: String, _ db: Database) throws {
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT json_extract(?1, '$[0]') AS person, json_extract(?1, '$[1]') AS project,
            json_extract(?1, '$[2]') AS role, json_extract(?1, '$[3]') AS date
          """, arguments: [text])!
      (person, project, role, date) = (row["person"], row["project"], row["role"], row["date"])
    }

    var arguments: StatementArguments { [person, project, role, date] }
    var cell: Cell { Cell(person: person, project: project, day: CalendarDay(date) ?? CalendarDay(number: 0)) }

    /// The same on the item that comes back.
    func dropped(_ record: MergeRecord) -> Self {
      var key = self
      if record.kind == .person { key.person = record.dropped } else { key.project = record.dropped }
      return key
    }
  }
}

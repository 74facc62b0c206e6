import GRDB
package import Planning

package struct Finding: Sendable, Equatable {
  package enum Level: String, Sendable { case info, warning, error }
  package var level: Level
  package var code: String
  package var kind: String?
  package var externalID: String?
  package var planningID: Int64?
  package var name: String?
  package var entries = 0
  package var seconds = 0
  package var message: String

  package init(
    _ level: Level, _ code: String, kind: String? = nil, externalID: String? = nil, planningID: Int64? = nil,
    name: String? = nil, entries: Int = 0, seconds: Int = 0, message: String
  ) {
    self.level = level
    self.code = code
    self.kind = kind
    self.externalID = externalID
    self.planningID = planningID
    self.name = name
    self.entries = entries
    self.seconds = seconds
    self.message = message
  }
}

/// What runs found, kept for people.
package struct Findings: Subject {
  let session: StoreSession

  package func add(_ findings: [Finding], run: Int64) throws {
    for finding in findings {
      try db.execute(
        sql: """
          INSERT INTO finding (import_run_id, level, code, kind, external_id, planning_id, name, entries, seconds, message)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run, finding.level.rawValue, finding.code, finding.kind, finding.externalID, finding.planningID,
          finding.name, finding.entries, finding.seconds, finding.message,
        ])
    }
  }

  /// Findings of runs that started more than `days` ago go; run rows stay (rule 83).
  package func prune(before day: CalendarDay) throws {
    try db.execute(
      sql: "DELETE FROM finding WHERE import_run_id IN (SELECT id FROM import_run WHERE started_at < ?)",
      arguments: [day.description])
  }

  package func all(of run: Int64) throws -> [Finding] {
    try Row.fetchAll(
      db, sql: "SELECT * FROM finding WHERE import_run_id = ? ORDER BY level = 'info', code, seconds DESC, id",
      arguments: [run]
    ).map { row in
      Finding(
        Finding.Level(rawValue: row["level"]) ?? .info, row["code"], kind: row["kind"], externalID: row["external_id"],
        planningID: row["planning_id"], name: row["name"], entries: row["entries"], seconds: row["seconds"],
        message: row["message"])
    }
  }
}

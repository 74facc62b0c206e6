import GRDB
package import Planning

/// An import run, for a list. Instants are UTC.
package struct RunRow: TabularRow, Decodable {
  package let id: Int64
  package let trigger: String
  package let scope: String
  package let status: String
  package let startedAt: String
  package let windowFrom: String?
  package let windowTo: String?
  package let requests: Int
  package let entriesRead: Int
  package let secondsRead: Int
  package let secondsPlaced: Int
  package let secondsSkipped: Int
  package let secondsHeld: Int
  /// Surface and name, as in `web:ana`; nil: nobody said.
  package let startedBy: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, trigger, scope, status
    case startedAt = "started_at"
    case windowFrom = "window_from"
    case windowTo = "window_to"
    case requests
    case entriesRead = "entries_read"
    case secondsRead = "seconds_read"
    case secondsPlaced = "seconds_placed"
    case secondsSkipped = "seconds_skipped"
    case secondsHeld = "seconds_held"
    case startedBy = "started_by"
  }
}

/// A slice of time that a run read.
package struct SliceRow: TabularRow, Decodable {
  package let workspaceID: String
  /// nil: of everybody.
  package let userID: String?
  package let fromInstant: String
  package let toInstant: String
  package let entries: Int
  package let seconds: Int
  package let isComplete: Bool

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case workspaceID = "workspace_id"
    case userID = "user_id"
    case fromInstant = "from_instant"
    case toInstant = "to_instant"
    case entries, seconds
    case isComplete = "is_complete"
  }
}

/// What the file holds: rows of each kind.
package struct DatabaseRow: TabularRow, Decodable {
  /// How many migrations.
  package let schema: Int
  package let clients: Int
  package let projects: Int
  package let people: Int
  package let timeEntries: Int
  package let actuals: Int
  package let runs: Int
  package let bytes: Int

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case schema, clients, projects, people
    case timeEntries = "time_entries"
    case actuals, runs, bytes
  }
}

/// Which runs a list shows: what is nil, or false, does not narrow the choice.
package struct RunFilter: Sendable {
  package var status: String?
  /// nil: any but `webhook`: those are hours of live changes, and many.
  package var trigger: String?
  /// Dates of UTC on which a run began, both included.
  package var since: CalendarDay?
  package var until: CalendarDay?
  /// Only those that found something to warn of.
  package var withWarnings = false
  /// Only those before this one.
  package var before: Int64?

  package init(status: String? = nil, trigger: String? = nil, since: CalendarDay? = nil) {
    self.status = status
    self.trigger = trigger
    self.since = since
  }
}

extension Questions {
  /// Newest first.
  package func runs(_ filter: RunFilter = RunFilter(), limit: Int) throws -> [RunRow] {
    try rows(
      """
      SELECT id, trigger, scope, status, started_at, window_from, window_to, requests, entries_read, seconds_read,
        seconds_placed, seconds_skipped, seconds_held, started_by
      FROM import_run
      WHERE (?2 IS NULL OR status = ?2) AND iif(?3 IS NULL, trigger <> 'webhook', trigger = ?3) AND (?4 IS NULL OR started_at >= ?4)
        AND (?5 IS NULL OR id < ?5) AND (?6 IS NULL OR started_at < ?6)
        AND (?7 = 0 OR EXISTS (SELECT 1 FROM finding WHERE import_run_id = import_run.id AND level <> 'info'))
      ORDER BY id DESC LIMIT ?1
      """,
      [
        limit, filter.status, filter.trigger, filter.since?.description, filter.before,
        filter.until.map { ($0 + 1).description }, filter.withWarnings,
      ])
  }

  /// What one run read, slice by slice.
  package func slices(of run: Int64) throws -> [SliceRow] {
    try rows(
      """
      SELECT workspace_id, user_id, from_instant, to_instant, entries, seconds, is_complete FROM read_slice
      WHERE import_run_id = ? ORDER BY from_instant, user_id
      """, [run])
  }

  /// Every name and e-mail address, ours and Clockify's, with what may stand for it: kind and id.
  package func knownNames() throws -> [(name: String, mask: String)] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT name, 'person ' || id AS mask FROM person UNION SELECT email, 'person ' || id || ' (e-mail)' FROM person
        UNION SELECT name, 'project ' || id FROM project UNION SELECT name, 'client ' || id FROM client
        UNION SELECT name, 'user ' || id FROM clockify_user UNION SELECT email, 'user ' || id || ' (e-mail)' FROM clockify_user
        UNION SELECT name, 'project ' || id FROM clockify_project UNION SELECT name, 'client ' || id FROM clockify_client
        UNION SELECT name, 'workspace ' || id FROM clockify_workspace
        """
    ).compactMap { row in
      (row["name"] as String?).flatMap { $0.isEmpty ? nil : (name: $0, mask: row["mask"]) }
    }
  }

  package func database() throws -> DatabaseRow {
    try rows(
      """
      SELECT (SELECT count(*) FROM grdb_migrations) AS schema, (SELECT count(*) FROM client) AS clients,
        (SELECT count(*) FROM project) AS projects, (SELECT count(*) FROM person) AS people,
        (SELECT count(*) FROM clockify_time_entry_row) AS time_entries, (SELECT count(*) FROM actual) AS actuals,
        (SELECT count(*) FROM import_run) AS runs, (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size) AS bytes
      """)[0]
  }

  package func isIntact() throws -> Bool {
    try String.fetchOne(db, sql: "PRAGMA quick_check") == "ok"
  }
}

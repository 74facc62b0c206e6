import GRDB
package import Planning

/// One thing that somebody did, for a list.
package struct ChangeRow: TabularRow, Decodable {
  package let id: Int64
  package let at: Instant
  package let actor: String
  /// cli, nightly, web or api.
  package let surface: String
  package let action: String
  package let kind: PlanSnapshot.Kind?
  package let planningID: Int64?
  /// Lines, as they were said.
  package let said: String

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, at, actor, surface, action, kind
    case planningID = "planning_id"
    case said
  }
}

/// Which changes to list; nil: whatever it is.
package struct ChangeFilter: Sendable {
  package var actor: String?
  package var surface: String?
  package var item: (kind: PlanSnapshot.Kind, id: Int64)?
  /// The first date, UTC.
  package var since: CalendarDay?
  /// Only what came before this one.
  package var before: Int64?

  package init() {}
}

/// Hours that somebody typed, as the change log remembers it.
package struct TypingRow: Decodable, Sendable {
  package let at: Instant
  package let actor: String
  package let surface: String
  /// As they were named: id, name or Clockify id.
  package let person: String
  package let project: String
}

extension Questions {
  /// Newest first.
  package func changes(_ filter: ChangeFilter = ChangeFilter(), limit: Int) throws -> [ChangeRow] {
    try rows(
      """
      SELECT id, at, actor, surface, action, kind, planning_id, said FROM change_log
      WHERE (?1 IS NULL OR actor = ?1) AND (?2 IS NULL OR surface = ?2)
        AND (?3 IS NULL OR (kind = ?3 AND planning_id = ?4)) AND (?5 IS NULL OR at >= ?5) AND (?6 IS NULL OR id < ?6)
      ORDER BY id DESC LIMIT ?7
      """,
      [
        filter.actor, filter.surface, filter.item?.kind.rawValue, filter.item?.id, filter.since?.description,
        filter.before, limit,
      ])
  }

  /// Everybody who is in the change log, and through which face.
  package func changers() throws -> [(actor: String, surface: String)] {
    try Row.fetchAll(db, sql: "SELECT DISTINCT actor, surface FROM change_log ORDER BY actor, surface").map {
      (actor: $0["actor"], surface: $0["surface"])
    }
  }

  /// Hours of a date that were typed or taken away, newest first.
  package func typings(on day: CalendarDay) throws -> [TypingRow] {
    try rows(
      """
      SELECT at, actor, surface, json_extract(details, '$.cell.person') AS person,
        json_extract(details, '$.cell.project') AS project
      FROM change_log WHERE action = 'actuals.set' AND json_extract(details, '$.cell.day') = ? ORDER BY id DESC
      """, [day.description])
  }
}

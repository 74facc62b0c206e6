import GRDB
package import Planning

/// A link, or a Clockify id on the ignore list.
package struct ReferenceRow: TabularRow, Decodable {
  package let kind: PlanSnapshot.Kind
  /// nil: ignored, and linked to nothing.
  package let planningID: Int64?
  /// Of the planning item; the note where there is none.
  package let name: String?
  package let externalID: String
  package let sourceMissingSince: String?
  package let isIgnored: Bool

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case planningID = "planning_id"
    case name
    case externalID = "external_id"
    case sourceMissingSince = "source_missing_since"
    case isIgnored = "is_ignored"
  }
}

/// What Clockify has under a name.
package struct MirrorRow: TabularRow, Decodable {
  package let kind: PlanSnapshot.Kind
  package let clockifyID: String
  package let name: String?
  /// A project's client, a person's e-mail address.
  package let detail: String?
  /// gone, archived or active; of people what Clockify says, in lower case.
  package let state: String?
  /// nil: not linked.
  package let planningID: Int64?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case clockifyID = "clockify_id"
    case name, detail, state
    case planningID = "planning_id"
  }
}

/// A planning item with one of its links.
package struct ItemLinkRow: Decodable, Sendable {
  package let kind: PlanSnapshot.Kind
  package let planningID: Int64
  package let name: String
  /// A project's client, a person's e-mail address.
  package let detail: String?
  /// nil: it has no link.
  package let externalID: String?

  private enum CodingKeys: String, CodingKey {
    case kind
    case planningID = "planning_id"
    case name, detail
    case externalID = "external_id"
  }
}

/// What somebody has seen and left as it is.
package struct AcknowledgementRow: TabularRow, Decodable {
  package let code: Acknowledged
  package let kind: PlanSnapshot.Kind
  package let externalID: String
  /// As Clockify had it.
  package let name: String?
  package let note: String?
  package let createdAt: String

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case code, kind
    case externalID = "external_id"
    case name, note
    case createdAt = "created_at"
  }
}

/// A pair of items that somebody said to be different.
package struct DismissalRow: TabularRow, Decodable {
  package let kind: PlanSnapshot.Kind
  package let leftID: Int64
  package let rightID: Int64
  package let createdAt: String

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case kind
    case leftID = "left_id"
    case rightID = "right_id"
    case createdAt = "created_at"
  }
}

/// A merge, undone or not.
package struct MergeRow: TabularRow, Decodable {
  package let id: Int64
  package let kind: PlanSnapshot.Kind
  package let keptID: Int64
  package let droppedID: Int64
  package let droppedName: String
  package let mergedAt: Instant
  package let undoneAt: Instant?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case id, kind
    case keptID = "kept_id"
    case droppedID = "dropped_id"
    case droppedName = "dropped_name"
    case mergedAt = "merged_at"
    case undoneAt = "undone_at"
  }
}

extension Questions {
  package func references(kind: PlanSnapshot.Kind?) throws -> [ReferenceRow] {
    try rows(
      """
      SELECT r.kind, r.planning_id,
        CASE r.kind WHEN 'client' THEN (SELECT name FROM client WHERE id = r.planning_id)
          WHEN 'project' THEN (SELECT name FROM project WHERE id = r.planning_id)
          ELSE (SELECT name FROM person WHERE id = r.planning_id) END AS name,
        r.external_id, r.source_missing_since,
        EXISTS (SELECT 1 FROM ignored_reference i WHERE i.kind = r.kind AND i.external_id = r.external_id) AS is_ignored
      FROM external_reference r WHERE ?1 IS NULL OR r.kind = ?1
      UNION ALL
      SELECT i.kind, NULL, i.note, i.external_id, NULL, 1 FROM ignored_reference i
      WHERE (?1 IS NULL OR i.kind = ?1) AND NOT EXISTS (
        SELECT 1 FROM external_reference r WHERE r.kind = i.kind AND r.external_id = i.external_id)
      ORDER BY 1, 3
      """, [kind?.rawValue])
  }

  /// What the mirror has under a name, with the planning item that it is linked to.
  package func mirror(containing text: String, kind: PlanSnapshot.Kind?) throws -> [MirrorRow] {
    try rows(
      """
      SELECT m.kind, m.clockify_id, m.name, m.detail, m.state, r.planning_id
      FROM (
        SELECT 'client' AS kind, id AS clockify_id, name, NULL AS detail,
          CASE WHEN deleted_at IS NOT NULL THEN 'gone' WHEN archived THEN 'archived' ELSE 'active' END AS state
        FROM clockify_client
        UNION ALL
        SELECT 'project', p.id, p.name,
          (SELECT c.name FROM clockify_client c WHERE c.id = p.client_id AND c.workspace_id = p.workspace_id),
          CASE WHEN p.deleted_at IS NOT NULL THEN 'gone' WHEN p.archived THEN 'archived' ELSE 'active' END
        FROM clockify_project p
        UNION ALL
        SELECT 'person', id, name, email,
          CASE WHEN deleted_at IS NOT NULL THEN 'gone' ELSE lower(ifnull(membership_status, status)) END
        FROM clockify_user
      ) m LEFT JOIN external_reference r ON r.kind = m.kind AND r.external_id = m.clockify_id
      WHERE (?2 IS NULL OR m.kind = ?2)
        AND (m.clockify_id = lower(?1) OR instr(lower(m.name), lower(?1)) > 0 OR instr(lower(m.detail), lower(?1)) > 0)
      ORDER BY m.kind, m.name COLLATE NOCASE, m.clockify_id
      """, [text, kind?.rawValue])
  }

  /// Every planning item, once for each of its links.
  package func itemsWithLinks() throws -> [ItemLinkRow] {
    try rows(
      """
      SELECT i.kind, i.planning_id, i.name, i.detail, r.external_id FROM (
        SELECT 'client' AS kind, 1 AS rank, id AS planning_id, name, NULL AS detail FROM client
        UNION ALL
        SELECT 'project', 2, project.id, project.name, client.name FROM project JOIN client ON client.id = client_id
        UNION ALL
        SELECT 'person', 3, id, name, email FROM person
      ) i LEFT JOIN external_reference r ON r.kind = i.kind AND r.planning_id = i.planning_id
      ORDER BY i.rank, i.name COLLATE NOCASE, i.planning_id, r.external_id
      """)
  }

  package func acknowledgements() throws -> [AcknowledgementRow] {
    try rows(
      """
      SELECT a.code, a.kind, a.external_id,
        CASE a.kind WHEN 'client' THEN (SELECT name FROM clockify_client WHERE id = a.external_id)
          WHEN 'project' THEN (SELECT name FROM clockify_project WHERE id = a.external_id)
          ELSE (SELECT name FROM clockify_account WHERE id = a.external_id) END AS name,
        a.note, a.created_at
      FROM acknowledgement a ORDER BY a.created_at, a.kind, a.external_id
      """)
  }

  package func dismissed() throws -> [DismissalRow] {
    try rows("SELECT kind, left_id, right_id, created_at FROM duplicate_dismissal ORDER BY kind, left_id, right_id")
  }

  package func merges() throws -> [MergeRow] {
    try rows(
      """
      SELECT id, kind, kept_id, dropped_id, dropped_name, merged_at, undone_at FROM merge ORDER BY id DESC
      """)
  }
}

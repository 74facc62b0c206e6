import GRDB
package import Planning

package enum Acknowledged: String, Codable, Sendable {
  /// A linked item that is not in Clockify any more (rule 16).
  case sourceMissing = "source_missing"
  /// A project that Clockify has under no client (rule 17).
  case projectWithoutClient = "project_without_client"
}

package struct Acknowledgement: Hashable, Sendable {
  package let code: String
  package let kind: String
  package let externalID: String

  package init(code: String, kind: String, externalID: String) {
    self.code = code
    self.kind = kind
    self.externalID = externalID
  }
}

/// What somebody has seen and left as it is: data and link stay, and it waits for nobody any more.
package struct Acknowledgements: Subject {
  let session: StoreSession

  package func all() throws -> Set<Acknowledgement> {
    Set(
      try rawRows("SELECT code, kind, external_id FROM acknowledgement").map {
        Acknowledgement(code: $0["code"], kind: $0["kind"], externalID: $0["external_id"])
      })
  }

  /// What of a Clockify id waits for somebody: that it is gone, or that it has no client; nil: neither.
  package func whatWaits(_ kind: PlanSnapshot.Kind, externalID: String) throws -> Acknowledged? {
    let isMissing = try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM external_reference
          WHERE kind = ? AND external_id = ? AND source_missing_since IS NOT NULL)
        """, arguments: [kind.rawValue, externalID])
    if isMissing ?? false { return .sourceMissing }
    let hasNoClient = try Bool.fetchOne(
      db,
      sql: """
        SELECT EXISTS (SELECT 1 FROM clockify_project
          WHERE ?1 = 'project' AND id = ?2 AND client_id IS NULL AND deleted_at IS NULL AND template = 0)
        """, arguments: [kind.rawValue, externalID])
    return hasNoClient ?? false ? .projectWithoutClient : nil
  }

  /// - Returns: whether anything changed.
  package func add(
    _ code: Acknowledged, _ kind: PlanSnapshot.Kind, externalID: String, note: String?, at now: Instant
  ) throws -> Bool {
    try db.execute(
      sql: """
        INSERT OR IGNORE INTO acknowledgement (code, kind, external_id, note, created_at) VALUES (?, ?, ?, ?, ?)
        """, arguments: [code.rawValue, kind.rawValue, externalID, note, now.description])
    return db.changesCount > 0
  }

  /// - Returns: whether anything changed.
  package func remove(_ kind: PlanSnapshot.Kind, externalID: String) throws -> Bool {
    try db.execute(
      sql: "DELETE FROM acknowledgement WHERE kind = ? AND external_id = ?", arguments: [kind.rawValue, externalID])
    return db.changesCount > 0
  }
}

import Foundation
import GRDB
package import Planning

/// What runs found, kept for people: facts as JSON, and beside them the sentence, for who asks the database.
package struct Findings: Subject {
  let session: StoreSession

  /// - Parameter words: makes the sentence.
  package func add(_ findings: [Finding], run: Int64, words: (Finding) -> String) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys]
    for finding in findings {
      try db.execute(
        sql: """
          INSERT INTO finding (import_run_id, level, code, kind, external_id, planning_id, name, entries, seconds,
            message, details)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run, finding.level.rawValue, finding.code.rawValue, finding.kind?.rawValue, finding.externalID,
          finding.planningID, finding.name, finding.entries, finding.seconds, words(finding),
          String(decoding: try encoder.encode(finding.fact), as: UTF8.self),
        ])
    }
  }

  /// The same for the hour of a live change: what it has already of somebody and something is counted on.
  package func addLive(_ findings: [Finding], run: Int64, words: (Finding) -> String) throws {
    for finding in findings {
      let known = try rawRows(
        """
        SELECT id, entries, seconds FROM finding
        WHERE import_run_id = ?1 AND code = ?2 AND kind IS ?3 AND external_id IS ?4 AND name IS ?5
        """,
        [run, finding.code.rawValue, finding.kind?.rawValue, finding.externalID, finding.name]
      ).first
      guard let known else {
        try add([finding], run: run, words: words)
        continue
      }
      var sum = finding
      sum.entries += known["entries"]
      sum.seconds += known["seconds"]
      try db.execute(
        sql: "UPDATE finding SET entries = ?, seconds = ?, message = ? WHERE id = ?",
        arguments: [sum.entries, sum.seconds, words(sum), known["id"] as Int64])
    }
  }

  /// Findings of runs that started more than `days` ago go; run rows stay (rule 83).
  package func prune(before day: CalendarDay) throws {
    try db.execute(
      sql: "DELETE FROM finding WHERE import_run_id IN (SELECT id FROM import_run WHERE started_at < ?)",
      arguments: [day.description])
  }

  /// - Parameters:
  ///   - codes: nil: all.
  ///   - kinds: nil: about anything.
  package func all(of run: Int64, codes: [FindingCode]? = nil, kinds: [Finding.Kind]? = nil) throws -> [Finding] {
    let decoder = Self.decoder()
    return try rawRows(
      """
      SELECT * FROM finding
      WHERE import_run_id = ?1 AND (?2 IS NULL OR code IN (SELECT value FROM json_each(?2)))
        AND (?3 IS NULL OR kind IN (SELECT value FROM json_each(?3)))
      ORDER BY level = 'info', code, seconds DESC, id
      """, [run, codes.map { try json($0.map(\.rawValue)) }, kinds.map { try json($0.map(\.rawValue)) }]
    ).map { Finding($0, decoder) }
  }

  /// What a run found, by level and code: errors first, then warnings, the weightiest of each first.
  ///
  /// - Parameters:
  ///   - most: how many of each.
  ///   - code: nil: all.
  package func groups(of run: Int64, most: Int, code: FindingCode? = nil) throws -> [FindingGroup] {
    let decoder = Self.decoder()
    let rows = try rawRows(
      """
      SELECT * FROM (
        SELECT *, row_number() OVER (PARTITION BY level, code ORDER BY seconds DESC, id) AS place,
          count(*) OVER (PARTITION BY level, code) AS group_count,
          sum(seconds) OVER (PARTITION BY level, code) AS group_seconds
        FROM finding WHERE import_run_id = ?1 AND (?3 IS NULL OR code = ?3))
      WHERE place <= ?2
      ORDER BY CASE level WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, code, place
      """, [run, most, code?.rawValue])
    return rows.reduce(into: []) { groups, row in
      if row["place"] == 1 { groups.append(FindingGroup(count: row["group_count"], seconds: row["group_seconds"])) }
      groups[groups.count - 1].findings.append(Finding(row, decoder))
    }
  }

  private static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}

/// Findings of one level and code.
package struct FindingGroup: Sendable {
  /// How many there are, and seconds of all of them.
  package let count: Int
  package let seconds: Int
  /// The first of them; at least one.
  package fileprivate(set) var findings: [Finding] = []
}

extension Finding {
  fileprivate init(_ row: Row, _ decoder: JSONDecoder) {
    // Of an earlier version, or of a later one: as it was said then.
    let fact =
      (row["details"] as String?).flatMap { try? decoder.decode(FindingFact.self, from: Data($0.utf8)) }
      ?? .told(code: row["code"], message: row["message"])
    self.init(
      Level(rawValue: row["level"]) ?? .info, fact, kind: (row["kind"] as String?).flatMap(Kind.init),
      externalID: row["external_id"], planningID: row["planning_id"], name: row["name"], entries: row["entries"],
      seconds: row["seconds"])
  }
}

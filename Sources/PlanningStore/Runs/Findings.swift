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

  /// Findings of runs that started more than `days` ago go; run rows stay (rule 83).
  package func prune(before day: CalendarDay) throws {
    try db.execute(
      sql: "DELETE FROM finding WHERE import_run_id IN (SELECT id FROM import_run WHERE started_at < ?)",
      arguments: [day.description])
  }

  /// - Parameter codes: nil: all.
  package func all(of run: Int64, codes: [FindingCode]? = nil) throws -> [Finding] {
    let only = codes.map { codes in " AND code IN (\(codes.map { "'\($0.rawValue)'" }.joined(separator: ", ")))" } ?? ""
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try Row.fetchAll(
      db, sql: "SELECT * FROM finding WHERE import_run_id = ?\(only) ORDER BY level = 'info', code, seconds DESC, id",
      arguments: [run]
    ).map { row in
      // Of an earlier version, or of a later one: as it was said then.
      let fact =
        (row["details"] as String?).flatMap { try? decoder.decode(FindingFact.self, from: Data($0.utf8)) }
        ?? .told(code: row["code"], message: row["message"])
      return Finding(
        Finding.Level(rawValue: row["level"]) ?? .info, fact,
        kind: (row["kind"] as String?).flatMap(Finding.Kind.init), externalID: row["external_id"],
        planningID: row["planning_id"], name: row["name"], entries: row["entries"], seconds: row["seconds"])
    }
  }
}

import GRDB
package import Planning

/// How each target of a publication stands.
package struct PublishStates: Subject {
  let session: StoreSession

  /// What was published of a table, or of a month of it, and when.
  package struct Part: Sendable, Hashable {
    /// nil: nothing yet.
    package let hash: String?
    package let rows: Int
    package let generation: Int
    /// It may have changed since.
    package let isDirty: Bool

    package init(hash: String?, rows: Int, generation: Int, isDirty: Bool = false) {
      self.hash = hash
      self.rows = rows
      self.generation = generation
      self.isDirty = isDirty
    }
  }

  package struct Key: Sendable, Hashable {
    package let table: String
    /// A month, `undated`, or `all`.
    package let partition: String

    package init(_ table: String, _ partition: String) {
      self.table = table
      self.partition = partition
    }
  }

  package static let whole = "all"

  /// Hands what changed on to every target, and forgets it.
  ///
  /// - Parameter noted: tables by the name under which `publish_dirty` has their months.
  package func takeOver(noted: [(table: String, as: String)]) throws {
    for (table, noted) in noted {
      try db.execute(
        sql: """
          INSERT INTO publish_state (target, table_name, partition, is_dirty)
          SELECT t.target, ?1, d.month, 1 FROM publish_dirty d CROSS JOIN publish_target t WHERE d.table_name = ?2
          ON CONFLICT (target, table_name, partition) DO UPDATE SET is_dirty = 1 WHERE is_dirty = 0
          """, arguments: [table, noted])
    }
    try db.execute(sql: "DELETE FROM publish_dirty")
  }

  /// Forgets every other target: the settings do not name it any more.
  package func keepOnly(_ targets: [String]) throws {
    let names = try json(targets)
    for table in ["publish_state", "publish_target"] {
      try db.execute(
        sql: "DELETE FROM \(table) WHERE target NOT IN (SELECT value FROM json_each(?))", arguments: [names])
    }
  }

  package func parts(of target: String) throws -> [Key: Part] {
    var parts: [Key: Part] = [:]
    for row in try Row.fetchAll(
      db, sql: "SELECT table_name, partition, hash, rows, generation, is_dirty FROM publish_state WHERE target = ?",
      arguments: [target])
    {
      parts[Key(row["table_name"], row["partition"])] = Part(
        hash: row["hash"], rows: row["rows"], generation: row["generation"], isDirty: row["is_dirty"])
    }
    return parts
  }

  /// Months that were noted and not handed on yet, by the name they are noted under.
  package func notes() throws -> [String: [String]] {
    let rows = try Row.fetchAll(db, sql: "SELECT table_name, month FROM publish_dirty ORDER BY 1, 2")
    return Dictionary(grouping: rows) { $0["table_name"] as String }.mapValues { $0.map { $0["month"] } }
  }

  /// How many months of tables may have changed since a target was last published.
  package func changedMonths(of target: String) throws -> Int {
    try Int.fetchOne(
      db,
      sql: """
        SELECT count(*) FROM (
          SELECT table_name, partition FROM publish_state WHERE target = ? AND is_dirty = 1
          UNION SELECT table_name, month FROM publish_dirty)
        """, arguments: [target]) ?? 0
  }

  /// How many runs ended after one.
  package func runs(after run: Int64) throws -> Int {
    try Int.fetchOne(
      db, sql: "SELECT count(*) FROM import_run WHERE id > ? AND status <> 'running'", arguments: [run]) ?? 0
  }

  // MARK: Targets

  package func target(_ name: String) throws -> PublishTargetRow? {
    try targets().first { $0.target == name }
  }

  package func targets() throws -> [PublishTargetRow] {
    try rows(
      """
      SELECT target, address, generation, import_run_id, rows, published_at, tried_at, failure, failed_since
      FROM publish_target ORDER BY target
      """)
  }

  /// A target that is tried. Under another address, or with another version of what is published, it is a new one.
  package func begin(_ name: String, address: String, schema: Int, at now: Instant) throws {
    let known = try Row.fetchOne(
      db, sql: "SELECT address, schema_version FROM publish_target WHERE target = ?", arguments: [name])
    if let known, known["address"] != address || known["schema_version"] != schema {
      try db.execute(sql: "DELETE FROM publish_state WHERE target = ?", arguments: [name])
      try db.execute(sql: "DELETE FROM publish_target WHERE target = ?", arguments: [name])
    }
    try db.execute(
      sql: """
        INSERT INTO publish_target (target, address, schema_version, tried_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (target) DO UPDATE SET tried_at = excluded.tried_at
        """, arguments: [name, address, schema, now.description])
  }

  /// What was published, once the target has it.
  ///
  /// - Parameters:
  ///   - parts: what was compared or written; nil: it is gone.
  ///   - isFull: what is not among them is gone, too.
  package func record(
    _ name: String, generation: Int, run: Int64?, parts: [Key: Part?], isFull: Bool, at now: Instant
  ) throws {
    if isFull { try db.execute(sql: "DELETE FROM publish_state WHERE target = ?", arguments: [name]) }
    try keep(parts, of: name)
    try db.execute(
      sql: """
        UPDATE publish_target SET generation = ?2, import_run_id = ?3, published_at = ?4, tried_at = ?4,
          failure = NULL, failed_since = NULL,
          rows = (SELECT ifnull(sum(rows), 0) FROM publish_state WHERE target = ?1)
        WHERE target = ?1
        """, arguments: [name, generation, run, now.description])
  }

  /// - Parameter parts: nil: it is gone.
  package func keep(_ parts: [Key: Part?], of target: String) throws {
    for (key, part) in parts {
      if let part {
        try db.execute(
          sql: "INSERT OR REPLACE INTO publish_state VALUES (?, ?, ?, ?, ?, ?, ?)",
          arguments: [target, key.table, key.partition, part.hash, part.rows, part.generation, part.isDirty])
      } else {
        try db.execute(
          sql: "DELETE FROM publish_state WHERE target = ? AND table_name = ? AND partition = ?",
          arguments: [target, key.table, key.partition])
      }
    }
  }

  /// Nothing was to do, or it failed.
  ///
  /// - Parameter failure: in words; nil: it holds what we have.
  package func note(_ name: String, failure: String?, at now: Instant) throws {
    try db.execute(
      sql: """
        UPDATE publish_target SET tried_at = ?3, failure = ?2,
          failed_since = iif(?2 IS NULL, NULL, ifnull(failed_since, ?3)) WHERE target = ?1
        """, arguments: [name, failure, now.description])
  }
}

/// How a target stands; instants are UTC.
package struct PublishTargetRow: TabularRow, Decodable, Sendable {
  package let target: String
  /// Without secrets.
  package let address: String
  package let generation: Int
  /// The last run that it has.
  package let run: Int64?
  package let rows: Int
  package let publishedAt: String?
  package let triedAt: String?
  /// Why it could not be published, while that lasts.
  package let failure: String?
  package let failedSince: String?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case target, address, generation
    case run = "import_run_id"
    case rows
    case publishedAt = "published_at"
    case triedAt = "tried_at"
    case failure
    case failedSince = "failed_since"
  }
}

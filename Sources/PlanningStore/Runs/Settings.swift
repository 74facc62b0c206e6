import GRDB
package import Planning

/// What rota itself decides and remembers.
package struct Settings: Subject {
  let session: StoreSession

  package func value(_ key: String) throws -> String? {
    try rawRows("SELECT value FROM setting WHERE key = ?", [key]).first?["value"]
  }

  /// In the order of their keys.
  package func value(prefix: String) throws -> [(key: String, value: String)] {
    try rawRows(
      "SELECT key, value FROM setting WHERE substr(key, 1, ?) = ? ORDER BY key", [prefix.count, prefix]
    ).map { (key: $0["key"], value: $0["value"]) }
  }

  /// Writes only when the value differs; nil removes it.
  package func set(_ key: String, _ value: String?, at now: Instant) throws {
    guard let value else {
      try db.execute(sql: "DELETE FROM setting WHERE key = ?", arguments: [key])
      return
    }
    try db.execute(
      sql: """
        INSERT INTO setting VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
        WHERE value IS NOT excluded.value
        """, arguments: [key, value, now.description])
  }
}

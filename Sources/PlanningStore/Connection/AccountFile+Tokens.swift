package import Foundation
import GRDB

extension AccountFile {
  /// A program that may use the API.
  package struct Token: TabularRow, Sendable, Equatable {
    package let id: Int64
    package let name: String
    package let right: String

    package enum CodingKeys: String, CodingKey, CaseIterable {
      case id, name
      case right = "role"
    }
  }

  package func tokens() throws -> [Token] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT id, name, right FROM api_token ORDER BY name").map(Self.token)
    }
  }

  /// Whose it is, by its hash; nil: nobody's.
  package func token(_ hash: Data) throws -> Token? {
    try read { db in
      try Row.fetchOne(db, sql: "SELECT id, name, right FROM api_token WHERE hash = ?", arguments: [hash])
        .map(Self.token)
    }
  }

  /// - Returns: false: there is one of this name; letter case does not count.
  package func addToken(_ name: String, right: String, hash: Data, at now: Int) throws -> Bool {
    try write { db in
      try db.execute(
        sql: "INSERT OR IGNORE INTO api_token (name, right, hash, created_at) VALUES (?, ?, ?, ?)",
        arguments: [name, right, hash, now])
      return db.changesCount == 1
    }
  }

  /// - Returns: false: there is none of this name.
  package func removeToken(_ name: String) throws -> Bool {
    try write { db in
      try db.execute(sql: "DELETE FROM api_token WHERE name = ?", arguments: [name])
      return db.changesCount == 1
    }
  }

  private static func token(_ row: Row) -> Token { Token(id: row["id"], name: row["name"], right: row["right"]) }
}

package import Foundation
import GRDB

/// Who is logged in at the web app: a small SQLite file of its own beside the planning database, `<database>.web`, which
/// only its owner may read. Tokens are kept as SHA-256; moments are seconds since 1970.
package final class AccountFile: Sendable {
  private let queue: DatabaseQueue
  private let path: String

  /// Somebody who is logged in.
  package struct Session: Sendable, Equatable {
    package let name: String
    package let right: String
    package let expiresAt: Int
  }

  /// Opens the file and makes it if it is not there.
  ///
  /// - Throws: `StoreError`: no rights, no room, somebody else's file.
  package init(database: String) throws {
    path = database + ".web"
    do {
      guard OwnFile.make(path) else { throw StoreError(.cannotOpen, path: path) }
      chmod(path, 0o600)
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.foreignKeysEnabled = true
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.write { db in
        let known = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard known <= Self.steps.count else { throw StoreError(.newerSchema(applied: known), path: path) }
        if known == 0, try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0 > 0 {
          throw StoreError(.foreign, path: path)
        }
        for step in Self.steps[known...] { try db.execute(sql: step) }
        try db.execute(sql: "PRAGMA user_version = \(Self.steps.count)")
      }
    } catch let error as DatabaseError {
      throw StoreError(error, path: path)
    }
  }

  /// A step that shipped is never edited.
  private static let steps = [
    """
    CREATE TABLE entry_link (token BLOB PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
    CREATE TABLE account (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      right TEXT NOT NULL,
      -- Of scrypt, with what it took; NULL: no password yet.
      salt BLOB,
      hash BLOB,
      rounds INTEGER,
      created_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE invitation (
      token BLOB PRIMARY KEY,
      account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE session (
      token BLOB PRIMARY KEY,
      -- NULL: somebody who came in by a link.
      account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      right TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE api_token (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      right TEXT NOT NULL,
      hash BLOB NOT NULL UNIQUE,
      created_at INTEGER NOT NULL
    ) STRICT;
    """,
  ]

  // MARK: Links that let somebody in once

  package func addLink(_ token: Data, expiresAt: Int) throws {
    try write {
      try $0.execute(sql: "INSERT INTO entry_link VALUES (?, ?)", arguments: [token, expiresAt])
    }
  }

  /// Uses a link up and logs somebody in.
  ///
  /// - Parameter session: the new session's token, and whose it is.
  /// - Returns: false: there is no such link, it was used, or it is too old.
  package func enter(_ link: Data, at now: Int, as session: Session, token: Data) throws -> Bool {
    try write { db in
      try db.execute(sql: "DELETE FROM entry_link WHERE expires_at <= ?", arguments: [now])
      try db.execute(sql: "DELETE FROM entry_link WHERE token = ?", arguments: [link])
      guard db.changesCount == 1 else { return false }
      try Self.add(session, token, account: nil, at: now, db)
      return true
    }
  }

  // MARK: Sessions

  package func session(_ token: Data, at now: Int) throws -> Session? {
    // Asked with every page: one statement, kept; GRDB's `read` would make SQLite compile it anew.
    try translated {
      try queue.inDatabase { db in
        try Row.fetchOne(
          db.cachedStatement(sql: "SELECT name, right, expires_at FROM session WHERE token = ? AND expires_at > ?"),
          arguments: [token, now]
        ).map { Session(name: $0["name"], right: $0["right"], expiresAt: $0["expires_at"]) }
      }
    }
  }

  static func add(_ session: Session, _ token: Data, account: Int64?, at now: Int, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM session WHERE expires_at <= ?", arguments: [now])
    try db.execute(
      sql: "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
      arguments: [token, account, session.name, session.right, session.expiresAt])
  }

  package func endSession(_ token: Data) throws {
    try write { try $0.execute(sql: "DELETE FROM session WHERE token = ?", arguments: [token]) }
  }

  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try translated { try queue.write(body) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try translated { try queue.read(body) }
  }

  private func translated<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as DatabaseError { throw StoreError(error, path: path) }
  }
}

extension AccountFile.Session {
  package init(name: String, right: String, until expiresAt: Int) {
    self.init(name: name, right: right, expiresAt: expiresAt)
  }
}

package import Foundation
import GRDB

extension AccountFile {
  /// Somebody who may log in. Moments are seconds since 1970.
  package struct Account: TabularRow, Sendable, Equatable {
    package let id: Int64
    package let name: String
    package let right: String
    /// false: they were invited and have not set a password yet.
    package let hasPassword: Bool

    package enum CodingKeys: String, CodingKey, CaseIterable {
      case id, name
      case right = "role"
      case hasPassword = "has_password"
    }
  }

  /// What a password was turned into (scrypt).
  package struct PasswordHash: Sendable, Equatable {
    package let salt: Data
    package let hash: Data
    package let rounds: Int

    package init(salt: Data, hash: Data, rounds: Int) {
      self.salt = salt
      self.hash = hash
      self.rounds = rounds
    }
  }

  private static let columns = "id, name, right, hash IS NOT NULL AS has_password"

  private static func account(_ row: Row) -> Account {
    Account(id: row["id"], name: row["name"], right: row["right"], hasPassword: row["has_password"])
  }

  package func accounts() throws -> [Account] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT \(Self.columns) FROM account ORDER BY name").map(Self.account)
    }
  }

  package var hasAccounts: Bool {
    get throws { try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM account)") ?? false } }
  }

  /// Letter case does not count.
  package func account(named name: String) throws -> Account? {
    try read { db in
      try Row.fetchOne(db, sql: "SELECT \(Self.columns) FROM account WHERE name = ?", arguments: [name])
        .map(Self.account)
    }
  }

  /// With the first account, whoever came in by a link is out: from now on everybody logs in.
  ///
  /// - Returns: nil: there is one of this name.
  package func addAccount(_ name: String, right: String, at now: Int) throws -> Int64? {
    try write { db in
      try db.execute(
        sql: "INSERT OR IGNORE INTO account (name, right, created_at) VALUES (?, ?, ?)", arguments: [name, right, now])
      guard db.changesCount == 1 else { return nil }
      let id = db.lastInsertedRowID
      try db.execute(sql: "DELETE FROM session WHERE account_id IS NULL; DELETE FROM entry_link")
      return id
    }
  }

  /// Their sessions end.
  package func setRight(_ right: String, of account: Int64) throws {
    try write { db in
      try db.execute(sql: "UPDATE account SET right = ? WHERE id = ?", arguments: [right, account])
      try db.execute(sql: "DELETE FROM session WHERE account_id = ?", arguments: [account])
    }
  }

  /// With sessions and invitations.
  package func remove(_ account: Int64) throws {
    try write { try $0.execute(sql: "DELETE FROM account WHERE id = ?", arguments: [account]) }
  }

  // MARK: Passwords

  /// A password that was there is gone, and every session with it; only the newest invitation holds.
  package func invite(_ account: Int64, token: Data, expiresAt: Int) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE account SET salt = NULL, hash = NULL, rounds = NULL WHERE id = ?", arguments: [account])
      try db.execute(sql: "DELETE FROM session WHERE account_id = ?", arguments: [account])
      try db.execute(sql: "DELETE FROM invitation WHERE account_id = ?", arguments: [account])
      try db.execute(sql: "INSERT INTO invitation VALUES (?, ?, ?)", arguments: [token, account, expiresAt])
    }
  }

  /// Whom an invitation is for; looking does not use it up.
  package func invited(_ token: Data, at now: Int) throws -> Account? {
    try read { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT \(Self.columns) FROM account
          WHERE id = (SELECT account_id FROM invitation WHERE token = ? AND expires_at > ?)
          """, arguments: [token, now]
      ).map(Self.account)
    }
  }

  /// Uses an invitation up.
  ///
  /// - Returns: false: it was used in between.
  package func setPassword(_ hash: PasswordHash, invitation: Data, at now: Int) throws -> Bool {
    try write { db in
      let id = try Int64.fetchOne(
        db, sql: "DELETE FROM invitation WHERE token = ? AND expires_at > ? RETURNING account_id",
        arguments: [invitation, now])
      guard let id else { return false }
      try db.execute(
        sql: "UPDATE account SET salt = ?, hash = ?, rounds = ? WHERE id = ?",
        arguments: [hash.salt, hash.hash, hash.rounds, id])
      return true
    }
  }

  package func passwordHash(of account: Int64) throws -> PasswordHash? {
    try read { db in
      try Row.fetchOne(
        db, sql: "SELECT salt, hash, rounds FROM account WHERE id = ? AND hash IS NOT NULL", arguments: [account]
      ).map { PasswordHash(salt: $0["salt"], hash: $0["hash"], rounds: $0["rounds"]) }
    }
  }

  /// Somebody who gave the right password.
  package func logIn(_ account: Account, token: Data, at now: Int, until end: Int) throws {
    try write { db in
      try Self.add(
        Session(name: account.name, right: account.right, until: end), token, account: account.id, at: now, db)
    }
  }
}

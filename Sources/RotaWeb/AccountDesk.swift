import Foundation
package import PlanningStore
import Steering

/// Keeps who may log in and which programs have a token, for commands and pages alike.
package struct AccountDesk {
  private let accounts: AccountFile
  /// What links begin with.
  private let base: String

  /// What was said, and what must be handed over: a link or a token, shown once.
  package struct Kept: Sendable {
    package let line: String
    package var secret: String?
  }

  package init(_ accounts: AccountFile, base: String) {
    self.accounts = accounts
    self.base = base
  }

  package init(_ accounts: AccountFile, _ address: WebAddress) {
    self.init(accounts, base: address.base(port: address.port))
  }

  // MARK: People

  /// - Throws: `UserError` where the name cannot be one, or is taken.
  package func addUser(_ name: String, _ right: Right) throws -> Kept {
    try Self.refuseBadName(name)
    guard let id = try accounts.addAccount(name, right: right.rawValue, at: Date.seconds) else {
      throw UserError("\(name) has an account already", next: .outside("rota web users reset \(name)"))
    }
    return Kept(
      line: "\(name) may log in as \(right.rawValue) once they have set a password here, within a day:",
      secret: try invite(id))
  }

  package func setRight(of name: String, to right: Right) throws -> Kept {
    let account = try user(name)
    if right != .admin { try refuseLastAdmin(account) }
    try accounts.setRight(right.rawValue, of: account.id)
    return Kept(line: "\(account.name) is \(right.rawValue) now, and must log in again.")
  }

  package func resetUser(_ name: String) throws -> Kept {
    let account = try user(name)
    return Kept(
      line: "\(account.name) is logged out and sets a new password here, within a day:", secret: try invite(account.id))
  }

  package func removeUser(_ name: String) throws -> Kept {
    let account = try user(name)
    let isLast = try accounts.accounts().count == 1
    if !isLast { try refuseLastAdmin(account) }
    try accounts.remove(account.id)
    return Kept(line: "\(account.name) may not log in any more.")
  }

  /// Somebody must be able to let others in; the very last account may go, and links let in again.
  private func refuseLastAdmin(_ account: AccountFile.Account) throws {
    let others = try accounts.accounts().filter { $0.right == Right.admin.rawValue && $0.id != account.id }
    guard account.right == Right.admin.rawValue, others.isEmpty else { return }
    throw UserError(
      "\(account.name) is the only admin", next: .outside("make another one first: rota web users role NAME admin"))
  }

  private func user(_ name: String) throws -> AccountFile.Account {
    guard let account = try accounts.account(named: name) else {
      throw UserError("nobody named \(name) has an account", next: .outside("rota web users list"))
    }
    return account
  }

  private func invite(_ account: Int64) throws -> String {
    let token = SessionKeys.make()
    try accounts.invite(account, token: SessionKeys.hash(token), expiresAt: Date.seconds + SessionKeys.invitationTime)
    return "\(base)/invite/\(token)"
  }

  // MARK: Programs

  package func addToken(_ name: String, _ right: Right) throws -> Kept {
    try Self.refuseBadName(name)
    let token = "rota_" + SessionKeys.make()
    let isNew = try accounts.addToken(
      name, right: right.rawValue, hash: SessionKeys.hash(token), at: Date.seconds)
    guard isNew else {
      throw UserError("there is a token named \(name) already", next: .outside("rota web tokens remove \(name)"))
    }
    return Kept(
      line: "\(name) may use the API as \(right.rawValue) with this token, which is not shown again:", secret: token)
  }

  package func removeToken(_ name: String) throws -> Kept {
    guard try accounts.removeToken(name) else {
      throw UserError("there is no token named \(name)", next: .outside("rota web tokens list"))
    }
    return Kept(line: "The token \(name) is worth nothing any more.")
  }

  private static func refuseBadName(_ name: String) throws {
    guard !name.isEmpty, name.count <= 100, name.allSatisfy({ !$0.isWhitespace && !$0.isNewline }) else {
      throw UserError("a name has no blanks, and at most 100 characters")
    }
  }
}

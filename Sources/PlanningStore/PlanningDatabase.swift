import Foundation
import GRDB
import Migrations

/// The planning database: one SQLite file, one connection, WAL.
package final class PlanningDatabase: Sendable {
  package let path: String
  private let queue: DatabaseQueue
  private let statements = StatementCache()

  /// Opens the file, and migrates an older schema after a backup beside it.
  ///
  /// - Parameters:
  ///   - creates: makes the file if it is not there.
  ///   - migrates: false refuses an older schema instead.
  /// - Throws: `StoreError`: not there, no SQLite file, a newer schema, no rights, no room.
  package init(path: String, creates: Bool, migrates: Bool = true) throws {
    self.path = path
    guard creates || FileManager.default.fileExists(atPath: path) else {
      throw StoreError(.notFound, "there is no database at \(path)")
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? nil
    guard creates || size != 0 else {
      throw StoreError(.notFound, "there is no database at \(path): the file is empty")
    }
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000;")
      // The list of work is filled in random order: with the small default cache each insert would touch the disk.
      try db.execute(sql: "PRAGMA temp_store = FILE; PRAGMA temp.cache_size = -16000;")
    }
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try Self.bringUpToDate(queue, path: path, migrates: migrates)
    } catch let error as DatabaseError {
      throw StoreError(error, path: path)
    }
  }

  package static var schemaVersion: Int { Migrations.all.count }

  private static func bringUpToDate(_ queue: DatabaseQueue, path: String, migrates: Bool) throws {
    var migrator = DatabaseMigrator()
    for step in Migrations.all {
      migrator.registerMigration(step.name) { try $0.execute(sql: step.sql) }
    }
    let names = Set(Migrations.all.map(\.name))
    let (applied, tables) = try queue.read { db in
      (
        try db.tableExists("grdb_migrations")
          ? try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations") : [],
        try Int.fetchOne(
          db,
          sql: """
            SELECT count(*) FROM sqlite_master
            WHERE type = 'table' AND name <> 'grdb_migrations' AND name NOT LIKE 'sqlite_%'
            """) ?? 0
      )
    }
    guard Set(applied).isSubset(of: names) else {
      throw StoreError(
        .newerSchema, "\(path) was written by a newer rota (schema \(applied.count)); this one knows \(schemaVersion)")
    }
    if applied.isEmpty, tables > 0 {
      throw StoreError(.notADatabase, "\(path) is an SQLite file, but not rota's; nothing was changed")
    }
    if applied.count == names.count { return }
    if !applied.isEmpty {
      guard migrates else {
        throw StoreError(
          .newerSchema,
          "\(path) has schema \(applied.count), this rota needs \(schemaVersion): run 'rota database migrate'")
      }
      try queue.vacuum(into: freeName("\(path).before-schema-\(schemaVersion)"))
    }
    try migrator.migrate(queue)
  }

  /// The name, or with a number if there is such a file already: an earlier copy is never written over.
  private static func freeName(_ name: String) -> String {
    func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: name) }
    guard isThere(name) else { return name }
    return (2...).lazy.map { "\(name)-\($0)" }.first { !isThere($0) }!
  }

  /// One transaction, immediate; nothing is kept when `body` throws.
  package func write<Value>(_ body: (StoreSession) throws -> Value) throws -> Value {
    try translated { try queue.write { try body(StoreSession(db: $0, statements: statements)) } }
  }

  package func read<Value>(_ body: (StoreSession) throws -> Value) throws -> Value {
    try translated { try queue.read { try body(StoreSession(db: $0, statements: statements)) } }
  }

  /// A whole copy in another file (rule 84, backups). The target must not exist.
  package func copy(to target: String) throws {
    try translated { try queue.vacuum(into: target) }
  }

  /// SQLite's own upkeep: statistics for its query planner, where they have aged.
  package func optimize() throws {
    try translated { try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA optimize") } }
  }

  package func close() throws {
    try translated {
      queue.inDatabase { _ in statements.removeAll() }
      try queue.close()
    }
  }

  private func translated<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw StoreError(error, path: path)
    }
  }
}

/// The database inside one transaction.
package struct StoreSession {
  let db: Database
  let statements: StatementCache

  /// Compiled once per connection; at most one use of the same text at a time.
  func statement(_ sql: StaticString) throws -> FastStatement { try statements.statement(sql, db: db) }
}

import Foundation
import GRDB
import GRDBSQLite
import Migrations
import Synchronization

/// The planning database: one SQLite file in WAL mode, one connection that writes, and beside it some that only read, so
/// that nobody who asks waits for who writes.
package final class PlanningDatabase: Sendable {
  package let path: String
  /// The file or its folder may not be written: it can be read, and nothing is made beside it.
  package let isReadOnly: Bool
  private let readers: Readers
  /// Opened when something is written, or the file is made or brought up to date.
  private let writer = Mutex<Writer?>(nil)

  private struct Writer {
    let queue: DatabaseQueue
    let statements = StatementCache()
    let textKeys = TextKeys()
  }

  /// Opens the file, and migrates an older schema after a backup beside it.
  ///
  /// - Parameters:
  ///   - creates: makes the file if it is not there.
  ///   - migrates: false refuses an older schema instead.
  /// - Throws: `StoreError`: not there, no SQLite file, a newer schema, no rights, no room.
  package init(path: String, creates: Bool, migrates: Bool = true) throws {
    self.path = path
    guard creates || FileManager.default.fileExists(atPath: path) else {
      throw StoreError(.notFound, path: path)
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? nil
    guard creates || size != 0 else {
      throw StoreError(.empty, path: path)
    }
    if size == nil { OwnFile.make(path) }
    let isReadOnly = size != nil && !Self.mayWrite(path)
    self.isReadOnly = isReadOnly
    readers = Readers { try Self.connect(path, isReadOnly ? .readingFile : .reading) }
    do {
      let (applied, isWAL) = size ?? 0 > 0 ? try Self.look(at: path) : (0, false)
      if applied < Migrations.all.count || !isWAL {
        try bringUpToDate(applied, migrates: migrates)
      }
    } catch let error as DatabaseError {
      throw StoreError(error, path: path)
    }
  }

  private enum Purpose { case writing, reading, readingFile }

  private static func configuration(_ purpose: Purpose) -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.foreignKeysEnabled = true
    configuration.readonly = purpose == .readingFile
    configuration.prepareDatabase { db in
      guard purpose == .writing else { return try db.execute(sql: "PRAGMA query_only = 1; PRAGMA cache_size = -8000") }
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
      // The list of work is filled in random order: with the small default cache each insert would touch the disk.
      try db.execute(sql: "PRAGMA cache_size = -20000; PRAGMA temp_store = FILE; PRAGMA temp.cache_size = -8000;")
    }
    return configuration
  }

  private static func connect(_ path: String, _ purpose: Purpose) throws -> DatabaseQueue {
    try DatabaseQueue(
      path: purpose == .readingFile ? untouched(path) : path, configuration: configuration(purpose))
  }

  /// The one connection that writes.
  private func withWriter<Value>(_ body: (Writer) throws -> Value) throws -> Value {
    let opened = try writer.withLock { writer in
      if let writer { return writer }
      let made = Writer(queue: try Self.connect(path, isReadOnly ? .readingFile : .writing))
      writer = made
      return made
    }
    return try body(opened)
  }

  // MARK: Looking before touching

  /// Both the file and its folder: SQLite keeps two files of its own beside it.
  private static func mayWrite(_ path: String) -> Bool {
    let folder = (path as NSString).deletingLastPathComponent
    return access(path, W_OK) == 0 && access(folder.isEmpty ? "." : folder, W_OK) == 0
  }

  /// The file as an address under which SQLite makes nothing beside it and locks nothing. Where changes wait in a -wal file,
  /// the path itself: only with that file is the database whole.
  private static func untouched(_ path: String) -> String {
    let waiting = (try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int) ?? nil
    return waiting ?? 0 > 0 ? path : URL(fileURLWithPath: path).absoluteString + "?immutable=1"
  }

  /// - Returns: how many steps of the schema the file has, and whether it is in WAL mode: another mode, of a copy for
  ///   example, makes readers wait for writers.
  /// - Throws: `StoreError` for a file that is not ours; it is as it was.
  private static func look(at path: String) throws -> (applied: Int, isWAL: Bool) {
    let queue = try connect(path, .readingFile)
    let applied = try appliedSteps(queue, path: path)
    let isWAL = queue.inDatabase { Self.isWAL($0) }
    try queue.close()
    return (applied, isWAL)
  }

  /// Byte 18 of the file is 2. Read through SQLite's own handle: closing one of ours would take away the locks that this
  /// process holds on the file (POSIX), and with them what keeps others from removing its WAL.
  private static func isWAL(_ db: Database) -> Bool {
    var file: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
      let file, let read = file.pointee.pMethods?.pointee.xRead
    else { return false }
    var header = [UInt8](repeating: 0, count: 20)
    return read(file, &header, 20, 0) == SQLITE_OK && header[18] == 2
  }

  package static var schemaVersion: Int { Migrations.all.count }

  private func bringUpToDate(_ applied: Int, migrates: Bool) throws {
    if isReadOnly, applied == 0 { throw StoreError(.readOnly, path: path) }
    if applied > 0, applied < Migrations.all.count, !migrates || isReadOnly {
      throw StoreError(
        isReadOnly ? .olderSchemaReadOnly(applied: applied) : .olderSchema(applied: applied), path: path)
    }
    guard !isReadOnly else { return }
    let lock = applied < Migrations.all.count ? try lockForMigrating(isNew: applied == 0) : nil
    defer { withExtendedLifetime(lock) {} }
    try withWriter { writer in
      let now = try Self.appliedSteps(writer.queue, path: path)
      guard now < Migrations.all.count else { return }
      if now > 0 { try keepCopy(writer.queue) }
      try Self.migrate(writer.queue)
    }
  }

  /// The file as it was, whole under its name: what a killed process left of a copy is none.
  private func keepCopy(_ queue: DatabaseQueue) throws {
    let name = Self.freeName("\(path).before-schema-\(Self.schemaVersion)")
    let part = "\(name).part"
    if FileManager.default.fileExists(atPath: part) { try FileManager.default.removeItem(atPath: part) }
    OwnFile.make(part)
    try queue.vacuum(into: part)
    try OwnFile.settle(part, as: name)
  }

  /// An older rota's import may be running, or somebody else may be making or migrating the file just now.
  ///
  /// - Returns: nil where a new file's lock cannot be made: opening the file will say why.
  private func lockForMigrating(isNew: Bool) throws -> WriteLock? {
    do {
      guard let lock = try WriteLock(database: path, patience: 30) else { throw StoreError(.busy, path: path) }
      return lock
    } catch let error as StoreError {
      if isNew, case .noLock = error.code { return nil }
      throw error
    }
  }

  private static func migrate(_ queue: DatabaseQueue) throws {
    // Rows that name nothing are for `problems()` to tell, not for a migration to die of.
    var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
    for step in Migrations.all {
      migrator.registerMigration(step.name) { try $0.execute(sql: step.sql) }
    }
    try migrator.migrate(queue)
  }

  /// How many steps of the schema the file has.
  ///
  /// - Throws: `StoreError` if it is a newer rota's or somebody else's.
  private static func appliedSteps(_ connections: any DatabaseReader, path: String) throws -> Int {
    let names = Set(Migrations.all.map(\.name))
    let (applied, tables) = try connections.read { db in
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
      let isOurs = applied.contains { names.contains($0) }
      throw StoreError(isOurs ? .newerSchema(applied: applied.count) : .foreign, path: path)
    }
    if applied.isEmpty, tables > 0 {
      throw StoreError(.foreign, path: path)
    }
    return applied.count
  }

  /// The name, or with a number if there is such a file already: an earlier copy is never written over.
  private static func freeName(_ name: String) -> String {
    func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: name) }
    guard isThere(name) else { return name }
    return (2...).lazy.map { "\(name)-\($0)" }.first { !isThere($0) }!
  }

  /// One transaction, immediate; nothing is kept when `body` throws.
  ///
  /// - Parameter checksLinks: false: `body` looks at all links itself before it ends, instead of SQLite at each row's.
  package func write<Value>(checksLinks: Bool = true, _ body: (StoreSession) throws -> Value) throws -> Value {
    try translated {
      try withWriter { writer in
        do {
          return try writer.queue.writeWithoutTransaction { db in
            if !checksLinks { try db.execute(sql: "PRAGMA foreign_keys = 0") }
            let value = Result {
              var value: Value?
              try db.inTransaction(.immediate) {
                let session = StoreSession(db: db, statements: writer.statements, textKeys: writer.textKeys)
                value = try body(session)
                try session.dirtyMonths.write(session)
                return .commit
              }
              return value!
            }
            if !checksLinks { try db.execute(sql: "PRAGMA foreign_keys = 1") }
            return try value.get()
          }
        } catch {
          writer.textKeys.removeAll()
          throw error
        }
      }
    }
  }

  /// What was committed when it begins, whatever is written meanwhile, here or in another process.
  ///
  /// - Parameter limit: how long it may take, seconds; nil: as long as it takes.
  /// - Throws: `StoreError` with the code `interrupted` where it took longer.
  package func read<Value>(within limit: Double? = nil, _ body: (StoreSession) throws -> Value) throws -> Value {
    try translated { try readers.read(within: limit, body) }
  }

  /// A whole copy in another file (rule 84, backups). The target must not exist.
  package func copy(to target: String) throws {
    try translated {
      OwnFile.make(target)
      try withWriter { writer in
        guard isReadOnly else { return try writer.queue.vacuum(into: target) }
        // VACUUM INTO does not work on a file that is opened for reading only.
        let copy = try DatabaseQueue(path: target)
        try writer.queue.backup(to: copy)
        try copy.close()
      }
    }
  }

  /// SQLite's own upkeep: statistics for its query planner, where they have aged.
  package func optimize() throws {
    try translated {
      try withWriter { try $0.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA optimize") } }
    }
  }

  package func close() throws {
    try translated {
      try readers.close()
      let opened = writer.withLock { writer in
        defer { writer = nil }
        return writer
      }
      if let opened {
        opened.queue.inDatabase { _ in opened.statements.removeAll() }
        try opened.queue.close()
      }
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

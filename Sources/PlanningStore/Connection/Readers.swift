import Dispatch
import GRDB
import Synchronization

/// Connections that only read, made as they are needed and kept for the next who asks.
///
/// GRDB's own pool writes into the file when it opens it (an empty WAL is not enough for it), so that whoever asks would
/// wait for who writes in another process.
final class Readers: Sendable {
  private struct Reader {
    let queue: DatabaseQueue
    let statements = StatementCache()
    let textKeys = TextKeys()
    let plan = KeptPlan()

    func close() throws {
      queue.inDatabase { _ in statements.removeAll() }
      try queue.close()
    }
  }

  /// As many as wait for the next question; more are made while more ask at once.
  private static let kept = 4

  private let open: @Sendable () throws -> DatabaseQueue
  private let idle = Mutex<[Reader]>([])

  /// - Parameter open: makes a connection.
  init(open: @escaping @Sendable () throws -> DatabaseQueue) {
    self.open = open
  }

  /// What was committed when it begins, whatever is written meanwhile.
  ///
  /// - Parameter limit: after so many seconds SQLite breaks off; nil: never.
  func read<Value>(within limit: Double?, _ body: (StoreSession) throws -> Value) throws -> Value {
    let reader = try idle.withLock { $0.popLast() } ?? Reader(queue: open())
    let alarm = limit.map { limit in
      let alarm = DispatchWorkItem { reader.queue.interrupt() }
      DispatchQueue.global().asyncAfter(deadline: .now() + limit, execute: alarm)
      return alarm
    }
    defer { alarm?.cancel() }
    let answer = Result {
      // Not GRDB's `read`: it says `PRAGMA query_only` around each, and SQLite compiles every kept statement anew after that.
      // These connections say it once.
      try reader.queue.inDatabase { db in
        var value: Value?
        try db.inTransaction(.deferred) {
          value = try body(
            StoreSession(db: db, statements: reader.statements, textKeys: reader.textKeys, keptPlan: reader.plan))
          return .commit
        }
        return value!
      }
    }
    let isKept = idle.withLock { idle in
      guard idle.count < Self.kept else { return false }
      idle.append(reader)
      return true
    }
    if !isKept { try reader.close() }
    return try answer.get()
  }

  func close() throws {
    let all = idle.withLock { idle in
      defer { idle = [] }
      return idle
    }
    for reader in all { try reader.close() }
  }
}

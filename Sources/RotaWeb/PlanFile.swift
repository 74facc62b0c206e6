import Foundation
import NIOCore
import NIOPosix
import PlanningStore
import Synchronization

/// The planning database as pages read it: kept open, and opened anew when another file lies in its place. Reading waits for
/// the disk on threads of its own, a change for the lock on another.
final class PlanFile: Sendable {
  private let path: String
  private let opened = Mutex<(file: FileIdentity, database: PlanningDatabase)?>(nil)
  private let readers = NIOThreadPool(numberOfThreads: 4)
  private let writer = NIOThreadPool(numberOfThreads: 1)

  /// How long a page may read, seconds.
  static let patience = 10.0

  private struct FileIdentity: Equatable {
    let device: UInt
    let number: UInt
  }

  init(path: String) {
    self.path = path
    readers.start()
    writer.start()
  }

  /// What was committed when it begins, in one transaction.
  ///
  /// - Throws: `StoreError` also where it takes longer than a page may.
  func ask<Answer: Sendable>(
    _ question: @escaping @Sendable (StoreSession) throws -> Answer
  ) async throws -> Answer {
    try await readers.runIfActive { [self] in try database().read(within: Self.patience, question) }
  }

  /// One change after another.
  func change<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await writer.runIfActive(body)
  }

  private func database() throws -> PlanningDatabase {
    let there = identity()
    return try opened.withLock { opened in
      if let opened, opened.file == there { return opened.database }
      try? opened?.database.close()
      opened = nil
      let database = try PlanningDatabase(path: path, creates: false, migrates: false)
      if let file = identity() { opened = (file, database) }
      return database
    }
  }

  private func identity() -> FileIdentity? {
    var file = stat()
    guard stat(path, &file) == 0 else { return nil }
    return FileIdentity(device: UInt(file.st_dev), number: UInt(file.st_ino))
  }

  func close() async {
    try? await readers.shutdownGracefully()
    try? await writer.shutdownGracefully()
    opened.withLock { opened in
      try? opened?.database.close()
      opened = nil
    }
  }
}

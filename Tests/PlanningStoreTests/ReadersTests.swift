import Foundation
import Planning
import PlanningStore
import Synchronization
import Testing

/// Readers beside the writer: nobody who asks waits for who writes.
@Suite("Readers beside the writer")
struct ReadersTests {
  private func with(_ body: (PlanningDatabase) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rota-readers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let database = try PlanningDatabase(path: folder.appendingPathComponent("rota.sqlite").path, creates: true)
    try body(database)
    try database.close()
  }

  private static let now = Instant("2026-03-09T06:00:00Z")!

  @Test("A question is answered in the middle of a transaction, with what was committed before it")
  func duringWrite() throws {
    try with { database in
      try database.write { try $0.settings.set("a", "before", at: Self.now) }

      try database.write { session in
        try session.settings.set("a", "after", at: Self.now)
        let answer = Mutex<String?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
          let value = try? database.read { try $0.settings.value("a") }
          answer.withLock { $0 = value ?? "nothing" }
          done.signal()
        }
        // Were it made to wait, it would wait for this very transaction.
        #expect(done.wait(timeout: .now() + 60) == .success)
        #expect(answer.withLock { $0 } == "before")
      }

      #expect(try database.read { try $0.settings.value("a") } == "after")
    }
  }

  @Test("Many ask and one writes at once: each reader sees whole transactions only")
  func manyReaders() throws {
    try with { database in
      let torn = Mutex(0)
      let group = DispatchGroup()
      for _ in 0..<8 {
        Thread.detachNewThread {
          group.enter()
          defer { group.leave() }
          for _ in 0..<50 {
            let pair = try? database.read { (try $0.settings.value("one"), try $0.settings.value("two")) }
            if pair == nil || pair!.0 != pair!.1 { torn.withLock { $0 += 1 } }
          }
        }
      }

      for round in 0..<50 {
        try database.write { session in
          try session.settings.set("one", "\(round)", at: Self.now)
          try session.settings.set("two", "\(round)", at: Self.now)
        }
      }

      #expect(group.wait(timeout: .now() + 120) == .success)
      #expect(torn.withLock { $0 } == 0)
    }
  }

  @Test(
    "Opened once more in the same process, the file keeps its locks: another program's end does not take its WAL away")
  func openedTwice() throws {
    try with { database in
      try database.write { try $0.settings.set("a", "0", at: Self.now) }
      _ = try database.read { try $0.settings.value("a") }
      for round in 1...3 {
        let second = try PlanningDatabase(path: database.path, creates: false)
        try second.write { try $0.settings.set("b", "\(round)", at: Self.now) }
        try second.close()

        // The last to leave would remove the WAL.
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        other.arguments = ["sqlite3", "-bail", database.path, "UPDATE setting SET value = '\(round)' WHERE key = 'a'"]
        try other.run()
        other.waitUntilExit()

        #expect(FileManager.default.fileExists(atPath: database.path + "-wal"))
        let values = try database.read { (try $0.settings.value("a"), try $0.settings.value("b")) }
        #expect(values == ("\(round)", "\(round)"))
        #expect(try database.read { try $0.questions.isIntact() })
      }
    }
  }

  @Test("A connection that reads refuses to write, also after it was asked before")
  func readsOnly() throws {
    try with { database in
      for _ in 1...2 {
        _ = try database.read { try $0.settings.value("a") }
        #expect(throws: StoreError.self) { try database.read { try $0.settings.set("a", "1", at: Self.now) } }
      }
      #expect(try database.read { try $0.settings.value("a") } == nil)
    }
  }

  @Test("Two databases in one process keep their compiled statements apart")
  func twoDatabases() throws {
    try with { first in
      try with { second in
        for database in [first, second, first, second] {
          let isFirst = try database.write { try $0.ledger.isEmpty() }
          let gone = try database.read { try $0.entries.ledgerBefore().gone }
          #expect(isFirst && gone.isEmpty)
        }
      }
    }
  }
}

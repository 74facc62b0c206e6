import Foundation
package import Planning
package import PlanningStore
import Steering

/// Whole copies of the database, written while it is in use.
package enum Backups {
  /// Whole or not at all: the copy gets its name when it is complete and checked.
  ///
  /// - Returns: its size, bytes.
  /// - Throws: `UserError`.
  @discardableResult
  package static func write(_ database: PlanningDatabase, to file: String) throws -> Int {
    let partial = file + ".partial"
    try? FileManager.default.removeItem(atPath: partial)
    do {
      try database.copy(to: partial)
      let copy = try PlanningDatabase(path: partial, creates: false)
      guard try copy.read({ try $0.questions.isIntact() }) else {
        throw UserError("the copy is damaged", status: .failed)
      }
      try copy.close()
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: partial + suffix) }
      try OwnFile.settle(partial, as: file)
    } catch {
      for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: partial + suffix) }
      guard let error = error as? StoreError else { throw error }
      let why =
        switch error.code {
        case .readOnly, .cannotOpen: "its folder is not there or may not be written"
        case .diskFull, .ioFailed: "there is no room left on its disk"
        default: error.message
        }
      throw UserError(
        "\(file) was not written: \(why)", next: .outside("name a file in a folder with room"), status: .failed)
    }
    return (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
  }

  /// One copy named by the moment, `rota-2026-03-09T020000Z.sqlite`; the oldest go until `keep` are left.
  ///
  /// Only files of that form are counted and removed, and none before the new one is complete.
  package static func rotate(_ database: PlanningDatabase, into folder: String, keep: Int, at now: Instant) throws {
    let base = URL(fileURLWithPath: database.path).deletingPathExtension().lastPathComponent
    let stamp = now.description.replacingOccurrences(of: ":", with: "")
    let file = (folder as NSString).appendingPathComponent("\(base)-\(stamp).sqlite")
    if !FileManager.default.fileExists(atPath: file) {
      do { try write(database, to: file) } catch let error as UserError {
        throw UserError(
          "no backup: \(error.message)", next: .outside("make the folder, with room and rights for this user"),
          status: .failed)
      }
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { isBackup($0, of: base) }.sorted()
    for name in names.dropLast(keep) {
      try FileManager.default.removeItem(atPath: (folder as NSString).appendingPathComponent(name))
    }
  }

  private static func isBackup(_ name: String, of base: String) -> Bool {
    guard name.hasPrefix(base + "-"), name.hasSuffix(".sqlite") else { return false }
    let stamp = name.dropFirst(base.count + 1).dropLast(".sqlite".count)
    // 2026-03-09T020000Z
    guard stamp.count == 18, stamp.hasSuffix("Z") else { return false }
    let time = stamp.suffix(7).prefix(6)
    return Instant("\(stamp.prefix(11))\(time.prefix(2)):\(time.dropFirst(2).prefix(2)):\(time.suffix(2))Z") != nil
  }
}

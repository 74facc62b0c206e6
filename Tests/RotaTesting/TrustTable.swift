import Foundation

/// Rows of docs/trust.md, for the scripts in `Trust/`: where `ROTA_TRUST` names a file, they are added to it as lines of JSON,
/// and trials are carried out whole; else a sample of them is.
package enum TrustTable {
  private static let path = ProcessInfo.processInfo.environment["ROTA_TRUST"]

  package static var isWhole: Bool { path != nil }

  package static func add(_ table: String, _ cells: [any Sendable]) throws {
    guard let path else { return }
    var line = try JSONSerialization.data(withJSONObject: ["table": table, "row": cells], options: [.sortedKeys])
    line.append(0x0A)
    if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    try file.seekToEnd()
    try file.write(contentsOf: line)
  }
}

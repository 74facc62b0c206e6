import ClockifyAPI
import Foundation

/// What a send did so far, read from its folder; nobody is kept from going on with it.
package struct SendReport: Sendable {
  /// Of the folder.
  package let name: String
  package let records: Int
  package let done: Int
  package let failed: Int
  package let unknown: Int
  /// Of the last result; nil: there is none.
  package let lastAt: String?

  /// How one record ended.
  package struct Line: Sendable {
    package let record: Int
    /// Of the input.
    package let line: Int
    package let state: String
    package let id: String?
    package let status: Int?
    package let request: String?
    package let error: String?
    package let next: String?
    package let at: String?
  }

  /// - Parameter results: where the results are, if not in the folder.
  /// - Throws: `SendingError` where the folder is none of a send.
  package init(folder: String, results: String? = nil) throws {
    var head: JSONTree?
    try Journal.forEachLine(of: "\(folder)/journal.ndjson") { line in head = head ?? line }
    guard let records = head?["records"]?.whole else {
      throw SendingError("\(folder) is no folder of a send", next: "rota clockify journal list FOLDER")
    }
    let lines = try Self.lines(folder: folder, results: results, state: nil)
    name = (folder as NSString).lastPathComponent
    self.records = records
    lastAt = lines.compactMap(\.at).max()
    done = lines.count { $0.state == "done" }
    failed = lines.count { $0.state == "failed" }
    unknown = lines.count { $0.state == "unknown" }
  }

  /// All that are in a folder, by name.
  package static func all(in folder: String) throws -> [SendReport] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw SendingError("the folder \(folder) cannot be read", next: "check its name and rights (ls -l)")
    }
    return try names.sorted().filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)/journal.ndjson") }
      .map { try SendReport(folder: "\(folder)/\($0)") }
  }

  /// The last line of each record, in the order of records.
  ///
  /// - Parameter state: only those; nil: all.
  package static func lines(folder: String, results: String? = nil, state: String?) throws -> [Line] {
    var last: [Int: Line] = [:]
    try Journal.forEachLine(of: results ?? "\(folder)/results.ndjson") { line in
      guard let one = Line(line), !(line["test"]?.isTrue ?? false) else { return }
      last[one.record] = one
    }
    return last.values.filter { state == nil || $0.state == state }.sorted { $0.record < $1.record }
  }
}

extension SendReport.Line {
  fileprivate init?(_ json: JSONTree) {
    guard let record = json["record"]?.whole, let state = json["state"]?.words else { return nil }
    self.record = record
    self.state = state
    line = json["line"]?.whole ?? 0
    id = json["id"]?.words
    status = json["status"]?.whole
    request = json["request"].flatMap { sent in
      sent["method"]?.words.map { "\($0) \(sent["path"]?.words ?? "")" }
    }
    error = json["error"]?.words
    next = json["next"]?.words
    at = json["at"]?.words
  }
}

import ClockifyAPI
import Foundation
import Planning

/// What was sent, noted before it left: `journal.ndjson`. One request at most has no result, the last.
struct Journal {
  private let file: AppendFile
  private var requests: Int
  /// The last request, if nothing says that it did not leave.
  private(set) var last: Line?

  /// What must be the same when a send goes on.
  struct Head: Equatable {
    let input: String
    let destination: String
    let records: Int
    let workspace: String
    let owner: String

    var json: JSONTree {
      .object([
        .init("input", .text(input)), .init("destination", .text(destination)),
        .init("records", .number("\(records)")), .init("workspace", .text(workspace)), .init("owner", .text(owner)),
      ])
    }

    /// What differs, in words.
    func differences(from json: JSONTree) -> [String] {
      let words = [
        "input": "the input", "destination": "the destination", "records": "the number of records",
        "workspace": "the workspace", "owner": "the key's owner",
      ]
      return self.json.members.filter { json[$0.name] != $0.value }.map { words[$0.name] ?? $0.name }
    }
  }

  /// One request.
  struct Line {
    let request: Int
    let records: [Int]
    let at: Date
    /// Of `stop-timer`: what was to be stopped.
    let running: String?
  }

  /// - Throws: `SendingError` where it is the journal of something else.
  init(_ folder: SendFolder, _ head: Head, append: @escaping AppendFile.Append) throws {
    file = try AppendFile(path: folder.journal, append: append)
    requests = 0
    var isEmpty = true
    try Self.forEachLine(of: folder.journal) { line in
      if isEmpty {
        isEmpty = false
        let differences = head.differences(from: line)
        guard differences.isEmpty else {
          throw SendingError(
            "\(folder.path) belongs to another send: \(differences.joined(separator: " and ")) \(differences.count == 1 ? "is" : "are") not the same",
            next: "name another folder with --journal DIR, or give what it began with")
        }
        return
      }
      guard let request = line["request"]?.whole else { return }
      requests = max(requests, request)
      // Another body in a record's place: the record itself did not leave.
      if line["test"]?.isTrue ?? false { return }
      if line["left"] == .flag(false) {
        last = last?.request == request ? nil : last
      } else {
        last = Line(line, request)
      }
    }
    if isEmpty { try file.add(head.json.json) }
  }

  /// Notes a request that is about to leave.
  ///
  /// - Parameters:
  ///   - number: of the request, where it is sent once more.
  ///   - isTest: with another body in the record's place.
  /// - Returns: the request's number.
  mutating func note(
    _ rendered: Rendered, _ request: ClockifyWriter.Request, records: [Int], running: String?, number: Int?, at: Date,
    isTest: Bool
  ) throws -> Int {
    let number = number ?? requests + 1
    requests = max(requests, number)
    var line = JSONTree.object([
      .init("request", .number("\(number)")), .init("records", .list(records.map { .number("\($0)") })),
      .init("at", .text(Instant(seconds: Int(at.timeIntervalSince1970)).description)),
      .init("method", .text(request.method)), .init("path", .text(request.path)),
    ])
    line.set("body", request.body.flatMap { JSONTree($0) })
    line.set("id", rendered.attempt?.id.map { .text($0) })
    line.set("user", rendered.attempt?.user.map { .text($0) })
    line.set("project", rendered.attempt?.project.map { .text($0) })
    line.set("running", running.map { .text($0) })
    if isTest { line.set("test", .flag(true)) }
    try file.add(line.json)
    return number
  }

  /// Nothing of it left, or Clockify turned it away unread.
  func noteNotSent(_ number: Int) throws {
    try file.add(JSONTree.object([.init("request", .number("\(number)")), .init("left", .flag(false))]).json)
  }

  static func forEachLine(of path: String, _ body: (JSONTree) throws -> Void) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    var reader = try RecordReader(path: path, format: .ndjson, largest: .max)
    while let line = try reader.next() {
      if case .success(let record) = line { try body(record.value) }
    }
  }
}

extension Journal.Line {
  init(_ json: JSONTree, _ request: Int) {
    self.request = request
    records = (json["records"]?.elements ?? []).compactMap(\.whole)
    at = Date(timeIntervalSince1970: Double(json["at"]?.words.flatMap { Instant($0) }?.seconds ?? 0))
    running = json["running"]?.words
  }
}

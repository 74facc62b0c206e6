import ClockifyAPI
import Foundation
import Planning

/// How each record ended: `results.ndjson`. A later line of a record replaces an earlier one; a line is what "sent" means.
struct Results {
  enum State: UInt8 { case open, done, failed, unknown }

  private let file: AppendFile
  /// A byte a record.
  private var states: [UInt8]
  private(set) var causes: [String: Int] = [:]

  init(path: String, records: Int, append: @escaping AppendFile.Append) throws {
    file = try AppendFile(path: path, append: append)
    states = Array(repeating: State.open.rawValue, count: records)
    try Journal.forEachLine(of: path) { line in
      guard line["test"] != .flag(true), let number = line["record"]?.whole,
        states.indices.contains(number - 1), let state = line["state"]?.words.flatMap({ State(word: $0) })
      else { return }
      states[number - 1] = state.rawValue
    }
  }

  var path: String { file.path }

  func state(of record: Int) -> State { State(rawValue: states[record - 1]) ?? .open }
  func count(_ state: State) -> Int { states.count { $0 == state.rawValue } }

  /// Ids that requests of this send are known to have made or changed.
  func ids() throws -> Set<String> {
    var ids: Set<String> = []
    try Journal.forEachLine(of: path) { if let id = $0["id"]?.words { ids.insert(id) } }
    return ids
  }

  /// One record's end.
  struct Line {
    let record: SendRecord
    let state: State
    var id: String?
    var status: Int?
    var request: ClockifyWriter.Request?
    var response: JSONTree?
    var attempts = 0
    var resolved: Carrier.Resolved?
    var warnings: [String] = []
    var error: String?
    var next: String?
    /// Of the summary: what it failed of.
    var cause: String?
    var isTest = false

    init(_ record: SendRecord, _ state: State) {
      self.record = record
      self.state = state
    }
  }

  mutating func add(_ line: Line, at: Date) throws {
    var json = JSONTree.object([
      .init("record", .number("\(line.record.number)")), .init("line", .number("\(line.record.line)")),
      .init("state", .text(line.state.word)),
    ])
    json.set("id", line.id.map { .text($0) })
    json.set("status", line.status.map { .number("\($0)") })
    if let request = line.request {
      var sent = JSONTree.object([.init("method", .text(request.method)), .init("path", .text(request.path))])
      sent.set("body", request.body.flatMap { JSONTree($0) })
      json.set("request", sent)
    }
    json.set("response", line.response)
    json.set("attempts", .number("\(line.attempts)"))
    json.set("resolved", line.resolved.map { .text($0.rawValue) })
    json.set("warnings", line.warnings.isEmpty ? nil : .list(line.warnings.map { .text($0) }))
    json.set("error", line.error.map { .text($0) })
    json.set("next", line.next.map { .text($0) })
    if line.isTest { json.set("test", .flag(true)) }
    json.set("at", .text(Instant(seconds: Int(at.timeIntervalSince1970)).description))
    json.set("source", line.record.value)
    try file.add(json.json)
    guard !line.isTest else { return }
    states[line.record.number - 1] = line.state.rawValue
    if line.state != .done { causes[line.cause ?? "other", default: 0] += 1 }
  }
}

extension Results.State {
  var word: String {
    switch self {
    case .open: "open"
    case .done: "done"
    case .failed: "failed"
    case .unknown: "unknown"
    }
  }

  init?(word: String) {
    switch word {
    case "done": self = .done
    case "failed": self = .failed
    case "unknown": self = .unknown
    default: return nil
    }
  }
}

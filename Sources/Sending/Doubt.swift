package import ClockifyAPI
import Foundation
import Planning

/// Whether a request of which no answer came was done: looked up, never guessed (toolbox.md 3.6).
package struct Doubt: Sendable {
  package enum Finding: Sendable, Equatable {
    /// It was done; the row is what it made or changed.
    case found(JSONTree)
    /// It was not.
    case absent
    /// Nobody can tell, and why.
    case unknown(String)
  }

  /// Clocks of two machines differ by less, seconds.
  static let tolerance = 120.0
  /// So long after it left, a request may still be on its way, seconds.
  static let onItsWay = 60.0
  private static let mostPages = 20

  let source: ClockifySource
  let workspace: String

  /// - Parameters:
  ///   - at: when the request left, by this machine's clock.
  ///   - known: ids that other requests are known to have made.
  ///   - running: of `stop-timer`: the entry that was to be stopped.
  /// - Throws: `ClockifyError` where nothing can be asked, and `CancellationError`.
  func finding(
    _ attempt: Diagnosis.Attempt, at: Date, known: (String) throws -> Bool, running: String?
  ) async throws -> Finding {
    do {
      switch (attempt.template.verb, attempt.template.kind) {
      case (.stop, _): return try await ofStopping(running)
      case (.create, .timeEntry): return try await ofEntry(attempt, at, known)
      case (.create, let kind): return try await ofItem(attempt, kind, at, known)
      case (.update, _), (.delete, _): return .unknown("the answer did not come")
      }
    } catch let error as ClockifyError where [.forbidden, .entityMissing].contains(error.code) {
      return .unknown("it could not be looked up: \(error.message)")
    }
  }

  private func ofStopping(_ running: String?) async throws -> Finding {
    guard let running else { return .unknown("the timer that was to be stopped is not known") }
    guard let row = try await source.row(at: "\(Kind.timeEntry.path(in: workspace))/\(running)") else {
      return .unknown("the timer that was to be stopped is gone")
    }
    return (row["timeInterval"]?["end"] ?? .null) == .null ? .absent : .found(row)
  }

  private func ofItem(
    _ attempt: Diagnosis.Attempt, _ kind: Kind, _ at: Date, _ known: (String) throws -> Bool
  ) async throws -> Finding {
    guard let name = attempt.body["name"]?.words else { return .unknown("it has no name to look for") }
    let named = try await source.rows(
      of: kind.path(in: workspace, project: attempt.project), query: [("name", name)]
    ) { row in
      Self.trimmed(row["name"]) == Self.trimmed(.text(name))
        && (kind != .project || (row["clientId"]?.words ?? "") == (attempt.body["clientId"]?.words ?? ""))
    }
    return Self.finding(try named.filter { try !known($0["id"]?.words ?? "") }, at)
  }

  /// Lists with a window lack what is fresh, so this one has none.
  private func ofEntry(_ attempt: Diagnosis.Attempt, _ at: Date, _ known: (String) throws -> Bool) async throws
    -> Finding
  {
    guard let user = attempt.user, let start = Self.moment(attempt.body["start"]) else {
      return .unknown("whose entry it is, or when it starts, is not known")
    }
    let description = attempt.body["description"]?.words
    var (found, pages, isTooLong) = ([JSONTree](), 0, false)
    try await source.readRows(
      of: "/workspaces/\(workspace)/user/\(user)/time-entries", query: description.map { [("description", $0)] } ?? []
    ) { rows in
      found += try rows.filter { row in
        guard Self.isEqual(row, attempt.body, start) else { return false }
        return try !known(row["id"]?.words ?? "")
      }
      pages += 1
      // Newest first: what is older than the record cannot be it.
      if description == nil, let last = Self.moment(rows.last?["timeInterval"]?["start"]), last < start { return false }
      isTooLong = pages == Self.mostPages
      return !isTooLong
    }
    return isTooLong ? .unknown("too many entries would have to be read") : Self.finding(found, at)
  }

  private static func finding(_ rows: [JSONTree], _ at: Date) -> Finding {
    guard let row = rows.first else { return .absent }
    guard rows.count == 1 else { return .unknown("\(rows.count) like it are there") }
    guard let id = row["id"]?.words, let made = id.clockifyCreation else {
      return .unknown("one like it is there, and its id does not tell since when")
    }
    return Double(made.seconds) < at.timeIntervalSince1970 - tolerance
      ? .unknown("one like it was there before: \(id)") : .found(row)
  }

  private static func isEqual(_ row: JSONTree, _ body: JSONTree, _ start: Instant) -> Bool {
    func same(_ name: String) -> Bool { (row[name]?.words ?? "") == (body[name]?.words ?? "") }
    guard moment(row["timeInterval"]?["start"]) == start, same("projectId"), same("taskId"),
      trimmed(row["description"]) == trimmed(body["description"]),
      Set(row["tagIds"]?.elements ?? []) == Set(body["tagIds"]?.elements ?? [])
    else { return false }
    // A timer may have been stopped since.
    guard let end = moment(body["end"]) else { return true }
    return moment(row["timeInterval"]?["end"]) == end
  }

  private static func trimmed(_ text: JSONTree?) -> String {
    (text?.words ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func moment(_ text: JSONTree?) -> Instant? {
    text?.words.flatMap { ClockifyTime.instant($0) }.flatMap { Instant($0) }
  }
}

package import NIOCore

/// Reads entries out of the JSON of the report, of the per-user lists and of a single entry.
///
/// Strict about what carries meaning (an entry without id, user or start is an error naming the field), lenient about
/// the rest: unknown fields, null, "", missing, numbers as text. clockify-api.md 5.2, 6.2, 11.
package enum EntryDecoding {
  /// - Throws: `ClockifyError` with code `malformed`.
  /// - Parameter wanted: nil: without details.
  package static func reportPage(
    _ body: ByteBuffer, request: String, details wanted: EntryDetails.Wanted? = nil
  ) throws -> ClockifyReportPage {
    try decode(body, request: request) { scanner in
      let source = wanted.map { (EntryDetails.Source.report(withMoney: $0.withMoney), $0) }
      var page = ClockifyReportPage()
      var hasEntries = false
      try scanner.object { scanner, key in
        switch key {
        case "timeentries", "timeEntries":
          hasEntries = true
          page.entries.reserveCapacity(1000)
          try scanner.array { scanner in page.entries.append(try entry(&scanner, source)) }
        case "totals":
          try totals(&scanner, into: &page)
        default:
          try scanner.skip()
        }
      }
      guard hasEntries else { throw Missing(field: "timeentries", entry: nil) }
      return page
    }
  }

  /// A page of one person's entries.
  ///
  /// - Throws: `ClockifyError` with code `malformed`.
  package static func entries(
    _ body: ByteBuffer, request: String, details wanted: EntryDetails.Wanted? = nil
  ) throws -> [ClockifyTimeEntry] {
    try decode(body, request: request) { scanner in
      let source = wanted.map { (EntryDetails.Source.entry(withMoney: $0.withMoney), $0) }
      var entries: [ClockifyTimeEntry] = []
      try scanner.array { scanner in entries.append(try entry(&scanner, source)) }
      return entries
    }
  }

  /// - Throws: `ClockifyError` with code `malformed`.
  package static func entry(
    _ body: ByteBuffer, request: String, details wanted: EntryDetails.Wanted? = nil
  ) throws -> ClockifyTimeEntry {
    try decode(body, request: request) { scanner in
      try entry(&scanner, wanted.map { (.entry(withMoney: $0.withMoney), $0) })
    }
  }

  private struct Missing: Error {
    let field: String
    let entry: String?
  }

  private static func decode<Value>(
    _ body: ByteBuffer, request: String, _ read: (inout JSONScanner) throws -> Value
  ) throws -> Value {
    do {
      return try body.withUnsafeReadableBytes { raw in
        var scanner = JSONScanner(raw.bindMemory(to: UInt8.self))
        let value = try read(&scanner)
        try scanner.end()
        return value
      }
    } catch let failure as JSONScanner.Failure {
      let what =
        switch failure.problem {
        case .truncated: body.readableBytes == 0 ? "an empty answer" : "an answer that breaks off"
        case .syntax: "an answer that is not the JSON expected"
        case .encoding: "an answer with broken text encoding"
        case .depth: "an answer nested too deeply"
        }
      throw ClockifyError(.malformed, "Clockify sent \(what), at byte \(failure.offset)", request: request)
    } catch let missing as Missing {
      let place = missing.entry.map { "time entry \($0)" } ?? "the answer"
      throw ClockifyError(.malformed, "\(place) has no usable '\(missing.field)'", request: request)
    }
  }

  private static func totals(_ scanner: inout JSONScanner, into page: inout ClockifyReportPage) throws {
    guard try scanner.peek() == UInt8(ascii: "[") else { return try scanner.skip() }
    var isFirst = true
    try scanner.array { scanner in
      defer { isFirst = false }
      guard isFirst, try scanner.peek() == UInt8(ascii: "{") else { return try scanner.skip() }
      try scanner.object { scanner, key in
        switch key {
        case "entriesCount": page.statedEntries = try scanner.text().flatMap(wholeNumber)
        case "totalTime": page.statedSeconds = try scanner.text().flatMap(wholeNumber)
        default: try scanner.skip()
        }
      }
    }
  }

  /// Seconds may come as 6300, 6300.0 or "6300".
  private static func wholeNumber(_ text: String) -> Int? {
    Int(text) ?? Double(text).flatMap { Int(exactly: $0.rounded()) }
  }

  private static func entry(
    _ scanner: inout JSONScanner, _ wanted: (source: EntryDetails.Source, details: EntryDetails.Wanted)?
  ) throws -> ClockifyTimeEntry {
    var entry = ClockifyTimeEntry(id: "", userID: "", start: .min)
    var reader = wanted.map { DetailReader($0.details) }
    try scanner.object { scanner, key in
      switch key {
      case "_id", "id", "get_id": entry.id = try scanner.text() ?? entry.id
      case "userId": entry.userID = try scanner.repeatedText() ?? ""
      case "userName": entry.userName = try scanner.repeatedText()
      case "userEmail": entry.userEmail = try scanner.repeatedText()
      case "projectId": entry.projectID = try scanner.repeatedText()
      case "taskId": entry.taskID = try scanner.repeatedText()
      case "description": entry.description = try scanner.repeatedText()
      case "billable": entry.billable = try scanner.flag()
      case "type": entry.type = try scanner.repeatedText()
      case "timeInterval":
        if try scanner.peek() == UInt8(ascii: "{") { try interval(&scanner, into: &entry) } else { try scanner.skip() }
      case "taskName" where reader != nil: entry.taskName = try scanner.repeatedText()
      default:
        if reader != nil { try reader?.read(key, &scanner) } else { try scanner.skip() }
      }
    }
    if let reader {
      entry.source = wanted?.source
      entry.isLocked = reader.isLocked
      entry.details = reader.details
    }
    if entry.id.isEmpty { throw Missing(field: "id", entry: nil) }
    if entry.userID.isEmpty { throw Missing(field: "userId", entry: entry.id) }
    if entry.start == .min { throw Missing(field: "timeInterval.start", entry: entry.id) }
    if let end = entry.end, end == .min { throw Missing(field: "timeInterval.end", entry: entry.id) }
    return entry
  }

  private static func interval(_ scanner: inout JSONScanner, into entry: inout ClockifyTimeEntry) throws {
    try scanner.object { scanner, key in
      switch key {
      case "start": entry.start = try scanner.reading { Timestamp.seconds($0) ?? .min } ?? .min
      case "end": entry.end = try scanner.reading { Timestamp.seconds($0) ?? .min }
      case "duration":
        // A number is seconds (reports), text is ISO 8601 or milliseconds (core).
        let isText = try scanner.peek() == UInt8(ascii: "\"")
        entry.statedSeconds = try scanner.text().flatMap(isText ? Timestamp.duration : wholeNumber)
      case "timeZone": entry.timeZone = try scanner.repeatedText()
      default: try scanner.skip()
      }
    }
  }
}

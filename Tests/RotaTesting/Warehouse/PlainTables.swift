import Foundation

/// The tables that are published, as plain sqlite3 reads them: names and columns of docs/schema.md, every value as text. What
/// publications are measured against; nothing of `Publishing` is in it.
package struct PlainTables {
  package struct Table: Equatable {
    package var columns: [String]
    package var rows: [[String?]]
  }

  package var tables: [String: Table] = [:]

  /// Whole tables of the plan.
  private static let plan = [
    "client", "project", "project_tag", "client_tag", "role", "person", "contract", "assignment", "time_off", "holiday",
    "timesheet_lock", "external_reference", "ignored_reference", "import_run", "finding",
  ]
  /// Tables that are published month by month, and where the month is in them.
  package static let monthly = [
    "actual": "date", "actual_conflict": "date", "ledger": "date", "clockify_time_entry": "start",
    "clockify_time_entry_tag": "month", "clockify_time_entry_custom_field": "month",
    "clockify_time_entry_detail": "month",
  ]
  /// docs/schema.md calls them internal.
  private static let internals: Set<String> = [
    "written", "written_billable", "written_nonbillable", "imported_origin", "content_hash", "detail_hash", "row_hash",
    "list_hash", "detail_run",
  ]

  package init(database: String, views: [String] = []) throws {
    let listed = try Self.sqlite(
      database,
      """
      SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'clockify_*'
        AND name NOT IN ('clockify_text', 'clockify_time_entry_row');
      """)
    let names = Self.plan + listed + ["actual", "actual_conflict", "clockify_time_entry", "ledger"] + views
    let columns = try Self.sqlite(
      database,
      names.map {
        "SELECT group_concat(name || ':' || type) FROM pragma_table_xinfo('\($0)') WHERE name NOT IN (\(Self.internals.map { "'\($0)'" }.joined(separator: ",")));"
      }.joined())
    var shapes: [(name: String, columns: [String])] = []
    var sql = ""
    for (name, line) in zip(names, columns) {
      var list = line.split(separator: ",").map {
        $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      }
      var source = "\"\(name)\""
      if Self.monthly[name] == "month" {
        list.append(["month", "TEXT"])
        source = """
          (SELECT c.*, ifnull(substr(e.start, 1, 7), 'undated') AS month
           FROM "\(name)" c JOIN clockify_time_entry e ON e.entry_key = c.entry_key)
          """
      }
      // SQLite's JSON rounds numbers.
      let values = list.map { $0[1] == "REAL" ? "printf('%!.17g', \"\($0[0])\")" : "\"\($0[0])\"" }
      shapes.append((name, list.map { $0[0] }))
      // A real without a value: printf makes 0 of it.
      let sound = zip(list, values).map { $0[1] == "REAL" ? "iif(\"\($0[0])\" IS NULL, NULL, \($1))" : $1 }
      sql += "SELECT json_group_array(json_array(\(sound.joined(separator: ", ")))) FROM \(source);\n"
    }
    precondition(columns.count == names.count)
    for (shape, line) in zip(shapes, try Self.sqlite(database, sql)) {
      let rows = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [[Any]] ?? []
      tables[shape.name] = Table(columns: shape.columns, rows: rows.map { $0.map(Self.text) })
    }
  }

  private static func text(_ value: Any) -> String? {
    switch value {
    case let text as String: text
    case let number as NSNumber: number.stringValue
    default: nil
    }
  }

  /// Lines of what sqlite3 prints.
  private static func sqlite(_ database: String, _ sql: String) throws -> [String] {
    let output = try Programs.run(
      "/usr/bin/env", ["sqlite3", "-batch", "-bail", database], input: ".timeout 5000\n\(sql)")
    return output.split(separator: "\n").map(String.init)
  }

  // MARK: Comparing

  /// Rows by table and month, or `all`.
  package var partitions: [String: [[String?]]] {
    var parts: [String: [[String?]]] = [:]
    for (name, table) in tables {
      guard let column = Self.monthly[name], let place = table.columns.firstIndex(of: column) else {
        parts["\(name) all"] = table.rows
        continue
      }
      for row in table.rows {
        parts["\(name) \(row[place].map { String($0.prefix(7)) } ?? "undated")", default: []].append(row)
      }
    }
    return parts
  }

  /// Parts that differ, in whatever order their rows are.
  package func changes(since before: PlainTables) -> Set<String> {
    let (old, new) = (before.partitions, partitions)
    return Set(old.keys).union(new.keys).filter { key in
      Self.sorted(old[key] ?? []) != Self.sorted(new[key] ?? [])
    }
  }

  private static func sorted(_ rows: [[String?]]) -> [String] {
    rows.map { $0.map { $0.map { "=\($0)" } ?? "-" }.joined(separator: "\u{1}") }.sorted()
  }

  /// How a target differs from these tables, in words; empty: not at all.
  ///
  /// - Parameters:
  ///   - published: the target's, with the tenant in front of each row.
  ///   - forms: what its columns hold, by table and column: `boolean`, `date`, `timestamp`, `json`, `real`, else text.
  package func differences(from published: PlainTables, forms: [String: [String: String]], tenant: String) -> [String] {
    var differences: [String] = []
    for name in Set(tables.keys).union(published.tables.keys).sorted() {
      guard let ours = tables[name], let theirs = published.tables[name] else {
        differences.append("\(name) is \(tables[name] == nil ? "not ours" : "not published")")
        continue
      }
      let columns = ["tenant"] + ours.columns.map { String($0.prefix(63)) }
      guard
        theirs.columns.sorted() == columns.sorted() || theirs.columns.sorted() == (["tenant"] + ours.columns).sorted()
      else {
        differences.append("\(name) has columns \(theirs.columns), not \(columns)")
        continue
      }
      let places = (["tenant"] + ours.columns).map { column in
        theirs.columns.firstIndex(of: column) ?? theirs.columns.firstIndex(of: String(column.prefix(63)))!
      }
      let kinds = places.map { forms[name]?[theirs.columns[$0]] ?? "text" }
      let expected = Self.sorted(
        ours.rows.map { row in zip(kinds, [tenant] + row).map { Self.canonical($0.1, $0.0) } })
      let found = Self.sorted(
        theirs.rows.map { row in zip(kinds, places).map { Self.canonical(row[$0.1], $0.0) } })
      if expected == found { continue }
      let missing = expected.first { !found.contains($0) }, extra = found.first { !expected.contains($0) }
      differences.append(
        "\(name): \(expected.count) rows here, \(found.count) there; only here: \(missing ?? "-"); only there: \(extra ?? "-")"
      )
    }
    return differences
  }

  /// The same text for the same value, however it was written.
  private static func canonical(_ text: String?, _ form: String) -> String? {
    guard let text else { return nil }
    switch form {
    case "boolean": return ["1", "true", "t"].contains(text) ? "true" : "false"
    case "timestamp":
      return text.replacingOccurrences(of: " ", with: "T").replacingOccurrences(of: "+00", with: "Z")
    case "real": return Double(text).map { "\($0)" } ?? text
    case "rounded": return Double(text).map { String(format: "%.12f", $0) } ?? text
    case "json":
      guard let value = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed),
        let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
      else { return text }
      return String(decoding: data, as: UTF8.self)
    default: return text.replacingOccurrences(of: "\u{0}", with: "\u{FFFD}")
    }
  }
}

/// Programs that tests ask.
package enum Programs {
  package struct Failed: Error {
    package let words: String
  }

  package static func run(_ program: String, _ arguments: [String], input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    // A file, not a pipe: it may be long.
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("rota-input-\(UUID().uuidString)")
    try Data(input.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    process.standardInput = try FileHandle(forReadingFrom: file)
    let (out, errors) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = errors
    try process.run()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(
        words: "\(program) \(arguments.prefix(3)): \(String(decoding: complaint.prefix(2000), as: UTF8.self))")
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The repository's own.
  package static let duckDB = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".build-tools/duckdb").path
}

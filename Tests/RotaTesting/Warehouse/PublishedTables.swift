import Foundation
package import Publishing

/// What a target holds of a tenant, read as its users read it.
package struct PublishedTables {
  package let plain: PlainTables
  /// What columns hold, by table and column.
  package let forms: [String: [String: String]]

  // MARK: PostgreSQL

  package init(_ connection: PostgresConnection, schema: String = "rota", tenant: String, views: [String] = []) throws {
    var shapes: [String: [(name: String, form: String)]] = [:]
    for row in try connection.rows(
      """
      SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = $1
      ORDER BY table_name, ordinal_position
      """, [schema])
    {
      let form =
        switch row[2]! {
        case "boolean": "boolean"
        case "timestamp with time zone": "timestamp"
        case "jsonb": "json"
        case "double precision": "real"
        default: "text"
        }
      shapes[row[0]!, default: []].append((row[1]!, form))
    }
    for own in ["publication", "publication_schema", "day"] { shapes[own] = nil }
    for view in ["actual_detail", "assignment_day", "plan_vs_actual"] where !views.contains(view) { shapes[view] = nil }
    var plain = PlainTables.empty
    try connection.execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 3")
    for (name, columns) in shapes {
      let rows = try connection.rows(
        "SELECT \(columns.map { "\"\($0.name)\"" }.joined(separator: ", ")) FROM \(schema).\"\(name)\" WHERE tenant = $1",
        [tenant])
      plain.tables[name] = .init(columns: columns.map(\.name), rows: rows)
    }
    self.plain = plain
    forms = shapes.mapValues { Dictionary(uniqueKeysWithValues: $0.map { ($0.name, $0.form) }) }
  }

  // MARK: Folders

  private struct Manifest: Decodable {
    struct Table: Decodable {
      struct Column: Decodable {
        let name: String
        let type: String
      }
      struct File: Decodable {
        let path: String
        let rows: Int
        let sha256: String
      }
      let name: String
      let columns: [Column]
      let files: [File]
    }
    let format: String
    let generation: Int
    let tables: [Table]
  }

  /// By the files that `_publication.json` names, each with the sum and the number of rows that it gives.
  package init(folder: String) throws {
    let manifest = try JSONDecoder().decode(
      Manifest.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/_publication.json")))
    let files = manifest.tables.flatMap(\.files)
    let sums = try Programs.run("/usr/bin/sha256sum", files.map { "\(folder)/\($0.path)" })
    for (file, line) in zip(files, sums.split(separator: "\n")) where !line.hasPrefix(file.sha256) {
      throw Programs.Failed(words: "\(file.path) has another sum")
    }
    let tables = manifest.tables.filter { $0.name != "day" }
    let rows =
      try manifest.format == "parquet" ? Self.parquet(tables, folder) : Self.texts(tables, folder, manifest.format)
    var plain = PlainTables.empty
    for (table, rows) in zip(tables, rows) {
      guard rows.count == table.files.reduce(0, { $0 + $1.rows }) else {
        throw Programs.Failed(words: "\(table.name) has \(rows.count) rows")
      }
      plain.tables[table.name] = .init(columns: table.columns.map(\.name), rows: rows)
    }
    self.plain = plain
    forms = Dictionary(
      uniqueKeysWithValues: tables.map { table in
        (table.name, Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.type) }))
      })
  }

  private static func parquet(_ tables: [Manifest.Table], _ folder: String) throws -> [[[String?]]] {
    var sql = "SET TimeZone = 'UTC';\n"
    for table in tables {
      let paths = table.files.map { "'\(folder)/\($0.path)'" }.joined(separator: ", ")
      let columns = table.columns.map { "\"\($0.name)\"::VARCHAR" }.joined(separator: ", ")
      sql +=
        table.files.isEmpty
        ? "SELECT '[]';\n"
        : "SELECT coalesce(to_json(list([\(columns)])), '[]') FROM read_parquet([\(paths)], hive_partitioning = false);\n"
    }
    let output = try Programs.run(
      Programs.duckDB, ["-batch", "-noheader", "-list", "-init", "/dev/null", ":memory:"], input: sql)
    return try output.split(separator: "\n").map { line in
      let rows = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [[Any]] ?? []
      return rows.map { $0.map { $0 as? String } }
    }
  }

  private static func texts(_ tables: [Manifest.Table], _ folder: String, _ format: String) throws -> [[[String?]]] {
    try tables.map { table in
      var rows: [[String?]] = []
      for file in table.files {
        let text = try Programs.run("/bin/gzip", ["-dc", "\(folder)/\(file.path)"])
        if format == "csv" {
          var lines = csv(text)
          guard lines.removeFirst().map({ $0 ?? "" }) == table.columns.map(\.name) else {
            throw Programs.Failed(words: "\(file.path) has other columns")
          }
          rows += lines
        } else {
          // Not by `split(whereSeparator: \.isNewline)`: U+2028 is one of those.
          for line in text.utf8.split(separator: 10) {
            guard let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else { continue }
            rows.append(table.columns.map { value(object[$0.name], $0.type) })
          }
        }
      }
      return rows
    }
  }

  private static func value(_ value: Any?, _ type: String) -> String? {
    switch value {
    case nil, is NSNull: nil
    case let text as String where type != "json": text
    case let number as NSNumber where type != "json": type == "boolean" ? "\(number.boolValue)" : number.stringValue
    case let some?:
      (try? JSONSerialization.data(withJSONObject: some, options: [.sortedKeys, .fragmentsAllowed])).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }

  /// RFC 4180, naively; an empty field without quotes is nil.
  private static func csv(_ text: String) -> [[String?]] {
    var (rows, row, field) = ([[String?]](), [String?](), [UInt8]())
    var (isQuoted, wasQuoted) = (false, false)
    let bytes = Array(text.utf8)
    var place = 0
    func take() -> String? { field.isEmpty && !wasQuoted ? nil : String(decoding: field, as: UTF8.self) }
    while place < bytes.count {
      let byte = bytes[place]
      if isQuoted {
        if byte == 34, place + 1 < bytes.count, bytes[place + 1] == 34 {
          field.append(34)
          place += 1
        } else if byte == 34 {
          isQuoted = false
        } else {
          field.append(byte)
        }
      } else if byte == 34 {
        (isQuoted, wasQuoted) = (true, true)
      } else if byte == 44 || byte == 10 {
        row.append(take())
        (field, wasQuoted) = ([], false)
        if byte == 10 {
          rows.append(row)
          row = []
        }
      } else {
        field.append(byte)
      }
      place += 1
    }
    return rows
  }
}

extension PlainTables {
  static let empty = PlainTables()

  private init() {}
}

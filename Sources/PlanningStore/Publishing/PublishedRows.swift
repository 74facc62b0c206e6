import GRDB

/// The tables that are published, and their rows.
package struct Published: Subject {
  let session: StoreSession

  /// Every table, those of Clockify's kinds as the database has them.
  ///
  /// - Parameter kinds: what columns of Clockify's kinds hold, by table and column, where their type does not say it.
  package func tables(kinds: [String: [String: PublishedTable.Form]]) throws -> [PublishedTable] {
    let names = try String.fetchAll(
      db,
      sql: """
        SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'clockify_*'
          AND name NOT GLOB 'clockify_time_entry*' AND name <> 'clockify_text' ORDER BY name
        """)
    return try PublishedTable.plan
      + names.map { PublishedTable(name: $0, columns: try columns(of: $0, kinds[$0] ?? [:])) } + PublishedTable.monthly
  }

  /// Hashes by which rota sees changes, and where it stands with details.
  private static let internals: Set<String> = ["row_hash", "list_hash", "detail_run"]
  /// Columns that all kinds have, or the import writes.
  private static let common: [String: PublishedTable.Form] = [
    "deleted_at": .instant, "raw": .json, "is_listed": .flag, "is_current": .flag, "is_named": .flag,
    "is_selected": .flag, "read_at": .instant,
  ]

  private func columns(of table: String, _ forms: [String: PublishedTable.Form]) throws -> [PublishedTable.Column] {
    try Row.fetchAll(db, sql: "SELECT name, type, pk FROM pragma_table_xinfo(?)", arguments: [table]).compactMap {
      row in
      let name: String = row["name"]
      if Self.internals.contains(name) { return nil }
      let plain: PublishedTable.Form =
        switch row["type"] as String {
        case "INTEGER": .integer
        case "REAL": .real
        default: .text
        }
      return PublishedTable.Column(
        name: name, form: forms[name] ?? Self.common[name] ?? plain, sql: nil, stored: .plain,
        isKey: row["pk"] as Int > 0)
    }
  }

  /// Ids of the workspaces that the settings name, as the last import found them.
  package func workspaces() throws -> [String] {
    try String.fetchAll(db, sql: "SELECT id FROM clockify_workspace WHERE is_named = 1 ORDER BY id")
  }

  // MARK: Rows

  /// Every row, in an order that is the same as long as the rows are.
  ///
  /// - Parameters:
  ///   - month: of a table that is published month by month; nil: of one that is published whole.
  ///   - body: the row is valid within the call.
  package func forEach(
    of table: PublishedTable, in month: PublishedMonth?, _ body: (PublishedRow) throws -> Void
  ) throws {
    let statement = FastStatement(try db.cachedStatement(sql: table.select(isUndated: month?.days == nil)))
    statement.prepareForUse()
    if let dated = table.dated { bind(month?.days, dated.unit, to: statement) }
    try statement.forEach { try body(PublishedRow(statement: $0)) }
  }

  private func bind(_ days: Range<Int>?, _ unit: PublishedTable.Dated.Unit, to statement: FastStatement) {
    let whole = days ?? PublishedMonth.calendar
    switch unit {
    case .dates:
      guard let days else { return }
      let month = PublishedMonth(day: days.lowerBound).description
      statement.bind(1, "\(month)-01").bind(2, "\(month)-31")
    case .days: statement.bind(1, whole.lowerBound).bind(2, whole.upperBound)
    case .seconds: statement.bind(1, whole.lowerBound * 86_400).bind(2, whole.upperBound * 86_400)
    }
  }

  /// A text that repeats, by its key.
  package func text(_ key: Int) throws -> String { try session.texts.text(key) }

  /// The months in which a table has rows, or had some when its entries were read.
  package func months(of table: PublishedTable) throws -> [PublishedMonth] {
    var found: Set<PublishedMonth> = []
    func collect(_ sql: StaticString, _ month: (FastStatement) -> PublishedMonth) throws {
      try statement(sql).forEach { found.insert(month($0)) }
    }
    switch table.dated?.noted {
    case "actual"?:
      try collect("SELECT DISTINCT iif(date >= '0', substr(date, 1, 7), 'undated') FROM actual", \.month)
    case "actual_conflict"?:
      try collect("SELECT DISTINCT iif(date >= '0', substr(date, 1, 7), 'undated') FROM actual_conflict", \.month)
    case "ledger"?:
      try collect("SELECT DISTINCT day FROM placement_row") { PublishedMonth(day: $0.optionalInt(0)) }
    case "clockify_time_entry"?:
      try collect("SELECT DISTINCT start / 86400 FROM clockify_time_entry_row WHERE start >= 0") {
        PublishedMonth(day: $0.int(0))
      }
      try collect("SELECT DISTINCT start FROM clockify_time_entry_row WHERE start IS NULL OR start < 0") {
        PublishedMonth(day: $0.optionalInt(0)?.flooredDivision(86_400))
      }
    default: break
    }
    return found.sorted()
  }
}

extension FastStatement {
  fileprivate var month: PublishedMonth { PublishedMonth(text(0)) ?? .undated }
}

extension PublishedTable {
  /// What cannot be JSON is given as a JSON text: no target would take it otherwise.
  fileprivate func select(isUndated: Bool) -> String {
    let list = columns.map { column in
      let plain = column.sql ?? "\(dated.map { "\($0.alias)." } ?? "")\"\(column.name)\""
      return column.form == .json
        ? "iif(\(plain) IS NULL OR json_valid(\(plain)), \(plain), json_quote(\(plain)))" : plain
    }.joined(separator: ", ")
    guard let dated else {
      let key = columns.filter(\.isKey)
      let order = (key.isEmpty ? columns : key).map { "\"\($0.name)\"" }.joined(separator: ", ")
      return "SELECT \(list) FROM \"\(name)\" ORDER BY \(order)"
    }
    let condition = isUndated ? dated.undated : dated.inMonth
    return "\(dated.with) SELECT \(list) \(dated.from) WHERE \(condition) ORDER BY \(dated.order)"
  }
}

/// One row as SQLite has it, without copies; valid only while it is handed out.
package struct PublishedRow {
  let statement: FastStatement

  package func isNull(_ column: Int) -> Bool { statement.isNull(Int32(column)) }
  package func integer(_ column: Int) -> Int64 { statement.int64(Int32(column)) }
  package func real(_ column: Int) -> Double { statement.double(Int32(column)) }
  package func utf8(_ column: Int) -> UnsafeBufferPointer<UInt8> { statement.utf8(Int32(column)) }
}

package import PlanningStore

/// The tables and views of a schema in PostgreSQL, as SQL. Whatever version a schema has, running it brings it to this one: what
/// is there stays.
package struct PostgresSchema {
  let tables: [PublishedTable]
  /// The schema's name, quoted.
  let schema: String
  /// Quotes names.
  let quote: (String) -> String

  /// Without a connection: names are ours and need no more than quotes.
  package init(_ tables: [PublishedTable], schema: String) {
    self.init(tables, schema: schema) { "\"\($0.replacing("\"", with: "\"\""))\"" }
  }

  init(_ tables: [PublishedTable], schema: String, quote: @escaping (String) -> String) {
    self.tables = tables
    self.schema = quote(schema)
    self.quote = quote
  }

  func table(_ name: String) -> String { "\(schema).\(quote(name))" }

  /// Ids and the tenant are compared byte by byte: that is faster, and the same on every server.
  private static func definition(_ column: PublishedTable.Column) -> String {
    let isID = column.form == .text && (column.isKey || column.name.hasSuffix("_id"))
    return type(column.form) + (isID ? " COLLATE \"C\"" : "")
  }

  static func type(_ form: PublishedTable.Form) -> String {
    switch form {
    case .integer: "bigint"
    case .real: "double precision"
    case .text: "text"
    case .flag: "boolean"
    case .date: "date"
    case .instant: "timestamp with time zone"
    case .json: "jsonb"
    }
  }

  /// In the order in which they must run.
  package var statements: [String] {
    ["CREATE SCHEMA IF NOT EXISTS \(schema)"] + books + tables.map { create($0, withKey: true) }
      + tables.map(complete(_:))
      + tables.compactMap(index(of:)) + end
  }

  /// The same for a schema that is not there, but for keys and indexes: to build them over rows that are there is much faster than
  /// to keep them row by row.
  var statementsWithoutKeys: [String] {
    ["CREATE SCHEMA IF NOT EXISTS \(schema)"] + books + tables.map { create($0, withKey: false) } + end
  }

  /// What those leave out.
  var keys: [String] {
    tables.compactMap { table in
      let key = table.indexedKey
      return key.isEmpty ? nil : "ALTER TABLE \(self.table(table.name)) ADD \(primary(key))"
    } + tables.compactMap(index(of:))
  }

  private var end: [String] {
    calendar + views
      + [
        grantAgain, "DELETE FROM \(table("publication_schema"))",
        "INSERT INTO \(table("publication_schema")) VALUES (\(Publisher.schema))",
      ]
  }

  /// What a role that only reads needs. It has no login: grant it to those who have one.
  package var grants: [String] {
    [
      """
      DO $$ BEGIN
        CREATE ROLE rota_reader NOLOGIN;
      EXCEPTION WHEN duplicate_object THEN NULL;
      END $$
      """
    ] + rights
  }

  private var rights: [String] {
    [
      "GRANT USAGE ON SCHEMA \(schema) TO rota_reader", "GRANT SELECT ON ALL TABLES IN SCHEMA \(schema) TO rota_reader",
    ]
  }

  /// Tables that a newer version brings are for those who read, too.
  private var grantAgain: String {
    """
    DO $$ BEGIN
      IF EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'rota_reader') THEN
        \(rights.joined(separator: ";\n    "));
      END IF;
    END $$
    """
  }

  private var books: [String] {
    [
      """
      CREATE TABLE IF NOT EXISTS \(table("publication")) (
        tenant text COLLATE "C" PRIMARY KEY, generation bigint NOT NULL, run bigint, published_at timestamp with time zone NOT NULL,
        rows bigint NOT NULL, rota_version text NOT NULL)
      """,
      "CREATE TABLE IF NOT EXISTS \(table("publication_schema")) (version bigint NOT NULL)",
    ]
  }

  private func columns(of published: PublishedTable) -> [String] {
    published.columns.map { "\(quote($0.postgresName)) \(Self.definition($0))" }
  }

  private func create(_ published: PublishedTable, withKey: Bool) -> String {
    let key = published.indexedKey
    let parts =
      ["tenant text COLLATE \"C\" NOT NULL"] + columns(of: published) + (withKey && !key.isEmpty ? [primary(key)] : [])
    return "CREATE TABLE IF NOT EXISTS \(table(published.name)) (\n  \(parts.joined(separator: ",\n  ")))"
  }

  private func primary(_ key: [String]) -> String {
    "PRIMARY KEY (\((["tenant"] + key).map(quote).joined(separator: ", ")))"
  }

  /// Columns that an earlier version did not have.
  private func complete(_ published: PublishedTable) -> String {
    let added = columns(of: published).map { "ADD COLUMN IF NOT EXISTS \($0)" }
    return "ALTER TABLE \(table(published.name)) \(added.joined(separator: ", "))"
  }

  /// By which a month's rows are found, or a tenant's; nil: the key does it.
  private func index(of published: PublishedTable) -> String? {
    let key = published.indexedKey
    let month = published.monthColumn.flatMap { $0 == key.first ? nil : $0 }
    guard month != nil || key.isEmpty else { return nil }
    let columns = ["tenant"] + (month.map { [$0] } ?? [])
    return """
      CREATE INDEX IF NOT EXISTS \(quote("\(published.name)_by_\(month ?? "tenant")")) ON \(table(published.name)) \
      (\(columns.map(quote).joined(separator: ", ")))
      """
  }

  /// Every date from 1970 to 2200, for whoever draws by week or month.
  private var calendar: [String] {
    [
      """
      CREATE TABLE IF NOT EXISTS \(table("day")) (
        date date PRIMARY KEY, week date NOT NULL, month date NOT NULL, quarter date NOT NULL, is_weekend boolean NOT NULL)
      """,
      """
      INSERT INTO \(table("day"))
      SELECT d::date, date_trunc('week', d)::date, date_trunc('month', d)::date, date_trunc('quarter', d)::date,
        extract(isodow FROM d) > 5
      FROM generate_series(timestamp '1970-01-01', timestamp '2200-12-31', interval '1 day') AS d
      WHERE NOT EXISTS (SELECT 1 FROM \(table("day")))
      """,
    ]
  }
}

extension PublishedTable.Column {
  /// PostgreSQL cuts names after 63 bytes.
  var postgresName: String { String(name.prefix(63)) }
}

extension PublishedTable {
  /// The key that gets an index: ids, numbers and dates. A key with free text gets none, because an index takes no text of
  /// thousands of characters. Where there is a date it comes first, so that a month is found by it.
  var indexedKey: [String] {
    let key = columns.filter(\.isKey)
    let isShort = key.allSatisfy { $0.form != .text || $0.name == "id" || $0.name.hasSuffix("_id") }
    return isShort ? key.filter { $0.form == .date }.map(\.name) + key.filter { $0.form != .date }.map(\.name) : []
  }

  /// The column by which a month's rows are found; nil: the table is published whole.
  var monthColumn: String? {
    guard isMonthly else { return nil }
    return ["month", "start", "date"].first { name in columns.contains { $0.name == name } }
  }

  /// - Returns: the condition for a month's rows, or for those of the others where it is undated.
  func condition(for month: PublishedMonth, column: String) -> String {
    guard monthColumn != "month" else { return "\(column) = '\(month)'" }
    guard let days = month.days else {
      return "(\(column) IS NULL OR \(column) < '0001-01-01 BC' OR \(column) >= '10000-01-01')"
    }
    let isInstant = columns.contains { $0.name == monthColumn && $0.form == .instant }
    func bound(_ day: Int) -> String { "'\(PostgresDate.text(day: day, isInstant: isInstant))'" }
    return "\(column) >= \(bound(days.lowerBound)) AND \(column) < \(bound(days.upperBound))"
  }
}

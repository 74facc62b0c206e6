import Foundation
import Planning
package import PlanningStore

/// A PostgreSQL database, or what speaks its protocol. All of a publication is one transaction: whoever reads sees the state
/// before it or the state after it.
package struct PostgresTarget: PublishTarget {
  package let name: String
  let place: PostgresAddress
  /// Where an engine takes no large transaction: each part is committed on its own, the state's number last.
  var commitsEachPart: Bool?

  package init(name: String, address: PostgresAddress, commitsEachPart: Bool? = nil) {
    self.name = name
    place = address
    self.commitsEachPart = commitsEachPart
  }

  package var address: String { place.description }

  package func open(tenant: String, tables: [PublishedTable]) throws -> any OpenTarget {
    try Self.translated(nil) {
      try OpenPostgres(PostgresConnection(place), place.schema, tenant, tables, commitsEachPart)
    }
  }

  package func probe(tenant: String) throws -> String {
    try Self.translated(nil) {
      let connection = try PostgresConnection(place)
      let open = try OpenPostgres(connection, place.schema, tenant, [], commitsEachPart)
      let server = try connection.rows("SHOW server_version").first?.first ?? nil
      let words = open.generation.map { "holds generation \($0)" } ?? "holds nothing of this tenant yet"
      return "PostgreSQL \(server ?? "of an unknown version"), \(words)"
    }
  }

  /// What goes wrong with a server, as what it means for a publication.
  fileprivate static func translated<Value>(_ table: String?, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as PostgresError {
      switch error.state {
      case "": throw PublishError.unreachable(detail: error.words)
      case "42501": throw PublishError.noRights(detail: error.words)
      case "55P03": throw PublishError.busy(detail: error.words)
      // What the server says when it goes down or has no room for another connection.
      case let state where state.hasPrefix("57P") || state.hasPrefix("08"):
        throw PublishError.unreachable(detail: error.words)
      default: throw PublishError.refused(table: table, detail: error.words)
      }
    }
  }
}

private final class OpenPostgres: OpenTarget {
  let form = RowForm.copy
  private(set) var generation: Int?
  private let connection: PostgresConnection
  private let schema: PostgresSchema
  private let schemaName: String
  private let tenant: String
  private let tables: [PublishedTable]
  private let commitsEachPart: Bool
  /// The schema is new: keys and indexes come last.
  private var buildsKeys = false
  /// Pieces of 64 KB, and what comes before and after them.
  private let outbox = Outbox(ahead: 64)

  init(
    _ connection: PostgresConnection, _ schema: String, _ tenant: String, _ tables: [PublishedTable],
    _ commitsEachPart: Bool?
  ) throws {
    self.connection = connection
    self.schema = PostgresSchema(tables, schema: schema, quote: connection.quoted)
    schemaName = schema
    self.tenant = tenant
    self.tables = tables
    self.commitsEachPart =
      try commitsEachPart ?? connection.rows("SELECT version()").first?.first??.contains("CockroachDB") ?? false
    // Each statement sees what was committed before it, so that who waited for the lock reads what its holder left.
    try connection.execute(
      "SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0; SET DateStyle = 'ISO, YMD'")
    try begin()
    try look()
  }

  private func begin() throws {
    try connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
    _ = try connection.rows(
      "SELECT pg_advisory_xact_lock(hashtext('rota'), hashtext($1))", ["\(schemaName)/\(tenant)"])
  }

  private func look() throws {
    guard let version = try version() else { return }
    guard version <= Publisher.schema else { throw PublishError.newer(found: version, ours: Publisher.schema) }
    if version == Publisher.schema { try refuseAlteredTables() }
    generation = try connection.rows(
      "SELECT generation FROM \(schema.table("publication")) WHERE tenant = $1", [tenant]
    ).first?.first?.flatMap { Int($0) }
  }

  /// nil: there are no tables of ours.
  private func version() throws -> Int? {
    let isThere = try connection.rows(
      "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'publication_schema'", [schemaName])
    guard !isThere.isEmpty else { return nil }
    return try connection.rows("SELECT version FROM \(schema.table("publication_schema"))").first?.first?.flatMap {
      Int($0)
    }
  }

  private func refuseAlteredTables() throws {
    var found: [String: [String: String]] = [:]
    for row in try connection.rows(
      """
      SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      """, [schemaName])
    {
      guard let table = row[0], let column = row[1], let type = row[2] else { continue }
      found[table, default: [:]][column] = type
    }
    for table in tables {
      guard let columns = found[table.name] else { throw PublishError.altered(table: table.name, detail: "it is gone") }
      for (name, type) in [("tenant", "text")] + table.columns.map({ ($0.postgresName, PostgresSchema.type($0.form)) })
      {
        guard let known = columns[name] else {
          throw PublishError.altered(table: table.name, detail: "the column \(name) is gone")
        }
        guard known == type else {
          throw PublishError.altered(table: table.name, detail: "the column \(name) is \(known), not \(type)")
        }
      }
    }
  }

  // MARK: Writing

  func begin(generation: Int, isFull: Bool) throws {
    try PostgresTarget.translated(nil) {
      if try version() != Publisher.schema { try bringUpToDate() }
      if isFull {
        for table in tables {
          _ = try connection.rows("DELETE FROM \(schema.table(table.name)) WHERE tenant = $1", [tenant])
        }
      }
      if commitsEachPart {
        // Broken off in the middle it holds no state at all: then it gets everything.
        _ = try connection.rows(
          "UPDATE \(schema.table("publication")) SET generation = -abs(generation) WHERE tenant = $1", [tenant])
      }
      try passPart()
    }
  }

  /// Tables as they must be. Two tenants may come to a schema at once: the second waits, until the first has filled a new one.
  private func bringUpToDate() throws {
    try connection.execute("SET LOCAL lock_timeout = '15min'")
    _ = try connection.rows("SELECT pg_advisory_xact_lock(hashtext('rota'), hashtext($1))", ["\(schemaName)/"])
    if try version() == Publisher.schema { return }
    func has(_ sql: String) throws -> Bool { try !connection.rows(sql, [schemaName]).isEmpty }
    let isEmpty = try !has("SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 LIMIT 1")
    buildsKeys = isEmpty && !commitsEachPart
    let isThere = try has("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1")
    // To say IF NOT EXISTS takes the right to make one, also where it exists.
    let statements = buildsKeys ? schema.statementsWithoutKeys : schema.statements
    for sql in statements.dropFirst(isThere ? 1 : 0) { try connection.execute(sql) }
  }

  /// A key that moved to an earlier month would be there twice while its later month still has it.
  func clear(_ parts: [(table: PublishedTable, partition: String)]) throws {
    for (table, partition) in parts {
      let month = PublishedMonth(partition).flatMap { month in
        table.monthColumn.map { " AND \(table.condition(for: month, column: schema.quote($0)))" }
      }
      try PostgresTarget.translated(table.name) {
        _ = try connection.rows("DELETE FROM \(schema.table(table.name)) WHERE tenant = $1\(month ?? "")", [tenant])
        try passPart()
      }
    }
  }

  func replace(
    _ table: PublishedTable, _ partition: String, rows: ((UnsafeRawBufferPointer) throws -> Void) throws -> Int
  ) throws {
    let name = schema.table(table.name)
    let columns = (["tenant"] + table.columns.map(\.postgresName)).map(schema.quote).joined(separator: ", ")
    func later(_ work: @escaping @Sendable () throws -> Void) throws {
      try outbox.add { try PostgresTarget.translated(table.name, work) }
    }
    let connection = connection
    try later { try connection.beginCopy("COPY \(name) (\(columns)) FROM STDIN") }
    _ = try rows { bytes in
      let piece = Array(bytes)
      if !piece.isEmpty { try later { try connection.putCopy(piece) } }
    }
    try later { try connection.endCopy() }
    if commitsEachPart {
      try outbox.finish()
      try PostgresTarget.translated(table.name) { try passPart() }
    }
  }

  private func passPart() throws {
    guard commitsEachPart else { return }
    try connection.execute("COMMIT")
    try begin()
  }

  func commit(_ publication: PublicationRow) throws {
    try outbox.finish()
    try PostgresTarget.translated(nil) {
      if buildsKeys { for sql in schema.keys { try connection.execute(sql) } }
      let name = schema.table("publication")
      _ = try connection.rows("DELETE FROM \(name) WHERE tenant = $1", [tenant])
      _ = try connection.rows(
        "INSERT INTO \(name) VALUES ($1, $2, $3, $4, $5, $6)",
        [
          tenant, "\(publication.generation)", publication.run.map { "\($0)" }, publication.publishedAt,
          "\(publication.rows)", publication.version,
        ])
      try connection.execute("COMMIT")
    }
    generation = publication.generation
  }

  /// What was not committed is rolled back by the server when the connection ends.
  func close() { outbox.stop() }
}

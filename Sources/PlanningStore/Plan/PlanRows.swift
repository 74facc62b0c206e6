import GRDB
package import Planning

/// Rows of the plan, given as text: by flags, or by the lines of a CSV file.
package struct PlanRows: Subject {
  let session: StoreSession

  /// Adds one row.
  ///
  /// - Parameter fields: text by the schema's column name; "" counts as not given.
  /// - Returns: the row's id.
  /// - Throws: `PlanRefusal`; nothing was changed.
  @discardableResult
  package func add(_ fields: [String: String], to table: PlanTable) throws -> Int64 {
    let fields = fields.filter { !$0.value.isEmpty }
    if let missing = table.columns.first(where: { $0.isRequired && fields[$0.name] == nil }) {
      throw PlanRefusal.missing(column: missing.name)
    }
    var values = try values(fields, of: table) { try value($0, $1) }
    try complete(&values, table)
    try check(values, table, id: nil)
    return try insert(values, into: table)
  }

  func insert(_ values: [String: DatabaseValue], into table: PlanTable) throws -> Int64 {
    let names = table.columns.map(\.name).filter { values[$0] != nil }
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO \(table.name) (\(names.joined(separator: ", "))) \
        VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))
        """)
    try insert.execute(arguments: StatementArguments(names.map { values[$0]! }))
    return db.lastInsertedRowID
  }

  /// Changes the columns given; "none" empties one that may be empty.
  ///
  /// - Returns: whether anything is different now.
  /// - Throws: `PlanRefusal`; nothing was changed.
  package func edit(_ id: Int64, _ fields: [String: String], of table: PlanTable) throws -> Bool {
    let old = try row(id, of: table)
    var values = try values(fields.filter { $0.value != "none" }, of: table) { try value($0, $1) }
    for column in table.columns where fields[column.name] == "none" {
      guard !column.isRequired else { throw PlanRefusal.cannotBeEmpty(column: column.name) }
      values[column.name] = .null
    }
    var whole: [String: DatabaseValue] = [:]
    for column in table.columns { whole[column.name] = values[column.name] ?? old[column.name] }
    try check(whole, table, id: id)
    let changed = values.filter { $0.value != old[$0.key] as DatabaseValue? }
    guard !changed.isEmpty else { return false }
    try update(id, changed, of: table)
    return true
  }

  func update(_ id: Int64, _ changed: [String: DatabaseValue], of table: PlanTable) throws {
    let names = changed.keys.sorted()
    try db.execute(
      sql: "UPDATE \(table.name) SET \(names.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?",
      arguments: StatementArguments(names.map { changed[$0]! } + [id.databaseValue]))
  }

  /// - Throws: `PlanRefusal` if there is no such row.
  package func delete(_ id: Int64, from table: PlanTable) throws {
    _ = try row(id, of: table)
    try db.execute(sql: "DELETE FROM \(table.name) WHERE id = ?", arguments: [id])
  }

  /// What a row says, as text by column; columns without a value are left out.
  ///
  /// - Throws: `PlanRefusal` if there is no such row.
  package func fields(_ id: Int64, of table: PlanTable) throws -> [String: String] {
    Self.fields(try row(id, of: table), of: table)
  }

  /// Rows in order of their key, as `fields` has one.
  ///
  /// - Parameters:
  ///   - id: nil: all.
  ///   - person: nil: everybody's; of a table that has no people, it must be.
  package func all(
    of table: PlanTable, only id: Int64? = nil, person: PersonID? = nil, project: ProjectID? = nil
  ) throws -> [(id: Int64, fields: [String: String])] {
    let given = [("id", id), ("person_id", person), ("project_id", project)].filter { $0.1 != nil }
    let order = table.columns.filter(\.isKey).map(\.name).joined(separator: ", ")
    return try Row.fetchAll(
      db,
      sql: """
        SELECT * FROM \(table.name) WHERE 1\(given.map { " AND \($0.0) = ?" }.joined()) ORDER BY \(order), id
        """, arguments: StatementArguments(given.map(\.1))
    ).map { (id: $0["id"], fields: Self.fields($0, of: table)) }
  }

  private static func fields(_ row: Row, of table: PlanTable) -> [String: String] {
    let fields = table.columns.compactMap { column in
      String.fromDatabaseValue(row[column.name]).map { (column.name, $0) }
        ?? Int64.fromDatabaseValue(row[column.name]).map { (column.name, "\($0)") }
    }
    return Dictionary(uniqueKeysWithValues: fields)
  }

  private func row(_ id: Int64, of table: PlanTable) throws -> Row {
    guard let row = try Row.fetchOne(db, sql: "SELECT * FROM \(table.name) WHERE id = ?", arguments: [id]) else {
      throw PlanRefusal.noRow(table.noun, id)
    }
    return row
  }

  func values(
    _ fields: [String: String], of table: PlanTable, _ value: (String, PlanTable.Column) throws -> DatabaseValue
  ) throws -> [String: DatabaseValue] {
    var values: [String: DatabaseValue] = [:]
    for column in table.columns {
      if let text = fields[column.name] { values[column.name] = try value(text, column) }
    }
    return values
  }

  func value(_ text: String, _ column: PlanTable.Column) throws -> DatabaseValue {
    func refusal(_ wanted: PlanRefusal.Wanted) -> PlanRefusal {
      .badValue(column: column.name, text: text, wanted: wanted)
    }
    switch column.content {
    case .item(let kind): return try session.items.named(kind, text).id.databaseValue
    case .role: return try session.roles.id(text).databaseValue
    case .date:
      guard CalendarDay(text) != nil else { throw refusal(.date) }
      return text.databaseValue
    case .minutes(let range):
      guard let minutes = Int(text), range.contains(minutes) else { throw refusal(.minutes(range)) }
      return minutes.databaseValue
    case .flag:
      switch text.lowercased() {
      case "1", "true", "yes": return 1.databaseValue
      case "0", "false", "no": return 0.databaseValue
      default: throw refusal(.flag)
      }
    case .workingDays:
      guard let days = WorkingDays(text.replacing(";", with: ",").replacing(" ", with: ",")) else {
        throw refusal(.weekdays)
      }
      return days.description.databaseValue
    case .zone:
      guard Zone(text) != nil else { throw refusal(.zone) }
      return text.databaseValue
    case .text:
      guard text.contains(where: { !$0.isWhitespace }) else { throw refusal(.text) }
      return text.databaseValue
    }
  }

  /// What follows from the rest where it is not given.
  func complete(_ values: inout [String: DatabaseValue], _ table: PlanTable) throws {
    if table.name == PlanTable.timeOff.name, values["ends_on"] == nil { values["ends_on"] = values["starts_on"] }
    if table.name == PlanTable.assignment.name, values["role_id"] == nil {
      let role = try RoleID.fetchOne(
        db.cachedStatement(
          sql: """
            SELECT role_id FROM contract WHERE person_id = ?1
              AND ifnull(starts_on, '0000') <= ?2 AND ?2 <= ifnull(ends_on, '9999')
            """), arguments: [values["person_id"], values["starts_on"]])
      guard let role else { throw PlanRefusal.roleNeeded }
      values["role_id"] = role.databaseValue
    }
    for column in table.columns where values[column.name] == nil {
      if let text = column.default { values[column.name] = try value(text, column) }
    }
  }

  private func check(_ values: [String: DatabaseValue], _ table: PlanTable, id: Int64?) throws {
    try checkOrder(values)
    // A row that says the same comes first: a contract like it would overlap it too.
    if id == nil, table.name != PlanTable.person.name { try refuseSame(values, table) }
    if table.name == PlanTable.contract.name { try checkOverlap(values, id: id) }
  }

  func checkOrder(_ values: [String: DatabaseValue]) throws {
    func text(_ column: String) -> String? { values[column].flatMap { String.fromDatabaseValue($0) } }
    if let from = text("starts_on"), let to = text("ends_on"), to < from {
      throw PlanRefusal.endsBeforeStart(end: to, start: from)
    }
  }

  private func refuseSame(_ values: [String: DatabaseValue], _ table: PlanTable) throws {
    let names = table.columns.map(\.name)
    let same = try Int64.fetchOne(
      db,
      sql: "SELECT id FROM \(table.name) WHERE \(names.map { "\($0) IS ?" }.joined(separator: " AND "))",
      arguments: StatementArguments(names.map { values[$0] ?? .null }))
    if let same { throw PlanRefusal.same(table.noun, same) }
  }

  func checkOverlap(_ values: [String: DatabaseValue], id: Int64?) throws {
    let other = try Row.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT id, starts_on, ends_on FROM contract
          WHERE person_id = ?1 AND id IS NOT ?2
            AND ifnull(starts_on, '0000') <= ifnull(?4, '9999') AND ifnull(?3, '0000') <= ifnull(ends_on, '9999')
          """), arguments: [values["person_id"], id, values["starts_on"] ?? .null, values["ends_on"] ?? .null])
    if let other {
      throw PlanRefusal.overlapsContract(other["id"], from: other["starts_on"], to: other["ends_on"])
    }
  }
}

import GRDB

/// The plan as files: many rows at once in, and out as they came in.
extension StoreSession {
  package struct PlanLine: Sendable {
    package let number: Int
    /// Text by the schema's column name; "" counts as not given.
    package let fields: [String: String]

    package init(number: Int, fields: [String: String]) {
      self.number = number
      self.fields = fields
    }
  }

  package struct PlanImport: Sendable {
    package var added = 0
    package var replaced = 0
    /// Lines that were there word for word.
    package var same = 0
    package var refusals: [(line: Int, refusal: PlanRefusal)] = []
  }

  /// Adds the rows of a file. What is wrong is in `refusals`: then the caller rolls back.
  ///
  /// A line that says what a row says already is refused, or passed over; one that says otherwise of the same key (person,
  /// project and first date) is refused, or changes that row.
  package func importRows(
    _ lines: [PlanLine], into table: PlanTable, skipsSame: Bool, replaces: Bool, progress: (Int) -> Void
  ) throws -> PlanImport {
    var intake = PlanIntake(
      table: table, session: self, rows: try Row.fetchAll(db, sql: "SELECT * FROM \(table.name)"))
    var result = PlanImport()
    var read: [(number: Int, values: [String: DatabaseValue])] = []
    for (index, line) in lines.enumerated() {
      if index.isMultiple(of: 500) { progress(index) }
      do {
        let values = try intake.values(line.fields)
        intake.mark(values)
        read.append((line.number, values))
      } catch let refusal as PlanRefusal {
        result.refusals.append((line.number, refusal))
      }
    }
    for (number, values) in read {
      do {
        switch try intake.take(values, line: number, skipsSame: skipsSame || replaces, replaces: replaces) {
        case .added: result.added += 1
        case .replaced: result.replaced += 1
        case .same: result.same += 1
        }
      } catch let refusal as PlanRefusal {
        result.refusals.append((number, refusal))
      }
    }
    result.refusals.sort { $0.line < $1.line }
    return result
  }

  /// Every row with names for ids, as `import` reads them; an id where a name would lead elsewhere.
  package func exportRows(of table: PlanTable) throws -> Table {
    let columns = table.columns.map { column -> String in
      switch column.content {
      case .item(let kind):
        return """
          (SELECT CASE
            WHEN p.name <> trim(p.name) OR p.name GLOB '[0-9]*' OR p.name LIKE '''%' OR length(p.name) = 24
              OR (SELECT count(*) FROM \(kind.rawValue) q WHERE q.name = p.name) > 1 THEN p.id ELSE p.name END
            FROM \(kind.rawValue) p WHERE p.id = t.\(column.name)) AS \(column.name.dropLast(3))
          """
      case .role: return "(SELECT name FROM role WHERE role.id = t.role_id) AS role"
      default: return "t.\(column.name)"
      }
    }
    let order = table.columns.filter(\.isKey).map { "t.\($0.name)" }.joined(separator: ", ")
    return try self.table("SELECT \(columns.joined(separator: ", ")) FROM \(table.name) t ORDER BY \(order), t.id")
  }
}

/// Rows of one table on their way in, beside those that are there: all in memory, so that each line costs the same.
private struct PlanIntake {
  enum Fate { case added, replaced, same }

  private let table: PlanTable
  private let session: StoreSession
  private let keyColumns: [String]
  private var rows: [[DatabaseValue]: (id: Int64, line: Int?)] = [:]
  /// What was there before and no line repeats word for word.
  private var unmatched: [[DatabaseValue]: [Row]] = [:]
  private var names: [String: DatabaseValue] = [:]

  init(table: PlanTable, session: StoreSession, rows: [Row]) {
    self.table = table
    self.session = session
    keyColumns = table.columns.filter(\.isKey).map(\.name)
    for row in rows {
      self.rows[table.columns.map { row[$0.name] }] = (row["id"], nil)
      unmatched[keyColumns.map { row[$0] }, default: []].append(row)
    }
  }

  private func whole(_ values: [String: DatabaseValue]) -> [DatabaseValue] {
    table.columns.map { values[$0.name] ?? .null }
  }

  private func key(_ values: [String: DatabaseValue]) -> [DatabaseValue] { keyColumns.map { values[$0] ?? .null } }

  /// - Throws: `PlanRefusal`.
  mutating func values(_ fields: [String: String]) throws -> [String: DatabaseValue] {
    let fields = fields.filter { !$0.value.isEmpty }
    if let missing = table.columns.first(where: { $0.isRequired && fields[$0.name] == nil }) {
      throw PlanRefusal("\(missing.name) is missing")
    }
    // Taken out while it grows: two of it would copy all names for each new one.
    var known = names
    names = [:]
    defer { names = known }
    var values = try session.values(fields, of: table) { text, column in
      switch column.content {
      case .item, .role:
        let name = column.name + "/" + text
        if let id = known[name] { return id }
        let id = try session.value(text, column)
        known[name] = id
        return id
      default: return try session.value(text, column)
      }
    }
    try session.complete(&values, table)
    try session.checkOrder(values)
    return values
  }

  /// A row that a line repeats is no candidate for another line to change.
  mutating func mark(_ values: [String: DatabaseValue]) {
    guard let same = rows[whole(values)] else { return }
    unmatched[key(values)]?.removeAll { $0["id"] == same.id }
  }

  mutating func take(
    _ values: [String: DatabaseValue], line: Int, skipsSame: Bool, replaces: Bool
  ) throws -> Fate {
    if let same = rows[whole(values)] {
      guard !skipsSame else { return .same }
      throw PlanRefusal(
        same.line.map { "it repeats line \($0)" } ?? "\(table.noun.one) \(same.id) says the same already")
    }
    let isContract = table.name == PlanTable.contract.name
    var candidates = unmatched[key(values)] ?? []
    let sameRole = candidates.filter { $0["role_id"] == values["role_id"] }
    if candidates.count > 1, !sameRole.isEmpty { candidates = sameRole }
    if let old = candidates.first, replaces || !isContract {
      let id: Int64 = old["id"]
      guard replaces else { throw differs(from: old, values) }
      guard candidates.count == 1 else {
        let ids = candidates.map { "\($0["id"] as Int64)" }.joined(separator: ", ")
        throw PlanRefusal(
          "it may change \(table.noun.many) \(ids): they have the same \(keyWords)",
          next: "change them by id: edit, delete")
      }
      if isContract { try session.checkOverlap(values, id: id) }
      let whole = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, values[$0.name] ?? .null) })
      try session.update(id, whole.filter { $0.value != old[$0.key] as DatabaseValue? }, of: table)
      rows[table.columns.map { old[$0.name] }] = nil
      rows[self.whole(values)] = (id, line)
      unmatched[key(values)]?.removeAll { $0["id"] == id }
      return .replaced
    }
    if isContract { try session.checkOverlap(values, id: nil) }
    rows[whole(values)] = (try session.insert(values, into: table), line)
    return .added
  }

  private var keyWords: String {
    keyColumns.map { $0.hasSuffix("_id") ? String($0.dropLast(3)) : $0 }.joined(separator: ", ")
  }

  private func differs(from old: Row, _ values: [String: DatabaseValue]) -> PlanRefusal {
    let columns = table.columns.map(\.name).filter { (values[$0] ?? .null) != old[$0] as DatabaseValue }
    let differences = columns.map { column in
      func text(_ value: DatabaseValue) -> String { value.isNull ? "empty" : "\(value.storage.value ?? "")" }
      return "\(column) \(text(old[column])), here \(text(values[column] ?? .null))"
    }
    return PlanRefusal(
      "\(table.noun.one) \(old["id"] as Int64) has the same \(keyWords) and says otherwise: \(differences.joined(separator: "; "))",
      next: "add --replace to change what is there, or enter a second one beside it with 'add'")
  }
}

import GRDB

/// Rows of one table on their way in, beside those that are there: all in memory, so that each line costs the same.
struct PlanIntake {
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
      throw PlanRefusal.missing(column: missing.name)
    }
    // Taken out while it grows: two of it would copy all names for each new one.
    var known = names
    names = [:]
    defer { names = known }
    var values = try session.rows.values(fields, of: table) { text, column in
      switch column.content {
      case .item, .role:
        let name = column.name + "/" + text
        if let id = known[name] { return id }
        let id = try session.rows.value(text, column)
        known[name] = id
        return id
      default: return try session.rows.value(text, column)
      }
    }
    try session.rows.complete(&values, table)
    try session.rows.checkOrder(values)
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
      throw same.line.map { PlanRefusal.repeatsLine($0) } ?? .same(table.noun, same.id)
    }
    let isContract = table.name == PlanTable.contract.name
    var candidates = unmatched[key(values)] ?? []
    let sameRole = candidates.filter { $0["role_id"] == values["role_id"] }
    if candidates.count > 1, !sameRole.isEmpty { candidates = sameRole }
    if let old = candidates.first, replaces || !isContract {
      let id: Int64 = old["id"]
      guard replaces else { throw differs(from: old, values) }
      guard candidates.count == 1 else {
        throw PlanRefusal.mayChange(table.noun, candidates.map { $0["id"] }, key: keyColumns)
      }
      if isContract { try session.rows.checkOverlap(values, id: id) }
      let whole = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, values[$0.name] ?? .null) })
      try session.rows.update(id, whole.filter { $0.value != old[$0.key] as DatabaseValue? }, of: table)
      rows[table.columns.map { old[$0.name] }] = nil
      rows[self.whole(values)] = (id, line)
      unmatched[key(values)]?.removeAll { $0["id"] == id }
      return .replaced
    }
    if isContract { try session.rows.checkOverlap(values, id: nil) }
    rows[whole(values)] = (try session.rows.insert(values, into: table), line)
    return .added
  }

  private func differs(from old: Row, _ values: [String: DatabaseValue]) -> PlanRefusal {
    func text(_ value: DatabaseValue) -> String? { value.isNull ? nil : "\(value.storage.value ?? "")" }
    let columns = table.columns.map(\.name).filter { (values[$0] ?? .null) != old[$0] as DatabaseValue }
    return .saysOtherwise(
      table.noun, old["id"], key: keyColumns,
      columns.map { .init(column: $0, there: text(old[$0]), here: text(values[$0] ?? .null)) })
  }
}

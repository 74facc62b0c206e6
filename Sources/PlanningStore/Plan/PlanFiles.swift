import GRDB

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

/// All rows of a plan table, as a file has them.
package struct PlanExport: Sendable {
  /// As `import` reads them; `person` where the schema has `person_id`.
  package let columns: [String]
  /// In order of the columns; a number also where an id stands for a name.
  package let rows: [[Scalar]]
}

/// The plan as files: many rows at once in, and out as they came in.
package struct PlanFiles: Subject {
  let session: StoreSession

  /// Adds the rows of a file. What is wrong is in `refusals`: then the caller rolls back.
  ///
  /// A line that says what a row says already is refused, or passed over; one that says otherwise of the same key (person,
  /// project and first date) is refused, or changes that row.
  package func importRows(
    _ lines: [PlanLine], into table: PlanTable, skipsSame: Bool, replaces: Bool, progress: (Int) -> Void
  ) throws -> PlanImport {
    var intake = PlanIntake(
      table: table, session: session, rows: try Row.fetchAll(db, sql: "SELECT * FROM \(table.name)"))
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
  package func exportRows(of table: PlanTable) throws -> PlanExport {
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
    let statement = try db.makeStatement(
      sql: "SELECT \(columns.joined(separator: ", ")) FROM \(table.name) t ORDER BY \(order), t.id")
    return PlanExport(
      columns: statement.columnNames,
      rows: try Array(Row.fetchCursor(statement).map { row in row.databaseValues.map(Scalar.init) }))
  }
}

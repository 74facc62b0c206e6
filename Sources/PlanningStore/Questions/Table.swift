import GRDB

/// Rows for people and for JSON: columns named as in the schema.
package struct Table: Sendable {
  package enum Field: Sendable, Equatable {
    case null
    case int(Int64)
    case real(Double)
    case text(String)
  }

  package var columns: [String]
  package var rows: [[Field]]

  /// A table of texts.
  package static func make(_ columns: [String], _ rows: [[String]]) -> Table {
    Table(columns: columns, rows: rows.map { row in row.map { Int64($0).map(Field.int) ?? .text($0) } })
  }

  /// The row whose first column is this id.
  package func row(of id: Int64) -> Table { Table(columns: columns, rows: rows.filter { $0[0] == .int(id) }) }

  /// Only these columns.
  package func keeping(_ names: [String]) -> Table {
    let kept = columns.indices.filter { names.contains(columns[$0]) }
    return Table(columns: kept.map { columns[$0] }, rows: rows.map { row in kept.map { row[$0] } })
  }

  package func row(at index: Int) -> Table { Table(columns: columns, rows: [rows[index]]) }

  package subscript(row: Int, column: String) -> Field {
    columns.firstIndex(of: column).map { rows[row][$0] } ?? .null
  }
}

extension Table.Field: CustomStringConvertible {
  package var description: String {
    switch self {
    case .null: ""
    case .int(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let value): value
    }
  }
}

extension Subject {
  func table(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Table {
    let statement = try db.makeStatement(sql: sql)
    let rows = try Row.fetchAll(statement, arguments: arguments)
    return Table(
      columns: statement.columnNames,
      rows: rows.map { row in
        row.databaseValues.map { value in
          switch value.storage {
          case .int64(let int): .int(int)
          case .double(let real): .real(real)
          case .string(let text): .text(text)
          case .null, .blob: .null
          }
        }
      })
  }
}

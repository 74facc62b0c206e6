package import PlanningStore

/// Rows on their way to paper or into JSON: columns as their type declares them, and each row's fields in that order.
package struct Table: Sendable {
  package let columns: [String]
  package let rows: [[Scalar]]

  package init(columns: [String], rows: [[Scalar]]) {
    self.columns = columns
    self.rows = rows
  }

  package init<Row: TabularRow>(_ rows: [Row]) {
    let encoder = TableEncoder(Row.columns)
    self.init(columns: Row.columns, rows: rows.map(encoder.fields))
  }

  package init(_ export: PlanExport) {
    self.init(columns: export.columns, rows: export.rows)
  }

  package init(_ rows: ReplicaRows) {
    self.init(columns: rows.columns, rows: rows.rows)
  }

  /// Without columns of which no row says anything.
  package var withoutEmptyColumns: Table {
    keeping(columns.indices.filter { column in rows.contains { $0[column] != .none } }.map { columns[$0] })
  }

  package init(_ sums: ActualSums) {
    self.init(
      columns: sums.columns,
      rows: sums.sums.map { sum in
        let keys = sum.keys.map { $0.map(Scalar.text) ?? .none }
        return switch sum.minutes {
        case .worked(let billable, let nonbillable): keys + [.number(Int64(billable)), .number(Int64(nonbillable))]
        case .planned(let scheduled, let actual): keys + [.number(Int64(scheduled)), .number(Int64(actual))]
        }
      })
  }

  /// With one column more, a field for each row.
  package func adding(_ column: String, _ fields: [Scalar]) -> Table {
    Table(columns: columns + [column], rows: zip(rows, fields).map { $0 + [$1] })
  }

  /// Only these columns.
  package func keeping(_ names: [String]) -> Table {
    let kept = columns.indices.filter { names.contains(columns[$0]) }
    return Table(columns: kept.map { columns[$0] }, rows: rows.map { row in kept.map { row[$0] } })
  }
}

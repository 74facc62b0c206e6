import Foundation
package import PlanningStore

/// What programs read (docs/json.md: keys are the schema's column names).
package enum JSONText {
  package static func rows(_ rows: [some TabularRow]) -> [[String: Any]] { objects(Table(rows)) }

  package static func objects(_ table: Table) -> [[String: Any]] {
    table.rows.map { row in
      Dictionary(zip(table.columns, row.map(value)), uniquingKeysWith: { first, _ in first })
    }
  }

  private static func value(_ field: Scalar) -> Any {
    switch field {
    case .none: NSNull()
    case .number(let value): value
    case .real(let value): value
    case .text(let value): value
    }
  }

  package static func of(_ value: Any) -> String {
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return (try? JSONSerialization.data(withJSONObject: value, options: options)).map {
      String(decoding: $0, as: UTF8.self)
    }
      ?? "null"
  }
}

import Foundation
package import PlanningStore

/// What programs read (docs/json.md: keys are the schema's column names).
package enum JSONText {
  package static func rows(_ table: Table) -> [[String: Any]] {
    table.rows.map { row in
      Dictionary(zip(table.columns, row.map(value)), uniquingKeysWith: { first, _ in first })
    }
  }

  package static func value(_ field: Table.Field) -> Any {
    switch field {
    case .null: NSNull()
    case .int(let value): value
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

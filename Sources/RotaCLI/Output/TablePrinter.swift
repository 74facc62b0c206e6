import Foundation
import Steering
import PlanningStore

/// Tables as text for people or as JSON for programs (docs/json.md: keys are the schema's column names).
enum TablePrinter {
  static func show(_ table: Table, asJSON: Bool, empty: String) {
    if asJSON {
      print(JSONText.of(JSONText.rows(table)))
    } else if table.rows.isEmpty {
      Terminal.note(empty)
    } else {
      printText(table)
    }
  }

  /// One row, field by field, and a table of what belongs to it.
  static func show(_ row: Table, with name: String, _ parts: Table, asJSON: Bool) {
    if asJSON {
      var object = JSONText.rows(row)[0]
      object[name] = JSONText.rows(parts)
      print(JSONText.of(object))
      return
    }
    for (column, field) in zip(row.columns, row.rows[0]) { Terminal.say("\(Words.padded(column, 13)) \(field)") }
    show(parts, asJSON: false, empty: "no \(name)")
  }

  private static func printText(_ table: Table) {
    var cells = table.rows.map { row in row.map { String(Words.harmless($0.description).prefix(60)) } }
    var widths = table.columns.indices.map { column in
      max(table.columns[column].count, cells.map { $0[column].count }.max() ?? 0)
    }
    // On a terminal the widest columns give way until a row fits.
    while let room = Terminal.width, widths.reduce(0, +) + 2 * (widths.count - 1) > room,
      let widest = widths.indices.filter({ !table.columns[$0].hasSuffix("_id") }).max(by: { widths[$0] < widths[$1] }),
      widths[widest] > 8
    {
      widths[widest] -= 1
    }
    for row in cells.indices {
      for column in widths.indices where cells[row][column].count > widths[column] {
        cells[row][column] = cells[row][column].prefix(widths[column] - 1) + "…"
      }
    }
    let names = table.columns.indices.map { String(table.columns[$0].prefix(widths[$0])) }
    let isNumber = table.columns.indices.map { column in
      table.rows.allSatisfy { if case .text = $0[column] { false } else { true } }
    }
    func line(_ parts: [String]) -> String {
      parts.indices.map { index in
        let gap = String(repeating: " ", count: widths[index] - parts[index].count)
        return isNumber[index] ? gap + parts[index] : parts[index] + gap
      }.joined(separator: "  ").trimmingTrailingBlanks
    }
    print(line(names))
    for row in cells { print(line(row)) }
  }
}

extension String {
  fileprivate var trimmingTrailingBlanks: String {
    var text = self
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}

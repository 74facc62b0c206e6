import Foundation
import PlanningStore
import Steering

/// Tables as text for people or as JSON for programs (docs/json.md: keys are the schema's column names).
enum TablePrinter {
  /// - Parameter columns: those that people see, programs get all; nil: all.
  static func show<Row: TabularRow>(_ rows: [Row], asJSON: Bool, columns: [Row.CodingKeys]? = nil, empty: String) {
    let table = Table(rows)
    let isNarrowed = columns != nil && !asJSON
    show(isNarrowed ? table.keeping(columns!.map(\.stringValue)) : table, asJSON: asJSON, empty: empty)
  }

  static func show(_ table: Table, asJSON: Bool, empty: String) {
    if asJSON {
      print(JSONText.of(JSONText.objects(table)))
    } else if table.rows.isEmpty {
      Terminal.note(empty)
    } else {
      printText(table)
    }
  }

  /// One row, field by field, and a table of what belongs to it.
  static func show(_ row: some TabularRow, with name: String, _ parts: [some TabularRow], asJSON: Bool) {
    if asJSON {
      var object = JSONText.rows([row])[0]
      object[name] = JSONText.rows(parts)
      print(JSONText.of(object))
      return
    }
    for line in lines(row) { Terminal.say(line) }
    show(parts, asJSON: false, empty: "no \(name)")
  }

  /// Field by field.
  static func lines(_ row: some TabularRow) -> [String] {
    let table = Table([row])
    return zip(table.columns, table.rows[0]).map { "\(Words.padded($0, 13)) \($1)" }
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

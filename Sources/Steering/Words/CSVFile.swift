package import Foundation
package import PlanningStore
import SwiftCSV

/// A CSV file whose first line names its columns; UTF-8, with commas, semicolons or tabs.
package struct CSVFile {
  /// As errors name it.
  package let path: String
  package let header: [String]
  /// Numbered as in the file, from 1.
  package let lines: [PlanLine]

  /// - Parameter path: `-` is standard input.
  /// - Throws: `UserError` naming file and line.
  package init(path file: String) throws {
    let path = file == "-" ? "standard input" : file
    let data: Data
    do {
      data =
        file == "-"
        ? try FileHandle.standardInput.readToEnd() ?? Data() : try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw UserError("\(path) cannot be read", next: .outside("check the name of the file"))
    }
    try self.init(path: path, data: data)
  }

  /// - Parameter path: as errors name it.
  /// - Throws: `UserError` naming file and line.
  package init(path: String, data: Data) throws {
    if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) || data.prefix(4).contains(0) {
      throw UserError(
        "\(path): the text is UTF-16, not UTF-8",
        next: .outside("iconv -f utf-16 -t utf-8 \(path) > \(path).utf8   or   save it as \"CSV UTF-8\""))
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      let good = Self.validPrefix(data)
      let line = 1 + data.prefix(good).count { $0 == UInt8(ascii: "\n") }
      throw UserError(
        "\(path) line \(line): the text is not UTF-8",
        next: .outside("iconv -f latin1 -t utf-8 \(path) > \(path).utf8, if it is Latin-1"))
    }
    try self.init(path: path, text: text)
  }

  private init(path: String, text: String) throws {
    self.path = path
    let rows: [[String]]
    do {
      let csv = try CSV<Enumerated>(string: text, loadColumns: false)
      header = csv.header.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
      rows = csv.rows
    } catch {
      throw UserError(
        "\(path): a quote stands where none may be", next: .outside("write \"\" for a quote inside quotes"))
    }
    var lines: [PlanLine] = []
    var number = 2
    for row in rows {
      let isBlank = row.allSatisfy { $0.trimmingCharacters(in: .whitespaces).isEmpty }
      if !isBlank {
        // The parser fills all rows up to the longest.
        guard row.dropFirst(header.count).allSatisfy(\.isEmpty) else {
          throw UserError("\(path) line \(number): more fields than the \(header.count) that the first line names")
        }
        let fields = zip(header, row).map { ($0, Self.plain($1.trimmingCharacters(in: .whitespacesAndNewlines))) }
        lines.append(PlanLine(number: number, fields: Dictionary(fields, uniquingKeysWith: { first, _ in first })))
      }
      number += 1 + row.reduce(0) { $0 + $1.count { $0.isNewline } }
    }
    self.lines = lines
    guard text.count(where: { $0 == "\"" }).isMultiple(of: 2) else {
      throw UserError(
        "\(path) line \(lines.last?.number ?? 1): a quote is opened and never closed  (nothing was imported)",
        next: .outside("close it, or write \"\" for a quote inside quotes"))
    }
    guard !header.isEmpty, header != [""] else { throw UserError("\(path) is empty; its first line must name columns") }
    if let twice = header.first(where: { name in header.count { $0 == name } > 1 }) {
      throw UserError("\(path) line 1: the column \"\(twice)\" is there twice")
    }
  }

  /// - Throws: `UserError` where the first line names a column that is none, or leaves out one that must be there.
  package func check(columns: [String], required: [String], next: NextStep? = nil) throws {
    let all = NextStep.outside("the columns are \(columns.joined(separator: ", "))")
    if let unknown = header.first(where: { !columns.contains($0) }) {
      throw UserError("\(path) line 1: there is no column \"\(unknown)\"", next: all)
    }
    if let missing = required.first(where: { !header.contains($0) }) {
      throw UserError("\(path) line 1: the column \(missing) is missing", next: next ?? all)
    }
  }

  private static func validPrefix(_ data: Data) -> Int {
    var decoder = UTF8()
    var iterator = data.makeIterator()
    var good = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { good += UTF8.width(scalar) }
    return good
  }

  /// A table with its columns' names, line by line.
  package static func lines(_ table: Table) -> [String] {
    [table.columns.joined(separator: ",")]
      + table.rows.map { row in
        line(
          row.map { field in
            if case .text(let text) = field { inert(text) } else { field.description }
          })
      }
  }

  /// A text that a spreadsheet would take for a formula gets an apostrophe before it; `import` takes it off again.
  package static func inert(_ text: String) -> String { isFormula(text[...]) ? "'" + text : text }

  private static func plain(_ field: String) -> String {
    field.hasPrefix("'") && isFormula(field.dropFirst()) ? String(field.dropFirst()) : field
  }

  /// Also behind apostrophes of its own, so that taking one off gives back every text.
  private static func isFormula(_ text: Substring) -> Bool {
    text.drop { $0 == "'" }.unicodeScalars.first.map { "=+-@\t\r\n＝＋－＠".unicodeScalars.contains($0) } ?? false
  }

  /// One line of CSV: quoted where it must be.
  package static func line(_ fields: [String]) -> String {
    fields.map { field in
      field.contains { $0 == "\"" || $0 == "," || $0.isNewline } ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }.joined(separator: ",")
  }
}

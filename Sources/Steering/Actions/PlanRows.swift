import Foundation
import Planning
package import PlanningStore

/// A table of the plan, and what its actions are called after.
package protocol RowSubject: Sendable {
  static var table: PlanTable { get }
  /// As the change log has it: `time_off`.
  static var name: String { get }
  /// The command that keeps it, as typed.
  static var command: String { get }
}

extension RowSubject {
  /// What tells a row from others, in words.
  package static var key: String {
    let words = table.columns.filter(\.isKey).map { $0.name.replacing("_id", with: "").replacing("_", with: " ") }
    return words.dropLast().joined(separator: ", ") + (words.count > 1 ? " and " : "") + words.last!
  }

  /// The lines of a file, by the schema's column names.
  ///
  /// - Throws: `UserError` where the first line names a column that is none, or leaves out one that must be there.
  package static func lines(of csv: CSVFile) throws -> FileLines {
    let columns = try csv.header.map { try column($0, in: csv) }
    if let missing = table.columns.first(where: { column in
      column.isRequired && !columns.contains { $0.name == column.name }
    }) {
      throw UserError("\(csv.path) line 1: the column \(missing.name) is missing", next: .columns(subject: command))
    }
    let lines = csv.lines.map { line in
      let fields = zip(csv.header, columns).map { ($1.name, line.fields[$0] ?? "") }
      return PlanLine(number: line.number, fields: Dictionary(fields, uniquingKeysWith: { $1 }))
    }
    return FileLines(path: csv.path, lines: lines)
  }

  private static func column(_ header: String, in csv: CSVFile) throws -> PlanTable.Column {
    guard let column = table.columns.first(where: { $0.isCalled(header) }) else {
      let names = table.columns.map(\.name)
      let meant = NearestWord.to(header, among: names).map { ". Did you mean \"\($0)\"?" } ?? ""
      throw UserError(
        "\(csv.path) line 1: there is no column \"\(header)\"\(meant)",
        next: .outside("the columns are \(names.joined(separator: ", "))"))
    }
    return column
  }
}

package enum AssignmentRows: RowSubject {
  package static let table = PlanTable.assignment
  package static let name = "assignments"
  package static let command = "assignments"
}

package enum TimeOffRows: RowSubject {
  package static let table = PlanTable.timeOff
  package static let name = "time_off"
  package static let command = "time-off"
}

package enum HolidayRows: RowSubject {
  package static let table = PlanTable.holiday
  package static let name = "holidays"
  package static let command = "holidays"
}

package enum ContractRows: RowSubject {
  package static let table = PlanTable.contract
  package static let name = "contracts"
  package static let command = "people contract"
}

/// Adds one row of the plan.
package struct AddRow<Subject: RowSubject>: Action {
  package static var name: String { "\(Subject.name).add" }
  /// Text by the schema's column name.
  let fields: [String: String]

  package init(_ fields: [String: String?]) {
    self.fields = fields.compactMapValues(\.self)
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.add(fields, to: Subject.table, context).said
  }
}

/// Changes one row of the plan.
package struct EditRow<Subject: RowSubject>: Action {
  package static var name: String { "\(Subject.name).edit" }
  let id: Int64
  /// Text by the schema's column name; "none" empties.
  let fields: [String: String]

  package init(_ id: Int64, _ fields: [String: String?]) {
    self.id = id
    self.fields = fields.compactMapValues(\.self)
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    try session.edit(fields, of: Subject.table, context) { (id, nil) }
  }
}

/// Deletes rows of the plan, all or none.
package struct DeleteRows<Subject: RowSubject>: Action {
  package static var name: String { "\(Subject.name).delete" }
  let ids: [Int64]

  package init(_ ids: [Int64]) {
    self.ids = ids
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    for id in ids { try session.rows.delete(id, from: Subject.table) }
    return Said("\(context.verb("Deleted")) \(Subject.table.count(ids.count)).")
  }
}

/// Adds the rows of a file to the plan, or changes what is there: all lines or none.
package struct ImportRows<Subject: RowSubject>: Action {
  package static var name: String { "\(Subject.name).import" }
  /// By the schema's column names.
  let file: FileLines
  /// Passes over lines that are there word for word.
  let skipsSame: Bool
  /// Changes what is there where a line says otherwise.
  let replaces: Bool
  /// Hears how many lines are read.
  let progress: @Sendable (Int) -> Void

  private enum CodingKeys: CodingKey { case file, skipsSame, replaces }

  package init(_ file: FileLines, skipsSame: Bool, replaces: Bool, progress: @escaping @Sendable (Int) -> Void) {
    self.file = file
    self.skipsSame = skipsSame
    self.replaces = replaces
    self.progress = progress
  }

  package func carryOut(_ session: StoreSession, _ context: ActionContext) throws -> Said {
    let result = try session.files.importRows(
      file.lines, into: Subject.table, skipsSame: skipsSame, replaces: replaces, progress: progress)
    try refuse(result.refusals.map { ($0.line, ErrorWords.words($0.refusal)) })
    var words = ["\(context.verb("Imported")) \(Subject.table.count(result.added)) from \(file.path)"]
    if result.replaced > 0 {
      words.append("\(context.isDryRun ? "would have changed" : "changed") \(Words.count(result.replaced))")
    }
    if result.same > 0 {
      words.append("\(Words.count(result.same)) \(result.same == 1 ? "was" : "were") there already")
    }
    return Said(words.joined(separator: "; ") + ".")
  }

  /// Every bad line is told.
  private func refuse(_ problems: [(line: Int, refusal: UserError)]) throws {
    guard let first = problems.first else { return }
    let shown = problems.prefix(10).map { file.words(line: $0.line, $0.refusal.message) }
    let rest = problems.count > 10 ? ["and \(Words.plural(problems.count - 10, "more line"))"] : []
    throw UserError(
      (shown + rest).joined(separator: "\n       ") + "  (nothing was imported)",
      next: first.refusal.next ?? .outside("correct the file and try again"))
  }
}

extension StoreSession {
  /// Adds one row of the plan.
  func add(
    _ fields: [String: String], to table: PlanTable, _ context: ActionContext
  ) throws -> (id: Int64, said: Said) {
    let id = try rows.add(fields, to: table)
    let noun = table.noun.one
    return (id, Said(context.isDryRun ? "Would add the \(noun)." : "\(noun.capitalized) \(id) added."))
  }

  /// Changes one row of the plan that `find` finds.
  func edit(
    _ fields: [String: String], of table: PlanTable, _ context: ActionContext,
    _ find: () throws -> (id: Int64, item: Said.Item?)
  ) throws -> Said {
    guard !fields.isEmpty else { throw UserError("nothing to change was given", next: .options) }
    let found = try find()
    let noun = table.noun.one
    return Said(
      try rows.edit(found.id, fields, of: table)
        ? "\(context.verb("Changed")) the \(noun). The next import takes it into account."
        : "The \(noun) says that already; nothing was changed.", item: found.item)
  }
}

extension PlanTable {
  fileprivate func count(_ rows: Int) -> String { Words.plural(rows, noun.one, noun.many) }
}

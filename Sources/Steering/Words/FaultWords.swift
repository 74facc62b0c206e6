import Planning
package import PlanningStore

/// What is wrong with rows, and the command or the SQL that mends them.
extension Fault {
  package var words: String {
    switch self {
    case .damage(let text): text
    case .badStamp(let table, let column, let key, _, let value, let isInstant):
      "\(table.rawValue), \(key): \(column) is \"\(value)\", which is no \(isInstant ? "instant (YYYY-MM-DDTHH:MM:SSZ)" : "date (YYYY-MM-DD)")"
    case .dangling(let table, let column, let parent, let item, let ids, let rows):
      "\(table.rawValue), \(ids.isEmpty ? Self.rows(rows) : "row \(Self.list(ids))"): \(column) is \(item), and there is no such \(parent)"
    case .danglingOwn(let table, let parent, let rows):
      "\(table), \(Self.rows(rows)): the \(parent) that they name is not there"
    case .danglingLink(let id, let kind, let item):
      "the link of Clockify id \(id) leads to \(kind) \(item), which is not there"
    case .uneven(let person, let project, let date, let actuals, let ledger):
      "person \(person), project \(project), \(date): the actuals say \(actuals) min, the ledger \(ledger)"
    }
  }

  package var next: NextStep? {
    switch self {
    case .damage, .danglingOwn: nil
    case .badStamp(let table, let column, let key, let id, _, let isInstant):
      .outside(
        Self.correction(of: table, column, id)
          ?? "sqlite3 DATABASE \"UPDATE \(table.rawValue) SET \(column) = '\(isInstant ? "INSTANT" : "DATE")' WHERE \(key)\""
      )
    case .dangling(let table, let column, _, let item, let ids, _):
      .outside(Self.ways(table, column, item, ids).joined(separator: "   or   "))
    case .danglingLink(let id, _, _):
      .outside("sqlite3 DATABASE \"DELETE FROM external_reference WHERE external_id = '\(id)'\"")
    case .uneven(let person, let project, let date, _, _):
      CalendarDay(date).map { .explain(Cell(person: person, project: project, day: $0)) } ?? .restoreBackup
    }
  }

  private static func rows(_ count: Int) -> String { "\(count) row\(count == 1 ? "" : "s")" }
  private static func list(_ ids: [Int64]) -> String { ids.map(String.init).joined(separator: " ") }

  /// The command that types a date anew; nil: there is none.
  private static func correction(of table: PlanningTable, _ column: String, _ id: Int64?) -> String? {
    let option = column == "ends_on" ? "--to" : column == "starts_on" ? "--from" : nil
    return switch (table, id) {
    case (.timesheetLock, let project): "rota lock set DATE\(project.map { " --project \($0)" } ?? "")"
    case (.assignment, let id?): option.map { "rota assignments edit \(id) \($0) DATE" }
    case (.timeOff, let id?): option.map { "rota time-off edit \(id) \($0) DATE" }
    case (.holiday, let id?): "rota holidays edit \(id) --date DATE"
    case (.person, let id?): "rota people edit \(id) --actuals-from DATE"
    case (.project, let id?): "rota projects edit \(id) --actuals-from DATE"
    default: nil
    }
  }

  private static func ways(_ table: PlanningTable, _ column: String, _ item: String, _ ids: [Int64]) -> [String] {
    let which = "WHERE \(column) = \(item)"
    guard column != "import_run_id" else {
      return ["sqlite3 DATABASE \"UPDATE actual SET import_run_id = NULL \(which)\""]
    }
    let delete: String? =
      switch table {
      case .contract: "rota people contract delete"
      case .assignment: "rota assignments delete"
      case .timeOff: "rota time-off delete"
      default: nil
      }
    return [
      "sqlite3 DATABASE \"UPDATE \(table.rawValue) SET \(column) = ID \(which)\"",
      delete.map { "\($0) \(list(ids))" } ?? "sqlite3 DATABASE \"DELETE FROM \(table.rawValue) \(which)\"",
    ]
  }
}

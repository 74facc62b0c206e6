import Planning
import PlanningStore

/// The table `day` of a folder: every date from 1970 to 2200, for whoever draws by week or month. A database makes its own.
enum Calendar {
  static let name = "day"
  static let columns: [(String, PublishedTable.Form)] = [
    ("date", .date), ("week", .date), ("month", .date), ("quarter", .date), ("is_weekend", .flag),
  ]

  /// - Returns: how many rows.
  static func write(_ form: RowForm, _ sink: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
    var text = form == .csv ? columns.map(\.0).joined(separator: ",") + "\n" : ""
    var rows = 0
    for day in CalendarDay(year: 1970, month: 1, day: 1)!...CalendarDay(year: 2200, month: 12, day: 31)! {
      rows += 1
      let (year, month, _) = day.components
      let dates = [
        day, day.startOfWeek(from: .monday), CalendarDay(year: year, month: month, day: 1)!,
        CalendarDay(year: year, month: (month - 1) / 3 * 3 + 1, day: 1)!,
      ]
      let isWeekend = day.weekday == .saturday || day.weekday == .sunday
      if form == .csv {
        text += dates.map(\.description).joined(separator: ",") + ",\(isWeekend)\n"
      } else {
        let members = zip(columns, dates).map { "\"\($0.0)\":\"\($1)\"" }
        text += "{\(members.joined(separator: ",")),\"is_weekend\":\(isWeekend)}\n"
      }
      if day.components.day == 1 {
        try text.withUTF8 { try sink(UnsafeRawBufferPointer($0)) }
        text = ""
      }
    }
    try text.withUTF8 { try sink(UnsafeRawBufferPointer($0)) }
    return rows
  }
}

import Planning
import PlanningStore

/// Writes rows as bytes in one form, the tenant in front of each.
final class RowWriter {
  private let form: RowForm
  private let text: TextWriter
  private let fields: [Field]
  /// Texts that repeat, as they are written, one behind the other, and where each is, by its key.
  private let known = Bytes(capacity: 1 << 12)
  private var places: [Range<Int>?] = []
  /// What comes before the columns' values, one behind the other.
  private let before = Bytes(capacity: 1 << 10)
  private let lookUp: (Int) throws -> String
  /// The date that was written last: entries of a day lie together.
  private var lastDay = Int.min
  private var lastDate: [UInt8] = []
  /// What was written since it was last taken.
  let bytes = Bytes(capacity: 2 * RowWriter.enough)
  private(set) var rows = 0

  /// Bytes that are kept before somebody takes them.
  static let enough = 1 << 16

  /// A column; of the first, what a row begins with is before it.
  private struct Field {
    let stored: PublishedTable.Stored
    let form: PublishedTable.Form
    let before: Range<Int>
  }

  /// - Parameter lookUp: a text by its key.
  init(_ form: RowForm, _ table: PublishedTable, tenant: String, lookUp: @escaping (Int) throws -> String) {
    self.form = form
    self.lookUp = lookUp
    text = TextWriter(form)
    var fields: [Field] = []
    for column in table.columns {
      let start = before.count
      if fields.isEmpty {
        if form == .ndjson { before.append("{\"tenant\":") }
        Self.write(tenant, text, to: before)
      }
      switch form {
      case .copy: before.append(Byte.tab)
      case .csv: before.append(Byte.comma)
      case .ndjson: before.append(Array(",\"\(column.name)\":".utf8))
      }
      fields.append(Field(stored: column.stored, form: column.form, before: start..<before.count))
    }
    self.fields = fields
    if form == .csv {
      bytes.append(Array((["tenant"] + table.columns.map(\.name)).joined(separator: ",").utf8) + [Byte.newline])
    }
  }

  private static func write(_ value: String, _ writer: TextWriter, to bytes: Bytes) {
    var value = value
    value.withUTF8 { writer.write($0, to: bytes) }
  }

  func add(_ row: PublishedRow) throws {
    rows += 1
    for (place, field) in fields.enumerated() {
      bytes.append(before, field.before)
      if row.isNull(place) { writeNull() } else { try write(row, place, field) }
    }
    if form == .ndjson { bytes.append(UInt8(ascii: "}")) }
    bytes.append(Byte.newline)
  }

  private func writeNull() {
    switch form {
    case .copy: bytes.append("\\N")
    case .csv: break
    case .ndjson: bytes.append("null")
    }
  }

  private func write(_ row: PublishedRow, _ place: Int, _ field: Field) throws {
    switch field.stored {
    case .textKey: try write(textOf: Int(row.integer(place)))
    case .seconds: write(seconds: Int(row.integer(place)))
    case .days: write(day: Int(row.integer(place)))
    case .plain:
      switch field.form {
      case .integer: bytes.append(decimal: row.integer(place))
      case .real: write(real: row.real(place))
      case .flag: if row.integer(place) != 0 { bytes.append("true") } else { bytes.append("false") }
      case .json:
        SafeJSON.with(row.utf8(place)) { json in
          if form == .ndjson { bytes.append(json) } else { text.write(json, to: bytes) }
        }
      case .date, .instant:
        if form == .copy, let date = PostgresDate.text(row.utf8(place)) {
          bytes.append(Array(date.utf8))
        } else {
          text.write(row.utf8(place), to: bytes)
        }
      case .text: text.write(row.utf8(place), to: bytes)
      }
    }
  }

  private func write(textOf key: Int) throws {
    if key < places.count, let place = places[key] { return bytes.append(known, place) }
    let start = known.count
    Self.write(try lookUp(key), text, to: known)
    if key >= places.count { places += Array(repeating: nil, count: key + 1 - places.count) }
    places[key] = start..<known.count
    bytes.append(known, start..<known.count)
  }

  private func write(real: Double) {
    if real.isFinite { return bytes.append(Array("\(real)".utf8)) }
    // As databases spell it; JSON has no number for it.
    let word = real < 0 ? "-Infinity" : "Infinity"
    bytes.append(Array((form == .ndjson ? "\"\(word)\"" : word).utf8))
  }

  // MARK: Dates that are kept as numbers

  private func write(day: Int) {
    guard PublishedMonth.calendar.contains(day) else { return writeNull() }
    quoteJSON()
    write(date: day)
    if day < Self.yearOne, form == .copy { bytes.append(" BC") }
    quoteJSON()
  }

  /// UTC.
  private func write(seconds: Int) {
    let day = seconds.flooredDivision(86_400)
    guard PublishedMonth.calendar.contains(day) else { return writeNull() }
    quoteJSON()
    write(date: day)
    let time = seconds - day * 86_400
    bytes.append(UInt8(ascii: "T"))
    bytes.append(time / 3600, digits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(time / 60 % 60, digits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(time % 60, digits: 2)
    bytes.append(UInt8(ascii: "Z"))
    if day < Self.yearOne, form == .copy { bytes.append(" BC") }
    quoteJSON()
  }

  private func quoteJSON() { if form == .ndjson { bytes.append(Byte.quote) } }

  private func write(date day: Int) {
    if day != lastDay {
      // The year 0 is 1 BC for PostgreSQL.
      let date = CalendarDay(number: day).description
      lastDate = Array((day < Self.yearOne && form == .copy ? "0001\(date.dropFirst(4))" : date).utf8)
      lastDay = day
    }
    bytes.append(lastDate)
  }

  private static let yearOne = CalendarDay(year: 1, month: 1, day: 1)!.number
}

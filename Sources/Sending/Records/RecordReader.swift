package import ClockifyAPI
import Foundation

/// One record of an input.
package struct SendRecord: Sendable, Equatable {
  /// From 1.
  package let number: Int
  /// Where it begins, from 1.
  package let line: Int
  package let value: JSONTree

  package init(number: Int, line: Int, value: JSONTree) {
    self.number = number
    self.line = line
    self.value = value
  }
}

/// What cannot be sent, and where it stands.
package struct RecordProblem: Error, Sendable, Equatable {
  package let record: Int
  package let line: Int
  package let message: String

  package var text: String { "record \(record) (line \(line)): \(message)" }
}

/// Records of a file, one after another: no more than one is in memory.
package struct RecordReader {
  package enum Format: String, Sendable, CaseIterable {
    case ndjson, json, csv, tsv

    /// By the ending of a name; nil: it tells nothing.
    package init?(path: String) {
      switch (path as NSString).pathExtension.lowercased() {
      case "ndjson", "jsonl": self = .ndjson
      case "json": self = .json
      case "csv": self = .csv
      case "tsv": self = .tsv
      default: return nil
      }
    }
  }

  private var bytes: ByteReader
  private var form: any RecordForm
  private var number = 0

  /// - Parameter largest: of one record, bytes.
  /// - Throws: `SendingError` where the file cannot be read or has no first line.
  package init(path: String, format: Format, largest: Int = 1 << 20) throws {
    bytes = try ByteReader(path: path)
    switch format {
    case .ndjson: form = NDJSONForm(largest: largest)
    case .json: form = try JSONArrayForm(&bytes, largest: largest)
    case .csv: form = try CSVForm(&bytes, separator: UInt8(ascii: ","), largest: largest)
    case .tsv: form = try CSVForm(&bytes, separator: UInt8(ascii: "\t"), largest: largest)
    }
  }

  /// The next record, or why there is none where one should be; nil: the input ends.
  ///
  /// - Throws: `SendingError` where nothing can be read any more.
  package mutating func next() throws -> Result<SendRecord, RecordProblem>? {
    guard let (line, found) = try form.next(&bytes) else { return nil }
    number += 1
    switch found {
    case .success(let value): return .success(SendRecord(number: number, line: line, value: value))
    case .failure(let problem): return .failure(RecordProblem(record: number, line: line, message: problem.message))
    }
  }

  /// SHA-256 in hex of the whole file.
  package mutating func digest() throws -> String { try bytes.digest() }
}

/// Why a record cannot be read.
struct Unreadable: Error {
  let message: String

  static let tooLarge = Unreadable(message: "it is larger than 1 MiB")
}

/// How records stand in a file.
protocol RecordForm {
  /// nil: the input ends.
  mutating func next(_ bytes: inout ByteReader) throws -> (line: Int, value: Result<JSONTree, Unreadable>)?
}

/// One object a line.
struct NDJSONForm: RecordForm {
  let largest: Int

  mutating func next(_ bytes: inout ByteReader) throws -> (line: Int, value: Result<JSONTree, Unreadable>)? {
    while true {
      let line = bytes.line
      guard try bytes.peek() != nil else { return nil }
      var text: [UInt8] = []
      var isTooLarge = false
      while let byte = try bytes.next(), byte != UInt8(ascii: "\n") {
        if text.count == largest { isTooLarge = true } else { text.append(byte) }
      }
      if isTooLarge { return (line, .failure(.tooLarge)) }
      if text.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
      return (line, JSONArrayForm.object(text))
    }
  }
}

/// One array of objects, read element by element.
struct JSONArrayForm: RecordForm {
  private let largest: Int
  private var isFirst = true
  private var isOver = false

  init(_ bytes: inout ByteReader, largest: Int) throws {
    self.largest = largest
    try Self.skipSpace(&bytes)
    guard try bytes.next() == UInt8(ascii: "[") else {
      throw SendingError(
        "the file is no JSON array of objects", next: "write [{…}, {…}], or one object a line as .ndjson")
    }
  }

  mutating func next(_ bytes: inout ByteReader) throws -> (line: Int, value: Result<JSONTree, Unreadable>)? {
    guard !isOver else { return nil }
    try Self.skipSpace(&bytes)
    if isFirst, try bytes.peek() == UInt8(ascii: "]") {
      _ = try bytes.next()
      return try end(&bytes)
    }
    isFirst = false
    let line = bytes.line
    var text: [UInt8] = []
    var (depth, isText, isEscaped, isTooLarge) = (0, false, false, false)
    while let byte = try bytes.peek() {
      if !isText, depth == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") { break }
      _ = try bytes.next()
      if text.count == largest { isTooLarge = true } else { text.append(byte) }
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == 0x22 {
          isText = false
        }
        continue
      }
      switch byte {
      case 0x22: isText = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
    guard let ending = try bytes.next() else {
      isOver = true
      return (line, .failure(Unreadable(message: "the array breaks off")))
    }
    let value: Result<JSONTree, Unreadable> = isTooLarge ? .failure(.tooLarge) : Self.object(text)
    if ending == UInt8(ascii: "]") {
      isOver = true
      try Self.skipSpace(&bytes)
      guard try bytes.peek() == nil else {
        throw SendingError("line \(bytes.line): something stands behind the array", next: "end the file after the ]")
      }
    }
    return (line, value)
  }

  private mutating func end(_ bytes: inout ByteReader) throws -> (line: Int, value: Result<JSONTree, Unreadable>)? {
    isOver = true
    try Self.skipSpace(&bytes)
    guard try bytes.peek() == nil else {
      throw SendingError("line \(bytes.line): something stands behind the array", next: "end the file after the ]")
    }
    return nil
  }

  private static func skipSpace(_ bytes: inout ByteReader) throws {
    while let byte = try bytes.peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { _ = try bytes.next() }
  }

  static func object(_ text: [UInt8]) -> Result<JSONTree, Unreadable> {
    guard let value = text.withUnsafeBufferPointer({ JSONTree($0) }) else {
      return .failure(Unreadable(message: "it is not JSON"))
    }
    guard case .object = value else { return .failure(Unreadable(message: "it is no JSON object")) }
    return .success(value)
  }
}

/// Names in the first line, UTF-8, quotes as RFC 4180 has them. A dot in a name nests, an empty cell is absent.
struct CSVForm: RecordForm {
  private let separator: UInt8
  private let largest: Int
  private var names: [[String]] = []

  init(_ bytes: inout ByteReader, separator: UInt8, largest: Int) throws {
    (self.separator, self.largest) = (separator, largest)
    guard let row = try row(&bytes) else {
      throw SendingError("the file is empty: its first line must name the columns", next: "write the names into line 1")
    }
    guard case .success(let cells) = row else {
      throw SendingError("line 1 cannot be read: it must name the columns", next: "write the names into line 1")
    }
    let repeated = Dictionary(grouping: cells, by: \.self).filter { $1.count > 1 }.keys.sorted()
    guard repeated.isEmpty, cells.allSatisfy({ !$0.isEmpty }) else {
      throw SendingError(
        repeated.first.map { $0.isEmpty ? "a column has no name" : "two columns are called \"\($0)\"" }
          ?? "a column has no name", next: "give each column of line 1 a name of its own")
    }
    names = cells.map { $0.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }
  }

  mutating func next(_ bytes: inout ByteReader) throws -> (line: Int, value: Result<JSONTree, Unreadable>)? {
    while true {
      let line = bytes.line
      guard let row = try row(&bytes) else { return nil }
      switch row {
      case .failure(let problem): return (line, .failure(problem))
      case .success(let cells):
        if cells == [""], names.count > 1 || cells.isEmpty { continue }
        guard cells.count <= names.count else {
          return (
            line, .failure(Unreadable(message: "it has \(cells.count) cells, and there are \(names.count) columns"))
          )
        }
        var value = JSONTree.object([])
        for (name, cell) in zip(names, cells) where !cell.isEmpty { value.nest(name[...], .text(cell)) }
        return (line, .success(value))
      }
    }
  }

  /// The cells of one row; nil: the file ends.
  private func row(_ bytes: inout ByteReader) throws -> Result<[String], Unreadable>? {
    guard try bytes.peek() != nil else { return nil }
    var cells: [String] = []
    var cell: [UInt8] = []
    var (isQuoted, wasQuoted, size) = (false, false, 0)
    var problem: Unreadable?
    func finish() {
      if let text = String(validating: cell, as: UTF8.self) {
        cells.append(text)
      } else {
        problem = problem ?? Unreadable(message: "it is not UTF-8")
      }
      (cell, wasQuoted) = ([], false)
    }
    while let byte = try bytes.next() {
      size += 1
      if size > largest { problem = problem ?? .tooLarge }
      if isQuoted {
        if byte != 0x22 {
          if problem == nil { cell.append(byte) }
        } else if try bytes.peek() == 0x22 {
          _ = try bytes.next()
          cell.append(0x22)
        } else {
          (isQuoted, wasQuoted) = (false, true)
        }
        continue
      }
      switch byte {
      case separator: finish()
      case UInt8(ascii: "\n"):
        finish()
        return problem.map { .failure($0) } ?? .success(cells)
      case UInt8(ascii: "\r") where try bytes.peek() == UInt8(ascii: "\n"): continue
      case 0x22 where cell.isEmpty && !wasQuoted: isQuoted = true
      case 0x22: problem = problem ?? Unreadable(message: "a quote stands in the middle of a cell")
      default:
        if wasQuoted { problem = problem ?? Unreadable(message: "something stands behind a closing quote") }
        if problem == nil { cell.append(byte) }
      }
    }
    if isQuoted { problem = problem ?? Unreadable(message: "a quote is not closed") }
    finish()
    return problem.map { .failure($0) } ?? .success(cells)
  }
}

extension JSONTree {
  /// Sets a member of a member.
  fileprivate mutating func nest(_ path: ArraySlice<String>, _ value: JSONTree) {
    guard let name = path.first else { return }
    guard path.count > 1 else { return set(name, value) }
    var inner = self[name] ?? .object([])
    if case .object = inner {} else { inner = .object([]) }
    inner.nest(path.dropFirst(), value)
    set(name, inner)
  }
}

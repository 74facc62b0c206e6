import ClockifySimulator
import Replicating

/// A record with another value in every column of a kind, and what its rows must then say.
struct Sample {
  /// As Clockify sends it.
  private(set) var json: SimulatedThing = [:]
  /// Of the row: text as `sqlite3` prints it.
  private(set) var columns: [String: String] = [:]
  /// Of each list its one row.
  private(set) var children: [String: [String: String]] = [:]
  private var counter: Int

  /// - Parameter start: values are numbered from here.
  init(_ table: ReplicaTable, start: Int) {
    counter = start
    for column in table.columns(by: .replica) where !column.paths.isEmpty {
      if let (value, text) = value(column) { set(value, text, column, &json, &columns) }
    }
    for child in table.children { add(child) }
  }

  private mutating func add(_ child: ReplicaChild) {
    var row: [String: String] = [:]
    var element: SimulatedThing = [:]
    var inner: SimulatedThing = [:]
    var plain: (any Sendable)?
    for column in child.columns {
      if let constant = column.constant {
        row[column.name] = constant
      } else if column.paths == [["#"]] {
        row[column.name] = "0"
      } else if let (value, text) = value(column) {
        if child.isOfValues {
          plain = value
          row[column.name] = text
        } else if column.paths[0][0].hasPrefix("^") {
          element[String(column.paths[0][0].dropFirst())] = value
          row[column.name] = text
        } else if child.inner != nil {
          set(value, text, column, &inner, &row)
        } else {
          set(value, text, column, &element, &row)
        }
      }
    }
    if let name = child.inner { element[name] = [inner] }
    let list: any Sendable = plain.map { [$0] as [any Sendable] } ?? [element] as [any Sendable]
    Self.put(list, at: child.path, into: &json)
    children[child.table] = row
  }

  private func set(
    _ value: any Sendable, _ text: String, _ column: ReplicaColumn, _ object: inout SimulatedThing,
    _ row: inout [String: String]
  ) {
    Self.put(value, at: column.paths[0], into: &object)
    row[column.name] = text
    if column.form == .duration { row["\(column.name)_seconds"] = "\(Int(text.dropFirst(2).dropLast())! * 60)" }
  }

  private mutating func value(_ column: ReplicaColumn) -> (any Sendable, String)? {
    counter += 1
    let n = counter
    switch column.form {
    case .text: return ("text \(n)", "text \(n)")
    case .address: return ("https://img.test/\(n).png?signature=abc", "https://img.test/\(n).png")
    case .whole, .money: return (n, "\(n)")
    case .real: return (Double(n) + 0.5, "\(n).5")
    case .flag: return (true, "1")
    case .instant:
      let time = "\(10 + n % 10):\(10 + n % 50):00"
      return ("2026-02-03T\(time).25Z", "2026-02-03T\(time)Z")
    case .date: return ("2026-02-\(10 + n % 18)", "2026-02-\(10 + n % 18)")
    case .duration: return ("PT\(n)M", "PT\(n)M")
    case .json: return (["n": n], #"{"n":\#(n)}"#)
    }
  }

  private static func put(_ value: any Sendable, at path: [String], into object: inout SimulatedThing) {
    guard path.count > 1 else {
      object[path[0]] = value
      return
    }
    var below = object[path[0]] as? SimulatedThing ?? [:]
    put(value, at: Array(path.dropFirst()), into: &below)
    object[path[0]] = below
  }
}

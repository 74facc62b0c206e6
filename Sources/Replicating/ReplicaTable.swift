/// A column of a replica: where it comes from, and what it means.
package struct ReplicaColumn: Sendable, Hashable {
  package let name: String
  package let form: ReplicaForm
  /// Members from the row down; where there are several, the first that is there.
  package let paths: [[String]]
  /// In our words.
  package let meaning: String
  /// Of an amount that `money: false` keeps out.
  package let isMoney: Bool

  /// Where the element stands in its list, from 0: written `← #`.
  package var isPosition: Bool { paths == [["#"]] }

  /// The columns of the schema that it makes, with their types.
  package var stored: [(name: String, type: String)] {
    form == .duration ? [(name, form.sqlite), ("\(name)_seconds", "INTEGER")] : [(name, form.sqlite)]
  }
}

/// Rows of their own that stand in a list of a row.
package struct ReplicaChild: Sendable {
  /// The table.
  package let table: String
  /// Where the list stands.
  package let path: [String]
  /// The elements are values, not objects: the first column takes them.
  package let isOfValues: Bool
  /// The first columns that tell rows of one parent apart; the rest are values.
  package let key: [String]
  package let columns: [ReplicaColumn]
  package let meaning: String
  /// Members of the elements that are neither kept nor reported.
  package let ignored: Set<String>
}

/// The table of a kind.
package struct ReplicaTable: Sendable {
  package let name: String
  package let meaning: String
  package let columns: [ReplicaColumn]
  package let children: [ReplicaChild]
  /// Members that are neither kept nor reported, as paths, with the reason.
  package let ignored: [(path: [String], reason: String)]
  /// Where the row's id stands; several are put together with a colon.
  package let id: [[String]]

  /// What `<parent>_id` is called in the tables of its children.
  package var parentColumn: String { "\(name.dropFirst("clockify_".count))_id" }
}

/// Columns and tables are written as lines, one for each, as docs/replica.md shows them:
///
///     name T: what it is called
///     start_date D ← datePeriod.startDate: the first date
///     hourly_rate $: what an hour of theirs costs the client
///
/// The form's letter follows the name; `$` is a rate with amount and currency. Without a path the member is the name in
/// camelCase; `a | b` takes the first that is there.
enum ReplicaNotation {
  static func columns(_ text: String) -> [ReplicaColumn] {
    text.split(separator: "\n").flatMap { line -> [ReplicaColumn] in
      let halves = line.split(separator: ":", maxSplits: 1).map { trimmed($0) }
      precondition(halves.count == 2, "a column without a meaning: \(line)")
      let sides = halves[0].split(separator: "←").map { trimmed($0) }
      let words = sides[0].split(separator: " ").map(String.init)
      precondition(words.count == 2 && words[1].count == 1, "a column is NAME FORM: \(line)")
      let (name, letter) = (words[0], Character(words[1]))
      let paths =
        sides.count > 1
        ? sides[1].split(separator: "|").map { trimmed($0).split(separator: ".").map(String.init) }
        : [[camelCase(name)]]
      if letter == "$" {
        return [
          ReplicaColumn(
            name: "\(name)_amount", form: .money, paths: paths.map { $0 + ["amount"] }, meaning: halves[1],
            isMoney: true),
          ReplicaColumn(
            name: "\(name)_currency", form: .text, paths: paths.map { $0 + ["currency"] }, meaning: "its currency",
            isMoney: true),
        ]
      }
      guard let form = ReplicaForm(rawValue: letter) else { preconditionFailure("no form: \(line)") }
      return [ReplicaColumn(name: name, form: form, paths: paths, meaning: halves[1], isMoney: form == .money)]
    }
  }

  /// `who_can_create_tags` → `whoCanCreateTags`.
  static func camelCase(_ name: String) -> String {
    let words = name.split(separator: "_")
    return String(words[0]) + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

extension ReplicaChild {
  /// - Parameters:
  ///   - path: from the row, with dots.
  ///   - key: how many of the columns tell rows of one parent apart.
  ///   - columns: as `ReplicaNotation` reads them.
  init(
    _ table: String, _ path: String, ofValues: Bool = false, key: Int = 1, meaning: String, ignored: [String] = [],
    columns text: String
  ) {
    let columns = ReplicaNotation.columns(text)
    self.init(
      table: table, path: path.split(separator: ".").map(String.init), isOfValues: ofValues,
      key: columns.prefix(key).map(\.name), columns: columns, meaning: meaning, ignored: Set(ignored))
  }
}

extension ReplicaTable {
  /// - Parameter ignored: paths with dots, and why.
  init(
    _ name: String, meaning: String, id: [String] = ["id"], ignored: [(String, String)] = [],
    children: [ReplicaChild] = [], columns: String
  ) {
    func path(_ text: String) -> [String] { text.split(separator: ".").map(String.init) }
    self.init(
      name: name, meaning: meaning, columns: ReplicaNotation.columns(columns), children: children,
      ignored: ignored.map { (path($0.0), $0.1) }, id: id.map(path))
  }
}

package import ClockifyAPI
package import PlanningStore

/// A column of a replica: where it comes from, and what it means.
package struct ReplicaColumn: Sendable, Hashable {
  package enum Writer: Sendable {
    /// Taken from the answer by the descriptor.
    case replica
    /// By the import, by its own rules.
    case importer
    /// Not from the answer: rota's own.
    case rota
  }

  package let name: String
  package let form: ReplicaForm
  /// Members from the row down; where there are several, the first that is there. `^` first: of the element around.
  package let paths: [[String]]
  /// In our words.
  package let meaning: String
  /// Of an amount that `money: false` keeps out.
  package let isMoney: Bool
  package var writer = Writer.replica
  /// The same in every row: written `← =TEXT`.
  package var constant: String?

  /// Where the element stands in its list, from 0, unless the element says: written `← #`.
  package var hasPosition: Bool { paths.last == ["#"] }

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
  /// A list in each element of that list: its elements are the rows.
  package var inner: String?
  /// The elements are values, not objects: the first column takes them.
  package let isOfValues: Bool
  /// The first columns that tell rows of one parent apart; the rest are values.
  package let key: [String]
  package let columns: [ReplicaColumn]
  package let meaning: String
  /// Members of the elements that are neither kept nor reported; `*`: all that no column takes.
  package let ignored: Set<String>
  /// What the parent's id is called; nil: `<parent>_id`.
  package var parentColumn: String?
  /// Rows stay when they are gone, and say since when.
  package var keepsGone = false
  /// The table holds other rows of the parent too: which are of this list.
  package var condition: String?
}

/// The table of a kind.
package struct ReplicaTable: Sendable {
  package let name: String
  package let meaning: String
  /// The import writes the rows; the replica fills further columns of rows that are there.
  package let isImports: Bool
  package let columns: [ReplicaColumn]
  package let children: [ReplicaChild]
  /// Members that are neither kept nor reported, as paths, with the reason.
  package let ignored: [(path: [String], reason: String)]
  /// Where the row's id stands; several are put together with a colon.
  package let id: [[String]]
  /// Columns that follow from the whole row.
  package var derived: [String: @Sendable (JSONTree) -> ReplicaField] = [:]

  /// What `<parent>_id` is called in the tables of its children.
  package var parentColumn: String { "\(name.dropFirst("clockify_".count))_id" }

  package func parentColumn(of child: ReplicaChild) -> String { child.parentColumn ?? parentColumn }

  package func columns(by writer: ReplicaColumn.Writer) -> [ReplicaColumn] { columns.filter { $0.writer == writer } }
}

/// Columns and tables are written as lines, one for each, as docs/replica.md shows them:
///
///     name T: what it is called
///     start_date D ← datePeriod.startDate: the first date
///     hourly_rate $: what an hour of theirs costs the client
///
/// The form's letter follows the name; `$` is a rate with amount and currency. Without a path the member is the name in
/// camelCase; `a | b` takes the first that is there; `-` is none, `#` the place in the list, `=A` always A.
enum ReplicaNotation {
  static func columns(
    _ text: String, by writer: ReplicaColumn.Writer = .replica, money: Set<String> = []
  ) -> [ReplicaColumn] {
    text.split(separator: "\n").flatMap { line -> [ReplicaColumn] in
      let halves = line.split(separator: ":", maxSplits: 1).map { trimmed($0) }
      precondition(halves.count == 2, "a column without a meaning: \(line)")
      let sides = halves[0].split(separator: "←").map { trimmed($0) }
      let words = sides[0].split(separator: " ").map(String.init)
      precondition(words.count == 2 && words[1].count == 1, "a column is NAME FORM: \(line)")
      let (name, letter) = (words[0], Character(words[1]))
      var places = sides.count > 1 ? sides[1].split(separator: "|").map { trimmed($0) } : [camelCase(name)]
      if writer == .rota { places = [] }
      let constant = places.first { $0.hasPrefix("=") }.map { String($0.dropFirst()) }
      let paths = places.filter { $0 != "-" && !$0.hasPrefix("=") }.map { $0.split(separator: ".").map(String.init) }
      func column(_ name: String, _ form: ReplicaForm, below: [String] = [], _ meaning: String, _ isMoney: Bool)
        -> ReplicaColumn
      {
        ReplicaColumn(
          name: name, form: form, paths: paths.map { $0 + below }, meaning: meaning, isMoney: isMoney, writer: writer,
          constant: constant)
      }
      if letter == "$" {
        return [
          column("\(name)_amount", .money, below: ["amount"], halves[1], true),
          column("\(name)_currency", .text, below: ["currency"], "its currency", true),
        ]
      }
      guard let form = ReplicaForm(rawValue: letter) else { preconditionFailure("no form: \(line)") }
      return [column(name, form, halves[1], form == .money || money.contains(name))]
    }
  }

  /// `who_can_create_tags` → `whoCanCreateTags`.
  static func camelCase(_ name: String) -> String {
    let words = name.split(separator: "_")
    return String(words[0]) + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  static func path(_ text: String) -> [String] { text.split(separator: ".").map(String.init) }

  private static func trimmed(_ text: some StringProtocol) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

extension ReplicaChild {
  /// - Parameters:
  ///   - path: from the row, with dots.
  ///   - inner: the rows stand in this list of each element.
  ///   - key: how many of the columns tell rows of one parent apart.
  ///   - columns: as `ReplicaNotation` reads them.
  init(
    _ table: String, _ path: String, ofValues: Bool = false, each inner: String? = nil, key: Int = 1, meaning: String,
    ignored: [String] = [], columns text: String
  ) {
    let columns = ReplicaNotation.columns(text)
    self.init(
      table: table, path: ReplicaNotation.path(path), inner: inner, isOfValues: ofValues,
      key: columns.prefix(key).map(\.name), columns: columns, meaning: meaning, ignored: Set(ignored))
  }

  /// Memberships: one table, filled by people, projects and groups; who is no member any more stays, marked.
  ///
  /// - Parameters:
  ///   - parent: which side the row is.
  ///   - type: only those of this type are in the row's list.
  init(
    memberships parent: String, _ path: String, ofValues: Bool = false, of type: String?, meaning: String,
    columns text: String
  ) {
    let rates = """

      membership_status T: PENDING, ACTIVE, DECLINED, INACTIVE
      hourly_rate $: what an hour of theirs costs the client
      cost_rate $: what an hour of theirs costs the company
      """
    let columns = ReplicaNotation.columns(ofValues ? text : text + rates)
    self.init(
      table: "clockify_membership", path: ReplicaNotation.path(path), isOfValues: ofValues,
      key: columns.prefix(2).map(\.name), columns: columns, meaning: meaning, ignored: ["userId", "targetId"],
      parentColumn: parent, keepsGone: true, condition: type.map { "membership_type = '\($0)'" })
  }

  /// What stays when it is gone, for it carries amounts of its own.
  init(payments table: String, _ path: String, meaning: String, columns text: String) {
    self.init(table, path, meaning: meaning, columns: text)
    keepsGone = true
  }
}

extension ReplicaTable {
  /// - Parameters:
  ///   - ignored: paths with dots, and why.
  ///   - byImport: columns that the import writes.
  ///   - money: columns besides those of form money that hold amounts.
  ///   - ours: columns that are in no answer.
  init(
    _ name: String, meaning: String, isImports: Bool = false, id: [String] = ["id"], ignored: [(String, String)] = [],
    children: [ReplicaChild] = [], byImport: String = "", columns: String, money: Set<String> = [], ours: String = "",
    derived: [String: @Sendable (JSONTree) -> ReplicaField] = [:]
  ) {
    self.init(
      name: name, meaning: meaning, isImports: isImports,
      columns: ReplicaNotation.columns(byImport, by: .importer) + ReplicaNotation.columns(columns, money: money)
        + ReplicaNotation.columns(ours, by: .rota),
      children: children, ignored: ignored.map { (ReplicaNotation.path($0.0), $0.1) },
      id: id.map(ReplicaNotation.path), derived: derived)
  }
}
